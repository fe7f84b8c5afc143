/* SPDX-License-Identifier: Apache-2.0
 * What every kind of store does, asked through its table of operations alone. */
#include "library_fixture.h"

#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 4, MANY = 200 };

static const char RECIPE[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/* A kind of store: how another handle on the one library of a test is opened. */
typedef struct store_kind {
    int (*open)(descry_store **store, fixture *f, descry_error *err);
    int in_memory, workers; /* workers 1: several may share its files */
} store_kind;

static int open_sqlite(descry_store **store, fixture *f, descry_error *err)
{
    const descry_store_options options = {.create = 1, .pool = f->context.pool, .log = &f->context.log};
    return descry_store_open_sqlite(store, at(f, "seam.db"), &options, err);
}

static int open_memory(descry_store **store, fixture *f, descry_error *err)
{
    const descry_store_options options = {.create = 1, .pool = f->context.pool, .log = &f->context.log};
    return memory_store_open(store, f->memories[1], &options, err);
}

static const store_kind SQLITE = {open_sqlite, 0, 0}, MEMORY = {open_memory, 1, 1};

/* Runs a test with an empty store of a kind. */
typedef struct seam {
    fixture *f;
    const store_kind *kind;
    descry_store *store;
    const descry_store_ops *ops;
    descry_recipe recipe;
    descry_error err;
} seam;

static void with(fixture *f, const store_kind *kind, void (*test)(seam *s))
{
    seam s = {.f = f, .kind = kind};
    if (kind->open(&s.store, f, &s.err))
        fail_msg("%s", s.err.message);
    s.ops = s.store->ops;
    assert_int_equal(s.ops->recipe(s.store, RECIPE, "model", DIM, 1, &s.recipe, &s.err), 0);
    test(&s);
    s.ops->close(s.store);
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

typedef struct given {
    char path[32];
    descry_content content;
    descry_metadata metadata;
    float vector[DIM];
} given;

/* The picture of a number: its vector points along axis number % DIM. */
static given make(int number)
{
    given g = {.content = {.bytes = 10, .width = 3, .height = 2, .orientation = 1},
               .metadata = {.taken = number, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN, .longitude = NAN}};
    snprintf(g.path, sizeof g.path, "/p/%03d.jpg", number);
    snprintf(g.metadata.camera, sizeof g.metadata.camera, "camera %d", number);
    memcpy(g.content.sha256, &number, sizeof number);
    g.vector[number % DIM] = 1;
    return g;
}

static descry_put file(const given *g)
{
    return (descry_put){.path = g->path, .what = DESCRY_PUT_FILE, .size = 10, .mtime = 20, .content = &g->content,
                        .metadata = &g->metadata, .vector = g->vector};
}

static void put(seam *s, descry_put *items, size_t n)
{
    if (s->ops->put(s->store, &s->recipe, items, n, &s->err))
        fail_msg("%s", s->err.message);
}

static void put_number(seam *s, int number)
{
    given g = make(number);
    descry_put item = file(&g);
    put(s, &item, 1);
}

static descry_place place(seam *s, const char *path)
{
    descry_place found;
    assert_int_equal(s->ops->places(s->store, &path, 1, s->recipe.id, &found, &s->err), 0);
    return found;
}

static void what_is_put_is_there(seam *s)
{
    const given a = make(1), b = make(2);
    descry_put items[] = {file(&a), file(&b), file(&a),
                          {.path = "/p/copy.jpg", .what = DESCRY_PUT_FILE, .size = 5, .mtime = 6, .content = &a.content},
                          {.path = "/p/bad.jpg", .what = DESCRY_PUT_FAILED, .reason = "bad"}};
    put(s, items, 5);
    assert_true(items[0].id > 0 && items[1].id > 0 && items[0].id != items[1].id);
    assert_int_equal(items[2].id, items[0].id);
    assert_int_equal(items[3].id, items[0].id);
    assert_true(items[0].new_place && items[0].new_vector && items[1].new_place && items[1].new_vector);
    assert_true(!items[2].new_place && !items[2].new_vector);
    assert_true(items[3].new_place && !items[3].new_vector);

    const char *const paths[] = {"/p/bad.jpg", "/p/002.jpg", "/p/none.jpg", "/p/copy.jpg"};
    descry_place places[4];
    assert_int_equal(s->ops->places(s->store, paths, 4, s->recipe.id, places, &s->err), 0);
    assert_true(places[0].id && places[0].failed && !places[0].content);
    assert_true(places[1].content == items[1].id && places[1].size == 10 && places[1].mtime == 20);
    assert_true(places[1].has_vector && !places[1].unread && !places[1].failed && !places[1].source);
    assert_int_equal(places[2].id, 0);
    assert_true(places[3].content == items[0].id && places[3].has_vector && places[3].size == 5);

    const uint8_t nothing[DESCRY_SHA256_SIZE] = {9};
    const uint8_t *const digests[] = {nothing, b.content.sha256, a.content.sha256};
    descry_known known[3];
    assert_int_equal(s->ops->contents(s->store, digests, 3, s->recipe.id, known, &s->err), 0);
    assert_true(known[0].id == 0 && !known[0].has_vector && !known[0].unread);
    assert_true(known[1].id == items[1].id && known[1].has_vector && !known[1].unread);
    assert_int_equal(known[2].id, items[0].id);
    assert_int_equal(s->ops->contents(s->store, digests, 3, 0, known, &s->err), 0);
    assert_false(known[1].has_vector);
}

static void a_place_changes_as_it_is_told(seam *s)
{
    given a = make(1);
    put_number(s, 1);
    descry_place first = place(s, a.path);
    descry_put failed = {.path = a.path, .what = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &failed, 1);
    descry_place now = place(s, a.path);
    assert_true(now.failed && now.content == first.content && now.id == first.id && now.size == 10);
    descry_put same = {.path = a.path, .what = DESCRY_PUT_SAME};
    put(s, &same, 1);
    assert_false(place(s, a.path).failed);
    given b = make(2);
    strcpy(b.path, a.path);
    descry_put other = file(&b);
    other.metadata = NULL;
    other.vector = NULL;
    put(s, &other, 1);
    now = place(s, a.path);
    assert_true(!other.new_place && !other.new_vector && now.id == first.id);
    assert_true(now.content == other.id && other.id != first.content && !now.has_vector && now.unread);
}

static void a_source_keeps_its_content(seam *s)
{
    given a = make(1), b = make(2);
    const char *const url = "https://example.org/1";
    descry_put first = {.path = url, .what = DESCRY_PUT_SOURCE, .content = &a.content};
    descry_put second = {.path = url, .what = DESCRY_PUT_SOURCE, .content = &b.content, .vector = b.vector};
    put(s, &first, 1);
    put(s, &second, 1);
    assert_int_equal(second.id, first.id);
    assert_true(first.new_place && !second.new_place && second.new_vector);
    descry_place now = place(s, url);
    assert_true(now.source && now.content == first.id && now.has_vector);
    put(s, &second, 1);
    assert_false(second.new_vector);
}

/* And all of it again afterwards: nothing of the first try has remained. */
static void all_is_put_or_nothing(seam *s)
{
    given a = make(1), b = make(2);
    float right = b.vector[0];
    b.vector[0] = NAN;
    descry_put items[] = {file(&a), file(&b)};
    assert_int_equal(s->ops->put(s->store, &s->recipe, items, 2, &s->err), DESCRY_ERR_NUMERIC);
    assert_int_equal(place(s, a.path).id, 0);
    b.vector[0] = right;
    put(s, items, 2);
    assert_true(items[0].new_place && items[0].new_vector && items[1].new_place && items[1].new_vector);

    static char text[DESCRY_CAPTION_SIZE + 2];
    memset(text, 'x', DESCRY_CAPTION_SIZE + 1);
    descry_put_caption captions[] = {{items[0].id, "one", 0}, {items[1].id, text, 0}};
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, captions, 2, &s->err), DESCRY_ERR_LIMIT);
    captions[1].text = "two";
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, captions, 2, &s->err), 0);
    assert_true(captions[0].written && captions[1].written);
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, captions, 1, &s->err), 0);
    assert_false(captions[0].written);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void rows_are_in_the_order_asked_for(seam *s)
{
    for (int i = 0; i < 10; i++)
        put_number(s, i);
    descry_put bad = {.path = "/p/bad.jpg", .what = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &bad, 1);
    const descry_place seven = place(s, "/p/007.jpg"), two = place(s, "/p/002.jpg"), failed = place(s, bad.path);
    descry_put_caption caption = {seven.content, "a seven", 0};
    assert_int_equal(s->ops->put_captions(s->store, "captioner", RECIPE, &caption, 1, &s->err), 0);
    const int64_t ids[] = {seven.id, 999, two.id, failed.id, seven.id};
    const descry_wanted wanted = {.vectors = &s->recipe, .captions = 1, .metadata = 1}, nothing = {0};
    descry_row rows[5];
    descry_arena arena = {0};
    assert_int_equal(s->ops->describe(s->store, ids, 5, &wanted, rows, &arena, &s->err), 0);
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
    assert_int_equal(s->ops->describe(s->store, ids, 1, &nothing, rows, &arena, &s->err), 0);
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

static int hear(void *arg, const char *path, size_t size)
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
    descry_put plain = {.path = "/p/plain.jpg", .what = DESCRY_PUT_FILE, .content = &g.content};
    put(s, &plain, 1);
    int heard = 0;
    descry_list all = {.each = hear, .arg = &heard}, list = {.recipe = s->recipe.id};
    assert_int_equal(s->ops->list(s->store, &all, &s->err), 77);
    s->ops->unlist(s->store, &all);
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_int_equal(list.count, 4);
    seam other = *s;
    assert_int_equal(s->kind->open(&other.store, s->f, &s->err), 0);
    descry_put_caption caption = {list.items[1].content, "later", 0};
    assert_int_equal(other.ops->put_captions(other.store, "m", RECIPE, &caption, 1, &s->err), 0);
    descry_row row;
    descry_arena arena = {0};
    const descry_wanted wanted = {.captions = 1};
    assert_int_equal(s->ops->describe(s->store, &list.items[1].id, 1, &wanted, &row, &arena, &s->err), 0);
    assert_string_equal(row.path, "/p/001.jpg");
    assert_null(row.caption);
    int64_t id = list.items[1].id;
    s->ops->unlist(s->store, &list);
    assert_null(list.items);
    assert_int_equal(s->ops->describe(s->store, &id, 1, &wanted, &row, &arena, &s->err), 0);
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

/* How many the filter lets through, asked in three ways. */
static size_t count_through(seam *s, const descry_filter *filter)
{
    const float query[DIM] = {1};
    const descry_nearest nearest = {.recipe = s->recipe.id, .vector = query, .k = 1000, .threshold = -2, .filter = filter};
    descry_list list = {.filter = filter};
    descry_hit *hits;
    int64_t *places;
    size_t found, bare;
    assert_int_equal(s->ops->nearest(s->store, &s->recipe, &nearest, &hits, &found, &s->err), 0);
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_int_equal(list.count, found);
    s->ops->unlist(s->store, &list);
    assert_int_equal(s->ops->uncaptioned(s->store, filter, &places, &bare, &s->err), 0);
    assert_int_equal(bare, found);
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
}

static int is_named(void *arg, const char *path)
{
    return strcmp(arg, path) == 0;
}

/* The place that stands for the one content that is let through. */
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
    descry_put same = {.path = paths[2], .what = DESCRY_PUT_SAME};
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

static void sums_and_models_are_kept(seam *s)
{
    descry_library_status status;
    descry_arena arena = {0};
    descry_recipe other;
    uint64_t lacking;
    static const char OTHER[] = "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789";
    for (int i = 0; i < 6; i++)
        put_number(s, i);
    const given g = make(9);
    descry_put source = {.path = "web", .what = DESCRY_PUT_SOURCE, .content = &g.content};
    descry_put bad = {.path = "/p/bad.jpg", .what = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &source, 1);
    put(s, &bad, 1);
    descry_put_caption caption = {source.id, "a web", 0};
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, &caption, 1, &s->err), 0);
    assert_int_equal(s->ops->recipe(s->store, OTHER, "other", DIM, 0, &other, &s->err), 0);
    assert_int_equal(other.id, 0);
    assert_int_equal(s->ops->recipe(s->store, OTHER, "other", DIM, 1, &other, &s->err), 0);
    assert_int_equal(s->ops->recipe(s->store, OTHER, "other", DIM + 1, 0, &other, &s->err), DESCRY_ERR_FORMAT);
    assert_int_equal(s->ops->lacking(s->store, &s->recipe, &lacking, &s->err), 0);
    assert_int_equal(lacking, 1);
    assert_int_equal(s->ops->lacking(s->store, &other, &lacking, &s->err), 0);
    assert_int_equal(lacking, 7);
    assert_int_equal(s->ops->add_root(s->store, "/q", &s->err), 0);
    assert_int_equal(s->ops->add_root(s->store, "/p", &s->err), 0);
    assert_int_equal(s->ops->add_root(s->store, "/q", &s->err), 0);
    assert_int_equal(s->ops->touch_recipe(s->store, s->recipe.id, &s->err), 0);
    assert_int_equal(s->ops->status(s->store, &status, &arena, &s->err), 0);
    assert_true(status.photos == 7 && status.contents == 7 && status.missing == 0 && status.failed == 1);
    assert_true(status.sources == 1 && status.captions == 1 && status.model_count == 1 && status.root_count == 2);
    assert_string_equal(status.roots[0], "/p");
    assert_string_equal(status.models[0].name, "model");
    assert_string_equal(status.models[0].recipe, RECIPE);
    assert_true(status.models[0].vectors == 6 && status.models[0].dim == DIM && status.models[0].last_indexed > 1000000000);
    descry_arena_free(&arena);

    descry_calibration calibration;
    assert_int_equal(s->ops->calibration(s->store, &s->recipe, &calibration, &s->err), 0);
    assert_int_equal(calibration.version, 0);
    const descry_calibration made = {2, 6, 0.5, 0.25, 0.75, 0.125};
    assert_int_equal(s->ops->put_calibration(s->store, &s->recipe, &made, &s->err), 0);
    assert_int_equal(s->ops->calibration(s->store, &s->recipe, &calibration, &s->err), 0);
    assert_true(calibration.version == 2 && calibration.vectors == 6 && calibration.best == 0.5 && calibration.picture == 0.125);
    float *vectors;
    size_t count;
    assert_int_equal(s->ops->recipe(s->store, RECIPE, "model", DIM, 0, &s->recipe, &s->err), 0);
    assert_int_equal(s->ops->sample(s->store, &s->recipe, 3, &vectors, &count, &s->err), 0);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) /* 0, 2 and 4 */
        assert_true(vectors[i * DIM + 2 * i % DIM] == 1);
    free(vectors);
}

static int ends_in_zero(void *arg, const char *path)
{
    (void)arg;
    return path[strlen(path) - 5] == '0';
}

static void what_is_gone_is_missing_until_it_is_back(seam *s)
{
    for (int i = 0; i < 20; i++)
        put_number(s, i);
    descry_put bad = {.path = "/p/x0.jpg", .what = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &bad, 1);
    uint64_t missing, removed;
    assert_int_equal(s->ops->mark_missing(s->store, "/p", ends_in_zero, NULL, &missing, &s->err), 0);
    assert_int_equal(missing, 2);
    assert_int_equal(place(s, bad.path).id, 0); /* never read: dropped */
    assert_true(place(s, "/p/010.jpg").missing);
    descry_list list = {.recipe = s->recipe.id};
    assert_int_equal(s->ops->list(s->store, &list, &s->err), 0);
    assert_int_equal(list.count, 18);
    s->ops->unlist(s->store, &list);
    descry_put same = {.path = "/p/010.jpg", .what = DESCRY_PUT_SAME};
    put(s, &same, 1);
    assert_false(place(s, "/p/010.jpg").missing);
    assert_int_equal(s->ops->forget(s->store, "/p", &removed, &s->err), 0);
    assert_int_equal(removed, 20);
    assert_int_equal(place(s, "/p/010.jpg").id, 0);
}

/* ---- who may write --------------------------------------------------------------------------------------------- */

static void one_has_the_lock(seam *s)
{
    seam other = *s;
    descry_buf holder = {0};
    const char *const paths[] = {"/a", "/b"};
    int mine[] = {0, 0};
    assert_int_equal(s->kind->open(&other.store, s->f, &s->err), 0);
    s->ops->unlock(s->store);
    assert_int_equal(s->ops->lock(s->store, 1, &holder, &s->err), 0);
    assert_int_equal(holder.size, 0);
    assert_int_equal(other.ops->lock(other.store, 1, &holder, &s->err), DESCRY_ERR_BUSY);
    assert_true(holder.size > 0);
    assert_int_equal(other.ops->claim(other.store, paths, 2, INT64_MAX, mine, &s->err), DESCRY_ERR_BUSY);
    other.ops->unlock(other.store); /* not its own */
    assert_int_equal(other.ops->lock(other.store, 1, &holder, &s->err), DESCRY_ERR_BUSY);
    assert_int_equal(s->ops->claim(s->store, paths, 2, INT64_MAX, mine, &s->err), 0);
    assert_true(mine[0] && mine[1]);
    s->ops->unlock(s->store);
    assert_int_equal(other.ops->lock(other.store, 1, &holder, &s->err), 0);
    other.ops->close(other.store); /* which unlocks */
    assert_int_equal(s->ops->lock(s->store, 1, &holder, &s->err), 0);
    descry_buf_free(&holder);
}

/* Without `alone` those whose engine can may be several, and each file is one's. */
static void workers_share_the_files(seam *s)
{
    seam other = *s;
    descry_buf holder = {0};
    const char *const paths[] = {"/a", "/b", "/c"};
    int mine[3], theirs[3];
    assert_int_equal(s->kind->open(&other.store, s->f, &s->err), 0);
    assert_int_equal(s->ops->lock(s->store, 0, &holder, &s->err), 0);
    assert_int_equal(other.ops->lock(other.store, 1, &holder, &s->err), DESCRY_ERR_BUSY);
    int rc = other.ops->lock(other.store, 0, &holder, &s->err);
    assert_int_equal(rc, s->kind->workers ? 0 : DESCRY_ERR_BUSY);
    assert_int_equal(s->ops->claim(s->store, paths, 2, INT64_MAX, mine, &s->err), 0);
    assert_true(mine[0] && mine[1]);
    if (rc == 0) {
        assert_int_equal(other.ops->claim(other.store, paths, 3, 0, theirs, &s->err), 0); /* until a time that was */
        assert_true(!theirs[0] && !theirs[1] && theirs[2]);
        assert_int_equal(s->ops->claim(s->store, paths, 3, INT64_MAX, mine, &s->err), 0); /* renewed, and given anew */
        assert_true(mine[0] && mine[1] && mine[2]);
        assert_int_equal(other.ops->claim(other.store, paths, 3, INT64_MAX, theirs, &s->err), 0);
        assert_true(!theirs[0] && !theirs[1] && !theirs[2]);
        s->ops->unlock(s->store);
        assert_int_equal(other.ops->claim(other.store, paths, 3, INT64_MAX, theirs, &s->err), 0);
        assert_true(theirs[0] && theirs[1] && theirs[2]);
    }
    other.ops->close(other.store);
    s->ops->unlock(s->store);
    assert_int_equal(s->ops->lock(s->store, 1, &holder, &s->err), 0);
    descry_buf_free(&holder);
}

#define SEAM_TEST(name)                                                                                                \
    static void name##_sqlite(void **state)                                                                            \
    {                                                                                                                  \
        with(*state, &SQLITE, name);                                                                                   \
    }                                                                                                                  \
    static void name##_memory(void **state)                                                                            \
    {                                                                                                                  \
        with(*state, &MEMORY, name);                                                                                   \
    }

SEAM_TEST(what_is_put_is_there)
SEAM_TEST(a_place_changes_as_it_is_told)
SEAM_TEST(a_source_keeps_its_content)
SEAM_TEST(all_is_put_or_nothing)
SEAM_TEST(rows_are_in_the_order_asked_for)
SEAM_TEST(a_list_is_of_one_moment)
SEAM_TEST(the_nearest_come_first)
SEAM_TEST(filters_let_through_what_they_say)
SEAM_TEST(one_place_stands_for_its_copies)
SEAM_TEST(words_find_what_has_them)
SEAM_TEST(sums_and_models_are_kept)
SEAM_TEST(what_is_gone_is_missing_until_it_is_back)
SEAM_TEST(one_has_the_lock)
SEAM_TEST(workers_share_the_files)

#define TESTS(name)                                                                                                    \
    LIBRARY_TEST(name##_sqlite), {#name "_memory", name##_memory, fixture_open_in_memory, fixture_close, NULL}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TESTS(what_is_put_is_there),
        TESTS(a_place_changes_as_it_is_told),
        TESTS(a_source_keeps_its_content),
        TESTS(all_is_put_or_nothing),
        TESTS(rows_are_in_the_order_asked_for),
        TESTS(a_list_is_of_one_moment),
        TESTS(the_nearest_come_first),
        TESTS(filters_let_through_what_they_say),
        TESTS(one_place_stands_for_its_copies),
        TESTS(words_find_what_has_them),
        TESTS(sums_and_models_are_kept),
        TESTS(what_is_gone_is_missing_until_it_is_back),
        TESTS(one_has_the_lock),
        TESTS(workers_share_the_files),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
