/* SPDX-License-Identifier: Apache-2.0
 * What a program is told of a query's parts. */
#include "cmocka_test.h"

#include "descry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shown {
    const char *query;
    char text[1000];
    int room;
} shown;

static int show_part(void *arg, const descry_query_part *part)
{
    static const char kinds[] = "tfui";
    shown *to = arg;
    int n = (int)strlen(to->text), cut = (int)(part->cut_end - part->cut_begin);
    assert_int_equal(part->kind == DESCRY_QUERY_FILTER, part->key != NULL);
    assert_int_equal(part->kind == DESCRY_QUERY_ID ? atoi(part->text + 1) : 0, part->id);
    if (part->key)
        n += snprintf(to->text + n, sizeof to->text - (size_t)n, "%s %s[%s] ", n ? "," : "", part->key, part->text);
    else
        n += snprintf(to->text + n, sizeof to->text - (size_t)n, "%s %s%g %c[%s] ", n ? "," : "",
                      part->exclusion ? part->exclusion == 1 ? "!" : "!!" : "", part->weight, kinds[part->kind], part->text);
    n += snprintf(to->text + n, sizeof to->text - (size_t)n, "%d-%d", (int)part->begin, (int)part->end);
    if (cut > 0)
        snprintf(to->text + n, sizeof to->text - (size_t)n, " '%.*s'", cut, to->query + part->cut_begin);
    return --to->room == 0;
}

/* For each part "weight kind[text]" or "key[value]", its bytes, and what is to be cut out. */
static void understands(descry_ranking ranking, const char *query, const char *expected)
{
    shown to = {.query = query};
    descry_error err;
    if (descry_query_parts(query, ranking, show_part, &to, NULL, &err))
        fail_msg("%s: %s", query, err.message);
    assert_string_equal(to.text, expected);
}

static void a_query_is_known_by_its_parts(void **state)
{
    (void)state;
    const descry_ranking vectors = DESCRY_RANKING_VECTORS, words = DESCRY_RANKING_WORDS;
    shown to = {.query = "a + b", .room = 1};
    size_t position = 0;
    understands(vectors, "", "");
    understands(vectors, " a cat ", " 1 t[a cat] 1-6 'a cat'");
    understands(vectors, "a + \"b\" - c", " 1 t[a] 0-1 'a + ', 1 t[b] 4-7 '+ \"b\"', -1 t[c] 10-11 '- c'");
    understands(vectors, "a - b", " 1 t[a] 0-1, -1 t[b] 4-5 '- b'");
    understands(vectors, "#7 + 2 * (./p - (c) * 3)", " 1 i[#7] 0-2 '#7 + ', 2 f[./p] 10-13, -6 t[c] 17-18 '- (c) * 3'");
    understands(vectors, "x + 1.5 * ((c))", " 1 t[x] 0-1 'x + ', 1.5 t[c] 12-13 '+ 1.5 * ((c))'");
    understands(vectors, "(http://a) NOT b NOT (c + d)",
                " 1 u[http://a] 1-9, !1 t[b] 15-16 'NOT b', !!1 t[c] 22-23 'c + ', !!1 t[d] 26-27 '+ d'");
    understands(vectors, "in:\"a b\" a dog date:2019 at noon + file:/x%20y has:date",
                " in[a b] 0-8 'in:\"a b\"', 1 t[a dog at noon] 9-32, date[2019] 15-24 'date:2019',"
                " 1 f[/x y] 35-46 '+ file:/x%20y', has[date] 47-55 'has:date'");
    understands(words, "two - NOT  in:x cats has:date",
                " 1 t[two - NOT] 0-9 'two - NOT', in[x] 11-15 'in:x', 1 t[cats] 16-20 'cats', has[date] 21-29 'has:date'");
    understands(words, "  ", "");
    assert_int_equal(descry_query_parts("a + b", vectors, show_part, &to, &position, NULL), 0);
    assert_string_equal(to.text, " 1 t[a] 0-1 'a + '"); /* it had enough */
    assert_int_equal(descry_query_parts("a + + b", vectors, show_part, &to, &position, NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(position, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_is_known_by_its_parts),
    };
    return cmocka_run_group_tests_name("chips", tests, NULL, NULL);
}
