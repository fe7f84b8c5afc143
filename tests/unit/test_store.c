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

/* A kind of store: how one is opened, in a folder that is empty at first. */
typedef int open_store(descry_store **store, fixture *f, descry_error *err);

static int open_sqlite(descry_store **store, fixture *f, descry_error *err)
{
    const descry_store_options options = {.create = 1, .pool = f->context.pool, .log = &f->context.log};
    return descry_store_open_sqlite(store, at(f, "seam.db"), &options, err);
}

static open_store *const KINDS[] = {open_sqlite};

/* Runs a test with an empty store of each kind. */
typedef struct seam {
    fixture *f;
    open_store *open;
    descry_store *store;
    const descry_store_ops *ops;
    descry_recipe recipe;
    descry_error err;
} seam;

static void for_kinds(fixture *f, void (*test)(seam *s))
{
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        seam s = {.f = f, .open = KINDS[i]};
        if (s.open(&s.store, f, &s.err))
            fail_msg("%s", s.err.message);
        s.ops = s.store->ops;
        assert_int_equal(s.ops->recipe(s.store, RECIPE, "model", DIM, 1, &s.recipe, &s.err), 0);
        test(&s);
        s.ops->close(s.store);
    }
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

static void expect_vector(seam *s, const descry_put *item, int number, int draft)
{
    float vector[DIM];
    int found;
    descry_known known;
    descry_nearest query = {.recipe = s->recipe.id, .vector = (float[DIM]){[1] = 1}, .k = 1, .threshold = -1};
    descry_hit *hits;
    size_t n;
    assert_int_equal(s->ops->vectors(s->store, &s->recipe, &item->id, 1, vector, &found, &s->err), 0);
    for (int i = 0; i < DIM; i++)
        assert_true(found && vector[i] == (i == number));
    assert_int_equal(s->ops->contents(s->store, (const uint8_t *const[]){item->content->sha256}, 1, s->recipe.id, &known, &s->err), 0);
    assert_true(known.has_vector && known.draft == draft);
    descry_place found_there = place(s, item->path);
    assert_true(found_there.has_vector && found_there.draft == draft);
    assert_int_equal(s->ops->nearest(s->store, &s->recipe, &query, &hits, &n, &s->err), 0);
    assert_true(n == 1 && hits[0].score == (number == 1));
    free(hits);
}

static void only_vectors_of_drafts_are_replaced(seam *s)
{
    given a = make(1);
    descry_put item = file(&a);
    item.draft = 1;
    put(s, &item, 1);
    s->ops->prepare(s->store, &s->recipe);
    assert_true(item.new_vector);
    expect_vector(s, &item, 1, 1);
    a.vector[1] = 0;
    a.vector[2] = 1;
    item.draft = 0;
    put(s, &item, 1); /* an import */
    assert_false(item.new_vector);
    expect_vector(s, &item, 1, 1);
    item.anew = 1;
    put(s, &item, 1);
    assert_true(item.new_vector && !item.new_place);
    expect_vector(s, &item, 2, 0);
    a.vector[2] = 0;
    a.vector[3] = 1;
    put(s, &item, 1);
    assert_false(item.new_vector);
    item.draft = 1;
    put(s, &item, 1);
    expect_vector(s, &item, 2, 0);
    uint64_t lacking;
    assert_int_equal(s->ops->lacking(s->store, &s->recipe, &lacking, &s->err), 0);
    assert_int_equal(lacking, 0);
    assert_int_equal(s->ops->recipe(s->store, RECIPE, "model", DIM, 0, &s->recipe, &s->err), 0);
    assert_int_equal(s->recipe.vectors, 1);
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
    assert_int_equal(s->open(&other.store, s->f, &s->err), 0);
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
    assert_int_equal(s->open(&other.store, s->f, &s->err), 0);
    s->ops->unlock(s->store);
    assert_int_equal(s->ops->lock(s->store, &holder, &s->err), 0);
    assert_int_equal(holder.size, 0);
    assert_int_equal(other.ops->lock(other.store, &holder, &s->err), DESCRY_ERR_BUSY);
    assert_true(holder.size > 0);
    assert_int_equal(other.ops->claim(other.store, paths, 2, INT64_MAX, mine, &s->err), DESCRY_ERR_BUSY);
    other.ops->unlock(other.store); /* not its own */
    assert_int_equal(other.ops->lock(other.store, &holder, &s->err), DESCRY_ERR_BUSY);
    assert_int_equal(s->ops->claim(s->store, paths, 2, INT64_MAX, mine, &s->err), 0);
    assert_true(mine[0] && mine[1]);
    s->ops->unlock(s->store);
    assert_int_equal(other.ops->lock(other.store, &holder, &s->err), 0);
    other.ops->close(other.store); /* which unlocks */
    assert_int_equal(s->ops->lock(s->store, &holder, &s->err), 0);
    descry_buf_free(&holder);
}

#define SEAM_TEST(name)                                                                                                \
    static void each_##name(void **state)                                                                              \
    {                                                                                                                  \
        for_kinds(*state, name);                                                                                       \
    }

SEAM_TEST(what_is_put_is_there)
SEAM_TEST(a_place_changes_as_it_is_told)
SEAM_TEST(a_source_keeps_its_content)
SEAM_TEST(only_vectors_of_drafts_are_replaced)
SEAM_TEST(all_is_put_or_nothing)
SEAM_TEST(rows_are_in_the_order_asked_for)
SEAM_TEST(a_list_is_of_one_moment)
SEAM_TEST(the_nearest_come_first)
SEAM_TEST(what_is_gone_is_missing_until_it_is_back)
SEAM_TEST(one_has_the_lock)

#define TEST(name) cmocka_unit_test_setup_teardown(each_##name, fixture_open, fixture_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_put_is_there),
        TEST(a_place_changes_as_it_is_told),
        TEST(a_source_keeps_its_content),
        TEST(only_vectors_of_drafts_are_replaced),
        TEST(all_is_put_or_nothing),
        TEST(rows_are_in_the_order_asked_for),
        TEST(a_list_is_of_one_moment),
        TEST(the_nearest_come_first),
        TEST(what_is_gone_is_missing_until_it_is_back),
        TEST(one_has_the_lock),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
