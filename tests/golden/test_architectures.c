/* SPDX-License-Identifier: Apache-2.0
 * Real architectures, filled by the formula, against what open_clip computes with the same weights
 * (architectures.json, made by tools/goldens/make_goldens.py); the stages on the way; and mutants of the towers, each of
 * which these bounds must notice. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "model/zoo.h"
#include "support/support.h"
#include "support/tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *goldens, *tiny;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    goldens = golden_read("architectures.json");
    tiny = golden_read("openclip-golden.json");
    return goldens && tiny && descry_pool_open(&pool, 0, NULL) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    json_decref(tiny);
    descry_pool_close(&pool);
    return 0;
}

/* ---- a model with its inputs ------------------------------------------------------------------------------------- */

typedef struct subject {
    const char *name;
    const json_t *golden;
    descry_network network;
    descry_engine engine;
    size_t count, dim;
    descry_pictures pictures; /* count of them */
    int32_t *ids;   /* [count, L] */
} subject;

/* A tiny model's configuration, or that of an architecture that the program knows. */
static void configure(descry_network *network, const char *name)
{
    descry_error err;
    const json_t *model = json_object_get(json_object_get(tiny, "tiny_release"), name);
    if (model) {
        golden_network(network, name, golden_get(model, "cfg"));
        return;
    }
    const char *json = descry_zoo_config(name);
    assert_non_null(json);
    check_rc(descry_network_parse(network, json, strlen(json), name, &err), &err);
}

static void subject_open(subject *s, const char *name, formula_fault fault)
{
    descry_error err;
    *s = (subject){.name = name, .golden = golden_get(golden_get(goldens, "models"), name)};
    configure(&s->network, name);
    formula_load(&s->network, DESCRY_F32, fault);
    s->engine = (descry_engine){.kernels = best_table(), .pool = pool};
    s->dim = s->network.dim;
    s->ids = golden_ids(golden_get(s->golden, "ids"), s->network.text->context_length, &s->count);
    assert_true(s->count >= 4);
    s->pictures = formula_pictures(&s->network, s->count, fault);
    check_rc(descry_network_prepare(&s->network, DESCRY_PART_IMAGE, &s->engine, &err), &err);
    check_rc(descry_network_prepare(&s->network, DESCRY_PART_TEXT, &s->engine, &err), &err);
}

/* The same network, not packed yet. */
static void reopen(subject *s, descry_dtype dtype)
{
    descry_network_close(&s->network);
    configure(&s->network, s->name);
    formula_load(&s->network, dtype, FAULT_NONE);
}

static void subject_close(subject *s)
{
    descry_network_close(&s->network);
    free((float *)s->pictures.values);
    free(s->ids);
}

/* Largest difference of the embeddings, made of length 1, from open_clip's. */
static double difference(float *x, const json_t *expected, size_t count, size_t dim)
{
    golden_normalise(x, count, dim);
    return golden_rows_off(x, expected, count, dim);
}

static double picture_difference(subject *s)
{
    descry_error err;
    float *out = malloc(s->count * s->dim * sizeof *out);
    check_rc(formula_encode_pictures(&s->network, &s->engine, &s->pictures, out, NULL, &err), &err);
    double d = difference(out, json_object_get(s->golden, "image"), s->count, s->dim);
    free(out);
    return d;
}

static double text_difference(subject *s)
{
    descry_error err;
    float *out = malloc(s->count * s->dim * sizeof *out);
    check_rc(formula_encode_ids(&s->network, &s->engine, s->ids, s->count, out, &err), &err);
    double d = difference(out, json_object_get(s->golden, "text"), s->count, s->dim);
    free(out);
    return d;
}

/* ---- embeddings -------------------------------------------------------------------------------------------------- */

static const double BOUND_BASE = 2e-6, BOUND_LARGE = 5e-6;

static void check_embeddings(subject *s, double bound)
{
    double picture = picture_difference(s), text = text_difference(s);
    print_message("%s, %s: pictures %.2g, texts %.2g\n", s->name, s->engine.kernels->name, picture, text);
    assert_true(picture <= bound);
    assert_true(text <= bound);
}

static void check_architecture(const char *name, double bound)
{
    subject s;
    subject_open(&s, name, FAULT_NONE);
    check_embeddings(&s, bound);
    subject_close(&s);
}

static void vit_b_32_under_every_cap(void **state)
{
    (void)state;
    for (size_t i = 0; table_at(i); i++) {
        descry_error err;
        subject s;
        subject_open(&s, "ViT-B-32", FAULT_NONE);
        reopen(&s, DESCRY_F32); /* it was packed for another table */
        s.engine.kernels = table_at(i);
        check_rc(descry_network_prepare(&s.network, DESCRY_PART_IMAGE, &s.engine, &err), &err);
        check_rc(descry_network_prepare(&s.network, DESCRY_PART_TEXT, &s.engine, &err), &err);
        check_embeddings(&s, BOUND_BASE);
        subject_close(&s);
    }
}

static void vit_b_16(void **state)
{
    (void)state;
    check_architecture("ViT-B-16", BOUND_BASE);
}

static void vit_b_32_quickgelu(void **state)
{
    (void)state;
    check_architecture("ViT-B-32-quickgelu", BOUND_BASE);
}

static void vit_l_14(void **state)
{
    (void)state;
    check_architecture("ViT-L-14", BOUND_LARGE);
}

static void vit_l_14_clipa(void **state)
{
    (void)state;
    check_architecture("ViT-L-14-CLIPA", BOUND_LARGE);
}

/* One thread or several, alone or in a batch: the same bits. */
static void results_depend_on_neither_threads_nor_batch(void **state)
{
    (void)state;
    subject s;
    subject_open(&s, "vit-gelu", FAULT_NONE);
    float together[4 * 32], alone[4 * 32];
    descry_error err;
    descry_pool *one;
    assert_int_equal(descry_pool_open(&one, 1, &err), 0);
    descry_engine single = {.kernels = s.engine.kernels, .pool = one};
    descry_pictures four = descry_pictures_part(&s.pictures, 0, 4);
    check_rc(formula_encode_pictures(&s.network, &s.engine, &four, together, NULL, &err), &err);
    for (size_t i = 0; i < 4; i++) {
        descry_pictures picture = descry_pictures_part(&s.pictures, i, 1);
        check_rc(formula_encode_pictures(&s.network, &single, &picture, alone + i * s.dim, NULL, &err), &err);
    }
    assert_memory_equal(together, alone, sizeof alone);
    check_rc(formula_encode_ids(&s.network, &s.engine, s.ids, 4, together, &err), &err);
    for (size_t i = 0; i < 4; i++)
        check_rc(formula_encode_ids(&s.network, &single, s.ids + i * 77, 1, alone + i * s.dim, &err), &err);
    assert_memory_equal(together, alone, sizeof alone);
    descry_pool_close(&one);
    subject_close(&s);
}

/* Models stored in half precision load as their own rounded weights, no worse. */
static void half_precision_files_load(void **state)
{
    (void)state;
    subject s, h;
    subject_open(&s, "vit-gelu", FAULT_HALF); /* rounded to f16, stored in F32 */
    subject_open(&h, "vit-gelu", FAULT_NONE);
    reopen(&h, DESCRY_F16);
    descry_error err;
    check_rc(descry_network_prepare(&h.network, DESCRY_PART_IMAGE, &h.engine, &err), &err);
    float a[32], b[32];
    descry_pictures picture = descry_pictures_part(&s.pictures, 0, 1);
    check_rc(formula_encode_pictures(&s.network, &s.engine, &picture, a, NULL, &err), &err);
    check_rc(formula_encode_pictures(&h.network, &h.engine, &picture, b, NULL, &err), &err);
    assert_memory_equal(a, b, sizeof a); /* widening is exact, so every bit agrees */
    subject_close(&s);
    subject_close(&h);
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

typedef struct stage_check {
    const json_t *stages;
    const char *tower;
    size_t found;
} stage_check;

static void compare_stage(void *arg, const char *stage, const float *x, size_t rows, size_t width)
{
    stage_check *check = arg;
    char name[64];
    snprintf(name, sizeof name, "%s %s", check->tower, stage);
    const json_t *golden = json_object_get(check->stages, name);
    if (!golden)
        return; /* blocks that are not among the recorded ones */
    check->found++;
    assert_int_equal(json_integer_value(json_object_get(golden, "rows")), rows);
    assert_int_equal(json_integer_value(json_object_get(golden, "width")), width);
    double probe = 0, norm = json_number_value(json_object_get(golden, "norm"));
    for (size_t i = 0; i < rows * width; i++)
        probe += (double)x[i] * formula_value("probe", (uint32_t)i);
    double off = fabs(probe - json_number_value(json_object_get(golden, "probe"))) / norm;
    double rms = norm / sqrt((double)(rows * width)), worst = 0;
    const json_t *values = json_object_get(golden, "values");
    const size_t at[3] = {0, rows / 2, rows - 1};
    assert_int_equal(json_array_size(values), 24);
    for (size_t i = 0; i < 24; i++)
        worst = fmax(worst, fabs((double)x[at[i / 8] * width + i % 8] - json_number_value(json_array_get(values, i))) / rms);
    if (!(off <= 4e-6 && worst <= 2e-5))
        fail_msg("%s: probe off by %.2g of the norm, values by %.2g of the mean square", name, off, worst);
}

static void check_stages(const char *name)
{
    subject s;
    subject_open(&s, name, FAULT_NONE);
    stage_check check = {json_object_get(s.golden, "stages"), "vision", 0};
    descry_trace trace = {compare_stage, &check};
    s.engine.trace = &trace;
    descry_error err;
    float *out = malloc(s.dim * sizeof *out);
    descry_pictures picture = descry_pictures_part(&s.pictures, 0, 1);
    check_rc(formula_encode_pictures(&s.network, &s.engine, &picture, out, NULL, &err), &err);
    check.tower = "text";
    check_rc(formula_encode_ids(&s.network, &s.engine, s.ids, 1, out, &err), &err);
    assert_true(check.found > 0);
    assert_int_equal(check.found, json_object_size(check.stages));
    free(out);
    subject_close(&s);
}

static void stages_of_tiny_models(void **state)
{
    (void)state;
    check_stages("vit-gelu");
    check_stages("vit-quickgelu");
    check_stages("clipa");
    check_stages("ls-mlpratio");
}

static void stages_of_vit_b_32(void **state)
{
    (void)state;
    check_stages("ViT-B-32");
}

/* ---- mutants: each must exceed the bound that the true towers keep ------------------------------------------------- */

static const float *final_norm; /* weights of the layer that `skip_final_norm` leaves out */
static const descry_kernels *whole_kernels;

static void skip_final_norm(float *out, const float *x, size_t rows, size_t n, const float *weight, const float *bias,
                            float eps)
{
    if (weight == final_norm)
        memcpy(out, x, rows * n * sizeof *x);
    else
        whole_kernels->layer_norm(out, x, rows, n, weight, bias, eps);
}

static void assert_noticed(subject *s, const char *mutant)
{
    double picture = picture_difference(s);
    print_message("%s: pictures off by %.2g\n", mutant, picture);
    assert_true(picture > 2 * BOUND_BASE);
}

static void mutants_are_noticed(void **state)
{
    (void)state;
    subject s;
    subject_open(&s, "ViT-B-32", FAULT_NONE);
    assert_true(picture_difference(&s) <= BOUND_BASE);
    formula_vit(&s.network)->block.activation = DESCRY_ACT_GELU_TANH;
    assert_noticed(&s, "tanh for erf GELU");
    formula_vit(&s.network)->block.activation = DESCRY_ACT_GELU;
    formula_vit(&s.network)->block.eps = 1e-6f;
    assert_noticed(&s, "eps 1e-6 for 1e-5");
    formula_vit(&s.network)->block.eps = 1e-5f;
    descry_kernels mutant = *s.engine.kernels;
    whole_kernels = s.engine.kernels;
    final_norm = formula_vit(&s.network)->ln_post.weight;
    mutant.layer_norm = skip_final_norm;
    s.engine.kernels = &mutant;
    assert_noticed(&s, "no final norm");
    subject_close(&s);
    static const struct {
        formula_fault fault;
        const char *name;
    } faults[] = {{FAULT_BIAS, "one bias dropped"}, {FAULT_TRANSPOSE, "patch grid transposed"}, {FAULT_HALF, "weights rounded to f16"}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        subject_open(&s, "ViT-B-32", faults[i].fault);
        assert_noticed(&s, faults[i].name);
        subject_close(&s);
    }
}

static void mutants_of_the_text_tower_are_noticed(void **state)
{
    (void)state;
    subject s;
    subject_open(&s, "ViT-B-32", FAULT_NONE);
    assert_true(text_difference(&s) <= BOUND_BASE);
    formula_text(&s.network)->block.activation = DESCRY_ACT_GELU_TANH;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    formula_text(&s.network)->block.activation = DESCRY_ACT_GELU;
    formula_text(&s.network)->block.eps = 1e-6f;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    formula_text(&s.network)->block.eps = 1e-5f;
    formula_text(&s.network)->causal = false;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    formula_text(&s.network)->causal = true;
    formula_text(&s.network)->pool = DESCRY_POOL_FIRST;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    subject_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_of_tiny_models),
        cmocka_unit_test(results_depend_on_neither_threads_nor_batch),
        cmocka_unit_test(half_precision_files_load),
        cmocka_unit_test(stages_of_vit_b_32),
        cmocka_unit_test(vit_b_32_under_every_cap),
        cmocka_unit_test(vit_b_16),
        cmocka_unit_test(vit_b_32_quickgelu),
        cmocka_unit_test(vit_l_14),
        cmocka_unit_test(vit_l_14_clipa),
        cmocka_unit_test(mutants_are_noticed),
        cmocka_unit_test(mutants_of_the_text_tower_are_noticed),
    };
    return cmocka_run_group_tests_name("architectures", tests, load, unload);
}
