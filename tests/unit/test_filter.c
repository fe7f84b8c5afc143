/* SPDX-License-Identifier: Apache-2.0
 * Filters: by folders, time, camera and place, against brute force; where the data come from. */
#define _GNU_SOURCE
#include "exif_fixture.h"
#include "library_fixture.h"

#include "library/library.h"

#include <sqlite3.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- thousands of pictures, as if they had been indexed --------------------------------------------------------- */

enum { PICTURES = 4000, COPIES = 300, QUERIES = 120 };

typedef struct known {
    int64_t content, place; /* place: lowest that is there; 0: none */
    char paths[2][32];      /* the second of a copy */
    int64_t ids[2];
    int missing[2];
    float vector[FAKE_DIM]; /* as it is stored */
    descry_metadata metadata;
} known;

static uint32_t next(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static double uniform(uint32_t *random)
{
    return next(random) / 16777216.0;
}

static const char *const CAMERAS[] = {"NIKON D90", "Canon EOS 5D", "Apple iPhone 5", "Z\xC3\x9CRICH 1", ""};

static void invent(known *k, uint32_t *random)
{
    double square = 0;
    for (int i = 0; i < FAKE_DIM; i++) {
        k->vector[i] = (float)(uniform(random) - 0.5);
        square += k->vector[i] * k->vector[i];
    }
    for (int i = 0; i < FAKE_DIM; i++)
        k->vector[i] = (float)(k->vector[i] / sqrt(square));
    k->metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN,
                                    .longitude = NAN};
    if (next(random) % 4)
        k->metadata.taken = (int64_t)(uniform(random) * 1000) * 86400000; /* many on the same moment */
    strcpy(k->metadata.camera, CAMERAS[next(random) % 5]);
    if (next(random) % 3) {
        k->metadata.latitude = uniform(random) * 180 - 90;
        k->metadata.longitude = uniform(random) * 360 - 180;
    }
}

static void put_places(descry_store *store, const descry_recipe *recipe, known *all, descry_error *err)
{
    descry_put *puts = calloc(PICTURES, sizeof *puts);
    descry_content *contents = calloc(PICTURES, sizeof *contents);
    const char **paths = calloc(PICTURES, sizeof *paths);
    descry_place *places = calloc(PICTURES, sizeof *places);
    for (int copy = 0; copy < 2; copy++) {
        size_t n = copy ? COPIES : PICTURES;
        for (size_t i = 0; i < n; i++) {
            known *k = &all[i];
            int number = (int)i;
            snprintf(k->paths[copy], sizeof k->paths[copy], "/p/%d%s/%04d.jpg", (number + 5 * copy) % 10,
                     i % 20 < 10 ? "" : "/deep", number + copy * 5000);
            contents[i] = (descry_content){.bytes = 1, .width = 1, .height = 1, .orientation = 1};
            memcpy(contents[i].sha256, &number, sizeof number);
            puts[i] = (descry_put){.path = k->paths[copy], .kind = DESCRY_PUT_FILE, .size = 1, .mtime = 1,
                                   .content = &contents[i], .metadata = &k->metadata, .vector = k->vector};
            paths[i] = k->paths[copy];
        }
        assert_int_equal(store->ops->put(store, recipe, puts, n, err), 0);
        assert_int_equal(store->ops->places(store, paths, n, recipe->id, places, err), 0);
        for (size_t i = 0; i < n; i++) {
            all[i].content = puts[i].id;
            all[i].ids[copy] = places[i].id;
        }
    }
    free(puts);
    free(contents);
    free(paths);
    free(places);
}

static int is_gone(void *arg, const char *path)
{
    (void)arg;
    return atoi(strrchr(path, '/') + 1) % 7 == 3;
}

/* Every third picture. */
static void put_album(descry_store *store, const known *all, descry_error *err)
{
    static int64_t contents[PICTURES / 3 + 1];
    int64_t id;
    size_t n = 0;
    for (int i = 0; i < PICTURES; i += 3)
        contents[n++] = all[i].content;
    assert_int_equal(store->ops->create_album(store, "thirds", NULL, &id, err), 0);
    assert_int_equal(store->ops->fill_album(store, id, contents, n, 0, err), 0);
}

static void fill(fixture *f, known *all)
{
    descry_store *store = f->library->store;
    const descry_store_ops *ops = store->ops;
    descry_recipe recipe;
    uint32_t random = 1;
    const descry_model_info *info = descry_clip_info(&f->clip);
    assert_int_equal(ops->recipe(store, info->recipe, info->name, FAKE_DIM, 1, &recipe, &f->err), 0);
    for (int i = 0; i < PICTURES; i++) {
        all[i] = (known){0};
        invent(&all[i], &random);
    }
    put_places(store, &recipe, all, &f->err);
    for (int i = 0, found; i < PICTURES; i++) {
        assert_int_equal(ops->vectors(store, &recipe, &all[i].content, 1, all[i].vector, &found, &f->err), 0);
        assert_true(found);
    }
    uint64_t missing;
    assert_int_equal(ops->mark_missing(store, "/p", is_gone, NULL, &missing, &f->err), 0);
    assert_true(missing > 300);
    put_album(store, all, &f->err);
    for (int i = 0; i < PICTURES; i++)
        for (int copy = 0; copy < 2; copy++)
            all[i].missing[copy] = !all[i].ids[copy] || is_gone(NULL, all[i].paths[copy]);
}

/* ---- brute force ------------------------------------------------------------------------------------------------ */

/* The angle between two places by another way than the library's: their vectors from the middle of the Earth. */
static double kilometres(double lat1, double lon1, double lat2, double lon2)
{
    const double r = M_PI / 180;
    double a[3] = {cos(lat1 * r) * cos(lon1 * r), cos(lat1 * r) * sin(lon1 * r), sin(lat1 * r)};
    double b[3] = {cos(lat2 * r) * cos(lon2 * r), cos(lat2 * r) * sin(lon2 * r), sin(lat2 * r)};
    double cross[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    double sine = sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
    return 6371.0088 * atan2(sine, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]);
}

static int is_under(const descry_filter *filter, const char *path)
{
    for (size_t i = 0; i < filter->unders; i++) {
        size_t size = strlen(filter->under[i]);
        if (strncmp(path, filter->under[i], size) == 0 && (path[size] == '/' || !path[size]))
            return 1;
    }
    return filter->unders == 0;
}

static int passes(const descry_filter *filter, const descry_metadata *m)
{
    if (filter->after != DESCRY_NO_TIME && (m->taken == DESCRY_NO_TIME || m->taken < filter->after))
        return 0;
    if (filter->before != DESCRY_NO_TIME && (m->taken == DESCRY_NO_TIME || m->taken >= filter->before))
        return 0;
    if (filter->camera && !strcasestr(m->camera, filter->camera))
        return 0;
    if (((filter->has & DESCRY_HAS_DATE) && m->taken == DESCRY_NO_TIME) || ((filter->has & DESCRY_HAS_PLACE) && isnan(m->latitude)))
        return 0;
    return filter->km < 0 || (!isnan(m->latitude) && kilometres(filter->latitude, filter->longitude, m->latitude,
                                                                 m->longitude) <= filter->km);
}

typedef struct scored {
    float score;
    int64_t id;
} scored;

static int best_first(const void *a, const void *b)
{
    const scored *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : (x->id > y->id) - (x->id < y->id);
}

static size_t brute_force(const known *all, const float *vector, const descry_filter *filter, scored *out)
{
    size_t n = 0;
    for (int i = 0; i < PICTURES; i++) {
        int64_t id = 0;
        for (int copy = 0; copy < 2; copy++)
            if (!all[i].missing[copy] && is_under(filter, all[i].paths[copy]) && (!id || all[i].ids[copy] < id))
                id = all[i].ids[copy];
        if (!id || (filter->album && i % 3) || !passes(filter, &all[i].metadata))
            continue;
        double sum = 0;
        for (int d = 0; d < FAKE_DIM; d++)
            sum += (double)all[i].vector[d] * vector[d];
        out[n++] = (scored){(float)sum, id};
    }
    qsort(out, n, sizeof *out, best_first);
    return n;
}

static void choose_filter(descry_filter *filter, const char **folders, int query, uint32_t *random)
{
    static const char *const PATHS[] = {"/p/0", "/p/3", "/p/3/deep", "/p/7/deep", "/p", "/p/1/0001.jpg", "/p/9"};
    static const char *const PARTS[] = {"nikon", "Z\xC3\x9Crich", "5", "EOS 5d", "none of them"};
    *filter = (descry_filter)DESCRY_FILTER_INIT;
    filter->under = folders;
    if (query & 1)
        for (filter->unders = 0; filter->unders < 1 + next(random) % 3; filter->unders++)
            folders[filter->unders] = PATHS[next(random) % 7];
    if (query & 2)
        filter->after = (int64_t)(next(random) % 1000) * 86400000;
    if (query & 4)
        filter->before = (int64_t)(next(random) % 1000 + (query & 2 ? 300 : 0)) * 86400000;
    if (query & 8)
        filter->camera = PARTS[next(random) % 5];
    if (query & 16) {
        filter->latitude = uniform(random) * 180 - 90;
        filter->longitude = uniform(random) * 360 - 180;
        filter->km = uniform(random) * 8000;
    }
    filter->album = query % 5 < 2 ? "thirds" : NULL;
    filter->has = (query & 32 ? DESCRY_HAS_PLACE : 0) | (query & 64 ? DESCRY_HAS_DATE : 0);
}

static void filtered_search_equals_brute_force(void **state)
{
    fixture *f = *state;
    known *all = calloc(PICTURES, sizeof *all);
    scored *expected = calloc(PICTURES, sizeof *expected);
    fill(f, all);
    const descry_store_ops *ops = f->library->store->ops;
    uint32_t random = 77;
    size_t total = 0;
    for (int q = 0; q < QUERIES; q++) {
        known query;
        descry_filter filter;
        const char *folders[3];
        descry_hit *hits;
        size_t count;
        invent(&query, &random);
        choose_filter(&filter, folders, q, &random);
        size_t n = brute_force(all, query.vector, &filter, expected);
        descry_recipe recipe = {1, FAKE_DIM, PICTURES};
        descry_nearest nearest = {1, query.vector, q % 3 ? 10 : 500, -2, &filter, NULL, 0};
        assert_int_equal(ops->nearest(f->library->store, &recipe, &nearest, &hits, &count, &f->err), 0);
        assert_int_equal(count, n < nearest.k ? n : nearest.k);
        for (size_t i = 0; i < count; i++) {
            assert_true(fabsf(hits[i].score - expected[i].score) < 1e-6f);
            if (hits[i].id != expected[i].id) /* only among scores that rounding may swap */
                assert_true(i + 1 < n && (fabsf(expected[i].score - expected[i + 1].score) < 1e-6f ||
                                          (i > 0 && fabsf(expected[i].score - expected[i - 1].score) < 1e-6f)));
        }
        total += count;
        free(hits);
    }
    assert_true(total > 5000);
    free(expected);
    free(all);
}

typedef struct listing {
    const known *all;
    const descry_filter *filter;
    size_t count, stop;
} listing;

static int see(void *arg, const char *path, size_t size)
{
    listing *l = arg;
    assert_true(size > 3 && memcmp(path, "/p/", 3) == 0);
    return ++l->count == l->stop;
}

static void a_list_has_each_content_once(void **state)
{
    fixture *f = *state;
    known *all = calloc(PICTURES, sizeof *all);
    scored *expected = calloc(PICTURES, sizeof *expected);
    fill(f, all);
    uint32_t random = 5;
    const descry_store_ops *ops = f->library->store->ops;
    for (int q = 0; q < 32; q++) {
        descry_filter filter;
        const char *folders[3];
        choose_filter(&filter, folders, q, &random);
        listing l = {all, &filter, 0, 0};
        size_t n = brute_force(all, all[0].vector, &filter, expected);
        descry_list list = {.filter = &filter, .recipe = 1, .each = see, .arg = &l};
        assert_int_equal(ops->list(f->library->store, &list, &f->err), 0);
        assert_int_equal(list.count, n);
        assert_int_equal(l.count, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(i == 0 || list.items[i].id > list.items[i - 1].id);
            assert_true(passes(&filter, &all[list.items[i].content - 1].metadata));
        }
        ops->unlist(f->library->store, &list);
    }
    descry_filter none = DESCRY_FILTER_INIT;
    listing l = {all, &none, 0, 3};
    descry_list list = {.each = see, .arg = &l};
    assert_int_equal(ops->list(f->library->store, &list, &f->err), 1);
    assert_int_equal(l.count, 3);
    ops->unlist(f->library->store, &list);
    free(expected);
    free(all);
}

/* ---- edges ------------------------------------------------------------------------------------------------------ */

/* A picture with an EXIF block: by this camera, at this time, there. */
static void picture_with(fixture *f, const char *name, int r, const char *camera, const char *taken, uint32_t west)
{
    exif e = {0};
    char text[EXIF_ROOM + 64];
    const uint32_t latitude[] = {0, 1, 30, 1, 0, 1}, longitude[] = {west, 1, 0, 1, 0, 1};
    if (camera)
        exif_text(&e, EXIF_MAIN, 0x0110, camera);
    if (taken)
        exif_text(&e, EXIF_SUB, 0x9003, taken);
    if (west) {
        exif_text(&e, EXIF_GPS, 1, "N");
        exif_rationals(&e, 2, latitude, 3);
        exif_text(&e, EXIF_GPS, 3, "W");
        exif_rationals(&e, 4, longitude, 3);
    }
    exif_make(&e, 1);
    int n = snprintf(text, sizeof text, "PIX %d 0 0\n", r);
    memcpy(text + n, e.bytes, e.size);
    write_file(at(f, "photos/%s", name), text, (size_t)n + e.size);
}

static size_t found(fixture *f, const descry_filter *filter)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.filter = filter;
    if (search_with(f, "0 0 0", &options))
        fail_msg("%s", f->err.message);
    return f->matches;
}

static void four_pictures(fixture *f)
{
    picture_with(f, "0.jpg", 0, "NIKON D90", "2019:12:31 23:59:59", 179);
    picture_with(f, "1.jpg", 10, "nikon d3", "2020:01:01 00:00:00", 1);
    picture_with(f, "2.jpg", 20, NULL, "2020:12:31 23:59:59", 180);
    picture_with(f, "3.jpg", 30, "Canon", NULL, 0);
}

static int see_metadata(void *arg, const descry_match *match)
{
    *(descry_metadata *)arg = *match->metadata;
    assert_int_equal(match->source, 0);
    return 1;
}

static void bounds_are_what_they_are_said_to_be(void **state)
{
    fixture *f = *state;
    four_pictures(f);
    index_ok(f, "");
    descry_filter filter = DESCRY_FILTER_INIT;
    assert_int_equal(found(f, &filter), 4);
    assert_int_equal(descry_time_parse("2020", &filter.after, NULL), 0); /* its first moment is after */
    assert_int_equal(found(f, &filter), 2);
    assert_found(f, 1, "1.jpg");
    assert_int_equal(descry_time_parse("2021", &filter.before, NULL), 0);
    assert_int_equal(found(f, &filter), 2);
    filter.after = DESCRY_NO_TIME;
    assert_int_equal(found(f, &filter), 3); /* not the one without a time */
    assert_int_equal(descry_time_parse("2020", &filter.before, NULL), 0); /* its first moment is not before */
    assert_int_equal(found(f, &filter), 1);
    assert_found(f, 1, "0.jpg");
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.camera = "Nikon D";
    assert_int_equal(found(f, &filter), 2);
    filter.camera = "";
    assert_int_equal(found(f, &filter), 3); /* any camera that is known */
    filter.camera = "\xFF";
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.filter = &filter;
    options.filter = &filter;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);

    /* across the date line, 179 W and 180 W from 179 E: 222 and 111 km */
    filter = (descry_filter)DESCRY_FILTER_INIT;
    filter.latitude = 0.5;
    filter.longitude = 179;
    filter.km = 112;
    assert_int_equal(found(f, &filter), 1);
    assert_found(f, 1, "2.jpg");
    filter.km = 223;
    assert_int_equal(found(f, &filter), 2);
    filter.km = 221;
    assert_int_equal(found(f, &filter), 1);
    filter.km = 30000;
    assert_int_equal(found(f, &filter), 3);
    filter.longitude = -1;
    filter.km = 0;
    assert_int_equal(found(f, &filter), 1); /* exactly there */
    filter.latitude = 91;
    options.filter = &filter;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);
    filter.latitude = NAN;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);
    filter.latitude = 0;
    filter.km = NAN;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);

    descry_metadata m;
    assert_int_equal(search_each(f->library, &f->model, "0 0 0", NULL, see_metadata, &m, NULL), 0);
    assert_string_equal(m.camera, "NIKON D90");
    assert_true(m.latitude == 0.5 && m.longitude == -179 && m.taken == INT64_C(1577836799000));
}

/* ---- where it comes from ---------------------------------------------------------------------------------------- */

static void set_unread(fixture *f)
{
    descry_library_close(&f->library);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(at(f, "library.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE contents SET metadata = 0, taken = NULL, camera = NULL, latitude = NULL",
                                  NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    reopen(f);
}

static void older_libraries_get_it_without_the_model(void **state)
{
    fixture *f = *state;
    four_pictures(f);
    index_ok(f, "");
    assert_counts(f, 4, 0, 0, 0, 0);
    set_unread(f);
    rename_file(f, "1.jpg", "moved.jpg");
    descry_filter filter = DESCRY_FILTER_INIT;
    filter.camera = "nikon";
    assert_int_equal(found(f, &filter), 0);
    size_t embedded = f->clip.embedded;
    index_ok(f, NULL);
    assert_counts(f, 0, 3, 1, 0, 1);
    assert_int_equal(f->clip.embedded, embedded);
    assert_int_equal(f->clip.peeked, 4);
    assert_int_equal(found(f, &filter), 2);
    assert_found(f, 2, "moved.jpg");
    index_ok(f, NULL); /* once is enough */
    assert_counts(f, 0, 4, 0, 0, 1);
    assert_int_equal(f->clip.peeked, 4);
    /* one that cannot be read now keeps its vector, and is tried again */
    set_unread(f);
    assert_int_equal(rename(at(f, "photos/0.jpg"), at(f, "0.jpg")), 0);
    folder(f, "photos/0.jpg");
    index_ok(f, NULL);
    assert_int_equal(rmdir(at(f, "photos/0.jpg")), 0);
    assert_int_equal(rename(at(f, "0.jpg"), at(f, "photos/0.jpg")), 0);
    index_ok(f, NULL);
    assert_int_equal(found(f, &filter), 2);
    assert_int_equal(f->clip.embedded, embedded);
}

/* The same pictures by flags of the options and by words of the query; and both together. */
static void a_query_filters_as_the_options_do(void **state)
{
    fixture *f = *state;
    descry_results *results;
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    descry_filter filter = DESCRY_FILTER_INIT;
    folder(f, "photos/a b");
    four_pictures(f);
    picture_with(f, "a b/4.jpg", 40, "Canon", "2018:05:01 12:00:00", 3);
    index_ok(f, "");
    options.filter = &filter;
    search_ok(f, "0 0 0 date:2020", 2);
    assert_found(f, 1, "1.jpg");
    assert_found(f, 2, "2.jpg");
    search_ok(f, "date:2019-12..2020-01-01 0 0 0", 2);
    search_ok(f, "0 0 0 date:..2018-05-01", 1);
    search_ok(f, "0 0 camera:nikon 0", 2);
    assert_found(f, 1, "0.jpg");
    search_ok(f, "0 0 0 near:0.5,179,112", 1);
    assert_found(f, 1, "2.jpg");
    search_ok(f, "0 0 0 has:place", 4);
    search_ok(f, "0 0 0 has:place,date camera:canon", 1);
    search_ok(f, "0 0 0 has:caption", 0);
    assert_int_equal(setenv("HOME", f->folder, 1), 0);
    search_ok(f, "0 0 0 in:\"~/photos/a b\"", 1);
    assert_found(f, 1, "a b/4.jpg");
    search_ok(f, "0 0 0 in:~x", 0);

    /* alone: newest first, without a model, whatever the ranking */
    for (int ranking = DESCRY_RANKING_VECTORS; ranking <= DESCRY_RANKING_HYBRID; ranking++) {
        const descry_match *match;
        options.ranking = (descry_ranking)ranking;
        options.k = 2;
        options.offset = 1;
        filter.has = DESCRY_HAS_PLACE;
        assert_int_equal(descry_search(&results, f->library, NULL, " date:..2020 ", &options, &f->err), 0);
        assert_int_equal(descry_results_count(results), 2);
        assert_int_equal(descry_results_filter(results)->has, DESCRY_HAS_PLACE);
        assert_true(descry_results_filter(results)->after == DESCRY_NO_TIME && descry_results_filter(results)->before > 0);
        assert_int_equal(descry_results_next(results, &match, &f->err), 1);
        assert_string_equal(match->path, at(f, "photos/1.jpg"));
        assert_true(match->rank == 2 && isnan(match->score) && match->strength == -1 && match->share_count == 0);
        assert_int_equal(descry_results_next(results, &match, &f->err), 1);
        assert_string_equal(match->path, at(f, "photos/0.jpg"));
        assert_int_equal(descry_results_next(results, &match, &f->err), 0);
        descry_results_close(&results);
    }
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.threshold = 0.1f;
    assert_int_equal(search_with(f, "has:place", &options), DESCRY_ERR_ARGUMENT);
    assert_string_equal(f->err.message, "a query of filters alone has no scores: no thresholds and strengths");
    options.threshold = -2;
    options.explain = 1;
    assert_int_equal(search_with(f, "has:place", &options), 0);

    /* words, and what is wrong */
    options = (descry_search_options)DESCRY_SEARCH_OPTIONS_INIT;
    options.filter = &filter;
    options.ranking = DESCRY_RANKING_WORDS;
    filter.has = 0;
    assert_int_equal(search_with(f, "jpg camera:canon", &options), 0);
    assert_int_equal(f->matches, 2);
    filter.camera = "canon";
    assert_int_equal(search_with(f, "jpg camera:canon", &options), DESCRY_ERR_ARGUMENT);
    assert_string_equal(f->err.message, "the query, character 5: camera: is in the options, too, where one is enough");
    assert_int_equal(search_with(f, "jpg date:2020", &options), 0);
    assert_int_equal(f->matches, 0);
    options.ranking = DESCRY_RANKING_VECTORS;
    assert_int_equal(search_with(f, "camera:canon", &options), DESCRY_ERR_ARGUMENT);
    filter.camera = NULL;
    filter.has = 8;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);
    assert_int_equal(search_with(f, "0 0 0 camera:\xFF", NULL), DESCRY_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(filtered_search_equals_brute_force),
        BOTH_TEST(a_list_has_each_content_once),
        BOTH_TEST(bounds_are_what_they_are_said_to_be),
        BOTH_TEST(a_query_filters_as_the_options_do),
        LIBRARY_TEST(older_libraries_get_it_without_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
