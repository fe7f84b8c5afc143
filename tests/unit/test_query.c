/* SPDX-License-Identifier: Apache-2.0
 * The query language: what is read, what is refused and where, what vector comes out. */
#include "cmocka_test.h"

#include "base/error.h"
#include "query/query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int show_terms(const descry_query *query, descry_terms part, char *to, size_t size)
{
    static const char kinds[] = "tfui";
    int n = 0;
    for (size_t i = part.begin; i < part.end; i++) {
        const descry_term *term = &query->terms[i];
        n += snprintf(to + n, size - (size_t)n, "%s%g %c[%s]", i > part.begin ? " " : "", term->weight,
                      kinds[term->kind], term->text);
        if (term->kind == DESCRY_TERM_ID)
            assert_int_equal(term->id, strtoll(term->text + 1, NULL, 10));
        const descry_region *r = &term->part;
        if (r->right > 0)
            n += snprintf(to + n, size - (size_t)n, " %g,%g..%g,%g", r->left, r->top, r->right, r->bottom);
        assert_true(term->begin < term->end);
    }
    return n;
}

/* Filters as they are understood. */
static int show_filters(const descry_query *query, char *to, size_t size)
{
    const descry_filter *only = &query->only;
    char time[DESCRY_TIME_SIZE];
    int n = 0;
    to[0] = 0;
    for (int i = 0; i < 2; i++)
        if ((i ? only->before : only->after) != DESCRY_NO_TIME) {
            descry_time_print(time, i ? only->before : only->after, DESCRY_NO_OFFSET);
            n += snprintf(to + n, size - (size_t)n, " %c%s", i ? '<' : '>', time);
        }
    if (only->camera)
        n += snprintf(to + n, size - (size_t)n, " camera[%s]", only->camera);
    if (only->km >= 0)
        n += snprintf(to + n, size - (size_t)n, " near[%.15g,%.15g,%.15g]", only->latitude, only->longitude, only->km);
    if (query->folder)
        n += snprintf(to + n, size - (size_t)n, " in[%s]", query->folder);
    if (only->album)
        n += snprintf(to + n, size - (size_t)n, " album[%s]", only->album);
    if (only->has)
        n += snprintf(to + n, size - (size_t)n, " has[%d]", (int)only->has);
    return n;
}

/* "weight kind[text] ..." of the sum, then after " ! " that of each NOT, then its filters */
static void reads(const char *text, const char *expected)
{
    char shown[2000];
    descry_query query = {0};
    descry_error err;
    if (descry_query_parse(&query, text, NULL, &err))
        fail_msg("%s: %s", text, err.message);
    int n = show_terms(&query, query.sum, shown, sizeof shown);
    for (size_t i = 0; i < query.avoids; i++) {
        n += snprintf(shown + n, sizeof shown - (size_t)n, " ! ");
        n += show_terms(&query, query.avoid[i], shown + n, sizeof shown - (size_t)n);
    }
    show_filters(&query, shown + n, sizeof shown - (size_t)n);
    assert_string_equal(shown, expected);
    descry_query_free(&query);
}

/* `at` is the byte, counted from 0, at which it goes wrong. */
static void refuses(int code, const char *text, size_t at, const char *why)
{
    descry_query query = {0};
    descry_error err = {0};
    size_t position = 99999;
    int rc = descry_query_parse(&query, text, &position, &err);
    if (rc != code || position != at || !strstr(err.message, why))
        fail_msg("%.60s: %d at %zu: %s", text, rc, position, err.message);
    assert_null(strchr(err.message, '\n'));
    assert_int_equal(strncmp(err.message, "the query, character ", 21), 0);
    descry_query_free(&query);
    assert_int_equal(descry_query_parse(&query, text, NULL, NULL), code);
    descry_query_free(&query);
}

static void plain_text_is_one_term(void **state)
{
    (void)state;
    reads("a woman on brick stairs holding a puppy", "1 t[a woman on brick stairs holding a puppy]");
    reads("  beach\t", "1 t[beach]");
    reads("", "");
    reads(" \n ", "");
    reads("a  b", "1 t[a  b]");
    reads("t-shirt", "1 t[t-shirt]");
    reads("C++", "1 t[C++]");
    reads("rock-n-roll * 2", "2 t[rock-n-roll]");
    reads("AC/DC + a+b", "1 t[AC/DC] 1 t[a+b]");
    reads("not a dog, nothing NOTed", "1 t[not a dog, nothing NOTed]");
    reads("-beach", "1 t[-beach]");
    reads("a photo (old)", "1 t[a photo (old)]");
    reads("f(x) of (y z)", "1 t[f(x) of (y z)]");
    reads("12\" pizza", "1 t[12\" pizza]");
    reads("a sign saying \"a - b\" here", "1 t[a sign saying \"a - b\" here]");
    reads("a \" b \" c \"", "1 t[a \" b \" c \"]");
    reads("2", "1 t[2]");
    reads("2 + 3", "1 t[2] 1 t[3]");
    reads("2 cats", "1 t[2 cats]");
    reads("\xc3\xa9t\xc3\xa9 \xff", "1 t[\xc3\xa9t\xc3\xa9 \xff]");
    reads("#", "1 t[#]");
    reads("#1 fan", "1 t[#1 fan]");
    reads("a./b", "1 t[a./b]");
    reads("~", "1 t[~]");
    reads("ftp://x/y.jpg", "1 t[ftp://x/y.jpg]");
}

static void sums_weights_and_brackets(void **state)
{
    (void)state;
    reads("a - b", "1 t[a] -1 t[b]");
    reads("a + b - c d + e", "1 t[a] 1 t[b] -1 t[c d] 1 t[e]");
    reads("\"a\" - \"a\"", "1 t[a] -1 t[a]");
    reads("1.5 * dog", "1.5 t[dog]");
    reads("dog * 1.5", "1.5 t[dog]");
    reads("2 * 3 * dog * .5 * -1.", "-3 t[dog]");
    reads("-2 * dog - -0.5 * cat", "-2 t[dog] 0.5 t[cat]");
    reads("2 * 3", "2 t[3]");
    reads("2 * \"3\"", "2 t[3]");
    reads("x - (a - (b - c))", "1 t[x] -1 t[a] 1 t[b] -1 t[c]");
    reads("./start.jpg + 1.5 * (\"dog\" - \"cat\")", "1 f[./start.jpg] 1.5 t[dog] -1.5 t[cat]");
    reads("./a.jpg + 1.5 * (dog - cat)", "1 f[./a.jpg] 1.5 t[dog] -1.5 t[cat]");
    reads("(a photo (old) - b) * 2", "2 t[a photo (old)] -2 t[b]");
    reads("( a )", "1 t[a]");
    reads("((a) + ((b)))", "1 t[a] 1 t[b]");
    reads("2 * (3 * (a + b) - c)", "6 t[a] 6 t[b] -2 t[c]");
    reads("0 * a + b", "0 t[a] 1 t[b]");
    reads("1,5 + 1e3 + 0x10 + inf", "1 t[1,5] 1 t[1e3] 1 t[0x10] 1 t[inf]");
}

static void quotes_protect(void **state)
{
    (void)state;
    reads("\"a - b (c\"", "1 t[a - b (c]");
    reads("\"NOT\" + \"2\"", "1 t[NOT] 1 t[2]");
    reads("\"say \\\"hi\\\" \\\\ \\n\"", "1 t[say \"hi\" \\ \\n]");
    reads("(\"a\")", "1 t[a]");
    reads("\"./a - b.jpg\"", "1 f[./a - b.jpg]"); /* what it is goes by its beginning, quoted or not */
    reads("\" ./a\"", "1 t[ ./a]");
}

static void pictures(void **state)
{
    (void)state;
    reads("./lincoln.jpg + \"Oscar Wilde\" - \"Abraham Lincoln\"",
          "1 f[./lincoln.jpg] 1 t[Oscar Wilde] -1 t[Abraham Lincoln]");
    reads("./my photo (1).jpg + ../x", "1 f[./my photo (1).jpg] 1 f[../x]");
    reads("/ + ~/a", "1 f[/] 1 f[~/a]");
    reads("#17 - #18", "1 i[#17] -1 i[#18]");
    reads("#017", "1 i[#017]");
    reads("http://a/b?c=(d) + https://e", "1 u[http://a/b?c=(d)] 1 u[https://e]");
    reads("file:/a%20b%2", "1 f[/a b%2]");
    reads("file:///a + file://localhost/b", "1 f[/a] 1 f[/b]");
}

static void parts_of_pictures(void **state)
{
    (void)state;
    reads("#17[0.1,0.25,0.5,1]", "1 i[#17[0.1,0.25,0.5,1]] 0.1,0.25..0.5,1");
    reads("2 * #17[ 0 , .1, 1 ,0.2 ] - \"#18[0,0,.5,.5]\" NOT (#3[0,0,1,1])",
          "2 i[#17[ 0 , .1, 1 ,0.2 ]] 0,0.1..1,0.2 -1 i[#18[0,0,.5,.5]] 0,0..0.5,0.5 ! 1 i[#3[0,0,1,1]] 0,0..1,1");
    reads("#17[0,0,1,1] has:caption", "1 i[#17[0,0,1,1]] 0,0..1,1 has[1]");
    reads("#[0,0,1,1]", "1 t[#[0,0,1,1]]");
    reads("a #17[0,0,1,1]", "1 t[a #17[0,0,1,1]]");
    const int A = DESCRY_ERR_ARGUMENT;
    refuses(A, "a + #17[0,0,1", 7, "this bracket is never closed");
    refuses(A, "#17[", 3, "this bracket is never closed");
    refuses(A, "#17[]", 4, "a number from 0 to 1");
    refuses(A, "\xc3\xa9 + #17[0,0,1,1.5]", 15, "character 15: an edge of a part of a picture is a number from 0 to 1");
    refuses(A, "\"#17[0, x,1,1]\"", 8, "a number from 0 to 1");
    refuses(A, "#17[-0.1,0,1,1]", 4, "a number from 0 to 1");
    refuses(A, "#17[0,0,1]", 9, "[left,top,right,bottom]");
    refuses(A, "#17[0,0,1,1,1]", 11, "[left,top,right,bottom]");
    refuses(A, "#17[0.5,0,0.5,1]", 3, "nothing is in this part");
    refuses(A, "#17[0,1,1,0]", 3, "nothing is in this part");
    refuses(A, "#17[0,0,1,1] a cat", 13, "an operator is missing before this");
    refuses(A, "#17[0,0,1,1]]", 12, "an operator is missing before this");
    refuses(A, "#99999999999999999999[0,0,1,1]", 0, "no picture has such a number");
}

static void exclusions(void **state)
{
    (void)state;
    reads("beach NOT people", "1 t[beach] ! 1 t[people]");
    reads("beach at noon NOT two dogs NOT #3 NOT ./x.jpg",
          "1 t[beach at noon] ! 1 t[two dogs] ! 1 i[#3] ! 1 f[./x.jpg]");
    reads("a + b NOT (c + 2 * d)", "1 t[a] 1 t[b] ! 1 t[c] 2 t[d]");
    reads("(a) NOT (b)", "1 t[a] ! 1 t[b]");
    reads("a NOT 2", "1 t[a] ! 1 t[2]");
}

static void mistakes_have_a_place(void **state)
{
    (void)state;
    const int A = DESCRY_ERR_ARGUMENT;
    refuses(A, "+ a", 0, "character 1: a term is missing before this operator");
    refuses(A, "a +", 3, "a term is missing at the end");
    refuses(A, "a + - b", 4, "a term is missing before this operator");
    refuses(A, "- a", 0, "a term is missing before");
    refuses(A, "(", 1, "a term is missing at the end");
    refuses(A, "( )", 2, "a term is missing before this bracket");
    refuses(A, "(\"a\" -)", 6, "a term is missing before this bracket");
    refuses(A, "x + (a", 4, "never closed");
    refuses(A, "x + ((a) + b", 4, "never closed");
    refuses(A, "a + b (c", 6, "never closed");
    refuses(A, "1.5*(\"dog\" - \"cat\")", 4, "operators stand between spaces");
    refuses(A, "a)", 1, "this bracket was never opened");
    refuses(A, "a )", 2, "this bracket was never opened");
    refuses(A, ")", 0, "this bracket was never opened");
    refuses(A, ":)", 1, "this bracket was never opened");
    refuses(A, "(a) b", 4, "an operator is missing before this");
    refuses(A, "(a)b", 3, "a space is missing after the bracket");
    refuses(A, "(\"a\" b)", 5, "an operator is missing before this");
    refuses(A, "\"a\" \"b\"", 4, "an operator is missing before this");
    refuses(A, "\"a\"b", 3, "a space is missing after the quoted term");
    refuses(A, "\xc3\xa9 + \"a", 5, "character 5: this quote is never closed");
    refuses(A, "\"a\\\"", 0, "this quote is never closed");
    refuses(A, "a + \"\"", 4, "an empty term");
    refuses(A, "\" \t\"", 0, "an empty term");
    refuses(A, "./a.jpg \"b\"", 8, "an operator is missing before this");
    refuses(A, "a * b", 2, "one side of * has to be a number");
    refuses(A, "a * (2)", 2, "one side of * has to be a number");
    refuses(A, "a * -", 2, "one side of * has to be a number");
    refuses(A, "a *", 3, "a term is missing at the end");
    refuses(A, "2 * ", 4, "a term is missing at the end");
    refuses(A, "* 2", 0, "a term is missing");
    refuses(A, "NOT a", 0, "something to look for is missing before NOT");
    refuses(A, "a NOT", 5, "a term is missing at the end");
    refuses(A, "a NOT NOT b", 6, "NOT follows NOT");
    refuses(A, "a + NOT b", 4, "NOT follows a whole query");
    refuses(A, "(a NOT b)", 3, "outside brackets");
    refuses(A, "a NOT (b NOT c)", 9, "outside brackets");
    refuses(A, "a NOT b + c", 8, "after NOT come one term, or several in brackets");
    refuses(A, "a NOT 2 * b", 8, "after NOT come one term");
    refuses(A, "a NOT b)", 7, "never opened");
    refuses(A, "https://a/b on a beach", 0, "a URL has no spaces");
    refuses(A, "a + file:b", 4, "whole path on this machine");
    refuses(A, "file://host/b", 0, "whole path on this machine");
    refuses(A, "file:/a%00b", 0, "NUL");
    refuses(A, "a - #99999999999999999999", 4, "no picture has such a number");
}

static void filters_stand_beside_terms(void **state)
{
    (void)state;
    reads("date:2019", " >2019-01-01T00:00:00 <2020-01-01T00:00:00");
    reads(" has:caption  in:Holidays ", " in[Holidays] has[1]");
    reads("beach date:2019-06..2019-08", "1 t[beach] >2019-06-01T00:00:00 <2019-09-01T00:00:00");
    reads("date:2019.. beach", "1 t[beach] >2019-01-01T00:00:00");
    reads("date:..2018-05-01 beach NOT people", "1 t[beach] ! 1 t[people] <2018-05-02T00:00:00");
    reads("beach NOT people camera:nikon", "1 t[beach] ! 1 t[people] camera[nikon]");
    reads("beach camera:nikon NOT people", "1 t[beach] ! 1 t[people] camera[nikon]");
    reads("camera:nikon ./a b.jpg + 2 * (\"a\" - b) has:place", "1 f[./a b.jpg] 2 t[a] -2 t[b] camera[nikon] has[2]");
    reads("near:48.1,11.6,20 (a) NOT (b) in:x", "1 t[a] ! 1 t[b] near[48.1,11.6,20] in[x]");
    reads("\"a beach\" has:date,caption", "1 t[a beach] has[5]");
    /* a plain text goes on behind them */
    reads("a beach date:2019 at noon", "1 t[a beach at noon] >2019-01-01T00:00:00 <2020-01-01T00:00:00");
    reads("2 in:x has:place 3 cats + b", "1 t[2 3 cats] 1 t[b] in[x] has[2]");
    reads("a NOT b in:x c", "1 t[a] ! 1 t[b c] in[x]");
}

static void values_of_filters(void **state)
{
    (void)state;
    reads("date:2020-02", " >2020-02-01T00:00:00 <2020-03-01T00:00:00");
    reads("date:2019-12-31", " >2019-12-31T00:00:00 <2020-01-01T00:00:00");
    reads("date:2019-12-31T23:59", " >2019-12-31T23:59:00 <2020-01-01T00:00:00");
    reads("date:\"2019-12-31 23:58:59..2020\"", " >2019-12-31T23:58:59 <2021-01-01T00:00:00");
    reads("date:2019..2019", " >2019-01-01T00:00:00 <2020-01-01T00:00:00");
    reads("in:\"My \\\"Holidays\\\" (2)\" a", "1 t[a] in[My \"Holidays\" (2)]");
    reads("in:~/a(b)/c camera:\"Canon EOS\"", " camera[Canon EOS] in[~/a(b)/c]");
    reads("near:-48,-11.5,0", " near[-48,-11.5,0]");
    reads("near:\"48.13715432123456789, 11, 2.5\"", " near[48.1371543212345,11,2.5]");
    reads("camera:+ a", "1 t[a] camera[+]");
    reads("camera:date:2019", " camera[date:2019]");
    reads("a album:\"My Summer\" b", "1 t[a b] album[My Summer]");
    reads("album:\xC3\xA9t\xC3\xA9", " album[\xC3\xA9t\xC3\xA9]");
}

static void what_only_looks_like_a_filter_is_text(void **state)
{
    (void)state;
    reads("re:zero", "1 t[re:zero]");
    reads("albums:x Date:2019 update:2019", "1 t[albums:x Date:2019 update:2019]");
    reads("\"date:2019\" in:x", "1 t[date:2019] in[x]");
    reads("a sign \"saying date:2019\" here", "1 t[a sign \"saying date:2019\" here]");
    reads("a (date:2019)", "1 t[a (date:2019)]");
    reads("date camera near", "1 t[date camera near]");
    reads("http://a/b?date:2019", "1 u[http://a/b?date:2019]");
    reads("file:/a in:b", "1 f[/a] in[b]");
}

static void mistakes_in_filters_have_a_place(void **state)
{
    (void)state;
    const int A = DESCRY_ERR_ARGUMENT;
    static const char OUTSIDE[] = "a filter stands outside brackets", BESIDE[] = "beside terms, not at an operator";
    refuses(A, "x + (a camera:b)", 7, OUTSIDE);
    refuses(A, "(date:2019)", 1, OUTSIDE);
    refuses(A, "x NOT (a - b in:c)", 13, OUTSIDE);
    refuses(A, "a photo (old in:c)", 13, OUTSIDE);
    refuses(A, "a + in:c", 4, BESIDE);
    refuses(A, "a in:c + b", 2, BESIDE);
    refuses(A, "in:c - b", 0, BESIDE);
    refuses(A, "\xc3\xa9 in:c has:date - b", 8, "character 8: a filter stands beside terms");
    refuses(A, "2 * in:c", 4, BESIDE);
    refuses(A, "2 in:c * a", 2, BESIDE);
    refuses(A, "a in:c * 2", 2, BESIDE);
    refuses(A, "a NOT in:c", 6, BESIDE);
    refuses(A, "date:2019 a date:2020", 12, "date: is given twice");
    refuses(A, "in:a in:b", 5, "in: is given twice");
    refuses(A, "has:date a NOT b has:date", 17, "has: is given twice");
    refuses(A, "date: a", 5, "nothing stands after date:");
    refuses(A, "a in:", 5, "nothing stands after in:");
    refuses(A, "a in:\"\"", 5, "nothing stands after in:");
    refuses(A, "a in:\"b", 5, "this quote is never closed");
    refuses(A, "a in:\"b\"c", 8, "a space is missing after the quoted term");
    refuses(A, "in:a)", 4, "this bracket was never opened");
    refuses(A, "in:a NOT b", 5, "something to look for is missing before NOT");
    refuses(A, "./a in:b c", 9, "an operator is missing before this");
    refuses(A, "\"a\" in:b c", 9, "an operator is missing before this");
    refuses(A, "a in:b \"c\"", 7, "an operator is missing before this");
    refuses(A, "a in:b ./c", 7, "an operator is missing before this");
    refuses(A, "a in:b (c)", 7, "an operator is missing before this");
    refuses(A, "date:yesterday", 5, "this is no date: YYYY");
    refuses(A, "a date:2019-13", 7, "this is no date");
    refuses(A, "date:2019..201", 11, "this is no date");
    refuses(A, "date:2019-02-29..2020", 5, "this is no date");
    refuses(A, "date:..", 5, "a date is missing");
    refuses(A, "date:2019..2020..2021", 11, "this is no date");
    refuses(A, "date:2019..2018", 11, "before the date that it begins with");
    refuses(A, "near:48.1,11.6", 10, "LAT,LON,KM are wanted");
    refuses(A, "near:91,11.6,20", 5, "degrees from -90 to 90");
    refuses(A, "near:48.1,-180.5,20", 10, "from -180 to 180");
    refuses(A, "near:48.1,11.6,-1", 15, "kilometres");
    refuses(A, "near:48.1,11.6,20,3", 15, "kilometres");
    refuses(A, "near:4e1,0x1,20", 5, "LAT,LON,KM");
    refuses(A, "near:0.1234567890123456x,1,20", 5, "LAT,LON,KM");
    refuses(A, "camera:\"a \xff\"", 10, "not UTF-8");
    refuses(A, "a album:x\xff", 9, "the album's name is not UTF-8");
    refuses(A, "a album:", 8, "nothing stands after album:");
    refuses(A, "album:x a album:y", 10, "album: is given twice");
    refuses(A, "a has:sound", 6, "what pictures can have: caption, place, date");
    refuses(A, "has:date,", 9, "what pictures can have");
}

/* What is left of words to look for, and the filters. */
static void words_read(const char *text, const char *expected)
{
    char shown[500];
    const char *rest;
    descry_query query = {0};
    assert_int_equal(descry_query_parse_words(&query, text, &rest, NULL, NULL), 0);
    int n = snprintf(shown, sizeof shown, "%s", rest);
    show_filters(&query, shown + n, sizeof shown - (size_t)n);
    assert_string_equal(shown, expected);
    descry_query_free(&query);
}

static void words_have_filters_but_no_grammar(void **state)
{
    (void)state;
    const char *rest;
    descry_query query = {0};
    descry_error err;
    words_read("(a + NOT b) \"c", "(a + NOT b) \"c");
    words_read("a in:\"b c\" d has:date", "a          d          in[b c] has[4]");
    words_read("\"a in:b\" + (in:c) in:d", "\"a in:b\" + (in:c)      in[d]");
    size_t position = 0;
    assert_int_equal(descry_query_parse_words(&query, "a + in:b in:c", &rest, &position, &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(position, 9);
    assert_string_equal(err.message, "the query, character 10: in: is given twice");
    descry_query_free(&query);
}

static void options_and_filters_do_not_contradict(void **state)
{
    (void)state;
    static const char text[] = "a date:2019 camera:b near:1,2,3 in:c has:date album:e";
    const char *const under[] = {"/d"};
    descry_filter given[6], narrowed = DESCRY_FILTER_INIT;
    descry_query query = {0};
    descry_error err;
    assert_int_equal(descry_query_parse(&query, text, NULL, NULL), 0);
    narrowed.has = DESCRY_HAS_CAPTION;
    assert_int_equal(descry_query_narrow(&query, text, &narrowed, NULL, &err), 0);
    assert_true(narrowed.after == query.only.after && narrowed.before == query.only.before && narrowed.km == 3);
    assert_true(narrowed.latitude == 1 && narrowed.longitude == 2);
    assert_string_equal(narrowed.camera, "b");
    assert_string_equal(narrowed.album, "e");
    assert_int_equal(narrowed.unders, 1);
    assert_string_equal(narrowed.under[0], "c");
    assert_int_equal(narrowed.has, DESCRY_HAS_CAPTION | DESCRY_HAS_DATE);
    for (int i = 0; i < 6; i++)
        given[i] = (descry_filter)DESCRY_FILTER_INIT;
    given[0].after = 0;
    given[1].before = 0;
    given[2].camera = "b";
    given[3].km = 0;
    given[4].under = under;
    given[4].unders = 1;
    given[5].album = "f";
    static const char *const mistakes[] = {"3: date: is in the options, too", "3: date: is in", "13: camera: is", "22: near: is",
                                           "33: in: is", "47: album: is"};
    static const size_t places[] = {2, 2, 12, 21, 32, 46};
    for (int i = 0; i < 6; i++) {
        size_t position = 0;
        assert_int_equal(descry_query_narrow(&query, text, &given[i], &position, &err), DESCRY_ERR_ARGUMENT);
        assert_non_null(strstr(err.message, mistakes[i]));
        assert_int_equal(position, places[i]);
        assert_int_equal(descry_query_check(text, DESCRY_RANKING_VECTORS, &given[i], &position, NULL), DESCRY_ERR_ARGUMENT);
        assert_int_equal(position, places[i]);
        assert_int_equal(descry_query_check(text, DESCRY_RANKING_WORDS, &given[i], &position, NULL), DESCRY_ERR_ARGUMENT);
        assert_int_equal(position, places[i]);
    }
    assert_int_equal(descry_query_check(text, DESCRY_RANKING_HYBRID, NULL, NULL, NULL), 0);
    descry_query_free(&query);
}

static void limits_are_kept(void **state)
{
    (void)state;
    char *text = calloc(1, DESCRY_QUERY_MAX_SIZE + 2);
    memset(text, 'a', DESCRY_QUERY_MAX_SIZE);
    descry_query query = {0};
    assert_int_equal(descry_query_parse(&query, text, NULL, NULL), 0);
    descry_query_free(&query);
    text[DESCRY_QUERY_MAX_SIZE] = 'a';
    refuses(DESCRY_ERR_LIMIT, text, DESCRY_QUERY_MAX_SIZE, "too long");
    memset(text, 0, DESCRY_QUERY_MAX_SIZE + 2);
    for (int i = 0; i < DESCRY_QUERY_MAX_DEPTH; i++)
        text[i] = '(', text[DESCRY_QUERY_MAX_DEPTH + 1 + i] = ')';
    text[DESCRY_QUERY_MAX_DEPTH] = 'a';
    reads(text, "1 t[a]");
    memset(text, '(', DESCRY_QUERY_MAX_SIZE);
    refuses(DESCRY_ERR_LIMIT, text, DESCRY_QUERY_MAX_DEPTH, "too deep");
    memset(text, 0, DESCRY_QUERY_MAX_SIZE + 2);
    for (int i = 0; i < DESCRY_QUERY_MAX_TERMS; i++)
        strcat(text, i ? " + a" : "a");
    assert_int_equal(descry_query_parse(&query, text, NULL, NULL), 0);
    assert_int_equal(query.count, DESCRY_QUERY_MAX_TERMS);
    descry_query_free(&query);
    strcat(text, " + b");
    refuses(DESCRY_ERR_LIMIT, text, strlen(text) - 1, "too many terms");
    refuses(DESCRY_ERR_LIMIT, "x + 1000.1 * a", 4, "too large a weight");
    text[0] = 0;
    for (int i = 0; i < 200; i++)
        strcat(text, "1000 * ");
    strcat(text, "(0 * a * 1000)");
    refuses(DESCRY_ERR_LIMIT, text, strlen(text) - 9, "too large a weight, all together");
    free(text);
}

/* ---- vectors --------------------------------------------------------------------------------------------------- */

enum { DIM = 5 };

/* Lengths differ from term to term, directions from letter to letter: a is the first axis, ... */
static int embed(void *arg, const descry_term *term, float *vector, descry_error *err)
{
    size_t *calls = arg;
    if (strcmp(term->text, "bad") == 0)
        return descry_fail(err, DESCRY_ERR_IO, "bad");
    memset(vector, 0, DIM * sizeof *vector);
    if (strcmp(term->text, "zero") != 0)
        vector[(term->text[0] - 'a') % DIM] = strcmp(term->text, "nan") == 0 ? NAN : (float)(1 + term->begin);
    ++*calls;
    return 0;
}

static int evaluate(const char *text, float *vector, float *shares, descry_error *err)
{
    descry_query query = {0};
    size_t calls = 0;
    int rc = descry_query_parse(&query, text, NULL, err);
    assert_int_equal(rc, 0);
    rc = descry_query_evaluate(&query, query.avoids ? query.avoid[0] : query.sum, DIM, embed, &calls, vector, shares,
                               err);
    if (!rc)
        assert_int_equal(calls, query.avoids ? query.avoid[0].end - query.avoid[0].begin : query.sum.end);
    descry_query_free(&query);
    return rc;
}

static void terms_are_normalised_and_so_is_their_sum(void **state)
{
    (void)state;
    float vector[DIM], shares[3 * DIM];
    descry_error err;
    assert_int_equal(evaluate("d + 2 * (a - b)", vector, shares, &err), 0); /* (2, -2, 0, 1, 0) / 3 */
    const double expected[DIM] = {2.0 / 3, -2.0 / 3, 0, 1.0 / 3, 0};
    for (int d = 0; d < DIM; d++) {
        assert_true(fabs(vector[d] - expected[d]) < 1e-7);
        assert_true(fabs(shares[d] + shares[DIM + d] + shares[2 * DIM + d] - vector[d]) < 1e-6);
    }
    assert_true(fabs(shares[3] - 1.0 / 3) < 1e-7 && fabs(shares[DIM] - 2.0 / 3) < 1e-7);
    assert_int_equal(evaluate("x NOT (a + b)", vector, NULL, &err), 0);
    assert_true(fabs(vector[0] - sqrt(.5)) < 1e-7 && fabs(vector[1] - sqrt(.5)) < 1e-7);
    assert_int_equal(evaluate("0.0001 * a", vector, NULL, &err), 0);
    assert_true(vector[0] == 1);
}

static void nothing_is_no_direction(void **state)
{
    (void)state;
    float vector[DIM];
    descry_error err;
    assert_int_equal(evaluate("\"a\" - \"a\"", vector, NULL, &err), DESCRY_ERR_ARGUMENT);
    assert_string_equal(err.message, "the terms cancel each other out: nothing is left to look for");
    assert_int_equal(evaluate("0.1 * a + 0.2 * a - 0.3 * a", vector, NULL, &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(evaluate("0 * a", vector, NULL, &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(evaluate("x NOT (a - a)", vector, NULL, &err), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "after NOT"));
    assert_int_equal(evaluate("zero", vector, NULL, &err), DESCRY_ERR_NUMERIC);
    assert_int_equal(evaluate("a + nan", vector, NULL, &err), DESCRY_ERR_NUMERIC);
    assert_int_equal(evaluate("a + bad", vector, NULL, &err), DESCRY_ERR_IO);
    assert_string_equal(err.message, "bad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_one_term),
        cmocka_unit_test(sums_weights_and_brackets),
        cmocka_unit_test(quotes_protect),
        cmocka_unit_test(pictures),
        cmocka_unit_test(parts_of_pictures),
        cmocka_unit_test(exclusions),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(filters_stand_beside_terms),
        cmocka_unit_test(values_of_filters),
        cmocka_unit_test(what_only_looks_like_a_filter_is_text),
        cmocka_unit_test(mistakes_in_filters_have_a_place),
        cmocka_unit_test(words_have_filters_but_no_grammar),
        cmocka_unit_test(options_and_filters_do_not_contradict),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(terms_are_normalised_and_so_is_their_sum),
        cmocka_unit_test(nothing_is_no_direction),
    };
    return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
