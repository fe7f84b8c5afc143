/* SPDX-License-Identifier: Apache-2.0
 * Matrices rounded to bf16 when they are packed, through the public header alone: embeddings and captions against
 * open_clip's with such weights (rounded.json, made by tools/goldens/make_captions.py). */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "support/support.h"
#include "support/tables.h"

#include <descry.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PICTURES = 2, TEXTS = 2 };

static json_t *goldens;
static char folder[4096];

static int load(void **state)
{
    (void)state;
    const char *build = getenv("DESCRY_BUILD_ROOT");
    snprintf(folder, sizeof folder, "%.4000s/rounded-XXXXXX", build ? build : "/tmp");
    goldens = golden_read("rounded.json");
    return goldens && mkdtemp(folder) ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    return rmdir(folder);
}

static void in_folder(char path[4200], const char *name)
{
    snprintf(path, 4200, "%s/%s", folder, name);
}

/* ---- the model's folder -------------------------------------------------------------------------------------------- */

static void write_model(const char *name, descry_dtype dtype)
{
    char path[4200];
    descry_network network;
    const json_t *cfg = golden_get(golden_get(goldens, name), "cfg");
    char *text = golden_config_text(cfg);
    in_folder(path, "open_clip_config.json");
    write_file(path, text, strlen(text));
    golden_network(&network, name, cfg);
    char *weights = formula_file(&network, dtype, FORMULA_TALKATIVE);
    in_folder(path, "open_clip_model.safetensors");
    assert_int_equal(rename(weights, path), 0);
    descry_network_close(&network);
    free(weights);
    free(text);
}

static void remove_model(void)
{
    char path[4200];
    in_folder(path, "open_clip_config.json");
    assert_int_equal(unlink(path), 0);
    in_folder(path, "open_clip_model.safetensors");
    assert_int_equal(unlink(path), 0);
}

typedef struct subject {
    descry_context *ctx;
    descry_model *model;
    const descry_model_info *info;
    float *out; /* [PICTURES + TEXTS, dim]: embeddings */
    uint8_t *rgb;
} subject;

static void subject_open(subject *s, const char *cpu, descry_precision precision)
{
    descry_error err;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    descry_model_options model_options = DESCRY_MODEL_OPTIONS_INIT;
    const json_t *texts = golden_get(goldens, "texts");
    const char *some[TEXTS];
    options.threads = 2;
    options.cpu = cpu;
    model_options.precision = precision;
    check_rc(descry_context_open(&s->ctx, &options, &err), &err);
    check_rc(descry_model_open(&s->model, s->ctx, folder, &model_options, &err), &err);
    s->info = descry_model_get_info(s->model);
    size_t dim = (size_t)s->info->dim, bytes = PICTURES * (size_t)s->info->image_width * (size_t)s->info->image_height * 3;
    s->out = malloc((PICTURES + TEXTS) * dim * sizeof *s->out);
    s->rgb = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        s->rgb[i] = (uint8_t)floor((formula_value("image", (uint32_t)i) + 1) * 128);
    for (size_t i = 0; i < TEXTS; i++)
        some[i] = json_string_value(json_array_get(texts, i));
    check_rc(descry_embed_pixels(s->model, s->rgb, PICTURES, 1, s->out, &err), &err);
    check_rc(descry_embed_texts(s->model, some, TEXTS, 1, s->out + PICTURES * dim, &err), &err);
}

static void subject_close(subject *s)
{
    free(s->out);
    free(s->rgb);
    descry_model_close(&s->model);
    descry_context_close(&s->ctx);
}

/* ---- against open_clip --------------------------------------------------------------------------------------------- */

typedef struct comparison {
    const json_t *rows;
    size_t seen, differ;
} comparison;

static int compare(void *arg, const char *path, const descry_caption *caption, const descry_error *err)
{
    (void)path, (void)err;
    comparison *c = arg;
    const json_t *row = json_array_get(c->rows, c->seen++);
    int same = json_array_size(row) == caption->count;
    for (size_t i = 0; same && i < caption->count; i++)
        same = json_integer_value(json_array_get(row, i)) == caption->ids[i];
    c->differ += !same;
    return 0;
}

static void check_captions(const subject *s, const json_t *golden, const char *rule, descry_decoding decode)
{
    descry_error err;
    descry_generation how = DESCRY_GENERATION_INIT;
    comparison c = {golden_get(golden, rule), 0, 0};
    how.decode = decode;
    check_rc(descry_caption_pixels(s->model, s->rgb, PICTURES, &how, NULL, compare, &c, &err), &err);
    assert_int_equal(c.seen, PICTURES);
    if (c.differ)
        fail_msg("%s: %zu captions differ", rule, c.differ);
}

static void check(const char *name, const char *cpu)
{
    const json_t *golden = golden_get(goldens, name);
    subject s;
    subject_open(&s, cpu, DESCRY_PRECISION_BF16);
    size_t dim = (size_t)s.info->dim;
    double pictures = golden_rows_off(s.out, golden_get(golden, "image"), PICTURES, dim),
           texts = golden_rows_off(s.out + PICTURES * dim, golden_get(golden, "text"), TEXTS, dim);
    print_message("%s, %s: pictures within %.2g, texts within %.2g\n", name, descry_context_cpu(s.ctx), pictures, texts);
    if (!(pictures <= 2e-6 && texts <= 2e-6))
        fail_msg("%s: pictures off by %.3g, texts by %.3g", name, pictures, texts);
    check_captions(&s, golden, "group", DESCRY_DECODE_GROUP);
    if (json_object_get(golden, "beam")) {
        check_captions(&s, golden, "beam", DESCRY_DECODE_BEAM);
        check_captions(&s, golden, "greedy", DESCRY_DECODE_GREEDY);
    }
    subject_close(&s);
}

static void the_tiny_model_under_every_cap(void **state)
{
    (void)state;
    write_model("tiny", DESCRY_F32);
    for (size_t i = 0; table_at(i); i++)
        check("tiny", table_at(i)->name);
    remove_model();
}

static void coca_vit_b_32(void **state)
{
    (void)state;
    write_model("coca_ViT-B-32", DESCRY_F32);
    check("coca_ViT-B-32", NULL);
    remove_model();
}

/* ---- against f32 --------------------------------------------------------------------------------------------------- */

/* Opens the model there is in both ways: the greatest difference, and whether the recipes are the same. */
static double difference(int *same_recipe)
{
    subject f32, bf16;
    double worst = 0;
    subject_open(&f32, NULL, DESCRY_PRECISION_F32);
    subject_open(&bf16, NULL, DESCRY_PRECISION_BF16);
    *same_recipe = strcmp(f32.info->recipe, bf16.info->recipe) == 0;
    for (size_t i = 0; i < (PICTURES + TEXTS) * (size_t)f32.info->dim; i++)
        if (fabs((double)f32.out[i] - (double)bf16.out[i]) > worst) /* gcc 12 for ARM cannot compile fmax here */
            worst = fabs((double)f32.out[i] - (double)bf16.out[i]);
    subject_close(&f32);
    subject_close(&bf16);
    return worst;
}

/* What a library keeps by recipe does not mix; where nothing is rounded, there is nothing to keep apart. */
static void the_recipe_says_what_was_rounded(void **state)
{
    (void)state;
    int same;
    write_model("tiny", DESCRY_F32);
    double off_by = difference(&same);
    print_message("f32 to bf16: %.2g\n", off_by);
    assert_true(off_by > 1e-4 && off_by < 1e-2);
    assert_false(same);
    remove_model();
    write_model("tiny", DESCRY_F16);
    assert_true(difference(&same) == 0);
    assert_true(same);
    remove_model();
}

static void a_precision_that_there_is_not(void **state)
{
    (void)state;
    descry_error err;
    descry_context *ctx;
    descry_model *model;
    const descry_model_options options = {.size = sizeof options, .precision = (descry_precision)7};
    check_rc(descry_context_open(&ctx, NULL, &err), &err);
    assert_int_equal(descry_model_open(&model, ctx, folder, &options, &err), DESCRY_ERR_ARGUMENT);
    assert_null(model);
    descry_context_close(&ctx);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tiny_model_under_every_cap),
        cmocka_unit_test(the_recipe_says_what_was_rounded),
        cmocka_unit_test(a_precision_that_there_is_not),
        cmocka_unit_test(coca_vit_b_32),
    };
    if (argc == 2) /* one of them */
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests_name("rounded", tests, load, unload);
}
