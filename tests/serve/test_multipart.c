/* SPDX-License-Identifier: Apache-2.0
 * Bodies of type multipart/form-data: as clients write them, and as they must not be. */
#include "cmocka_test.h"

#include "multipart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 4 };

static serve_part parts[ROOM];
static size_t count;

/* In memory of its own, without anything behind it, so that a sanitizer sees what is read there. */
static const char *parse_bytes(const char *type, const char *body, size_t size)
{
    static char *copy; /* of the last call, which parts point into */
    free(copy);
    copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, body, size);
    const char *wrong = serve_multipart(type, copy, size, parts, ROOM, &count);
    if (!wrong)
        for (size_t i = 0; i < count; i++) {
            assert_true(parts[i].data >= copy && parts[i].data + parts[i].size <= copy + size);
            assert_true(parts[i].name >= copy && parts[i].name + parts[i].length <= copy + size);
        }
    return wrong;
}

static const char *parse(const char *type, const char *body)
{
    return parse_bytes(type, body, strlen(body));
}

static void expect_part(size_t i, const char *name, const char *data)
{
    assert_true(i < count);
    assert_int_equal(parts[i].length, strlen(name));
    assert_memory_equal(parts[i].name, name, parts[i].length);
    assert_int_equal(parts[i].size, strlen(data));
    assert_memory_equal(parts[i].data, data, parts[i].size);
}

#define TYPE "multipart/form-data; boundary=abc"
#define FIELD(name, data) "--abc\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" data "\r\n"
#define END "--abc--\r\n"

static void fields_are_read_in_any_form(void **state)
{
    (void)state;
    assert_null(parse(TYPE, FIELD("entries", "{}") FIELD("text", "two\r\ncats") END));
    assert_int_equal(count, 2);
    expect_part(0, "entries", "{}");
    expect_part(1, "text", "two\r\ncats");
    assert_ptr_equal(serve_part_of(parts, count, "text"), &parts[1]);
    assert_null(serve_part_of(parts, count, "tex"));
    assert_null(serve_part_of(parts, count, "texts"));
    /* other headers, in other cases and orders, with a file's name and blanks */
    assert_null(parse("Multipart/Form-Data;charset=utf-8 ; BOUNDARY=\"abc\"",
                      "\r\n--abc \t\r\ncontent-type:application/octet-stream\r\nCONTENT-DISPOSITION:form-data;filename=\"blob; \\\" name=x\" ; "
                      "name=image\r\n\r\n\xFF\xD8\r\n--abc--"));
    assert_int_equal(count, 1);
    expect_part(0, "image", "\xFF\xD8");
    /* no data; what looks like a delimiter and is none */
    assert_null(parse(TYPE, FIELD("a", "") FIELD("b", "\r\r\n--ab\r\n--abcd\r\n--abc-\r\n\r\n--") END));
    expect_part(0, "a", "");
    expect_part(1, "b", "\r\r\n--ab\r\n--abcd\r\n--abc-\r\n\r\n--");
    assert_null(parse(TYPE, "--abc--\r\n")); /* a form without fields */
    assert_int_equal(count, 0);
}

static void bytes_of_a_picture_are_anything(void **state)
{
    (void)state;
    static const char head[] = "--abc\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\n", end[] = "\r\n--abc--\r\n";
    char body[512];
    size_t n = 0;
    memcpy(body, head, sizeof head - 1), n += sizeof head - 1;
    for (int i = 0; i < 256; i++)
        body[n++] = (char)i;
    memcpy(body + n, end, sizeof end - 1), n += sizeof end - 1;
    assert_null(parse_bytes(TYPE, body, n));
    assert_int_equal(parts[0].size, 256);
    for (int i = 0; i < 256; i++)
        assert_int_equal((unsigned char)parts[0].data[i], i);
    for (size_t cut = 0; cut < n - 2; cut++) /* the last CRLF may be missing */
        assert_non_null(parse_bytes(TYPE, body, cut));
    assert_null(parse_bytes(TYPE, body, n - 2));
}

static void boundaries_have_at_most_70_characters(void **state)
{
    (void)state;
    char name[72], type[160], body[400];
    for (int n = 0; n <= 71; n++) {
        memset(name, 'x', sizeof name);
        name[n] = 0;
        snprintf(type, sizeof type, "multipart/form-data; boundary=%s", name);
        snprintf(body, sizeof body, "--%s\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--%s--\r\n", name, name);
        assert_int_equal(!parse(type, body), n >= 1 && n <= 70);
    }
    assert_null(parse("multipart/form-data; boundary=\"a b:'()+_,-./=?c\"",
                      "--a b:'()+_,-./=?c\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--a b:'()+_,-./=?c--"));
}

static void what_is_malformed_is_refused(void **state)
{
    (void)state;
    static const char *const types[] = {"", "multipart/form-data", "multipart/form-data; boundary", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"abc", "multipart/form-data; boundary=\"abc \"", "multipart/form-data; boundary=\"a@c\"",
        "multipart/form-data; boundary=abc; boundary=abc", "multipart/form-datax; boundary=abc", "multipart/form-data boundary=abc",
        "multipart/form-data; boundary=abc; x", "multipart/mixed; boundary=abc", "application/json"};
    static const char *const bodies[] = {"", "--abc", "--abc\r\n", "--abcd\r\n", "x" FIELD("a", "1") END, "\n--abc--\r\n",
        FIELD("a", "1"), FIELD("a", "1") "--abc", FIELD("a", "1") "--abc-", FIELD("a", "1") END "x", FIELD("a", "1") END "\r\n",
        FIELD("a", "1") END FIELD("b", "2") END, "--abc\r\n\r\n1\r\n" END, "--abc\r\nContent-Type: text/plain\r\n\r\n1\r\n" END,
        "--abc\r\nContent-Disposition: form-data\r\n\r\n1\r\n" END, "--abc\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n1\r\n" END,
        "--abc\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n" END,
        "--abc\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n" END, "--abc\r\nContent-Disposition: form-data; name=\r\n\r\n1\r\n" END,
        "--abc\r\nContent-Disposition form-data; name=\"a\"\r\n\r\n1\r\n" END, "--abc\r\n Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n" END,
        "--abc\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n1\r\n" END,
        "--abc\nContent-Disposition: form-data; name=\"a\"\n\n1\n--abc--\n",
        "--abc\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n" END,
        FIELD("1", "") FIELD("2", "") FIELD("3", "") FIELD("4", "") FIELD("5", "") END};
    assert_non_null(parse(NULL, FIELD("a", "1") END));
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!parse(types[i], FIELD("a", "1") END))
            fail_msg("accepted: %s", types[i]);
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (!parse(TYPE, bodies[i]))
            fail_msg("accepted: %s", bodies[i]);
    static const char nul[] = "--abc\r\nContent-Disposition: form-data; name=\"a\"\r\nX: \0\r\n\r\n1\r\n" END;
    assert_non_null(parse_bytes(TYPE, nul, sizeof nul - 1));
    assert_non_null(serve_multipart(TYPE, NULL, 0, parts, ROOM, &count));
    assert_null(parse(TYPE, FIELD("1", "") FIELD("2", "") FIELD("3", "") FIELD("4", "") END));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read_in_any_form),
        cmocka_unit_test(bytes_of_a_picture_are_anything),
        cmocka_unit_test(boundaries_have_at_most_70_characters),
        cmocka_unit_test(what_is_malformed_is_refused),
    };
    int failed = cmocka_run_group_tests_name("multipart", tests, NULL, NULL);
    parse_bytes(NULL, "", 0);
    return failed;
}
