/* SPDX-License-Identifier: Apache-2.0
 * Real architectures, filled by the formula, against what open_clip computes with the same weights
 * (architectures.json, made by tools/goldens/make_goldens.py); the stages on the way; and mutants of the towers, each of
 * which these bounds must notice. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "model/towers.h"
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
    descry_model_config config;
    descry_weights weights;
    descry_engine engine;
    size_t count, dim;
    float *patches; /* [count, patches, 3 p p] */
    int32_t *ids;   /* [count, L] */
} subject;

/* A tiny model's configuration, or that of an architecture that the program knows. */
static void configure(descry_model_config *config, const char *name)
{
    descry_error err;
    descry_buf json = {0};
    const json_t *model = json_object_get(json_object_get(tiny, "tiny_release"), name);
    if (model) {
        golden_config(config, name, golden_get(model, "cfg"));
        return;
    }
    check_rc(descry_zoo_config(&json, name, &err), &err);
    check_rc(descry_model_config_parse(config, json.data, json.size, name, &err), &err);
    descry_buf_free(&json);
}

static void subject_open(subject *s, const char *name, formula_fault fault)
{
    descry_error err;
    *s = (subject){.name = name, .golden = golden_get(golden_get(goldens, "models"), name)};
    configure(&s->config, name);
    formula_open(&s->weights, &s->config, DESCRY_F32, fault);
    s->engine = (descry_engine){.kernels = best_table(), .pool = pool};
    s->dim = (size_t)s->config.embed_dim;
    s->ids = golden_ids(golden_get(s->golden, "ids"), (size_t)s->config.text.context_length, &s->count);
    assert_true(s->count >= 4);
    s->patches = formula_patches(&s->config.vision, s->count, fault);
    check_rc(descry_weights_prepare_vision(&s->weights, &s->config, &s->engine, &err), &err);
    check_rc(descry_weights_prepare_text(&s->weights, &s->config, &s->engine, &err), &err);
}

static void subject_close(subject *s)
{
    descry_weights_close(&s->weights);
    descry_model_config_free(&s->config);
    free(s->patches);
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
    check_rc(descry_encode_patches(&s->engine, &s->config, &s->weights.vision, s->patches, s->count, out, &err), &err);
    double d = difference(out, json_object_get(s->golden, "image"), s->count, s->dim);
    free(out);
    return d;
}

static double text_difference(subject *s)
{
    descry_error err;
    float *out = malloc(s->count * s->dim * sizeof *out);
    check_rc(descry_encode_ids(&s->engine, &s->config, &s->weights.text, s->ids, s->count, out, &err), &err);
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
        descry_weights_close(&s.weights); /* packed for another table */
        formula_open(&s.weights, &s.config, DESCRY_F32, FAULT_NONE);
        s.engine.kernels = table_at(i);
        check_rc(descry_weights_prepare_vision(&s.weights, &s.config, &s.engine, &err), &err);
        check_rc(descry_weights_prepare_text(&s.weights, &s.config, &s.engine, &err), &err);
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
    size_t picture = (size_t)(descry_vision_tokens(&s.config.vision) - 1) * s.weights.vision.patch.k;
    float together[4 * 32], alone[4 * 32];
    descry_error err;
    descry_pool *one;
    assert_int_equal(descry_pool_open(&one, 1, &err), 0);
    descry_engine single = {.kernels = s.engine.kernels, .pool = one};
    check_rc(descry_encode_patches(&s.engine, &s.config, &s.weights.vision, s.patches, 4, together, &err), &err);
    for (size_t i = 0; i < 4; i++)
        check_rc(descry_encode_patches(&single, &s.config, &s.weights.vision, s.patches + i * picture, 1,
                                       alone + i * s.dim, &err), &err);
    assert_memory_equal(together, alone, sizeof alone);
    check_rc(descry_encode_ids(&s.engine, &s.config, &s.weights.text, s.ids, 4, together, &err), &err);
    for (size_t i = 0; i < 4; i++)
        check_rc(descry_encode_ids(&single, &s.config, &s.weights.text, s.ids + i * 77, 1, alone + i * s.dim, &err), &err);
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
    descry_weights_close(&h.weights);
    formula_open(&h.weights, &h.config, DESCRY_F16, FAULT_NONE);
    descry_error err;
    check_rc(descry_weights_prepare_vision(&h.weights, &h.config, &h.engine, &err), &err);
    float a[32], b[32];
    check_rc(descry_encode_patches(&s.engine, &s.config, &s.weights.vision, s.patches, 1, a, &err), &err);
    check_rc(descry_encode_patches(&h.engine, &h.config, &h.weights.vision, s.patches, 1, b, &err), &err);
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
    check_rc(descry_encode_patches(&s.engine, &s.config, &s.weights.vision, s.patches, 1, out, &err), &err);
    check.tower = "text";
    check_rc(descry_encode_ids(&s.engine, &s.config, &s.weights.text, s.ids, 1, out, &err), &err);
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
    s.config.vision.block.activation = DESCRY_ACT_GELU_TANH;
    assert_noticed(&s, "tanh for erf GELU");
    s.config.vision.block.activation = DESCRY_ACT_GELU;
    s.config.vision.block.eps = 1e-6f;
    assert_noticed(&s, "eps 1e-6 for 1e-5");
    s.config.vision.block.eps = 1e-5f;
    descry_kernels mutant = *s.engine.kernels;
    whole_kernels = s.engine.kernels;
    final_norm = s.weights.vision.ln_post.weight;
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
    s.config.text.block.activation = DESCRY_ACT_GELU_TANH;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    s.config.text.block.activation = DESCRY_ACT_GELU;
    s.config.text.block.eps = 1e-6f;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    s.config.text.block.eps = 1e-5f;
    s.config.text.causal = false;
    assert_true(text_difference(&s) > 2 * BOUND_BASE);
    s.config.text.causal = true;
    s.config.text.pool = DESCRY_POOL_FIRST;
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
