/* SPDX-License-Identifier: Apache-2.0
 * Reads and searches of every kind of store, through its table of operations alone. */
#include "store_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 200 };

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void rows_are_in_the_order_asked_for(seam *s)
{
    for (int i = 0; i < 10; i++)
        put_number(s, i);
    descry_put bad = {.path = "/p/bad.jpg", .kind = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &bad, 1);
    const descry_place seven = place(s, "/p/007.jpg"), two = place(s, "/p/002.jpg"), failed = place(s, bad.path);
    descry_put_caption caption = {seven.content, "a seven", 0};
    assert_int_equal(s->ops->put_captions(s->store, "captioner", RECIPE, &caption, 1, &s->err), 0);
    const int64_t ids[] = {seven.id, 999, two.id, failed.id, seven.id};
    const descry_wanted wanted = {.vectors = &s->recipe, .captions = 1, .metadata = 1}, nothing = {0};
    descry_row rows[5];
    descry_arena arena = {0};
    assert_int_equal(s->ops->details(s->store, ids, 5, &wanted, rows, &arena, &s->err), 0);
    for (int i = 0; i < 5; i += 4) {
        assert_true(rows[i].id == seven.id && rows[i].content == seven.content && rows[i].path_size == 10);
        assert_string_equal(rows[i].path, "/p/007.jpg");
        assert_string_equal(rows[i].caption, "a seven");
        assert_string_equal(rows[i].captioner, "captioner");
        assert_string_equal(rows[i].metadata->camera, "camera 7");
        assert_true(rows[i].vector[3] == 1 && rows[i].vector[0] == 0);
    }
    assert_true(rows[1].id == 0 && !rows[1].caption && !rows[1].vector);
    assert_true(rows[2].id == two.id && !rows[2].caption && !rows[2].captioner && rows[2].vector[2] == 1);
    assert_true(rows[3].id == failed.id && rows[3].content == 0 && rows[3].failed && !rows[3].vector);
    assert_int_equal(s->ops->details(s->store, ids, 1, &nothing, rows, &arena, &s->err), 0);
    assert_string_equal(rows[0].path, "/p/007.jpg");
    assert_true(!rows[0].caption && !rows[0].metadata && !rows[0].vector);
    descry_arena_free(&arena);

    const int64_t contents[] = {two.content, 999, seven.content};
    float vectors[3][DIM];
    int found[3];
    assert_int_equal(s->ops->vectors(s->store, &s->recipe, contents, 3, vectors[0], found, &s->err), 0);
    assert_true(found[0] && !found[1] && found[2]);
    assert_true(vectors[0][2] == 1 && vectors[2][3] == 1);
    for (int i = 0; i < DIM; i++)
        assert_true(vectors[1][i] == 0);
}

static int on_path(void *arg, const char *path, size_t size)
{
    assert_true(size > 3 && memcmp(path, "/p/", 3) == 0);
    return ++*(int *)arg == 5 ? 77 : 0;
}

/* What another handle writes meanwhile is not of that moment. */
static void a_list_is_of_one_moment(seam *s)
{
    for (int i = 0; i < 4; i++)
        put_number(s, i);
    const given g = make(50);
    descry_put plain = {.path = "/p/plain.jpg", .kind = DESCRY_PUT_FILE, .content = &g.content};
    put(s, &plain, 1);
    int heard = 0;
    descry_list all = {.each = on_path, .arg = &heard}, list = {.recipe = s->recipe.id};
    assert_int_equal(s->ops->list(s->store, &all, &s->err), 77);
    s->ops->unlist(s->store, &all);
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_int_equal(list.count, 4);
    seam other = *s;
    assert_int_equal(s->kind->open(&other.store, s->f, &s->err), 0);
    descry_put_caption caption = {list.items[1].content, "later", 0};
    assert_int_equal(other.ops->put_captions(other.store, "m", RECIPE, &caption, 1, &s->err), 0);
    descry_list within = {0}, never = {0};
    assert_int_equal(s->ops->list(s->store, &within, &s->err), 0);
    assert_int_equal(within.count, 5);
    s->ops->unlist(s->store, &within); /* ends neither the moment of the list around it, nor does one that never was */
    s->ops->unlist(s->store, &never);
    descry_row row;
    descry_arena arena = {0};
    const descry_wanted wanted = {.captions = 1};
    assert_int_equal(s->ops->details(s->store, &list.items[1].id, 1, &wanted, &row, &arena, &s->err), 0);
    assert_string_equal(row.path, "/p/001.jpg");
    assert_null(row.caption);
    int64_t id = list.items[1].id;
    s->ops->unlist(s->store, &list);
    assert_null(list.items);
    assert_int_equal(s->ops->details(s->store, &id, 1, &wanted, &row, &arena, &s->err), 0);
    assert_string_equal(row.caption, "later");
    descry_arena_free(&arena);
    other.ops->close(other.store);
}

static void the_nearest_come_first(seam *s)
{
    given some[MANY];
    descry_put items[MANY];
    for (int i = 0; i < MANY; i++) {
        some[i] = make(i);
        items[i] = file(&some[i]);
    }
    put(s, items, MANY);
    assert_int_equal(s->ops->recipe(s->store, RECIPE, "model", DIM, 0, &s->recipe, &s->err), 0);
    assert_int_equal(s->recipe.vectors, MANY);
    const float query[DIM] = {0, 1};
    const descry_nearest nearest = {.recipe = s->recipe.id, .vector = query, .k = 60, .threshold = -2};
    descry_hit *hits;
    size_t count;
    assert_int_equal(s->ops->nearest(s->store, &s->recipe, &nearest, &hits, &count, &s->err), 0);
    assert_int_equal(count, 60);
    for (size_t i = 0; i < count; i++) {
        assert_true(hits[i].score == (i < MANY / DIM ? 1.0f : 0.0f));
        assert_true(i == 0 || i == MANY / DIM || hits[i].id > hits[i - 1].id);
    }
    free(hits);
}

/* The number of matches of a filter, in four ways. */
static size_t count_through(seam *s, const descry_filter *filter)
{
    const float query[DIM] = {1};
    const descry_nearest nearest = {.recipe = s->recipe.id, .vector = query, .k = 1000, .threshold = -2, .filter = filter};
    descry_list list = {.filter = filter};
    descry_hit *hits;
    int64_t *places;
    size_t found, bare, count;
    assert_int_equal(s->ops->nearest(s->store, &s->recipe, &nearest, &hits, &found, &s->err), 0);
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_int_equal(list.count, found);
    s->ops->unlist(s->store, &list);
    assert_int_equal(s->ops->uncaptioned(s->store, filter, &places, &bare, &s->err), 0);
    assert_int_equal(bare, found);
    free(hits);
    assert_int_equal(s->ops->newest(s->store, filter, 1000, &hits, &count, &s->err), 0);
    assert_int_equal(count, found);
    free(hits);
    free(places);
    return found;
}

static void filters_let_through_what_they_say(seam *s)
{
    descry_filter filter = DESCRY_FILTER_INIT;
    for (int i = 0; i < 20; i++) {
        given g = make(i);
        descry_put item = file(&g);
        g.metadata.latitude = i;
        g.metadata.longitude = 0;
        put(s, &item, 1);
    }
    given bare = make(20);
    descry_put item = file(&bare);
    bare.metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN, .longitude = NAN};
    put(s, &item, 1);
    assert_int_equal(count_through(s, &filter), 21);
    filter.after = 5;
    assert_int_equal(count_through(s, &filter), 15);
    filter.before = 8;
    assert_int_equal(count_through(s, &filter), 3);
    filter.camera = "AMERA 6";
    assert_int_equal(count_through(s, &filter), 1);
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.before = 3;
    assert_int_equal(count_through(s, &filter), 3);
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.camera = "CAMERA";
    assert_int_equal(count_through(s, &filter), 20);
    filter.latitude = 10.5;
    filter.km = 111 * 3; /* a degree has 111.2 */
    assert_int_equal(count_through(s, &filter), 6);
    filter.under = (const char *const[]){"/p/009.jpg", "/p/00", "/p/012.jpg", "/p/019.jpg"};
    filter.unders = 4;
    assert_int_equal(count_through(s, &filter), 2);
    filter.km = -1;
    assert_int_equal(count_through(s, &filter), 3);
    filter.has = DESCRY_HAS_PLACE;
    assert_int_equal(count_through(s, &filter), 3);
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.has = DESCRY_HAS_DATE;
    assert_int_equal(count_through(s, &filter), 20);
    filter.has |= DESCRY_HAS_PLACE;
    assert_int_equal(count_through(s, &filter), 20);
    filter.has = DESCRY_HAS_PLACE;
    assert_int_equal(count_through(s, &filter), 20);
    filter.has = DESCRY_HAS_CAPTION;
    assert_int_equal(count_through(s, &filter), 0);
}

/* The timeline is what is newest, all of it, with its time. */
static void assert_timeline(seam *s, const descry_filter *filter, const int *numbers, const int64_t *taken)
{
    descry_moment *moments;
    descry_hit *hits;
    size_t count, n = 0;
    char path[32];
    assert_int_equal(s->ops->timeline(s->store, filter, &moments, &count, &s->err), 0);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/p/%03d.jpg", numbers[i]);
        assert_true(moments[i].id == place(s, path).id && moments[i].content == place(s, path).content);
        const int turned = numbers[i] == 3; /* see the_newest_come_first */
        assert_true(moments[i].taken == taken[numbers[i]]);
        assert_true(moments[i].width == (turned ? 2 : 3) && moments[i].height == (turned ? 3 : 2));
    }
    assert_int_equal(numbers[count], -1);
    assert_int_equal(s->ops->newest(s->store, filter, 1000 * 1000, &hits, &n, &s->err), 0); /* so many are sorted in another way */
    assert_int_equal(n, count);
    for (size_t i = 0; i < count; i++)
        assert_true(hits[i].id == moments[i].id && hits[i].content == moments[i].content && hits[i].score == 0);
    free(hits);
    free(moments);
}

/* The numbers of those that match, newest first, at most k; -1: nothing more. */
static void assert_newest(seam *s, const descry_filter *filter, size_t k, const int *numbers)
{
    descry_hit *hits;
    size_t count;
    char path[32];
    assert_int_equal(s->ops->newest(s->store, filter, k, &hits, &count, &s->err), 0);
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/p/%03d.jpg", numbers[i]);
        assert_true(hits[i].id == place(s, path).id && hits[i].content == place(s, path).content && hits[i].score == 0);
    }
    assert_int_equal(numbers[count], -1);
    free(hits);
}

static void the_newest_come_first(seam *s)
{
    static const int64_t taken[] = {5, DESCRY_NO_TIME, -7, 9, 5, DESCRY_NO_TIME};
    descry_put_caption captions[2];
    descry_filter filter = DESCRY_FILTER_INIT;
    for (int i = 0; i < 6; i++) {
        given g = make(i);
        descry_put item = file(&g);
        g.metadata.taken = taken[i];
        g.content.orientation = i == 3 ? 6 : 1;
        g.metadata.latitude = g.metadata.longitude = i == 4 ? 1 : NAN;
        if (i == 5) /* nothing is known of it */
            item.metadata = NULL;
        put(s, &item, 1);
        if (i >= 4)
            captions[i - 4] = (descry_put_caption){item.id, "a caption", 0};
    }
    assert_newest(s, NULL, 99, (const int[]){3, 4, 0, 2, 5, 1, -1});
    assert_newest(s, &filter, 2, (const int[]){3, 4, -1});
    assert_newest(s, &filter, 5, (const int[]){3, 4, 0, 2, 5, -1});
    assert_timeline(s, NULL, (const int[]){3, 4, 0, 2, 5, 1, -1}, taken);
    assert_newest(s, &filter, 0, (const int[]){-1});
    filter.has = DESCRY_HAS_DATE;
    assert_newest(s, &filter, 99, (const int[]){3, 4, 0, 2, -1});
    filter.after = 0;
    filter.before = 9;
    assert_newest(s, &filter, 99, (const int[]){4, 0, -1});
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.has = DESCRY_HAS_CAPTION;
    assert_newest(s, &filter, 99, (const int[]){-1});
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, captions, 2, &s->err), 0);
    assert_newest(s, &filter, 99, (const int[]){4, 5, -1});
    filter.camera = "CAMERA";
    assert_newest(s, &filter, 99, (const int[]){4, -1});
    filter.camera = NULL;
    filter.has |= DESCRY_HAS_DATE;
    assert_newest(s, &filter, 99, (const int[]){4, -1});
    filter.has = DESCRY_HAS_CAPTION | DESCRY_HAS_PLACE;
    assert_newest(s, &filter, 99, (const int[]){4, -1});
    filter.under = (const char *const[]){"/p/005.jpg"};
    filter.unders = 1;
    assert_newest(s, &filter, 99, (const int[]){-1});
    filter.has = DESCRY_HAS_CAPTION;
    assert_newest(s, &filter, 99, (const int[]){5, -1});
    assert_timeline(s, &filter, (const int[]){5, -1}, taken);
}

/* "value count, ..." */
static void assert_groups(seam *s, descry_facet facet, const descry_filter *filter, const char *expected)
{
    descry_arena arena = {0};
    descry_buf text = {0};
    descry_group *groups;
    size_t count;
    assert_int_equal(s->ops->facet(s->store, facet, filter, &groups, &count, &arena, &s->err), 0);
    assert_int_equal(descry_buf_append(&text, "", 0, NULL), 0);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(descry_buf_printf(&text, NULL, "%s%s %d", i ? ", " : "", groups[i].value, (int)groups[i].count), 0);
    assert_string_equal(text.data, expected);
    descry_buf_free(&text);
    descry_arena_free(&arena);
}

static int is_second(void *arg, const char *path)
{
    (void)arg;
    return strstr(path, "second") != NULL;
}

static void pictures_are_counted_by_camera_and_folder(seam *s)
{
    static const char *const PATHS[] = {"/b/1.jpg", "/a/2.jpg", "/a/x/3.jpg", "/a/4.jpg", "/5.jpg", "http://h/6", "/c/second.jpg"};
    descry_filter filter = DESCRY_FILTER_INIT;
    uint64_t missing;
    for (int i = 0; i < 7; i++) {
        given g = make(i);
        descry_put item = file(&g);
        snprintf(g.path, sizeof g.path, "%s", PATHS[i]);
        snprintf(g.metadata.camera, sizeof g.metadata.camera, "%s", i == 3 ? "" : i % 2 ? "Two" : "One");
        item.kind = i == 5 ? DESCRY_PUT_SOURCE : DESCRY_PUT_FILE;
        put(s, &item, 1);
    }
    for (int copy = 0; copy < 2; copy++) { /* the first once more, twice in one folder */
        given g = make(0);
        descry_put item = file(&g);
        snprintf(g.path, sizeof g.path, "/a/x/copy%d.jpg", copy);
        put(s, &item, 1);
    }
    assert_groups(s, DESCRY_FACET_CAMERA, NULL, "One 4, Two 2");
    assert_groups(s, DESCRY_FACET_FOLDER, NULL, "/ 1, /a 2, /a/x 2, /b 1, /c 1");
    assert_int_equal(s->ops->mark_missing(s->store, "/c", is_second, NULL, &missing, &s->err), 0);
    assert_groups(s, DESCRY_FACET_CAMERA, &filter, "One 3, Two 2");
    assert_groups(s, DESCRY_FACET_FOLDER, &filter, "/ 1, /a 2, /a/x 2, /b 1");
    filter.camera = "one";
    assert_groups(s, DESCRY_FACET_FOLDER, &filter, "/ 1, /a/x 2, /b 1");
    filter.under = (const char *const[]){"/a", "/a/x"};
    filter.unders = 2;
    assert_groups(s, DESCRY_FACET_FOLDER, &filter, "/a/x 2");
    filter.camera = NULL;
    assert_groups(s, DESCRY_FACET_FOLDER, &filter, "/a 2, /a/x 2");
    assert_groups(s, DESCRY_FACET_CAMERA, &filter, "One 2, Two 1");
    filter.under = (const char *const[]){"/none"};
    filter.unders = 1;
    assert_groups(s, DESCRY_FACET_FOLDER, &filter, "");
    assert_groups(s, DESCRY_FACET_CAMERA, &filter, "");
}

static uint64_t generation(descry_store *store)
{
    uint64_t number;
    descry_error err;
    assert_int_equal(store->ops->generation(store, &number, &err), 0);
    return number;
}

static void every_change_is_noticed(seam *s)
{
    descry_store *other;
    int any;
    assert_int_equal(s->kind->open(&other, s->f, &s->err), 0);
    uint64_t mine = generation(s->store), others = generation(other);
    for (int i = 0; i < 3; i++) {
        put_number(s, i);
        assert_true(generation(s->store) != mine && generation(other) != others);
        mine = generation(s->store);
        others = generation(other);
        assert_int_equal(other->ops->any_under(other, "/p", &any, &s->err), 0);
        assert_true(generation(s->store) == mine && generation(other) == others);
        assert_int_equal(other->ops->add_root(other, i == 0 ? "/p" : i == 1 ? "/q" : "/r", &s->err), 0);
        assert_true(generation(s->store) != mine && generation(other) != others);
        mine = generation(s->store);
        others = generation(other);
    }
    other->ops->close(other);
}

static int is_named(void *arg, const char *path)
{
    return strcmp(arg, path) == 0;
}

/* The representative place of the only content that matches. */
static void assert_stands(seam *s, const descry_filter *filter, const char *path)
{
    const float query[DIM] = {0, 1};
    const descry_nearest nearest = {.recipe = s->recipe.id, .vector = query, .k = 9, .threshold = -2, .filter = filter};
    descry_list list = {.filter = filter, .recipe = s->recipe.id};
    descry_hit *hits;
    size_t count;
    assert_int_equal(s->ops->nearest(s->store, &s->recipe, &nearest, &hits, &count, &s->err), 0);
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_true(count == 1 && list.count == 1);
    assert_int_equal(hits[0].id, place(s, path).id);
    assert_int_equal(list.items[0].id, hits[0].id);
    s->ops->unlist(s->store, &list);
    free(hits);
}

static void one_place_stands_for_its_copies(seam *s)
{
    static const char *const paths[] = {"/p/#recycle/a.jpg", "/p/b.jpg", "/p/sub/c.jpg"};
    const given g = make(1);
    descry_filter none = DESCRY_FILTER_INIT, sub = DESCRY_FILTER_INIT;
    uint64_t missing;
    sub.under = (const char *const[]){"/p/sub", "/p/#recycle"};
    sub.unders = 1;
    for (int i = 0; i < 3; i++) {
        descry_put item = file(&g);
        item.path = paths[i];
        put(s, &item, 1);
    }
    assert_stands(s, &none, paths[1]); /* the lowest id is in a bin */
    assert_stands(s, NULL, paths[1]);
    assert_stands(s, &sub, paths[2]);
    sub.unders = 2;
    assert_stands(s, &sub, paths[2]);
    assert_int_equal(s->ops->mark_missing(s->store, "/p", is_named, (char *)(uintptr_t)paths[1], &missing, &s->err), 0);
    assert_stands(s, &none, paths[2]);
    assert_int_equal(s->ops->mark_missing(s->store, "/", is_named, (char *)(uintptr_t)paths[2], &missing, &s->err), 0);
    assert_int_equal(missing, 2);
    assert_stands(s, &none, paths[0]);
    descry_put same = {.path = paths[2], .kind = DESCRY_PUT_SAME};
    put(s, &same, 1);
    assert_stands(s, &none, paths[2]);
}

/* Which of the pictures 0 to 9 the words find, as a sum of powers of two. */
static int found_by(seam *s, int any, const char *const *words, size_t count)
{
    const descry_words query = {.words = words, .count = count, .any = any, .k = 100};
    descry_hit *hits;
    size_t n;
    int sum = 0;
    assert_int_equal(s->ops->words(s->store, &query, &hits, &n, &s->err), 0);
    for (int i = 0; i < 10; i++) {
        char path[32];
        snprintf(path, sizeof path, "/p/%03d.jpg", i);
        int64_t id = place(s, path).id;
        for (size_t j = 0; j < n; j++)
            sum += (hits[j].id == id && hits[j].score > 0) << i;
    }
    free(hits);
    return sum;
}

static void words_find_what_has_them(seam *s)
{
    static const char *const texts[] = {"a red house by the sea", "red dogs", "Caf\xC3\xA9 in a house"};
    descry_put_caption captions[3];
    for (int i = 0; i < 4; i++) {
        given g = make(i);
        descry_put item = file(&g);
        snprintf(g.metadata.title, sizeof g.metadata.title, "%s", i == 3 ? "our beach-house" : "");
        put(s, &item, 1);
        if (i < 3)
            captions[i] = (descry_put_caption){item.id, texts[i], 0};
    }
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, captions, 3, &s->err), 0);
#define FOUND(any, ...)                                                                                                \
    found_by(s, any, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
    assert_int_equal(FOUND(0, "house"), 1 | 4 | 8);
    assert_int_equal(FOUND(0, "red", "house"), 1);
    assert_int_equal(FOUND(1, "red", "house"), 15);
    assert_int_equal(FOUND(0, "DOG"), 2);
    assert_int_equal(FOUND(0, "cafe"), 4);
    assert_int_equal(FOUND(0, "beach-house"), 8);
    assert_int_equal(FOUND(0, "house-beach"), 0);
    assert_int_equal(FOUND(0, "002"), 4); /* a name */
    assert_int_equal(FOUND(0, "hous"), 0);
#undef FOUND
}

SEAM_TEST(rows_are_in_the_order_asked_for)
SEAM_TEST(a_list_is_of_one_moment)
SEAM_TEST(the_nearest_come_first)
SEAM_TEST(filters_let_through_what_they_say)
SEAM_TEST(the_newest_come_first)
SEAM_TEST(pictures_are_counted_by_camera_and_folder)
SEAM_TEST(every_change_is_noticed)
SEAM_TEST(one_place_stands_for_its_copies)
SEAM_TEST(words_find_what_has_them)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAM_TESTS(rows_are_in_the_order_asked_for),
        SEAM_TESTS(a_list_is_of_one_moment),
        SEAM_TESTS(the_nearest_come_first),
        SEAM_TESTS(filters_let_through_what_they_say),
        SEAM_TESTS(the_newest_come_first),
        SEAM_TESTS(pictures_are_counted_by_camera_and_folder),
        SEAM_TESTS(every_change_is_noticed),
        SEAM_TESTS(one_place_stands_for_its_copies),
        SEAM_TESTS(words_find_what_has_them),
    };
    return cmocka_run_group_tests_name("finding", tests, NULL, NULL);
}
