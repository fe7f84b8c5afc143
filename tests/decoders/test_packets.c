/* SPDX-License-Identifier: Apache-2.0
 * XMP through workers: the packets are those that this process would make, and what a worker says of them is checked. */
#include "decoders_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RDF_BEGIN "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"

/* ---- the same ----------------------------------------------------------------------------------------------------- */

typedef struct answer {
    int rc;
    descry_sidecar_outcome outcome;
    descry_buf packet;
    descry_error err;
} answer;

static answer put(descry_decoders *d, const descry_buf *data, int overwrite, int created)
{
    static const descry_xmp_caption caption = {"two <cats> & \"a dog\"", "m\xC3\xB6" "del", "2026-01-02T03:04:05Z"};
    answer a = {0};
    a.rc = descry_decoders_xmp_put(d, &a.packet, data->data, data->size, "x", &caption, overwrite, created, &a.outcome, &a.err);
    return a;
}

static answer take(descry_decoders *d, const descry_buf *data)
{
    answer a = {0};
    a.rc = descry_decoders_xmp_take(d, &a.packet, data->data, data->size, "x", &a.outcome, &a.err);
    return a;
}

static answer has_description(descry_decoders *d, const descry_buf *data)
{
    answer a = {0};
    int is;
    a.rc = descry_decoders_xmp_has_description(d, &is, data->data, data->size, "x", &a.err);
    a.outcome = is ? 1 : 0;
    return a;
}

/* Frees `a`. */
static void check_same(answer a, const answer *here, const char *what)
{
    if (a.rc != here->rc || a.rc ? strcmp(a.err.message, here->err.message) != 0 : a.outcome != here->outcome)
        fail_msg("%s: %d %d %s, not %d %d %s", what, a.rc, (int)a.outcome, a.err.message, here->rc, (int)here->outcome,
                 here->err.message);
    if (!a.rc) {
        assert_int_equal(a.packet.size, here->packet.size);
        assert_memory_equal(a.packet.data ? a.packet.data : "", here->packet.data ? here->packet.data : "", a.packet.size);
    }
    descry_buf_free(&a.packet);
}

typedef struct both {
    descry_decoders *there[2], *off;
    size_t packets, refused; /* that came of it */
} both;

static void count(both *b, const answer *a)
{
    b->packets += !a->rc && a->packet.size > 0;
    b->refused += a->rc != 0;
}

static void compare_take(both *b, const descry_buf *data, const char *what)
{
    answer here = take(b->off, data);
    for (int i = 0; i < 2; i++)
        check_same(take(b->there[i], data), &here, what);
    count(b, &here);
    descry_buf_free(&here.packet);
}

/* Puts a caption in and takes it out again, in all ways. */
static void compare(both *b, const descry_buf *data, const char *what)
{
    for (int how = 0; how < 4; how++) {
        answer here = put(b->off, data, how & 1, how >> 1);
        for (int i = 0; i < 2; i++)
            check_same(put(b->there[i], data, how & 1, how >> 1), &here, what);
        count(b, &here);
        if (!here.rc && here.packet.size > 0) {
            answer again = put(b->off, &here.packet, how & 1, 0);
            for (int i = 0; i < 2; i++)
                check_same(put(b->there[i], &here.packet, how & 1, 0), &again, what);
            descry_buf_free(&again.packet);
            compare_take(b, &here.packet, what);
        }
        descry_buf_free(&here.packet);
    }
    compare_take(b, data, what);
    answer here = has_description(b->off, data);
    for (int i = 0; i < 2; i++)
        check_same(has_description(b->there[i], data), &here, what);
}

static both open_both(void)
{
    both b = {{open_decoders(NULL, sandbox(), 1), open_decoders(NULL, DESCRY_SANDBOX_PROCESS, 1)},
              open_decoders(NULL, DESCRY_SANDBOX_OFF, 1), 0, 0};
    return b;
}

static void close_both(both *b)
{
    descry_decoders_close(&b->there[0]);
    close_decoders(&b->there[1]);
    descry_decoders_close(&b->off);
}

static void packets_are_the_same(void **state)
{
    static const char *const files[] = {"attribute", "darktable", "digikam", "lightroom", "merged"};
    static const char *const texts[] = {
        "", "x", "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF", "<?xml version=\"1.0\" encoding=\"KOI8-R\"?><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a/>",
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>",
        RDF_BEGIN "<rdf:li/><rdf:Bag/></rdf:RDF>",
        RDF_BEGIN "<rdf:Description xmlns:dc=\"http://purl.org/dc/elements/1.1/\" dc:title=\"\xFF\"/></rdf:RDF>"};
    both b = open_both();
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[64];
        snprintf(name, sizeof name, "xmp/%s.xmp", files[i]);
        descry_buf data = file_of(name);
        compare(&b, &data, name);
        descry_buf_free(&data);
    }
    assert_true(b.packets >= 20);
    assert_int_equal(b.refused, 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        descry_buf data = {0};
        assert_int_equal(descry_buf_append(&data, texts[i], strlen(texts[i]), NULL), 0);
        compare(&b, &data, texts[i]);
        descry_buf_free(&data);
    }
    assert_true(b.refused >= 20);
    close_both(&b);
}

/* Behind the last byte of whole pages there is nothing that could be read. */
static void whole_pages_are_packets(void **state)
{
    static const char begin[] = RDF_BEGIN, end[] = "</rdf:RDF>";
    enum { PAGES = 1 << 16 };
    both b = open_both();
    descry_buf data = {0};
    (void)state;
    assert_int_equal(descry_buf_append(&data, begin, sizeof begin - 1, NULL), 0);
    while (data.size < PAGES - sizeof end + 1)
        assert_int_equal(descry_buf_append(&data, " ", 1, NULL), 0);
    assert_int_equal(descry_buf_append(&data, end, sizeof end - 1, NULL), 0);
    assert_int_equal(data.size, PAGES);
    compare(&b, &data, "pages");
    assert_int_equal(b.refused, 0);
    data.size--; /* damaged, up to the last byte */
    memmove(data.data + 1, data.data, data.size++);
    compare(&b, &data, "damaged pages");
    assert_true(b.refused > 0);
    descry_buf_free(&data);
    close_both(&b);
}

/* ---- enemies ------------------------------------------------------------------------------------------------------ */

enum { PUT, TAKE, HAS_DESCRIPTION };

static answer ask_for(descry_decoders *d, int how, const char *what)
{
    descry_buf data = {0};
    assert_int_equal(descry_buf_append(&data, what, strlen(what), NULL), 0);
    answer a = how == PUT ? put(d, &data, 0, 0) : how == TAKE ? take(d, &data) : has_description(d, &data);
    descry_buf_free(&data);
    return a;
}

static void check_refused(int how, const char *what, int code, const char *message)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    answer a = ask_for(d, how, what);
    if (a.rc != code || strcmp(a.err.message, message) != 0 || a.packet.size > 0)
        fail_msg("%d %s: %d %s", how, what, a.rc, a.err.message);
    descry_buf_free(&a.packet);
    close_decoders(&d);
}

static void check_true(int how, const char *what, size_t packet)
{
    descry_decoders *d = open_decoders("bad", sandbox(), 1);
    answer a = ask_for(d, how, what);
    check_rc(a.rc, &a.err);
    assert_int_equal(a.packet.size, packet);
    descry_buf_free(&a.packet);
    close_decoders(&d);
}

static void lies_are_caught(void **state)
{
    static const struct {
        int how;
        const char *what;
    } lies[] = {
        {PUT, "lie 0 0 0"},         /* written, but there is nothing: the sidecar would be emptied */
        {PUT, "lie 0 1 0"},         {PUT, "lie 0 2 5"}, /* nothing to be written, and yet something */
        {PUT, "lie 0 3 5"},         {PUT, "lie 0 4 0"}, {PUT, "lie 0 8 0"}, /* deleted */
        {PUT, "lie 0 9 0"},         {PUT, "lie 0 10 5"}, {PUT, "lie 0 -1 5"},
        {PUT, "lie 0 0 17825793"},  {PUT, "lie 0 0 18446744073709551615"}, {PUT, "lie 5 0 5"}, {PUT, "declare"},
        {TAKE, "lie 0 0 5"},        {TAKE, "lie 0 3 0"}, {TAKE, "lie 0 4 5"}, {TAKE, "lie 0 5 0"},
        {TAKE, "lie 0 8 5"},        {TAKE, "lie 0 9 0"}, {TAKE, "lie 0 5 17825793"},
        {HAS_DESCRIPTION, "lie 0 2 0"},   {HAS_DESCRIPTION, "lie 0 -1 0"}, {HAS_DESCRIPTION, "lie 0 1 1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        check_refused(lies[i].how, lies[i].what, DESCRY_ERR_FORMAT, "x: what the XMP decoder said of it cannot be");
    check_true(PUT, "lie 0 0 5", 5);
    check_true(PUT, "lie 0 0 17825792", 17825792);
    check_true(PUT, "lie 0 3 0", 0);
    check_true(TAKE, "lie 0 8 0", 0);
    check_true(TAKE, "lie 0 6 7", 7);
    check_true(HAS_DESCRIPTION, "lie 0 1 0", 0);
}

static void a_fault_costs_one_packet(void **state)
{
    (void)state;
    for (int how = PUT; how <= HAS_DESCRIPTION; how++)
        check_refused(how, "crash", DESCRY_ERR_FORMAT, "x: the XMP decoder crashed on it");
    check_refused(PUT, "nonsense", DESCRY_ERR_FORMAT, "x: could not");
}

static void memory_is_bounded(void **state)
{
    (void)state;
    need(DESCRY_WALL_LIMITS);
    check_refused(TAKE, "memory", DESCRY_ERR_LIMIT, "x: more memory than the 100 MB that the XMP decoder may have for it");
}

/* The most that XMP may be (xmp_scan.h) fits within the bounds; what libexempi takes 190 bytes a byte for does not. */
static void bounds_are_for_honest_packets(void **state)
{
    static const char begin[] = "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:f=\"http://f/\">"
                                "<rdf:Description rdf:about=\"\"><f:a><rdf:Bag>",
                      end[] = "</rdf:Bag></f:a></rdf:Description></rdf:RDF>";
    static const struct {
        const char *text;
        size_t count;
        int fits;
    } cases[] = {{"<rdf:li/>", 190000, 1}, {"\n", 3000000, 0}};
    (void)state;
    need(DESCRY_WALL_LIMITS);
    descry_decoders *d = open_decoders(NULL, sandbox(), 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        descry_buf data = {0};
        assert_int_equal(descry_buf_append(&data, begin, sizeof begin - 1, NULL), 0);
        for (size_t k = 0; k < cases[i].count; k++)
            assert_int_equal(descry_buf_append(&data, cases[i].text, strlen(cases[i].text), NULL), 0);
        assert_int_equal(descry_buf_append(&data, end, sizeof end - 1, NULL), 0);
        answer a = put(d, &data, 0, 0);
        if ((a.rc == 0) != cases[i].fits)
            fail_msg("%d %s", a.rc, a.err.message);
        descry_buf_free(&a.packet);
        descry_buf_free(&data);
    }
    close_decoders(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_are_the_same),
        cmocka_unit_test(whole_pages_are_packets),
        cmocka_unit_test(lies_are_caught),
        cmocka_unit_test(a_fault_costs_one_packet),
    };
    const struct CMUnitTest of_limits[] = { /* which debuggers do without */
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(bounds_are_for_honest_packets),
    };
    int failed = cmocka_run_group_tests_name("packets", tests, NULL, NULL);
    return sandbox() == DESCRY_SANDBOX_FULL ? failed + cmocka_run_group_tests_name("limits", of_limits, NULL, NULL) : failed;
}
