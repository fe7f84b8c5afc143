/* SPDX-License-Identifier: Apache-2.0
 * Writes of every kind of store, through its table of operations alone. */
#include "store_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void what_is_put_is_there(seam *s)
{
    const given a = make(1), b = make(2);
    descry_put items[] = {file(&a), file(&b), file(&a),
                          {.path = "/p/copy.jpg", .kind = DESCRY_PUT_FILE, .size = 5, .mtime = 6, .content = &a.content},
                          {.path = "/p/bad.jpg", .kind = DESCRY_PUT_FAILED, .reason = "bad"}};
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
    descry_put failed = {.path = a.path, .kind = DESCRY_PUT_FAILED, .reason = "bad"};
    put(s, &failed, 1);
    descry_place now = place(s, a.path);
    assert_true(now.failed && now.content == first.content && now.id == first.id && now.size == 10);
    descry_put same = {.path = a.path, .kind = DESCRY_PUT_SAME};
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

static void expect_fault(seam *s, const char *path, const char *version, uint64_t size, int64_t mtime, const char *reason)
{
    const descry_wanted wanted = {.reasons = 1}, others = {.captions = 1};
    descry_place now = place(s, path);
    descry_row row;
    descry_arena arena = {0};
    assert_string_equal(now.fault.version, version);
    assert_true(now.fault.size == size && now.fault.mtime == mtime && now.failed == (reason != NULL));
    assert_int_equal(s->ops->details(s->store, &now.id, 1, &wanted, &row, &arena, &s->err), 0);
    assert_int_equal(row.failed, now.failed);
    assert_true(!row.reason == !reason);
    if (reason)
        assert_string_equal(row.reason, reason);
    assert_int_equal(s->ops->details(s->store, &now.id, 1, &others, &row, &arena, &s->err), 0);
    assert_null(row.reason);
    descry_arena_free(&arena);
}

static int always(void *arg, const char *path)
{
    (void)arg, (void)path;
    return 1;
}

/* Until the place is known to be otherwise. */
static void a_fault_is_remembered(seam *s)
{
    const given a = make(1), b = make(2);
    const char *const never = "/p/never.jpg";
    const int64_t mtime = -INT64_C(1234567890123456789);
    descry_put good[] = {file(&a), file(&b)};
    descry_put faulty[] = {
        {.path = a.path, .kind = DESCRY_PUT_FAILED, .reason = "it crashed", .fault = "1.2", .size = 11, .mtime = 22},
        {.path = never, .kind = DESCRY_PUT_FAILED, .reason = "and again", .fault = "1.3", .size = 0, .mtime = mtime},
        {.path = b.path, .kind = DESCRY_PUT_FAILED, .reason = "bad", .size = 33, .mtime = 44},
    };
    put(s, good, 2);
    put(s, faulty, 3);
    expect_fault(s, a.path, "1.2", 11, 22, "it crashed");
    expect_fault(s, never, "1.3", 0, mtime, "and again");
    expect_fault(s, b.path, "", 0, 0, "bad");
    descry_place now = place(s, a.path);
    assert_true(now.content == good[0].id && now.size == 10 && now.mtime == 20 && now.has_vector); /* what it was */

    faulty[0].fault = "1.4";
    faulty[0].size = 12;
    faulty[1].fault = NULL; /* something else is wrong this time */
    put(s, faulty, 2);
    expect_fault(s, a.path, "1.4", 12, 22, "it crashed");
    expect_fault(s, never, "", 0, 0, "and again");

    faulty[1].fault = "1.4";
    descry_put same = {.path = a.path, .kind = DESCRY_PUT_SAME};
    descry_put read = {.path = never, .kind = DESCRY_PUT_FILE, .size = 5, .mtime = 6, .content = &a.content};
    put(s, faulty, 2);
    put(s, &same, 1);
    put(s, &read, 1);
    expect_fault(s, a.path, "", 0, 0, NULL);
    expect_fault(s, never, "", 0, 0, NULL);

    uint64_t missing;
    put(s, faulty, 2);
    assert_int_equal(s->ops->mark_missing(s->store, a.path, always, NULL, &missing, &s->err), 0);
    expect_fault(s, a.path, "", 0, 0, NULL);
    put(s, faulty, 2);
    assert_int_equal(s->ops->forget(s->store, never, &missing, &s->err), 0);
    assert_int_equal(place(s, never).id, 0);
    put(s, faulty + 1, 1);
    descry_put source = {.path = never, .kind = DESCRY_PUT_SOURCE, .content = &b.content};
    put(s, &source, 1);
    expect_fault(s, never, "", 0, 0, NULL);
}

static void a_source_keeps_its_content(seam *s)
{
    given a = make(1), b = make(2);
    const char *const url = "https://example.org/1";
    descry_put first = {.path = url, .kind = DESCRY_PUT_SOURCE, .content = &a.content};
    descry_put second = {.path = url, .kind = DESCRY_PUT_SOURCE, .content = &b.content, .vector = b.vector};
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

static void assert_caption(seam *s, const char *path, const char *text, const char *captioner)
{
    const descry_wanted wanted = {.captions = 1};
    const int64_t id = place(s, path).id;
    descry_arena arena = {0};
    descry_row row;
    assert_int_equal(s->ops->details(s->store, &id, 1, &wanted, &row, &arena, &s->err), 0);
    assert_string_equal(row.caption ? row.caption : "", text);
    assert_string_equal(row.captioner ? row.captioner : "", captioner);
    descry_arena_free(&arena);
}

static descry_row looks_of(seam *s, const char *path, descry_arena *arena)
{
    const descry_wanted wanted = {.looks = 1};
    int64_t id = place(s, path).id;
    descry_row row;
    assert_int_equal(s->ops->details(s->store, &id, 1, &wanted, &row, arena, &s->err), 0);
    return row;
}

/* Lacking ones are completed, others stay. */
static void a_content_has_its_looks(seam *s)
{
    descry_arena arena = {0};
    given first = make(1), turned = make(2), source = make(3);
    turned.content.orientation = 6;
    turned.content.has_placeholder = 1;
    memset(turned.content.placeholder, 7, DESCRY_PLACEHOLDER_SIZE);
    source.content.width = source.content.height = source.content.orientation = 0;
    descry_put items[] = {file(&first), file(&turned), file(&source)};
    items[2].kind = DESCRY_PUT_SOURCE;
    put(s, items, 3);
    descry_row row = looks_of(s, first.path, &arena);
    assert_true(row.width == 3 && row.height == 2 && !row.placeholder);
    assert_memory_equal(row.sha256, first.content.sha256, sizeof row.sha256);
    row = looks_of(s, turned.path, &arena);
    assert_true(row.width == 2 && row.height == 3 && row.placeholder);
    assert_memory_equal(row.placeholder, turned.content.placeholder, DESCRY_PLACEHOLDER_SIZE);
    row = looks_of(s, source.path, &arena);
    assert_true(row.width == 0 && row.height == 0 && !row.placeholder);

    first.content.has_placeholder = turned.content.has_placeholder = 1;
    memset(first.content.placeholder, 9, DESCRY_PLACEHOLDER_SIZE);
    memset(turned.content.placeholder, 9, DESCRY_PLACEHOLDER_SIZE);
    put(s, items, 2);
    assert_int_equal(looks_of(s, first.path, &arena).placeholder[0], 9);
    assert_int_equal(looks_of(s, turned.path, &arena).placeholder[0], 7);
    first.content.has_placeholder = 0;
    put(s, items, 1);
    assert_int_equal(looks_of(s, first.path, &arena).placeholder[0], 9);
    descry_arena_free(&arena);
}

static void a_person_comes_before_a_model(seam *s)
{
    put_number(s, 0);
    const int64_t content = place(s, "/p/000.jpg").content;
    descry_put_caption caption = {content, "a model's", 0};
    descry_library_status status;
    descry_arena arena = {0};
    assert_int_equal(s->ops->put_person_caption(s->store, content, "a person's", &s->err), 0);
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, &caption, 1, &s->err), 0);
    assert_false(caption.written);
    assert_caption(s, "/p/000.jpg", "a person's", "");
    assert_int_equal(s->ops->put_person_caption(s->store, content, NULL, &s->err), 0);
    assert_caption(s, "/p/000.jpg", "", "");
    assert_int_equal(s->ops->put_captions(s->store, "m", RECIPE, &caption, 1, &s->err), 0);
    assert_true(caption.written);
    assert_int_equal(s->ops->put_person_caption(s->store, content, "first", &s->err), 0);
    assert_int_equal(s->ops->put_person_caption(s->store, content, "second", &s->err), 0);
    assert_caption(s, "/p/000.jpg", "second", "");
    assert_int_equal(s->ops->status(s->store, &status, &arena, &s->err), 0);
    assert_int_equal(status.captions, 1);
    descry_arena_free(&arena);
    assert_int_equal(s->ops->put_person_caption(s->store, content, NULL, &s->err), 0);
    assert_caption(s, "/p/000.jpg", "a model's", "m");
    assert_int_equal(s->ops->put_person_caption(s->store, content + 1000, "of nothing", &s->err), 0);
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
    descry_put source = {.path = "web", .kind = DESCRY_PUT_SOURCE, .content = &g.content};
    descry_put bad = {.path = "/p/bad.jpg", .kind = DESCRY_PUT_FAILED, .reason = "bad"};
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
    assert_string_equal(status.models[0]->name, "model");
    assert_string_equal(status.models[0]->recipe, RECIPE);
    assert_true(status.models[0]->vectors == 6 && status.models[0]->dim == DIM && status.models[0]->last_indexed > 1000000000);
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
    descry_put bad = {.path = "/p/x0.jpg", .kind = DESCRY_PUT_FAILED, .reason = "bad"};
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
    descry_put same = {.path = "/p/010.jpg", .kind = DESCRY_PUT_SAME};
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

SEAM_TEST(what_is_put_is_there)
SEAM_TEST(a_content_has_its_looks)
SEAM_TEST(a_place_changes_as_it_is_told)
SEAM_TEST(a_fault_is_remembered)
SEAM_TEST(a_source_keeps_its_content)
SEAM_TEST(only_vectors_of_drafts_are_replaced)
SEAM_TEST(all_is_put_or_nothing)
SEAM_TEST(a_person_comes_before_a_model)
SEAM_TEST(sums_and_models_are_kept)
SEAM_TEST(what_is_gone_is_missing_until_it_is_back)
SEAM_TEST(one_has_the_lock)
SEAM_TEST(workers_share_the_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SEAM_TESTS(what_is_put_is_there),
        SEAM_TESTS(a_place_changes_as_it_is_told),
        SEAM_TESTS(a_fault_is_remembered),
        SEAM_TESTS(a_source_keeps_its_content),
        SEAM_TESTS(only_vectors_of_drafts_are_replaced),
        SEAM_TESTS(all_is_put_or_nothing),
        SEAM_TESTS(a_content_has_its_looks),
        SEAM_TESTS(a_person_comes_before_a_model),
        SEAM_TESTS(sums_and_models_are_kept),
        SEAM_TESTS(what_is_gone_is_missing_until_it_is_back),
        SEAM_TESTS(one_has_the_lock),
        SEAM_TESTS(workers_share_the_files),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
