/* SPDX-License-Identifier: Apache-2.0
 * Results as a value: which were found and in which order is fixed by the search, page by page they are told.  And searches
 * by a vector, which a query of the same picture must agree with. */
#include "library_fixture.h"

#include "heads/head.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PICTURES = 150, PAGE = 64 };

typedef struct found {
    size_t n, count; /* count: by descry_results_count */
    uint64_t ranks[PICTURES], by_vector[PICTURES], by_words[PICTURES];
    int64_t ids[PICTURES];
    float scores[PICTURES];
} found;

/* Colours of which no two are alike, nor as far from a third. */
static void many(fixture *f)
{
    descry_index_options options = DESCRY_INDEX_OPTIONS_INIT;
    options.captioner = &f->model;
    for (int i = 0; i < PICTURES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%03d.jpg", i);
        picture(f, name, 37 * i % 251, 101 * i % 241, 59 * i % 239);
    }
    check_rc(index_with(f, "", &options), &f->err);
}

static descry_search_options best(size_t k, size_t offset)
{
    descry_search_options options = DESCRY_SEARCH_OPTIONS_INIT;
    options.k = k;
    options.offset = offset;
    return options;
}

static int next(fixture *f, descry_results *results, const descry_match **match)
{
    int rc = descry_results_next(results, match, &f->err);
    assert_int_equal(*match != NULL, rc == 1);
    return rc;
}

static void next_ok(fixture *f, descry_results *results, const descry_match **match)
{
    if (next(f, results, match) != 1)
        fail_msg("no match: %s", f->err.message);
}

/* Takes them all, and closes. */
static void drain(fixture *f, descry_results **results, found *to)
{
    const descry_match *match;
    memset(to, 0, sizeof *to);
    to->count = descry_results_count(*results);
    for (; next(f, *results, &match) == 1; to->n++) {
        assert_true(to->n < PICTURES);
        to->ranks[to->n] = match->rank;
        to->ids[to->n] = match->id;
        to->scores[to->n] = match->score;
        to->by_vector[to->n] = match->vector_rank;
        to->by_words[to->n] = match->words_rank;
    }
    assert_int_equal(next(f, *results, &match), 0); /* and so it stays */
    assert_int_equal(descry_results_count(*results), to->count);
    descry_results_close(results);
    assert_null(*results);
}

static descry_results *search_for(fixture *f, const char *query, const descry_search_options *options)
{
    descry_results *results;
    check_rc(descry_search(&results, f->library, &f->model, query, options, &f->err), &f->err);
    return results;
}

static void find(fixture *f, const char *query, const descry_search_options *options, found *to)
{
    descry_results *results = search_for(f, query, options);
    drain(f, &results, to);
}

/* ---- pages -------------------------------------------------------------------------------------------------------- */

static void assert_slice(const found *part, const found *all, size_t k, size_t offset)
{
    size_t left = offset < all->n ? all->n - offset : 0, n = k < left ? k : left;
    assert_int_equal(part->n, n);
    assert_int_equal(part->count, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(part->ranks[i], offset + i + 1);
        assert_int_equal(part->ids[i], all->ids[offset + i]);
        assert_true(part->scores[i] == all->scores[offset + i]);
        assert_int_equal(part->by_vector[i], all->by_vector[offset + i]);
        assert_int_equal(part->by_words[i], all->by_words[offset + i]);
    }
}

static void an_offset_passes_over_the_first(void **state)
{
    static const size_t offsets[] = {0, 1, PAGE - 1, PAGE, PAGE + 1, PICTURES - 1, PICTURES, PICTURES + 1, SIZE_MAX - 3, SIZE_MAX};
    static const size_t ks[] = {0, 1, PAGE, 70, PICTURES, SIZE_MAX};
    static const struct {
        descry_ranking ranking;
        const char *query;
    } ways[] = {{DESCRY_RANKING_VECTORS, "7 100 200"}, {DESCRY_RANKING_WORDS, "shade"}, {DESCRY_RANKING_HYBRID, "37 101 59"}};
    fixture *f = *state;
    found all, part;
    many(f);
    for (size_t way = 0; way < 3; way++) {
        descry_search_options options = best(SIZE_MAX, 0);
        options.ranking = ways[way].ranking;
        find(f, ways[way].query, &options, &all);
        assert_int_equal(all.n, PICTURES);
        assert_int_equal(all.count, PICTURES);
        assert_int_equal(all.by_vector[0] > 0, ways[way].ranking == DESCRY_RANKING_HYBRID);
        for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++)
            for (size_t j = 0; j < sizeof ks / sizeof *ks; j++) {
                options.offset = offsets[i];
                options.k = ks[j];
                find(f, ways[way].query, &options, &part);
                assert_slice(&part, &all, ks[j], offsets[i]);
            }
    }
}

/* What is too weak is not counted, whatever was passed over. */
static void an_offset_goes_with_thresholds(void **state)
{
    fixture *f = *state;
    found all, part;
    many(f);
    descry_search_options options = best(PICTURES, 0);
    find(f, "7 100 200", &options, &all);
    options.threshold = all.scores[99];
    options.offset = 90;
    find(f, "7 100 200", &options, &part);
    assert_slice(&part, &all, 10, 90);
    options.offset = 120;
    find(f, "7 100 200", &options, &part);
    assert_slice(&part, &all, 0, 120);
    options = best(PICTURES, 0);
    options.min_strength = 1;
    find(f, "7 100 200", &options, &all);
    assert_in_range(all.n, 2, PICTURES - 1);
    options.offset = 1;
    find(f, "7 100 200", &options, &part);
    assert_slice(&part, &all, PICTURES, 1);
    options.offset = PICTURES;
    find(f, "7 100 200", &options, &part);
    assert_slice(&part, &all, PICTURES, PICTURES);
}

static void what_was_forgotten_meanwhile_is_passed_over(void **state)
{
    fixture *f = *state;
    found all;
    const descry_match *match;
    char paths[3][PATH_SIZE];
    static const size_t gone[] = {0, PAGE + 6, PICTURES - 1};
    many(f);
    descry_search_options options = best(PICTURES, 0);
    find(f, "7 100 200", &options, &all);
    descry_results *results = search_for(f, "7 100 200", &options);
    for (size_t i = 0, n = 0; next(f, results, &match) == 1; i++)
        if (n < 3 && i == gone[n])
            snprintf(paths[n++], PATH_SIZE, "%s", match->path);
    descry_results_close(&results);

    results = search_for(f, "7 100 200", &options);
    check_rc(descry_forget(f->library, paths[0], NULL, &f->err), &f->err);
    size_t told = 0;
    for (size_t i = 0; i < PICTURES; i++) {
        if (i == 10) { /* before its page is read */
            check_rc(descry_forget(f->library, paths[1], NULL, &f->err), &f->err);
            check_rc(descry_forget(f->library, paths[2], NULL, &f->err), &f->err);
        }
        if (i == gone[0] || i == gone[1] || i == gone[2])
            continue;
        next_ok(f, results, &match);
        assert_int_equal(match->rank, i + 1);
        assert_int_equal(match->id, all.ids[i]);
        told++;
    }
    assert_int_equal(next(f, results, &match), 0);
    assert_int_equal(told, PICTURES - 3);
    assert_int_equal(descry_results_count(results), PICTURES);
    descry_results_close(&results);
}

/* A picture that is forgotten and comes back has another id: it is not the one that was found. */
static void all_may_be_forgotten(void **state)
{
    fixture *f = *state;
    const descry_match *match;
    many(f);
    descry_search_options options = best(PICTURES, 0);
    descry_results *results = search_for(f, "7 100 200", &options);
    check_rc(descry_forget(f->library, at(f, "photos"), NULL, &f->err), &f->err);
    assert_int_equal(next(f, results, &match), 0);
    descry_results_close(&results);
}

static void two_results_do_not_mix(void **state)
{
    fixture *f = *state;
    found all[2];
    descry_results *results[2];
    const descry_match *matches[2];
    static const char *const queries[] = {"0 0 0", "250 10 10"};
    many(f);
    descry_search_options options = best(PICTURES, 0);
    for (int i = 0; i < 2; i++) {
        find(f, queries[i], &options, &all[i]);
        results[i] = search_for(f, queries[i], &options);
    }
    assert_memory_not_equal(all[0].ids, all[1].ids, sizeof all[0].ids);
    for (int i = 0; i < PICTURES; i++) {
        char path[PATH_SIZE], caption[100];
        next_ok(f, results[0], &matches[0]);
        snprintf(path, sizeof path, "%s", matches[0]->path);
        snprintf(caption, sizeof caption, "%s", matches[0]->caption);
        next_ok(f, results[1], &matches[1]);
        assert_int_equal(matches[0]->id, all[0].ids[i]);
        assert_int_equal(matches[1]->id, all[1].ids[i]);
        assert_string_equal(matches[0]->path, path); /* until the next of these results */
        assert_string_equal(matches[0]->caption, caption);
    }
    descry_results_close(&results[0]);
    assert_int_equal(next(f, results[1], &matches[1]), 0);
    descry_results_close(&results[1]);
}

/* ---- shares ------------------------------------------------------------------------------------------------------- */

static void the_query_may_go(void **state)
{
    fixture *f = *state;
    many(f);
    char *query = strdup("2 * \"9 9 9\" + (250 1 1 - #3)");
    assert_non_null(query);
    descry_search_options *options = malloc(sizeof *options);
    assert_non_null(options);
    *options = best(PICTURES, 0);
    options->explain = 1;
    descry_results *results = search_for(f, query, options);
    memset(query, 'x', strlen(query));
    memset(options, 0xa5, sizeof *options);
    free(query);
    free(options);
    const descry_match *match;
    size_t n = 0;
    for (; next(f, results, &match) == 1; n++) {
        static const char *const terms[] = {"\"9 9 9\"", "250 1 1", "#3"};
        static const double weights[] = {2, 1, -1};
        float sum = 0;
        assert_int_equal(match->share_count, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(match->shares[i]->term, terms[i]);
            assert_true(match->shares[i]->weight == weights[i]);
            sum += match->shares[i]->score;
        }
        assert_true(fabsf(sum - match->score) < 2e-3f);
    }
    assert_int_equal(n, PICTURES - 1); /* but #3 */
    descry_results_close(&results);
}

/* ---- stopping and errors -------------------------------------------------------------------------------------------- */

static void a_flag_stops_searches_and_pages(void **state)
{
    fixture *f = *state;
    static const descry_ranking rankings[] = {DESCRY_RANKING_VECTORS, DESCRY_RANKING_HYBRID};
    const descry_match *match;
    descry_results *results;
    float vector[FAKE_DIM];
    int flag = 1;
    many(f);
    fake_embedding(1, 2, 3, vector);
    descry_search_options options = best(PICTURES, 0);
    options.cancel = &flag;
    for (size_t i = 0; i < 2; i++) {
        options.ranking = rankings[i];
        results = (void *)f;
        assert_int_equal(descry_search(&results, f->library, &f->model, "5 5 5", &options, &f->err), DESCRY_ERR_CANCELLED);
        assert_null(results);
    }
    options.ranking = DESCRY_RANKING_VECTORS;
    results = (void *)f;
    assert_int_equal(descry_search_vector(&results, f->library, &f->model, vector, FAKE_DIM, &options, &f->err),
                     DESCRY_ERR_CANCELLED);
    assert_null(results);

    flag = 0;
    results = search_for(f, "5 5 5", &options);
    flag = 1;
    assert_int_equal(next(f, results, &match), DESCRY_ERR_CANCELLED);
    flag = 0;
    next_ok(f, results, &match); /* nothing is lost */
    assert_int_equal(match->rank, 1);
    flag = 1; /* details read ahead may still be reported */
    int rc = 1;
    uint64_t rank = 1;
    while ((rc = next(f, results, &match)) == 1)
        assert_int_equal(match->rank, ++rank);
    assert_int_equal(rc, DESCRY_ERR_CANCELLED);
    assert_true(rank < PICTURES);
    flag = 0;
    next_ok(f, results, &match);
    assert_int_equal(match->rank, rank + 1);
    flag = 1;
    descry_results_close(&results);

    descry_results_close(NULL);
    descry_results_close(&results);
    assert_int_equal(descry_search(&results, f->library, &f->model, "(", NULL, NULL), DESCRY_ERR_ARGUMENT);
    assert_null(results);
    descry_results_close(&results);
}

/* Opening a model takes long: that is when the caller changes its mind. */
typedef struct opener {
    descry_model *model;
    int flag, calls;
} opener;

static int open_and_stop(void *arg, const char *name, descry_model **model, descry_error *err)
{
    opener *o = arg;
    (void)err;
    assert_string_equal(name, "fake");
    *model = o->model;
    o->flag = 1;
    o->calls++;
    return 0;
}

static void it_is_stopped_between_the_steps(void **state)
{
    fixture *f = *state;
    opener o = {.model = &f->model};
    descry_results *results;
    many(f);
    descry_search_options options = best(PICTURES, 0);
    options.cancel = &o.flag;
    options.open_model = open_and_stop;
    options.model_arg = &o;
    assert_int_equal(descry_search(&results, f->library, NULL, "5 5 5", &options, &f->err), DESCRY_ERR_CANCELLED);
    assert_int_equal(o.calls, 1);
    assert_int_equal(descry_search(&results, f->library, NULL, "5 5 5", &options, &f->err), DESCRY_ERR_CANCELLED);
    assert_int_equal(o.calls, 1); /* not even begun */
}

static void words_are_stopped_too(void **state)
{
    fixture *f = *state;
    int flag = 1;
    descry_results *results = (void *)f;
    many(f);
    descry_search_options options = best(PICTURES, 0);
    options.ranking = DESCRY_RANKING_WORDS;
    options.cancel = &flag;
    assert_int_equal(descry_search(&results, f->library, NULL, "shade", &options, &f->err), DESCRY_ERR_CANCELLED);
    assert_null(results);
}

/* ---- by a vector ---------------------------------------------------------------------------------------------------- */

static int try_vector(fixture *f, descry_model *model, const float *vector, size_t dim, const descry_search_options *options,
                      found *to)
{
    descry_results *results = (void *)f;
    int rc = descry_search_vector(&results, f->library, model, vector, dim, options, &f->err);
    if (rc)
        assert_null(results);
    else if (to)
        drain(f, &results, to);
    descry_results_close(&results);
    return rc;
}

static void vector_of(fixture *f, int64_t id, float *vector)
{
    const descry_entry *entry;
    check_rc(descry_entry_at(f->library, id, "fake", &entry, &f->err), &f->err);
    memcpy(vector, entry->vector, FAKE_DIM * sizeof *vector);
}

static void a_picture_s_vector_finds_it_first(void **state)
{
    fixture *f = *state;
    found by_query, by_vector;
    many(f);
    descry_search_options options = best(PICTURES, 0);
    for (int64_t id = 1; id <= PICTURES; id += 7) {
        float vector[FAKE_DIM], kept[FAKE_DIM];
        char query[16];
        vector_of(f, id, vector);
        memcpy(kept, vector, sizeof kept);
        check_rc(try_vector(f, id % 2 ? NULL : &f->model, vector, FAKE_DIM, &options, &by_vector), &f->err);
        assert_memory_equal(vector, kept, sizeof kept);
        assert_int_equal(by_vector.ids[0], id);
        assert_true(fabsf(by_vector.scores[0] - 1) < 1e-3f); /* f16 */
        snprintf(query, sizeof query, "#%d", (int)id);
        find(f, query, &options, &by_query);
        assert_int_equal(by_vector.n, PICTURES);
        assert_int_equal(by_query.n, PICTURES - 1);
        assert_memory_equal(by_query.ids, by_vector.ids + 1, (PICTURES - 1) * sizeof *by_query.ids);
        for (size_t i = 0; i < by_query.n; i++)
            assert_true(fabsf(by_query.scores[i] - by_vector.scores[i + 1]) < 1e-6f);
    }
}

static void its_length_does_not_matter(void **state)
{
    static const float scales[] = {3, 1e-3f, 1e-13f, 1e-30f, 1e30f, 1e38f};
    fixture *f = *state;
    found one, other;
    float vector[FAKE_DIM], scaled[FAKE_DIM];
    many(f);
    descry_search_options options = best(PICTURES, 5);
    options.threshold = 0.8f;
    fake_embedding(11, 70, 200, vector);
    check_rc(try_vector(f, &f->model, vector, FAKE_DIM, &options, &one), &f->err);
    assert_in_range(one.n, 5, PICTURES - 10);
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        for (int j = 0; j < FAKE_DIM; j++)
            scaled[j] = vector[j] * scales[i];
        check_rc(try_vector(f, &f->model, scaled, FAKE_DIM, &options, &other), &f->err);
        assert_int_equal(other.n, one.n);
        assert_memory_equal(other.ids, one.ids, sizeof one.ids);
        for (size_t j = 0; j < one.n; j++)
            assert_true(fabsf(other.scores[j] - one.scores[j]) < 1e-6f);
    }
}

static void bad_vectors_are_refused(void **state)
{
    fixture *f = *state;
    float vector[2 * FAKE_DIM] = {0};
    fake_embedding(1, 1, 1, vector);
    assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM, NULL, NULL), DESCRY_ERR_NOT_FOUND); /* an empty library */
    many(f);
    check_rc(try_vector(f, NULL, vector, FAKE_DIM, NULL, NULL), &f->err);
    assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM - 1, NULL, NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(try_vector(f, &f->model, vector, 2 * FAKE_DIM, NULL, NULL), DESCRY_ERR_ARGUMENT);
    assert_int_equal(try_vector(f, &f->model, NULL, 0, NULL, NULL), DESCRY_ERR_ARGUMENT);
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        float kept = vector[FAKE_DIM - 1];
        vector[FAKE_DIM - 1] = bad[i];
        assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM, NULL, NULL), DESCRY_ERR_ARGUMENT);
        assert_non_null(strstr(f->err.message, "not finite"));
        vector[FAKE_DIM - 1] = kept;
    }
    static const float zero[FAKE_DIM];
    assert_int_equal(try_vector(f, &f->model, zero, FAKE_DIM, NULL, NULL), DESCRY_ERR_ARGUMENT);

    descry_search_options wrong[6];
    for (int i = 0; i < 6; i++)
        wrong[i] = best(10, 0);
    wrong[0].min_strength = 1;
    wrong[1].explain = 1;
    wrong[2].not_threshold = 0.5f;
    wrong[3].ranking = DESCRY_RANKING_WORDS;
    wrong[4].ranking = DESCRY_RANKING_HYBRID;
    wrong[5].threshold = NAN;
    for (int i = 0; i < 6; i++)
        assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM, &wrong[i], NULL), DESCRY_ERR_ARGUMENT);
}

static void whose_vector_it_is_must_be_clear(void **state)
{
    fixture *f = *state;
    found seen;
    float vector[FAKE_DIM];
    picture(f, "a.jpg", 255, 0, 0);
    picture(f, "b.jpg", 0, 255, 0);
    index_ok(f, "");
    fake_embedding(255, 0, 0, vector);
    fake_clip_init(&f->clip, "other", 'b');
    assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM, NULL, NULL), DESCRY_ERR_NOT_FOUND);
    index_ok(f, "a.jpg");
    assert_int_equal(try_vector(f, NULL, vector, FAKE_DIM, NULL, NULL), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(f->err.message, "which model"));
    f->warnings = 0;
    check_rc(try_vector(f, &f->model, vector, FAKE_DIM, NULL, &seen), &f->err);
    assert_int_equal(seen.n, 1);
    assert_int_equal(f->warnings, 1); /* one has no vector of it */
}

/* Through a head both go: the vector as a picture's, and all of the library. */
static void it_goes_through_a_head(void **state)
{
    fixture *f = *state;
    descry_head *head, *longer;
    const descry_engine engine = descry_context_engine(&f->context);
    float vector[FAKE_DIM];
    found plain, mapped, by_query;
    many(f);
    assert_int_equal(descry_head_new(&head, FAKE_DIM, NULL), 0);
    assert_int_equal(descry_head_new(&longer, FAKE_DIM + 1, NULL), 0);
    for (size_t i = 0; i < FAKE_DIM; i++) /* of pictures: each number weighs otherwise; of texts: nothing */
        head->values[i * FAKE_DIM + i] = (float)(i * i);
    head->values[FAKE_DIM * FAKE_DIM] = -0.1f;
    assert_int_equal(descry_head_prepare(head, &engine, NULL), 0);
    vector_of(f, 12, vector);
    descry_search_options options = best(PICTURES, 0);
    check_rc(try_vector(f, &f->model, vector, FAKE_DIM, &options, &plain), &f->err);
    options.head = head;
    check_rc(try_vector(f, &f->model, vector, FAKE_DIM, &options, &mapped), &f->err);
    assert_int_equal(mapped.n, PICTURES);
    assert_int_equal(mapped.ids[0], 12);
    assert_true(fabsf(mapped.scores[0] - 1) < 1e-5f);
    assert_memory_not_equal(mapped.ids, plain.ids, sizeof plain.ids);
    find(f, "#12", &options, &by_query);
    assert_memory_equal(by_query.ids, mapped.ids + 1, (PICTURES - 1) * sizeof *mapped.ids);
    for (size_t i = 0; i < PICTURES; i += 10) { /* by its definition */
        float x[FAKE_DIM], y[FAKE_DIM];
        memcpy(y, vector, sizeof y);
        vector_of(f, mapped.ids[i], x);
        descry_unit_rows(x, 1, FAKE_DIM, NULL);
        descry_unit_rows(y, 1, FAKE_DIM, NULL);
        for (size_t j = 0; j < FAKE_DIM; j++) {
            x[j] = x[j] * (float)(j * j) - (j ? 0 : 0.1f);
            y[j] = y[j] * (float)(j * j) - (j ? 0 : 0.1f);
        }
        descry_unit_rows(x, 1, FAKE_DIM, NULL);
        descry_unit_rows(y, 1, FAKE_DIM, NULL);
        assert_true(fabs(descry_dot(x, y, FAKE_DIM) - (double)mapped.scores[i]) < 1e-5);
    }
    options.offset = 100;
    check_rc(try_vector(f, &f->model, vector, FAKE_DIM, &options, &plain), &f->err);
    assert_slice(&plain, &mapped, PICTURES, 100);
    options.head = longer;
    assert_int_equal(try_vector(f, &f->model, vector, FAKE_DIM, &options, NULL), DESCRY_ERR_ARGUMENT);
    descry_head_free(&head);
    descry_head_free(&longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_TEST(an_offset_passes_over_the_first),
        BOTH_TEST(an_offset_goes_with_thresholds),
        BOTH_TEST(what_was_forgotten_meanwhile_is_passed_over),
        BOTH_TEST(all_may_be_forgotten),
        BOTH_TEST(two_results_do_not_mix),
        BOTH_TEST(the_query_may_go),
        BOTH_TEST(a_flag_stops_searches_and_pages),
        BOTH_TEST(it_is_stopped_between_the_steps),
        BOTH_TEST(words_are_stopped_too),
        BOTH_TEST(a_picture_s_vector_finds_it_first),
        BOTH_TEST(its_length_does_not_matter),
        BOTH_TEST(bad_vectors_are_refused),
        BOTH_TEST(whose_vector_it_is_must_be_clear),
        BOTH_TEST(it_goes_through_a_head),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
