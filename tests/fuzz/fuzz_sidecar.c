/* SPDX-License-Identifier: Apache-2.0
 * Sidecars as a whole: whatever stands in one, a caption put into the file leaves all else in it as it was, and taken out
 * again leaves the file as it was. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/file.h"
#include "meta/xmp.h"
#include "meta/xmp_scan.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

static const char caption[] = "two <cats> & a \"dog\"";

/* ---- what a packet says, whichever way it is written ----------------------------------------------------------------- */

typedef struct reader {
    descry_buf said, text;
    int others; /* 1: without descriptions, and what is descry's */
    size_t left_out; /* depth in an element that is */
    int holder;      /* the start tag of an rdf:Description without attributes was the last thing */
} reader;

static void add(descry_buf *to, const char *text, size_t size)
{
    require(descry_buf_append(to, text, size, NULL) == 0);
}

static int is_left_out(const reader *r, const char *name)
{
    return r->others && (strcmp(name, DESCRY_XMP_DC " description") == 0 ||
                         strncmp(name, DESCRY_XMP_OWN " ", sizeof DESCRY_XMP_OWN) == 0);
}

/* Space around a text is layout. */
static void end_text(reader *r)
{
    static const char space[] = " \t\r\n";
    const char *begin = r->text.data ? r->text.data + strspn(r->text.data, space) : "";
    size_t size = strlen(begin);
    while (size > 0 && strchr(space, begin[size - 1]))
        size--;
    if (size > 0) {
        add(&r->said, "T", 1);
        add(&r->said, begin, size);
        r->holder = 0;
    }
    r->text.size = 0;
    if (r->text.data)
        r->text.data[0] = 0;
}

static void XMLCALL start(void *arg, const char *name, const char **attributes)
{
    static const char holder[] = DESCRY_XMP_RDF " Description";
    reader *r = arg;
    if (r->left_out || is_left_out(r, name)) {
        r->left_out++;
        return;
    }
    end_text(r);
    add(&r->said, "\nE", 2);
    add(&r->said, name, strlen(name));
    r->holder = strcmp(name, holder) == 0;
    for (; attributes[0]; attributes += 2)
        if (!is_left_out(r, attributes[0])) {
            int is_about = strcmp(attributes[0], DESCRY_XMP_RDF " about") == 0 || strcmp(attributes[0], "about") == 0;
            if (r->holder && is_about && !attributes[2]) /* says nothing of an empty one */
                continue;
            add(&r->said, "\nA", 2);
            add(&r->said, attributes[0], strlen(attributes[0]));
            add(&r->said, "=", 1);
            add(&r->said, attributes[1], strlen(attributes[1]));
            r->holder = 0;
        }
}

static void XMLCALL end(void *arg, const char *name)
{
    static const char mark[] = "\nE" DESCRY_XMP_RDF " Description";
    reader *r = arg;
    (void)name;
    if (r->left_out) {
        r->left_out--;
        return;
    }
    end_text(r);
    if (r->holder && r->said.size >= sizeof mark - 1) /* nothing is in it */
        r->said.size -= sizeof mark - 1;
    else
        add(&r->said, "\n/", 2);
    r->holder = 0;
}

static void XMLCALL characters(void *arg, const char *text, int size)
{
    reader *r = arg;
    if (!r->left_out)
        add(&r->text, text, (size_t)size);
}

static void XMLCALL comment(void *arg, const char *text)
{
    reader *r = arg;
    if (r->left_out)
        return;
    end_text(r);
    add(&r->said, "\nC", 2);
    add(&r->said, text, strlen(text));
    r->holder = 0;
}

static void XMLCALL instruction(void *arg, const char *target, const char *text)
{
    comment(arg, target);
    comment(arg, text);
}

/* Well-formed, as it has to be: 1, and *said. */
static int read_packet(descry_buf *said, const void *data, size_t size, int others)
{
    reader r = {.others = others};
    XML_Parser parser = XML_ParserCreateNS(NULL, ' ');
    require(parser != NULL);
    XML_SetUserData(parser, &r);
    XML_SetElementHandler(parser, start, end);
    XML_SetCharacterDataHandler(parser, characters);
    XML_SetCommentHandler(parser, comment);
    XML_SetProcessingInstructionHandler(parser, instruction);
    int good = XML_Parse(parser, data, (int)size, 1) == XML_STATUS_OK;
    XML_ParserFree(parser);
    add(&r.said, "", 1);
    descry_buf_free(&r.text);
    *said = r.said;
    return good;
}

static int is_utf16(const descry_buf *packet)
{
    return packet->size > 1 && ((uint8_t)packet->data[0] == 0xFE || (uint8_t)packet->data[0] == 0xFF);
}

/* a: as it was before. */
static void compare(const descry_buf *a, const descry_buf *b, int others)
{
    descry_buf x, y;
    int good = read_packet(&x, a->data, a->size, others);
    require(read_packet(&y, b->data, b->size, others));
    require(good || is_utf16(a)); /* of UTF-16 the XML declaration is dropped, whatever it is */
    require(!good || (x.size == y.size && memcmp(x.data, y.data, x.size) == 0));
    descry_buf_free(&x);
    descry_buf_free(&y);
}

/* ---- files ---------------------------------------------------------------------------------------------------------- */

static char picture[512], sidecar[512];

static void require_file(const descry_buf *wanted)
{
    descry_buf is = {0};
    require(descry_file_read(&is, sidecar, UINT64_MAX, NULL) == 0);
    require(is.size == wanted->size && memcmp(is.data, wanted->data, is.size) == 0);
    descry_buf_free(&is);
}

static int take_outcome(void *arg, const char *path, descry_sidecar_outcome outcome, const descry_error *err)
{
    (void)path;
    *(int *)arg = err ? err->code : (int)outcome;
    return 0;
}

/* How much of it comes back: its bytes, what it says, or only what others say. */
typedef enum { BYTES, WORDS, OTHERS } back;

static back comes_back(const descry_buf *before)
{
    descry_xmp_scan scan;
    size_t mark = before->size > 3 && memcmp(before->data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    back how = BYTES;
    if (is_utf16(before))
        return OTHERS;
    require(descry_xmp_scan_text(&scan, before->data + mark, before->size - mark, "x", NULL) == 0);
    if (scan.rdf.end == scan.rdf_tag.end) /* <rdf:RDF/> */
        how = WORDS;
    for (size_t i = 0; i < scan.property_count; i++) {
        const descry_xmp_property *p = &scan.properties[i];
        size_t items = 0;
        for (size_t k = 0; k < scan.item_count; k++)
            items += scan.items[k].property == i;
        if (p->id >= DESCRY_XMP_OWN_DESCRIPTION || (p->id == DESCRY_XMP_DESCRIPTION && (p->form != DESCRY_XMP_ARRAY || items == 0)))
            how = OTHERS;
        else if (p->id == DESCRY_XMP_DESCRIPTION && how == BYTES)
            how = WORDS;
    }
    descry_xmp_scan_free(&scan);
    return how;
}

static void undo(descry_context *ctx, const descry_buf *before)
{
    descry_buf after = {0};
    int outcome = 0;
    require(descry_sidecar_undo(ctx, sidecar, NULL, take_outcome, &outcome, NULL) == 0);
    if (outcome < 0 || outcome == DESCRY_SIDECAR_DELETED) /* libexempi may think otherwise of the rest without the caption */
        return;
    require(descry_file_read(&after, sidecar, UINT64_MAX, NULL) == 0);
    compare(before, &after, 1);
    back how = comes_back(before);
    if (how == WORDS)
        compare(before, &after, 0);
    if (how == BYTES)
        require(before->size == after.size && memcmp(before->data, after.data, after.size) == 0);
    descry_buf_free(&after);
}

static void put(descry_context *ctx, const descry_buf *before, int overwrite)
{
    const descry_sidecar_options options = {.size = sizeof options, .overwrite = overwrite, .time = 1764050400};
    descry_sidecar_outcome outcome;
    descry_error err = {0};
    char *name = NULL;
    fuzz_write(sidecar, before->data, before->size);
    int rc = descry_sidecar_write(ctx, picture, caption, "model", &options, &outcome, &name, &err);
    require(!name || strcmp(name, sidecar) == 0);
    free(name);
    if (rc)
        require(rc == err.code && strncmp(err.message, sidecar, strlen(sidecar)) == 0 && !strpbrk(err.message, "\n\r"));
    if (rc || (outcome != DESCRY_SIDECAR_WRITTEN && outcome != DESCRY_SIDECAR_REPLACED)) {
        require_file(before);
        return;
    }
    descry_buf full = {0};
    require(descry_file_read(&full, sidecar, UINT64_MAX, NULL) == 0);
    if (before->size > 0)
        compare(before, &full, 1);
    require(descry_sidecar_write(ctx, picture, caption, "model", &options, &outcome, NULL, NULL) == 0);
    require(outcome == DESCRY_SIDECAR_SAME);
    require_file(&full);
    descry_buf_free(&full);
    if (before->size > 0)
        undo(ctx, before);
}

static descry_context *open_context(void)
{
    descry_context *ctx = NULL;
    const descry_context_options options = {.size = sizeof options, .threads = 1};
    require(setenv("DESCRY_SANDBOX", "off", 1) == 0 && descry_context_open(&ctx, &options, NULL) == 0);
    strcpy(picture, fuzz_path("p.png"));
    strcpy(sidecar, fuzz_path("p.png.xmp"));
    fuzz_write(picture, "", 0);
    return ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static descry_context *ctx;
    if (!ctx)
        ctx = open_context();
    descry_buf before = {0};
    add(&before, (const char *)data, size);
    int described = descry_xmp_has_description(before.data, before.size);
    require(described == 0 || described == 1);
    put(ctx, &before, 0);
    put(ctx, &before, 1);
    descry_buf_free(&before);
    return 0;
}
