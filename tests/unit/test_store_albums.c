/* SPDX-License-Identifier: Apache-2.0
 * Albums in every kind of store, through its table of operations alone. */
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int always(void *arg, const char *path)
{
    (void)arg, (void)path;
    return 1;
}

/* "name count" or "name: query" of each. */
static void expect_albums(seam *s, const char *expected)
{
    descry_album *albums;
    descry_arena arena = {0};
    size_t count;
    char shown[1000] = "";
    assert_int_equal(s->ops->albums(s->store, &albums, &count, &arena, &s->err), 0);
    for (size_t i = 0; i < count; i++) {
        const descry_album *a = &albums[i];
        char *to = shown + strlen(shown);
        size_t room = sizeof shown - strlen(shown);
        if (a->query)
            snprintf(to, room, "%s%s: %s", i ? ", " : "", a->name, a->query);
        else
            snprintf(to, room, "%s%s %d", i ? ", " : "", a->name, (int)a->count);
        assert_true(a->id > 0 && (!a->query || a->count == 0));
    }
    assert_string_equal(shown, expected);
    descry_arena_free(&arena);
}

static int64_t create(seam *s, const char *name, const char *query)
{
    int64_t id;
    if (s->ops->create_album(s->store, name, query, &id, &s->err))
        fail_msg("%s", s->err.message);
    assert_true(id > 0);
    return id;
}

static void albums_have_names_of_their_own(seam *s)
{
    static char query[DESCRY_ALBUM_QUERY_SIZE + 2];
    static char longest[DESCRY_ALBUM_NAME_SIZE + 2];
    const char *const bad[] = {"", "a\nb", "\x7F", "a\xC2\x85", "\xFF", "a\xED\xA0\x80", longest};
    memset(longest, 'x', DESCRY_ALBUM_NAME_SIZE + 1);
    memset(query, 'x', DESCRY_ALBUM_QUERY_SIZE + 1);
    expect_albums(s, "");
    const int64_t summer = create(s, "Summer", NULL), red = create(s, "Red", "a red apple"), e = create(s, "\xC3\xA9t\xC3\xA9", NULL);
    int64_t id = 7;
    assert_true(summer != red && red != e);
    assert_int_equal(s->ops->create_album(s->store, "Summer", "x", &id, &s->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(id, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(s->ops->create_album(s->store, bad[i], NULL, &id, &s->err), DESCRY_ERR_ARGUMENT);
        assert_int_equal(s->ops->change_album(s->store, summer, bad[i], NULL, &s->err), DESCRY_ERR_ARGUMENT);
    }
    assert_int_equal(s->ops->create_album(s->store, "Long", query, &id, &s->err), DESCRY_ERR_LIMIT);
    assert_int_equal(s->ops->change_album(s->store, red, NULL, query, &s->err), DESCRY_ERR_LIMIT);
    expect_albums(s, "Red: a red apple, Summer 0, \xC3\xA9t\xC3\xA9 0");

    assert_int_equal(s->ops->change_album(s->store, summer, "Red", NULL, &s->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(s->ops->change_album(s->store, summer, NULL, "x", &s->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(s->ops->change_album(s->store, 1000, "x", NULL, &s->err), DESCRY_ERR_NOT_FOUND);
    assert_int_equal(s->ops->change_album(s->store, summer, "Summer", NULL, &s->err), 0);
    longest[DESCRY_ALBUM_NAME_SIZE] = 0;
    assert_int_equal(s->ops->change_album(s->store, e, longest, NULL, &s->err), 0);
    assert_int_equal(s->ops->change_album(s->store, e, "summer", NULL, &s->err), 0);
    assert_int_equal(s->ops->change_album(s->store, red, "Redder", "a redder apple", &s->err), 0);
    expect_albums(s, "Redder: a redder apple, Summer 0, summer 0");

    descry_album found;
    descry_arena arena = {0};
    assert_int_equal(s->ops->album(s->store, "Redder", &found, &arena, &s->err), 0);
    assert_true(found.id == red && strcmp(found.name, "Redder") == 0 && strcmp(found.query, "a redder apple") == 0);
    assert_int_equal(s->ops->album(s->store, "Summer", &found, &arena, &s->err), 0);
    assert_true(found.id == summer && !found.query && found.count == 0);
    assert_int_equal(s->ops->album(s->store, "Red", &found, &arena, &s->err), 0);
    assert_true(found.id == 0 && !found.name);
    descry_arena_free(&arena);

    assert_int_equal(s->ops->remove_album(s->store, e, &s->err), 0);
    assert_int_equal(s->ops->remove_album(s->store, e, &s->err), DESCRY_ERR_NOT_FOUND);
    assert_true(create(s, "summer", NULL) > e);
    expect_albums(s, "Redder: a redder apple, Summer 0, summer 0");
}

static void albums_have_contents(seam *s)
{
    int64_t contents[4] = {1000};
    uint64_t changed;
    for (int i = 1; i < 4; i++) {
        const given g = make(i);
        descry_put item = file(&g);
        put(s, &item, 1);
        contents[i] = item.id;
    }
    const int64_t some = create(s, "some", NULL), all = create(s, "all", NULL), smart = create(s, "smart", "x");
    assert_int_equal(s->ops->fill_album(s->store, all, contents, 4, 0, &s->err), 0); /* the first is unknown */
    assert_int_equal(s->ops->fill_album(s->store, some, contents + 1, 2, 0, &s->err), 0);
    assert_int_equal(s->ops->fill_album(s->store, some, contents + 1, 1, 0, &s->err), 0);
    assert_int_equal(s->ops->fill_album(s->store, smart, contents + 1, 1, 0, &s->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(s->ops->fill_album(s->store, smart, contents + 1, 1, 1, &s->err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(s->ops->fill_album(s->store, 1000, contents + 1, 1, 0, &s->err), DESCRY_ERR_NOT_FOUND);
    expect_albums(s, "all 3, smart: x, some 2");
    assert_int_equal(s->ops->fill_album(s->store, all, contents, 2, 1, &s->err), 0);
    assert_int_equal(s->ops->fill_album(s->store, some, contents + 3, 1, 1, &s->err), 0);
    expect_albums(s, "all 2, smart: x, some 2");

    /* what is missing stays, what is forgotten does not */
    assert_int_equal(s->ops->mark_missing(s->store, "/p/002.jpg", always, NULL, &changed, &s->err), 0);
    expect_albums(s, "all 1, smart: x, some 1");
    descry_put back = {.path = "/p/002.jpg", .kind = DESCRY_PUT_SAME};
    put(s, &back, 1);
    expect_albums(s, "all 2, smart: x, some 2");
    const given moved = make(2);
    descry_put copy = {.path = "/q/moved.jpg", .kind = DESCRY_PUT_FILE, .content = &moved.content};
    put(s, &copy, 1);
    assert_int_equal(s->ops->forget(s->store, "/p", &changed, &s->err), 0);
    expect_albums(s, "all 1, smart: x, some 1");
    put_number(s, 1);
    expect_albums(s, "all 1, smart: x, some 1");
    assert_int_equal(s->ops->remove_album(s->store, all, &s->err), 0);
    expect_albums(s, "smart: x, some 1");
}

SEAM_TEST(albums_have_names_of_their_own)
SEAM_TEST(albums_have_contents)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAM_TESTS(albums_have_names_of_their_own),
        SEAM_TESTS(albums_have_contents),
    };
    return cmocka_run_group_tests_name("store albums", tests, NULL, NULL);
}
