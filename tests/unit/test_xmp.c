/* SPDX-License-Identifier: Apache-2.0
 * Captions in XMP packets and in sidecar files: put in, replaced, taken out, and refused. */
#include "cmocka_test.h"

#include "meta/exif.h"
#include "meta/time.h"
#include "meta/xmp.h"
#include "meta/xmp_bounds.h"
#include "support/support.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RDF_NS "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
#define DC_NS  "xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
#define PACKET(attributes, content)                                                                                    \
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF " RDF_NS "><rdf:Description rdf:about=\"\" " DC_NS                 \
    " xmlns:f=\"http://f.example/\" " attributes ">" content "</rdf:Description></rdf:RDF></x:xmpmeta>"
#define ALT(items)     "<dc:description><rdf:Alt>" items "</rdf:Alt></dc:description>"
#define LI(lang, text) "<rdf:li xml:lang=\"" lang "\">" text "</rdf:li>"

static const descry_xmp_caption cats = {"two <cats> & a dog", "demo", "2026-11-25T06:00:00Z"};
static const descry_xmp_caption dogs = {"dogs", "demo", "2026-11-26T06:00:00Z"};

/* ---- packets ---------------------------------------------------------------------------------------------------- */

static descry_buf packet_of(const char *text)
{
    descry_buf buf = {0};
    assert_int_equal(descry_buf_append(&buf, text, strlen(text), NULL), 0);
    return buf;
}

/* The packet becomes what it is with the caption in it, if it changes. */
static void insert(descry_buf *packet, const descry_xmp_caption *caption, int overwrite, descry_sidecar_outcome expected)
{
    descry_buf out = {0};
    descry_error err = {0};
    descry_sidecar_outcome outcome;
    if (descry_xmp_insert(&out, packet->data, packet->size, "x", caption, overwrite, packet->size == 0, &outcome, &err))
        fail_msg("%s", err.message);
    assert_int_equal(outcome, expected);
    if (out.size > 0) {
        descry_buf_free(packet);
        *packet = out;
    }
}

static void remove_caption(descry_buf *packet, descry_sidecar_outcome expected)
{
    descry_buf out = {0};
    descry_error err = {0};
    descry_sidecar_outcome outcome;
    if (descry_xmp_remove(&out, packet->data, packet->size, "x", &outcome, &err))
        fail_msg("%s", err.message);
    assert_int_equal(outcome, expected);
    if (out.size > 0) {
        descry_buf_free(packet);
        *packet = out;
    }
}

static void assert_has(const descry_buf *packet, const char *text)
{
    if (!strstr(packet->data, text))
        fail_msg("no %s in\n%s", text, packet->data);
}

static void assert_lacks(const descry_buf *packet, const char *text)
{
    if (strstr(packet->data, text))
        fail_msg("%s in\n%s", text, packet->data);
}

static void assert_same(const descry_buf *packet, const descry_buf *before)
{
    if (packet->size != before->size || memcmp(packet->data, before->data, before->size) != 0)
        fail_msg("not as before:\n%s", packet->data);
}

/* A person changes a text in it. */
static void edit(descry_buf *packet, const char *from, const char *to)
{
    descry_buf out = {0};
    assert_has(packet, from);
    char *at = strstr(packet->data, from);
    descry_buf_append(&out, packet->data, (size_t)(at - packet->data), NULL);
    descry_buf_append(&out, to, strlen(to), NULL);
    descry_buf_append(&out, at + strlen(from), strlen(at + strlen(from)), NULL);
    descry_buf_free(packet);
    *packet = out;
}

static void all_else_stays_byte_for_byte(void **state)
{
    (void)state;
    static const char *const files[] = {"xmp/darktable.xmp", "xmp/lightroom.xmp"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        descry_buf before = file_of(files[i]), packet = file_of(files[i]);
        insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
        assert_has(&packet, "<rdf:li xml:lang=\"x-default\">two &lt;cats&gt; &amp; a dog</rdf:li>");
        assert_has(&packet, "<descry:model>demo</descry:model>");
        assert_has(&packet, "<descry:date>2026-11-25T06:00:00Z</descry:date>");
        assert_lacks(&packet, "descry:created");
        insert(&packet, &cats, 0, DESCRY_SIDECAR_SAME);
        insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN);
        assert_lacks(&packet, "cats&gt;");
        remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
        assert_same(&packet, &before);
        remove_caption(&packet, DESCRY_SIDECAR_NOTHING);
        descry_buf_free(&packet);
        descry_buf_free(&before);
    }
}

static void a_new_packet_goes_when_nothing_else_is_in_it(void **state)
{
    (void)state;
    descry_buf packet = {0};
    insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
    insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN);
    assert_has(&packet, "descry:created");
    remove_caption(&packet, DESCRY_SIDECAR_DELETED);
    edit(&packet, "</rdf:RDF>",
         "<rdf:Description rdf:about=\"\" xmlns:f=\"http://f.example/\" f:rating=\"1\"/></rdf:RDF>");
    remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
    assert_has(&packet, "f:rating=\"1\"");
    assert_lacks(&packet, "descry");
    descry_buf_free(&packet);
}

static void a_persons_description_stays(void **state)
{
    (void)state;
    static const char *const packets[] = {
        PACKET("", ALT(LI("x-default", "mine"))),
        PACKET("", ALT(LI("de", "meine"))),
        PACKET("dc:description=\"mine\"", ""),
        PACKET("", "<dc:description>mine</dc:description>"),
        PACKET("", "<dc:description><rdf:Bag><rdf:li>mine</rdf:li></rdf:Bag></dc:description>"),
        PACKET("", "<dc:description rdf:parseType=\"Resource\"><f:a>mine</f:a></dc:description>"),
        PACKET("xmlns:tiff=\"http://ns.adobe.com/tiff/1.0/\" tiff:ImageDescription=\"mine\"", ""),
    };
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        descry_buf packet = packet_of(packets[i]);
        insert(&packet, &cats, 0, DESCRY_SIDECAR_KEPT);
        assert_string_equal(packet.data, packets[i]);
        descry_buf_free(&packet);
    }
}

static void overwriting_keeps_it_for_undo(void **state)
{
    (void)state;
    descry_buf before = file_of("xmp/digikam.xmp"), packet = file_of("xmp/digikam.xmp");
    insert(&packet, &cats, 0, DESCRY_SIDECAR_KEPT);
    insert(&packet, &cats, 1, DESCRY_SIDECAR_REPLACED);
    assert_has(&packet, "<descry:replaced>Our two cats &lt;3,\nin spring</descry:replaced>");
    assert_has(&packet, "Unsere zwei Katzen");
    insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN); /* descry's own is replaced without --overwrite */
    assert_has(&packet, "<descry:replaced>Our two cats &lt;3,\nin spring</descry:replaced>");
    insert(&packet, &dogs, 1, DESCRY_SIDECAR_SAME);
    remove_caption(&packet, DESCRY_SIDECAR_RESTORED);
    assert_same(&packet, &before);
    descry_buf_free(&packet);
    descry_buf_free(&before);
}

static void other_languages_stay(void **state)
{
    (void)state;
    static const char text[] = PACKET("", ALT(LI("de", "meine") LI("fr", "la mienne")));
    descry_buf packet = packet_of(text);
    insert(&packet, &cats, 1, DESCRY_SIDECAR_REPLACED);
    assert_has(&packet, "<rdf:Alt><rdf:li xml:lang=\"x-default\">two ");
    assert_has(&packet, LI("de", "meine") LI("fr", "la mienne"));
    remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
    assert_string_equal(packet.data, text);
    insert(&packet, &cats, 1, DESCRY_SIDECAR_REPLACED);
    insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN);
    assert_has(&packet, "<rdf:Alt><rdf:li xml:lang=\"x-default\">dogs</rdf:li>" LI("de", "meine"));
    descry_buf_free(&packet);
}

static void attributes_become_elements_and_come_back_as_texts(void **state)
{
    (void)state;
    descry_buf packet = file_of("xmp/attribute.xmp");
    insert(&packet, &cats, 0, DESCRY_SIDECAR_KEPT);
    insert(&packet, &cats, 1, DESCRY_SIDECAR_REPLACED);
    assert_has(&packet, "<descry:replaced>a &gt; b</descry:replaced>");
    assert_has(&packet, "rdf:about=\"uuid:1&amp;2\"\n");
    assert_has(&packet, "xmlns:f=\"http://f/\" f:x=\"/>\"/>");
    assert_lacks(&packet, "dc:description =");
    remove_caption(&packet, DESCRY_SIDECAR_RESTORED);
    assert_has(&packet, ">a &gt; b</rdf:li>");
    assert_lacks(&packet, "descry");
    descry_buf_free(&packet);
}

static void what_another_program_wrote_anew_is_found(void **state)
{
    (void)state;
    descry_buf packet = file_of("xmp/merged.xmp");
    insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN);
    assert_has(&packet, "<r:li xml:lang=\"x-default\">dogs</r:li><r:li xml:lang=\"fr\">deux chats</r:li>");
    assert_has(&packet, "<rdf:li>an old one</rdf:li>");
    assert_has(&packet, "<descry:created>");
    remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
    assert_has(&packet, "<r:Alt><r:li xml:lang=\"fr\">deux chats</r:li></r:Alt>");
    assert_has(&packet, "xmp:Rating=\"2\"");
    assert_has(&packet, "<rdf:li>an old one</rdf:li>"); /* a person's, not ours to drop */
    assert_lacks(&packet, "dogs");
    remove_caption(&packet, DESCRY_SIDECAR_NOTHING);
    descry_buf_free(&packet);
}

static void what_a_person_changed_since_stays(void **state)
{
    (void)state;
    descry_buf packet = packet_of(PACKET("", ALT(LI("x-default", "first"))));
    insert(&packet, &dogs, 1, DESCRY_SIDECAR_REPLACED);
    edit(&packet, LI("x-default", "dogs"), LI("x-default", "second"));
    insert(&packet, &cats, 0, DESCRY_SIDECAR_KEPT);
    descry_buf changed = packet_of(packet.data);
    remove_caption(&changed, DESCRY_SIDECAR_CHANGED);
    assert_has(&changed, LI("x-default", "second"));
    assert_has(&changed, "<rdf:li>first</rdf:li>"); /* nothing is lost */
    assert_lacks(&changed, "descry:model");
    descry_buf_free(&changed);
    insert(&packet, &cats, 1, DESCRY_SIDECAR_REPLACED);
    assert_has(&packet, "<rdf:li>first</rdf:li>");
    remove_caption(&packet, DESCRY_SIDECAR_RESTORED);
    assert_has(&packet, LI("x-default", "second"));
    assert_has(&packet, "<rdf:li>first</rdf:li>");
    descry_buf_free(&packet);
}

static void an_empty_description_is_none(void **state)
{
    (void)state;
    static const char *const packets[] = {
        PACKET("", ALT(LI("x-default", " "))), PACKET("", ALT("<rdf:li xml:lang=\"x-default\"/>")),
        PACKET("", "<dc:description><rdf:Alt/></dc:description>"), PACKET("dc:description=\"\"", "")};
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        descry_buf packet = packet_of(packets[i]);
        insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
        insert(&packet, &dogs, 0, DESCRY_SIDECAR_WRITTEN);
        remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
        assert_lacks(&packet, "dogs");
        assert_lacks(&packet, "descry");
        insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
        descry_buf_free(&packet);
    }
    descry_buf packet = packet_of("<rdf:RDF " RDF_NS " />");
    insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
    remove_caption(&packet, DESCRY_SIDECAR_UNDONE);
    insert(&packet, &cats, 0, DESCRY_SIDECAR_WRITTEN);
    descry_buf_free(&packet);
}

/* ---- what is refused -------------------------------------------------------------------------------------------- */

static void assert_refused(const char *text, size_t size, int code, const char *why)
{
    descry_buf out = {0};
    descry_error err = {0};
    descry_sidecar_outcome outcome;
    int rc = descry_xmp_insert(&out, text, size, "photo.xmp", &cats, 1, 0, &outcome, &err);
    if (rc != code || strncmp(err.message, "photo.xmp: ", 11) != 0 || !strstr(err.message, why))
        fail_msg("%d %s, not %s", rc, err.message, why);
    assert_int_equal(out.size, 0);
}

static void damaged_packets_are_refused(void **state)
{
    (void)state;
    static const char whole[] = PACKET("", ALT(LI("x-default", "mine")));
    static const struct {
        const char *text, *why;
        int code;
    } bad[] = {
        {" ", "damaged XMP: line 1: no element", DESCRY_ERR_FORMAT},
        {"not XML", "damaged XMP", DESCRY_ERR_FORMAT},
        {"<html/>", "no XMP in it", DESCRY_ERR_FORMAT},
        {"<a><b><rdf:RDF " RDF_NS "/></b></a>", "no XMP in it", DESCRY_ERR_FORMAT},
        {"<x><rdf:RDF " RDF_NS "/><rdf:RDF " RDF_NS "/></x>", "more than one", DESCRY_ERR_FORMAT},
        {"<!DOCTYPE a [<!ENTITY b \"c\">]><rdf:RDF " RDF_NS "/>", "document type", DESCRY_ERR_FORMAT},
        {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rdf:RDF " RDF_NS "/>", "ISO-8859-1", DESCRY_ERR_UNSUPPORTED},
        {PACKET("f:a=\"\xC3\"", ""), "damaged XMP", DESCRY_ERR_FORMAT},
        {PACKET("", "<f:a rdf:parseType=\"Literal\"><b/></f:a>"), "damaged XMP", DESCRY_ERR_FORMAT},
        {PACKET("", "<f:a>1</f:a><f:a>2</f:a>"), "damaged XMP", DESCRY_ERR_FORMAT},
        {PACKET("", ALT("<rdf:li rdf:parseType=\"Resource\"><rdf:value>mine</rdf:value><f:q>1</f:q></rdf:li>")),
         "left alone", DESCRY_ERR_UNSUPPORTED},
        {PACKET("", "<dc:description><rdf:Seq><rdf:li>mine</rdf:li></rdf:Seq></dc:description>"), "left alone",
         DESCRY_ERR_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_refused(bad[i].text, strlen(bad[i].text), bad[i].code, bad[i].why);
    for (size_t size = 1; size < sizeof whole - 1; size++) {
        char *cut = strndup(whole, size);
        assert_refused(cut, size, DESCRY_ERR_FORMAT, "damaged XMP");
        free(cut);
    }
}

static void repeat(descry_buf *to, const char *format, int n)
{
    for (int i = 0; i < n; i++)
        assert_int_equal(descry_buf_printf(to, NULL, format, i, i), 0);
}

static void assert_bounded(const char *format, const char *end, int n, const char *before, const char *after, int code)
{
    descry_buf text = {0};
    descry_error err = {0};
    descry_buf out = {0};
    descry_sidecar_outcome outcome;
    repeat(&text,
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF " RDF_NS "><rdf:Description rdf:about=\"\""
           " xmlns:f=\"http://f/\">",
           1);
    repeat(&text, before, 1);
    repeat(&text, format, n);
    repeat(&text, end, n);
    repeat(&text, after, 1);
    repeat(&text, "</rdf:Description></rdf:RDF></x:xmpmeta>", 1);
    int rc = descry_xmp_insert(&out, text.data, text.size, "x", &cats, 0, 0, &outcome, &err);
    if (rc != code)
        fail_msg("%d %s", rc, err.message);
    descry_buf_free(&out);
    descry_buf_free(&text);
}

static void deep_and_wide_ones_are_bounded(void **state)
{
    (void)state;
    assert_bounded("<f:a rdf:parseType=\"Resource\">", "</f:a>", 50, "", "", 0);
    assert_bounded("<f:a rdf:parseType=\"Resource\">", "</f:a>", 100, "", "", DESCRY_ERR_LIMIT);
    assert_bounded("<f:a rdf:parseType=\"Resource\">", "</f:a>", 100000, "", "", DESCRY_ERR_LIMIT);
    assert_bounded("<f:a%d>1</f:a%d>", "", 1900, "", "", 0);
    assert_bounded("<f:a%d>1</f:a%d>", "", 2001, "", "", DESCRY_ERR_LIMIT);
    assert_bounded("<f:a%d>1</f:a%d></rdf:Description><rdf:Description rdf:about=\"\" xmlns:f=\"http://f/\">", "", 2001,
                   "", "", DESCRY_ERR_LIMIT);
    assert_bounded("<rdf:li>x</rdf:li>", "", 20000, "<f:l><rdf:Bag>", "</rdf:Bag></f:l>", 0);
    assert_bounded("<rdf:li>x</rdf:li>", "", 200001, "<f:l><rdf:Bag>", "</rdf:Bag></f:l>", DESCRY_ERR_LIMIT);
    assert_bounded("<rdf:li xmlns:g=\"http://g%d/\" g:x=\"%d\"/>", "", 501, "<f:l><rdf:Bag>", "</rdf:Bag></f:l>",
                   DESCRY_ERR_LIMIT);
}

/* `before`, `count` times `each` (with its number), `after`, and spaces up to 100 KB */
static descry_buf repeated(const char *before, const char *each, int count, const char *after)
{
    descry_buf packet = {0};
    assert_int_equal(descry_buf_printf(&packet, NULL, "%s", before), 0);
    for (int i = 0; i < count; i++) {
        char text[64];
        int size = snprintf(text, sizeof text, each, i);
        assert_int_equal(descry_buf_append(&packet, text, (size_t)size, NULL), 0);
    }
    assert_int_equal(descry_buf_append(&packet, after, strlen(after), NULL), 0);
    while (packet.size < 100000)
        assert_int_equal(descry_buf_append(&packet, " ", 1, NULL), 0);
    return packet;
}

static void what_expat_would_take_memory_for_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *before, *each, *after;
        int count;
        bool modest;
    } rows[] = {
        {"<a ", "a%d='1' ", "/>", 4096, true},
        {"<a ", "a%d='1' ", "/>", 4097, false},
        {"<a ", "a%d='1'", "/>", 4097, false},
        {"<!-- <a '\" --><a ", "a%d = '1' ", "/>", 4097, false},
        {"<![CDATA[ <a ' ]]><a ", "a%d='1' ", "/>", 4097, false},
        {"<?a '?><a ", "a%d='>' ", "/>", 4097, false},
        {"<!-- ", "a%d='1' ", "--><a/>", 5000, true},
        {"<a>", "a%d='1' ", "</a>", 5000, true},
        {"<a b='", "a%d=\"1\" ", "'/>", 5000, true},
        {"<a xmlns:b='", "%04d", "'/>", 250, true},
        {"<a xmlns:b='", "%04d", "'/>", 251, false},
        {"<a\nxmlns = \"", "%04d", "\"/>", 251, false},
        {"<a b=''xmlns:c='", "%04d", "'/>", 251, false},
        {"<a b='", "%04d", "'/>", 20000, true},
        {"\xFE\xFF", "%d", "", 1, false},
        {"<a '", "%d", "", 1, true},
        {"<!--", "%d", "", 1, true},
        {"<", "%d", "<", 1, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        descry_buf packet = repeated(rows[i].before, rows[i].each, rows[i].count, rows[i].after);
        if (descry_xmp_is_modest(packet.data, packet.size) != rows[i].modest)
            fail_msg("row %zu", i);
        descry_buf_free(&packet);
    }
    assert_true(descry_xmp_is_modest("\xFE\xFF", 2));
}

/* What comes before the bound is read, what comes after it is not. */
static void deep_and_long_ones_are_not_read_to_their_end(void **state)
{
    (void)state;
    static const char open[] = "<r:RDF xmlns:e='http://ns.adobe.com/exif/1.0/' xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>";
    static const char date[] = "<r:Description e:DateTimeOriginal='2019-07-21T14:03:59'/></r:RDF>";
    static const struct {
        const char *each;
        int count;
        bool dated;
    } rows[] = {{"<b>", 0, true}, {"<b>", 64, false}, {"<b/>", 199900, true}, {"<b/>", 200000, false},
                {"<b c='%d'/>", 100000, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        descry_metadata metadata;
        descry_metadata_clear(&metadata);
        descry_buf packet = repeated(open, rows[i].each, rows[i].count, "");
        for (int k = 0; rows[i].each[2] == '>' && k < rows[i].count; k++)
            assert_int_equal(descry_buf_append(&packet, "</b>", 4, NULL), 0);
        assert_int_equal(descry_buf_append(&packet, date, sizeof date - 1, NULL), 0);
        descry_xmp_fill(&metadata, packet.data, packet.size);
        if ((metadata.taken != DESCRY_NO_TIME) != rows[i].dated)
            fail_msg("row %zu", i);
        descry_buf_free(&packet);
    }
}

/* ---- titles ----------------------------------------------------------------------------------------------------- */

static void assert_title(const char *packet, size_t size, const char *expected)
{
    descry_buf title = {0};
    assert_int_equal(descry_xmp_title(&title, packet, size), 0);
    assert_string_equal(title.data ? title.data : "", expected);
    descry_buf_free(&title);
}

static void titles_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *packet, *title;
    } cases[] = {
        {PACKET("", "<dc:title><rdf:Alt>" LI("de", "Katze") LI("x-default", "a\ncat") "</rdf:Alt></dc:title>"),
         "a cat"},
        {PACKET("", "<dc:title><rdf:Alt>" LI("de", "Katze") LI("fr", "chat") "</rdf:Alt></dc:title>"), "Katze"},
        {PACKET("dc:title=\" \" dc:description=\"a dog\"", ""), "a dog"},
        {PACKET("dc:description=\"a dog\" xmlns:o=\"urn:x-descry:caption/1.0/\" o:description=\"a dog\"", ""), ""},
        {PACKET("dc:description=\"a dog\" xmlns:o=\"urn:x-descry:caption/1.0/\" o:description=\"a cat\"", ""), "a dog"},
        {PACKET("f:title=\"a dog\"", ""), ""},
        {"<", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_title(cases[i].packet, strlen(cases[i].packet), cases[i].title);
    assert_title(NULL, 0, "");
    static const char padded[] = PACKET("dc:title=\"a cat\"", "") "\0\0"; /* and one more */
    assert_title(padded, sizeof padded, "a cat");
    assert_true(descry_xmp_has_description(PACKET("dc:description=\"a dog\"", "") "\0",
                                     sizeof PACKET("dc:description=\"a dog\"", "") + 1));
    assert_false(descry_xmp_has_description(padded, sizeof padded));
    assert_false(descry_xmp_has_description(cases[3].packet, strlen(cases[3].packet)));
    assert_false(descry_xmp_has_description("<", 1));
    descry_buf before = file_of("xmp/digikam.xmp");
    assert_title(before.data, before.size, "Mimi and Max");
    descry_buf_free(&before);
    char large[PATH_MAX * 2], text[2 * PATH_MAX - 400];
    memset(text, 0, sizeof text);
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    snprintf(large, sizeof large,
             "<rdf:RDF " RDF_NS "><rdf:Description rdf:about=\"\" " DC_NS " dc:title=\"x%s\"/></rdf:RDF>", text);
    text[1998] = 0; /* cut at a character */
    char expected[2100];
    snprintf(expected, sizeof expected, "x%.1998s", text);
    assert_title(large, strlen(large), expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_else_stays_byte_for_byte),
        cmocka_unit_test(a_new_packet_goes_when_nothing_else_is_in_it),
        cmocka_unit_test(a_persons_description_stays),
        cmocka_unit_test(overwriting_keeps_it_for_undo),
        cmocka_unit_test(other_languages_stay),
        cmocka_unit_test(attributes_become_elements_and_come_back_as_texts),
        cmocka_unit_test(what_another_program_wrote_anew_is_found),
        cmocka_unit_test(what_a_person_changed_since_stays),
        cmocka_unit_test(an_empty_description_is_none),
        cmocka_unit_test(damaged_packets_are_refused),
        cmocka_unit_test(deep_and_wide_ones_are_bounded),
        cmocka_unit_test(what_expat_would_take_memory_for_is_refused),
        cmocka_unit_test(deep_and_long_ones_are_not_read_to_their_end),
        cmocka_unit_test(titles_are_read),
    };
    return cmocka_run_group_tests_name("xmp", tests, NULL, NULL);
}
