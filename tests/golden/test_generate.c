/* SPDX-License-Identifier: Apache-2.0
 * The search for ids alone: toys, whose logits are a formula of the last id and its position, against what open_clip's and
 * transformers' loops choose with the same logits (search.json, made by tools/goldens/make_captions.py); and what has no
 * golden. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "generate/generate.h"
#include "support/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { V = 13, MOST = 32, ROWS = 64 };

static json_t *golden;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    golden = golden_read("search.json");
    return golden && json_integer_value(json_object_get(golden, "vocabulary")) == V ? descry_pool_open(&pool, 2, NULL) : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(golden);
    descry_pool_close(&pool);
    return 0;
}

/* ---- toys ---------------------------------------------------------------------------------------------------------- */

typedef struct toy {
    char name[32];
    double scale, offset, bonus;
    int32_t end;
    size_t prompt, pictures;
    size_t position[ROWS], count; /* of the rows of the call before */
    size_t calls;
    bool broken;                  /* its logits are not finite */
} toy;

static void fill(const toy *t, size_t position, int32_t last, float *logits)
{
    for (int32_t v = 0; v < V; v++) {
        uint32_t i = (uint32_t)((position * V + (size_t)last) * V) + (uint32_t)v;
        logits[v] = (float)(t->offset + t->scale * formula_value(t->name, i) + (v == t->end ? t->bonus : 0));
        if (t->broken && position > 2)
            logits[v] = NAN;
    }
}

static int begin(void *arg, const int32_t *prompt, float *logits, descry_error *err)
{
    toy *t = arg;
    (void)err;
    t->count = t->pictures;
    t->calls++;
    for (size_t i = 0; i < t->pictures; i++) {
        t->position[i] = t->prompt - 1;
        fill(t, t->position[i], prompt[t->prompt - 1], logits + i * V);
    }
    return 0;
}

static int advance(void *arg, const descry_branch *branches, size_t n, float *logits, descry_error *err)
{
    toy *t = arg;
    size_t position[ROWS];
    (void)err;
    t->calls++;
    assert_true(n > 0 && n <= ROWS);
    for (size_t i = 0; i < n; i++) {
        assert_true(branches[i].parent < t->count);
        position[i] = t->position[branches[i].parent] + 1;
        fill(t, position[i], branches[i].id, logits + i * V);
    }
    memcpy(t->position, position, sizeof position);
    t->count = n;
    return 0;
}

static const descry_generation defaults = DESCRY_GENERATION_INIT;

static int run(toy *t, const descry_generation *o, const int32_t *prompt, size_t pictures, descry_generated *out,
               int32_t ids[][MOST], descry_error *err)
{
    const descry_engine engine = {.kernels = best_table(), .pool = pool};
    descry_logits_source source = {begin, advance, t, V, t->end, 0, &engine};
    t->pictures = pictures;
    for (size_t i = 0; i < pictures; i++)
        out[i].ids = ids[i];
    assert_int_equal(descry_generate_check(o, t->prompt, 40, V, err), 0);
    return descry_generate(&source, o, prompt, t->prompt, pictures, out, err);
}

static double number(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        fail_msg("no number \"%s\"", key);
    return json_number_value(value);
}

static toy toy_of(size_t i, descry_generation *o)
{
    const json_t *g = json_array_get(json_object_get(golden, "toys"), i);
    toy t = {.scale = number(g, "scale"), .offset = number(g, "offset"), .bonus = number(g, "bonus"),
             .end = (int32_t)number(golden, "end"), .prompt = 1};
    snprintf(t.name, sizeof t.name, "toy%zu", i);
    *o = defaults;
    o->beams = (size_t)number(g, "beams");
    o->groups = (size_t)number(g, "groups");
    o->min_length = (size_t)number(g, "min_length");
    o->max_length = (size_t)number(g, "max_length");
    o->repetition_penalty = (float)number(g, "penalty");
    return t;
}

static void compare(size_t i, const char *rule, const descry_generated *got)
{
    const json_t *g = json_array_get(json_object_get(golden, "toys"), i), *row = json_object_get(g, rule);
    size_t n = json_array_size(row);
    bool same = n == got->count && n > 1;
    for (size_t j = 0; j < n && same; j++)
        same = json_integer_value(json_array_get(row, j)) == got->ids[j];
    if (!same)
        fail_msg("toy %zu: another caption by %s", i, rule);
}

static void check_toys(descry_decoding decode, const char *rule, int score)
{
    size_t count = json_array_size(json_object_get(golden, "toys"));
    assert_true(count > 50);
    for (size_t i = 0; i < count; i++) {
        descry_error err;
        descry_generation o;
        descry_generated out[3];
        int32_t ids[3][MOST];
        const int32_t start = (int32_t)number(golden, "start");
        toy t = toy_of(i, &o);
        o.decode = decode;
        assert_int_equal(run(&t, &o, &start, 3, out, ids, &err), 0);
        for (size_t p = 0; p < 3; p++)
            compare(i, rule, &out[p]);
        const json_t *scores = json_object_get(json_array_get(json_object_get(golden, "toys"), i), "scores");
        double expected = score < 0 ? 0 : json_number_value(json_array_get(scores, (size_t)score));
        if (score >= 0 && !(fabs(out[0].score - expected) <= 2e-6 * fmax(1, fabs(expected))))
            fail_msg("toy %zu: score %.9g by %s, expected %.9g", i, out[0].score, rule, expected);
    }
}

static void group(void **state)
{
    (void)state;
    check_toys(DESCRY_DECODE_GROUP, "group", 0);
}

static void beam(void **state)
{
    (void)state;
    check_toys(DESCRY_DECODE_BEAM, "beam", 1);
}

static void greedy(void **state)
{
    (void)state;
    check_toys(DESCRY_DECODE_GREEDY, "greedy", -1);
}

static void greedy_is_top_k_of_one(void **state)
{
    (void)state;
    check_toys(DESCRY_DECODE_TOP_K, "greedy", -1);
}

/* ---- chance -------------------------------------------------------------------------------------------------------- */

/* How often each id follows the start token, of `draws` seeds. */
static void count_draws(descry_generation *o, size_t draws, size_t counts[V])
{
    const int32_t start = 11;
    descry_error err;
    descry_generated out;
    int32_t ids[1][MOST];
    memset(counts, 0, V * sizeof *counts);
    for (size_t i = 0; i < draws; i++) {
        toy t = {.name = "chance", .scale = 2, .end = 12, .prompt = 1};
        o->seed = i * 1000003;
        assert_int_equal(run(&t, o, &start, 1, &out, ids, &err), 0);
        counts[ids[0][1]]++;
    }
}

/* The probabilities that this is to follow: of the `kept` greatest, at a temperature. */
static void expected_draws(double temperature, size_t kept, double p[V])
{
    toy t = {.name = "chance", .scale = 2, .end = 12};
    float x[V];
    double sum = 0;
    fill(&t, 0, 11, x);
    for (int v = 0; v < V; v++) {
        size_t above = 0;
        for (int w = 0; w < V; w++)
            above += x[w] > x[v];
        sum += p[v] = above < kept ? exp((double)x[v] / temperature) : 0;
    }
    for (int v = 0; v < V; v++)
        p[v] /= sum;
}

static void check_draws(descry_generation *o, double temperature, size_t kept)
{
    enum { DRAWS = 20000 };
    size_t counts[V];
    double p[V], chi2 = 0;
    count_draws(o, DRAWS, counts);
    expected_draws(temperature, kept, p);
    for (int v = 0; v < V; v++) {
        if (p[v] == 0)
            assert_int_equal(counts[v], 0);
        else
            chi2 += ((double)counts[v] - DRAWS * p[v]) * ((double)counts[v] - DRAWS * p[v]) / (DRAWS * p[v]);
    }
    print_message("%zu kept at %g: chi-squared %.1f\n", kept, temperature, chi2);
    assert_true(chi2 < 40); /* 12 degrees of freedom at most: a chance of 1 in 10,000 */
}

static void draws_follow_the_probabilities(void **state)
{
    (void)state;
    descry_generation o = defaults;
    o.min_length = 1;
    o.max_length = 4;
    o.decode = DESCRY_DECODE_TOP_K;
    o.top_k = V;
    check_draws(&o, 1, V);
    o.top_k = 4;
    check_draws(&o, 1, 4);
    o.temperature = 0.5f;
    check_draws(&o, 0.5, 4);
    o.temperature = 3;
    o.top_k = 100; /* more than there are */
    check_draws(&o, 3, V);

    o.decode = DESCRY_DECODE_TOP_P;
    o.temperature = 1;
    double p[V], mass = 0, greatest = 0;
    expected_draws(1, V, p);
    for (size_t kept = 1; kept <= V; kept++) { /* just below the mass of the first `kept` */
        for (int v = 0; v < V; v++) {
            size_t above = 0;
            for (int w = 0; w < V; w++)
                above += p[w] > p[v];
            greatest = above == kept - 1 ? p[v] : greatest;
        }
        mass += greatest;
        o.top_p = (float)(mass - greatest / 2);
        if (kept == 1 || kept == 3 || kept == 8)
            check_draws(&o, 1, kept);
    }
}

static void a_seed_decides(void **state)
{
    (void)state;
    const int32_t start = 11;
    descry_error err;
    descry_generation o = defaults;
    descry_generated out[4];
    int32_t ids[4][MOST] = {{0}}, other[1][MOST] = {{0}};
    o.decode = DESCRY_DECODE_TOP_K;
    o.top_k = 8;
    o.seed = 8;
    toy t = {.name = "chance", .scale = 1, .end = 12, .prompt = 1};
    assert_int_equal(run(&t, &o, &start, 4, out, ids, &err), 0);
    assert_true(out[0].count > 3);
    for (size_t i = 1; i < 4; i++) /* the place in the batch does not */
        assert_memory_equal(ids[i], ids[0], out[0].count * sizeof(int32_t));
    size_t differ = 0;
    for (o.seed = 9; o.seed < 19; o.seed++) {
        assert_int_equal(run(&t, &o, &start, 1, out + 1, other, &err), 0);
        differ += memcmp(other[0], ids[0], 4 * sizeof(int32_t)) != 0;
    }
    assert_true(differ >= 8);
}

/* ---- prompts, limits, faults --------------------------------------------------------------------------------------- */

static void prompts_are_continued(void **state)
{
    (void)state;
    static const descry_decoding rules[] = {DESCRY_DECODE_GROUP, DESCRY_DECODE_BEAM, DESCRY_DECODE_GREEDY};
    const int32_t prompt[] = {11, 4, 9, 2};
    descry_error err;
    for (size_t r = 0; r < 3; r++) {
        descry_generation o = defaults;
        descry_generated out;
        int32_t ids[1][MOST];
        toy t = {.name = "prompt", .scale = 2, .bonus = 1, .end = 12, .prompt = 4};
        o.decode = rules[r];
        o.max_length = 9;
        assert_int_equal(run(&t, &o, prompt, 1, &out, ids, &err), 0);
        assert_true(out.count > 4 && out.count <= 9);
        assert_memory_equal(ids[0], prompt, sizeof prompt);
        assert_true(t.calls <= 5); /* the prompt is one call */
    }
    /* one that has ended is not gone on with, as open_clip does when it samples */
    const int32_t ended[] = {11, 4, 12};
    descry_generation o = defaults;
    descry_generated out;
    int32_t ids[1][MOST];
    toy t = {.name = "prompt", .scale = 2, .end = 12, .prompt = 3};
    o.decode = DESCRY_DECODE_GREEDY;
    assert_int_equal(run(&t, &o, ended, 1, &out, ids, &err), 0);
    assert_int_equal(out.count, 3);
    assert_int_equal(t.calls, 0);
}

static void logits_that_are_not_finite_are_an_error(void **state)
{
    (void)state;
    const int32_t start = 11;
    for (int rule = DESCRY_DECODE_GROUP; rule <= DESCRY_DECODE_TOP_P; rule++) {
        descry_error err;
        descry_generation o = defaults;
        descry_generated out;
        int32_t ids[1][MOST];
        toy t = {.name = "broken", .scale = 1, .end = 12, .prompt = 1, .broken = true};
        o.decode = (descry_decoding)rule;
        o.min_length = 20;
        int rc = run(&t, &o, &start, 1, &out, ids, &err);
        assert_int_equal(rc, t.calls > 3 ? DESCRY_ERR_NUMERIC : 0); /* unless it ended before */
        if (rule <= DESCRY_DECODE_BEAM)
            assert_true(t.calls > 3);
    }
}

static void options_out_of_range_are_refused(void **state)
{
    (void)state;
    descry_error err;
    descry_generation o = defaults;
    assert_int_equal(descry_generate_check(&o, 1, 76, 49408, &err), 0);
#define REFUSED(change)                                                                                                \
    do {                                                                                                               \
        o = defaults;                                                                                                  \
        change;                                                                                                        \
        assert_int_equal(descry_generate_check(&o, 1, 76, 49408, &err), DESCRY_ERR_ARGUMENT);                          \
    } while (0)
    REFUSED(o.decode = (descry_decoding)5);
    REFUSED(o.beams = 0);
    REFUSED(o.beams = 66);
    REFUSED(o.groups = 0);
    REFUSED(o.groups = 4);
    REFUSED(o.min_length = 30);
    REFUSED(o.max_length = 78);
    REFUSED(o.max_length = 1; o.min_length = 0);
    REFUSED(o.repetition_penalty = 0);
    REFUSED(o.repetition_penalty = NAN);
    REFUSED(o.temperature = 0);
    REFUSED(o.temperature = INFINITY);
    REFUSED(o.top_k = 0);
    REFUSED(o.top_p = 0);
    REFUSED(o.top_p = 1.5f);
    o = defaults;
    o.max_length = 77;
    assert_int_equal(descry_generate_check(&o, 76, 76, 49408, &err), 0);
    assert_int_equal(descry_generate_check(&o, 77, 76, 49408, &err), DESCRY_ERR_ARGUMENT);
    assert_non_null(strstr(err.message, "longer than the model's context of 76"));
    o.max_length = 20;
    assert_int_equal(descry_generate_check(&o, 20, 76, 49408, &err), DESCRY_ERR_ARGUMENT);
    o.beams = o.groups = 1;
    assert_int_equal(descry_generate_check(&o, 1, 76, 2, &err), DESCRY_ERR_ARGUMENT);
    assert_int_equal(descry_generate_check(&o, 1, 76, 3, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(group),
        cmocka_unit_test(beam),
        cmocka_unit_test(greedy),
        cmocka_unit_test(greedy_is_top_k_of_one),
        cmocka_unit_test(draws_follow_the_probabilities),
        cmocka_unit_test(a_seed_decides),
        cmocka_unit_test(prompts_are_continued),
        cmocka_unit_test(logits_that_are_not_finite_are_an_error),
        cmocka_unit_test(options_out_of_range_are_refused),
    };
    return cmocka_run_group_tests_name("generate", tests, load, unload);
}
