/* SPDX-License-Identifier: Apache-2.0
 * Searching by expressions: ranking, NOT, shares, strength, and when a model is opened. */
#include "library_fixture.h"

#include "library/calibrate.h"
#include "library/library.h"
#include "net/fetch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 600 };

static const descry_search_options DEFAULTS = DESCRY_SEARCH_OPTIONS_INIT;

/* ---- ranking --------------------------------------------------------------------------------------------------- */

static double uniform(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / 16777216.0 * 2 - 1;
}

/* Pictures with random vectors, straight into the store. */
static descry_recipe fill(fixture *f)
{
    descry_store *store = f->library->store;
    descry_recipe recipe;
    uint32_t seed = 11;
    assert_int_equal(store->ops->recipe(store, f->clip.recipe, "fake", FAKE_DIM, 1, &recipe, NULL), 0);
    for (int i = 0; i < MANY; i++) {
        float vector[FAKE_DIM];
        double square = 0;
        for (int d = 0; d < FAKE_DIM; d++) {
            vector[d] = (float)uniform(&seed);
            square += vector[d] * vector[d];
        }
        for (int d = 0; d < FAKE_DIM; d++)
            vector[d] = (float)(vector[d] / sqrt(square));
        descry_content content = {.bytes = 1, .width = 1, .height = 1, .orientation = 1};
        memcpy(content.sha256, &i, sizeof i);
        descry_put put = {.path = at(f, "photos/%d", i), .kind = DESCRY_PUT_FILE, .size = 1, .mtime = 1,
                          .content = &content, .vector = vector};
        assert_int_equal(store->ops->put(store, &recipe, &put, 1, NULL), 0);
        assert_int_equal(put.id, i + 1); /* as its place */
    }
    assert_int_equal(store->ops->recipe(store, f->clip.recipe, "fake", FAKE_DIM, 0, &recipe, NULL), 0);
    return recipe;
}

typedef struct answers {
    size_t count;
    int64_t ids[MANY];
    float scores[MANY], strengths[MANY];
    double sums[MANY]; /* of the shares */
    size_t shares;     /* of the last */
    char terms[300];   /* of the last: "weight term; ..." */
} answers;

static int on_match(void *arg, const descry_match *match)
{
    answers *to = arg;
    assert_true(to->count < MANY);
    to->ids[to->count] = match->id;
    to->scores[to->count] = match->score;
    to->strengths[to->count] = match->strength;
    to->sums[to->count] = 0;
    to->shares = match->share_count;
    to->terms[0] = 0;
    for (size_t i = 0; i < match->share_count; i++) {
        size_t n = strlen(to->terms);
        to->sums[to->count] += match->shares[i]->score;
        snprintf(to->terms + n, sizeof to->terms - n, "%g %s; ", match->shares[i]->weight, match->shares[i]->term);
    }
    to->count++;
    return 0;
}

static answers run_query(fixture *f, const char *query, const descry_search_options *options)
{
    answers to = {0};
    f->warnings = 0;
    if (search_each(f->library, &f->model, query, options, on_match, &to, &f->err))
        fail_msg("%s: %s", query, f->err.message);
    return to;
}

static void add(double *sum, double weight, const float *vector)
{
    double square = 0;
    for (int d = 0; d < FAKE_DIM; d++)
        square += (double)vector[d] * vector[d];
    for (int d = 0; d < FAKE_DIM; d++)
        sum[d] += weight * vector[d] / sqrt(square);
}

/* normalise(x + lambda * (p - n)) . F, in double over the vectors as stored: the same order, each picture, but those
 * named. */
static void the_ranking_is_that_of_the_formula(void **state)
{
    fixture *f = *state;
    descry_recipe recipe = fill(f);
    descry_store *store = f->library->store;
    float vectors[MANY][FAKE_DIM], p[FAKE_DIM], n[FAKE_DIM];
    int64_t ids[MANY];
    int known[MANY];
    for (int i = 0; i < MANY; i++)
        ids[i] = i + 1;
    assert_int_equal(store->ops->vectors(store, &recipe, ids, MANY, vectors[0], known, NULL), 0);
    fake_embedding(10, 200, 30, p);
    fake_embedding(250, 3, 90, n);
    for (int lambda = 0; lambda <= 30; lambda += 5) {
        char query[200];
        snprintf(query, sizeof query, "#%d + %d.%d * (\"10 200 30\" - 250 3 90)", lambda + 7, lambda / 10, lambda % 10);
        double sum[FAKE_DIM] = {0}, length = 0, scores[MANY];
        add(sum, 1, vectors[lambda + 6]);
        add(sum, lambda / 10.0, p);
        add(sum, -lambda / 10.0, n);
        for (int d = 0; d < FAKE_DIM; d++)
            length += sum[d] * sum[d];
        for (int i = 0; i < MANY; i++) {
            scores[i] = 0;
            for (int d = 0; d < FAKE_DIM; d++)
                scores[i] += sum[d] / sqrt(length) * vectors[i][d];
        }
        descry_search_options options = DEFAULTS;
        options.k = MANY;
        answers to = run_query(f, query, &options);
        assert_int_equal(to.count, MANY - 1);
        for (size_t i = 0; i < to.count; i++) {
            assert_int_not_equal(to.ids[i], lambda + 7);
            assert_true(fabs(to.scores[i] - scores[to.ids[i] - 1]) < 1e-6);
            assert_true(i == 0 || scores[to.ids[i] - 1] < scores[to.ids[i - 1] - 1]);
        }
    }
}

static void pictures_named_are_left_out(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "a copy.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    picture(f, "c.jpg", 0, 0, 255);
    picture(f, "d.jpg", 9, 9, 9);
    index_ok(f, "");
    char query[PATH_SIZE];
    snprintf(query, sizeof query, "%s + \"%s\" - 9 9 9", at(f, "photos/a copy.jpg"), at(f, "photos/b.jpg"));
    search_ok(f, query, 2);
    snprintf(query, sizeof query, "file://%s + 0 0 0", at(f, "photos/a%%20copy.jpg"));
    search_ok(f, query, 3);
    descry_search_options options = DEFAULTS;
    options.not_threshold = 1; /* nothing but what is named */
    snprintf(query, sizeof query, "0 0 0 NOT %s", at(f, "photos/c.jpg"));
    assert_int_equal(search_with(f, query, &options), 0);
    assert_int_equal(f->matches, 3);
    assert_int_equal(search_with(f, "0 0 0 + ./nowhere.jpg", NULL), DESCRY_ERR_NOT_FOUND);
    int rc = search_with(f, "0 0 0 + http://127.0.0.1:1/a.jpg", NULL);
    assert_int_equal(rc, descry_fetch_feature() ? DESCRY_ERR_IO : DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(f->err.message, descry_fetch_feature() ? "not a public address" : "does not fetch"));
    assert_int_equal(search_with(f, "\"9 9 9\" - 9 9 9", NULL), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "cancel each other out"));
    assert_int_equal(search_with(f, "9 9 9 +", NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_query_check("a - b NOT c", DESCRY_RANKING_VECTORS, NULL, NULL, NULL), 0);
}

/* ---- NOT ------------------------------------------------------------------------------------------------------- */

static void colours(fixture *f, int count)
{
    for (int i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02d.jpg", i);
        picture(f, name, 5 * i % 256, 77 * i % 256, 140 * i % 256);
    }
}

static double cosine(int i, int r, int g, int b)
{
    float x[FAKE_DIM], y[FAKE_DIM];
    double sum = 0;
    fake_embedding(5 * i % 256, 77 * i % 256, 140 * i % 256, x);
    fake_embedding(r, g, b, y);
    for (int d = 0; d < FAKE_DIM; d++)
        sum += x[d] * y[d];
    return sum;
}

static void not_leaves_out_what_matches(void **state)
{
    fixture *f = *state;
    colours(f, 50);
    index_ok(f, "");
    descry_search_options options = DEFAULTS;
    options.k = MANY;
    options.not_threshold = 0.8f;
    size_t left = 0, left_of_two = 0;
    for (int i = 0; i < 50; i++) {
        left += cosine(i, 0, 0, 255) <= 0.8;
        left_of_two += cosine(i, 0, 0, 255) <= 0.8 && cosine(i, 200, 200, 200) <= 0.8;
    }
    assert_true(left_of_two > 5 && left_of_two < left && left < 45);
    assert_int_equal(run_query(f, "0 0 0 NOT 0 0 255", &options).count, left);
    assert_int_equal(run_query(f, "0 0 0 NOT 0 0 255 NOT 200 200 200", &options).count, left_of_two);
    assert_int_equal(run_query(f, "0 0 0 NOT (3 * 0 0 255)", &options).count, left);
    options.k = 3; /* the best of those left */
    answers some = run_query(f, "0 0 0 NOT 0 0 255", &options);
    options.k = MANY;
    answers all = run_query(f, "0 0 0 NOT 0 0 255", &options);
    assert_int_equal(some.count, 3);
    assert_memory_equal(some.ids, all.ids, 3 * sizeof *all.ids);
    for (size_t i = 0; i < all.count; i++)
        assert_true(cosine((int)all.ids[i] - 1, 0, 0, 255) <= 0.8001);
    /* by itself: some, the nearest among them, but far from all */
    options.not_threshold = -2;
    all = run_query(f, "0 0 0 NOT 0 0 255", &options);
    assert_true(all.count > 25 && all.count < 50);
    double worst = -1, best = 2;
    for (int i = 0; i < 50; i++) {
        int found = 0;
        for (size_t j = 0; j < all.count; j++)
            found |= all.ids[j] == i + 1;
        if (found && cosine(i, 0, 0, 255) > worst)
            worst = cosine(i, 0, 0, 255);
        if (!found && cosine(i, 0, 0, 255) < best)
            best = cosine(i, 0, 0, 255);
    }
    assert_true(worst < best + 1e-3);
    assert_true(run_query(f, "0 0 0 NOT #7", &options).count < 49);
    options.not_threshold = NAN;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);
}

static void few_pictures_calibrate_nothing(void **state)
{
    fixture *f = *state;
    colours(f, DESCRY_CALIBRATION_LEAST - 1);
    index_ok(f, "");
    assert_int_equal(search_with(f, "0 0 0 NOT 1 1 1", NULL), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "index again"));
    descry_search_options options = DEFAULTS;
    options.min_strength = 1;
    assert_int_equal(search_with(f, "0 0 0", &options), DESCRY_ERR_ARGUMENT);
    assert_true(run_query(f, "0 0 0", NULL).strengths[0] == -1);
    colours(f, DESCRY_CALIBRATION_LEAST);
    index_ok(f, "");
    assert_true(run_query(f, "0 0 0", NULL).strengths[0] >= 0);
    assert_true(run_query(f, "0 0 0 NOT 1 1 1", NULL).count < DESCRY_CALIBRATION_LEAST);
}

/* ---- strength -------------------------------------------------------------------------------------------------- */

static descry_calibration calibration_of(fixture *f)
{
    descry_store *store = f->library->store;
    descry_recipe recipe;
    descry_calibration calibration;
    assert_int_equal(store->ops->recipe(store, f->clip.recipe, "fake", FAKE_DIM, 0, &recipe, NULL), 0);
    assert_int_equal(store->ops->calibration(store, &recipe, &calibration, NULL), 0);
    return calibration;
}

static void texts_have_a_strength(void **state)
{
    fixture *f = *state;
    colours(f, 40);
    index_ok(f, "");
    descry_search_options options = DEFAULTS;
    options.k = MANY;
    answers all = run_query(f, "5 77 140 + 0.5 * 5 77 141", &options);
    assert_int_equal(all.count, 40);
    for (size_t i = 0; i < 40; i++) {
        assert_true(all.strengths[i] >= 0 && all.strengths[i] <= 100);
        assert_true(i == 0 || all.strengths[i] <= all.strengths[i - 1]);
    }
    assert_true(all.strengths[0] > all.strengths[39] + 10);
    options.min_strength = all.strengths[4];
    assert_int_equal(run_query(f, "5 77 140 + 0.5 * 5 77 141", &options).count, 5);
    assert_int_equal(search_with(f, "#2", &options), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "texts only"));
    assert_true(run_query(f, "#2", NULL).strengths[0] == -1);
    assert_true(run_query(f, "1 1 1 - 2 2 200", NULL).strengths[0] == -1);
    assert_true(run_query(f, "1 1 1 + #1", NULL).strengths[0] == -1);
    assert_true(run_query(f, "1 1 1 NOT #1", NULL).strengths[0] >= 0);
}

static void calibration_follows_the_library(void **state)
{
    fixture *f = *state;
    colours(f, 50);
    index_ok(f, "");
    descry_calibration first = calibration_of(f);
    assert_int_equal(first.version, DESCRY_CALIBRATION_VERSION);
    assert_int_equal(first.vectors, 50);
    assert_true(first.deviation > 0 && first.text > 0 && first.picture > 0 && first.best > 0);
    colours(f, 51); /* a fiftieth more */
    index_ok(f, "");
    assert_int_equal(calibration_of(f).vectors, 50);
    colours(f, 60);
    index_ok(f, "");
    assert_int_equal(calibration_of(f).vectors, 60);
    descry_calibration middle = {.best = 0.5, .deviation = 0.1};
    assert_true(fabs(descry_calibration_strength(&middle, 0.5) - 50) < 1e-4);
    assert_true(fabs(descry_calibration_strength(&middle, 0.5 + 0.1 * 1.6448536) - 95) < 1e-3);
    assert_true(descry_calibration_strength(&middle, 9) <= 100 && descry_calibration_strength(&middle, -9) >= 0);
}

/* ---- shares ---------------------------------------------------------------------------------------------------- */

static void shares_add_up(void **state)
{
    fixture *f = *state;
    colours(f, 30);
    index_ok(f, "");
    descry_search_options options = DEFAULTS;
    options.explain = 1;
    answers to = run_query(f, "#3 + 1.5 * (\"1 2 200\" - 200 2 1) NOT 0 0 255", &options);
    assert_int_equal(to.count, 10);
    assert_int_equal(to.shares, 3);
    assert_string_equal(to.terms, "1 #3; 1.5 \"1 2 200\"; -1.5 200 2 1; ");
    for (size_t i = 0; i < to.count; i++)
        assert_true(fabs(to.sums[i] - to.scores[i]) < 1e-6);
    to = run_query(f, "1 in:/ 2 200 NOT 0 0 255", &options);
    assert_string_equal(to.terms, "1 1 2 200; ");
    options.explain = 0;
    assert_int_equal(run_query(f, "#3", &options).shares, 0);
}

/* ---- vectors by name ------------------------------------------------------------------------------------------- */

static void names_stand_for_vectors(void **state)
{
    fixture *f = *state;
    float given[2][FAKE_DIM];
    descry_named_vector named[2] = {DESCRY_NAMED_VECTOR_INIT, DESCRY_NAMED_VECTOR_INIT};
    const descry_named_vector *const vectors[] = {&named[0], &named[1]};
    colours(f, 40);
    index_ok(f, "");
    fake_embedding(255, 0, 0, given[0]);
    fake_embedding(0, 0, 255, given[1]);
    for (int d = 0; d < FAKE_DIM; d++)
        given[0][d] *= 3; /* a term is brought to length 1 */
    for (int i = 0; i < 2; i++) {
        named[i].name = i ? "@2" : "@1";
        named[i].vector = given[i];
        named[i].dim = FAKE_DIM;
    }
    descry_search_options options = DEFAULTS;
    options.k = MANY;
    options.not_threshold = 0.85f;
    static const char *const pairs[][2] = {{"@1", "255 0 0"}, {"\"@2\" + #3", "0 0 255 + #3"},
                                           {"#1 + 2 * (@2 - @1)", "#1 + 2 * (0 0 255 - 255 0 0)"},
                                           {"0 0 0 NOT @2", "0 0 0 NOT 0 0 255"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const answers wanted = run_query(f, pairs[i][1], &options);
        options.vectors = vectors;
        options.vector_count = 2;
        const answers got = run_query(f, pairs[i][0], &options);
        options.vector_count = 0;
        assert_int_equal(got.count, wanted.count);
        for (size_t j = 0; j < got.count; j++)
            assert_true(got.ids[j] == wanted.ids[j] && fabsf(got.scores[j] - wanted.scores[j]) < 1e-6f);
    }
    options.vector_count = 2;
    assert_true(run_query(f, "@1", &options).strengths[0] == -1); /* what is known of texts alone */
    assert_true(run_query(f, "1 2 3", &options).strengths[0] >= 0);
    assert_int_equal(search_each(f->library, NULL, "@1 - @2", &options, NULL, NULL, &f->err), 0); /* without a model */
    assert_int_equal(search_each(f->library, NULL, "@1 @2", &options, NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT);
    assert_string_equal(f->err.message, "@1 @2: a model is needed to look for it");
    /* no words to look for */
    options.not_threshold = -2;
    options.ranking = DESCRY_RANKING_WORDS;
    assert_int_equal(search_with(f, "@2 jpg", &options), 0);
    assert_int_equal(f->matches, 40);
    assert_int_equal(search_with(f, "@2", &options), DESCRY_ERR_ARGUMENT);
    options.ranking = DESCRY_RANKING_HYBRID;
    assert_int_equal(search_with(f, "@2 + jpg", &options), 0);
    assert_int_equal(search_with(f, "@2", &options), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "no word to look for"));
    options.ranking = DESCRY_RANKING_VECTORS;
    /* what is no vector of this model */
    named[0].dim = FAKE_DIM - 1;
    assert_int_equal(search_with(f, "@2", &options), 0);
    assert_int_equal(search_with(f, "@2 + @1", &options), DESCRY_ERR_ARGUMENT);
    assert_string_equal(f->err.message, "@1: a vector of 7 numbers; the model's have 8");
    named[0].dim = FAKE_DIM;
    given[0][2] = NAN;
    assert_int_equal(search_with(f, "@1", &options), DESCRY_ERR_NUMERIC);
    memset(given[0], 0, sizeof given[0]);
    assert_int_equal(search_with(f, "@1", &options), DESCRY_ERR_NUMERIC);
    named[0].name = NULL;
    assert_int_equal(search_with(f, "1 2 3", &options), DESCRY_ERR_ARGUMENT);
}

/* ---- the model ------------------------------------------------------------------------------------------------- */

typedef struct opening {
    fixture *f;
    size_t calls;
    char name[32];
} opening;

static int open_model(void *arg, const char *name, descry_model **model, descry_error *err)
{
    opening *to = arg;
    (void)err;
    to->calls++;
    snprintf(to->name, sizeof to->name, "%s", name);
    *model = &to->f->model;
    return 0;
}

static size_t openings(fixture *f, const char *query, int expected)
{
    opening to = {f, 0, ""};
    descry_search_options options = DEFAULTS;
    options.open_model = open_model;
    options.model_arg = &to;
    options.not_threshold = 0.99f;
    int rc = search_each(f->library, NULL, query, &options, NULL, NULL, &f->err);
    if (rc != expected)
        fail_msg("%s: %d: %s", query, rc, f->err.message);
    if (to.calls)
        assert_string_equal(to.name, f->clip.name);
    return to.calls;
}

static void a_model_is_opened_when_needed(void **state)
{
    fixture *f = *state;
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    picture(f, "c.jpg", 0, 255, 9);
    index_ok(f, "");
    picture(f, "new.jpg", 0, 255, 3);
    char query[PATH_SIZE];
    snprintf(query, sizeof query, "#1 + 2 * (%s - #2) NOT #3", at(f, "photos/b.jpg"));
    assert_int_equal(openings(f, query, 0), 0);
    assert_int_equal(openings(f, "#1 + 1 2 3 - 4 5 6", 0), 1);
    assert_int_equal(openings(f, "#1 NOT 1 2 3", 0), 1);
    assert_int_equal(openings(f, at(f, "photos/new.jpg"), 0), 1);
    assert_int_equal(search_each(f->library, NULL, "#1 + 1 1 1", NULL, NULL, NULL, &f->err), DESCRY_ERR_ARGUMENT);
    assert_string_equal(f->err.message, "1 1 1: a model is needed to look for it");
    /* of several the last */
    fake_clip_init(&f->clip, "other", 'b');
    index_ok(f, "a.jpg");
    assert_int_equal(openings(f, "#1", 0), 0);
    assert_int_equal(openings(f, "1 1 1", 0), 1);
    /* it has changed since */
    fake_clip_init(&f->clip, "other", 'c');
    assert_int_equal(openings(f, "#1", 0), 0);
    assert_int_equal(openings(f, "1 1 1", DESCRY_ERR_NOT_FOUND), 1);
    assert_non_null(strstr(f->err.message, "index again"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(the_ranking_is_that_of_the_formula),
        BOTH_TEST(pictures_named_are_left_out),
        BOTH_TEST(not_leaves_out_what_matches),
        BOTH_TEST(few_pictures_calibrate_nothing),
        BOTH_TEST(texts_have_a_strength),
        BOTH_TEST(calibration_follows_the_library),
        BOTH_TEST(shares_add_up),
        BOTH_TEST(names_stand_for_vectors),
        BOTH_TEST(a_model_is_opened_when_needed),
    };
    return cmocka_run_group_tests_name("expressions", tests, NULL, NULL);
}
