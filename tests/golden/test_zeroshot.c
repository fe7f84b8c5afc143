/* SPDX-License-Identifier: Apache-2.0
 * Zero-shot classifiers of a tiny model, filled by the formula, against open_clip's build_zero_shot_classifier
 * (zeroshot.json, made by tools/goldens/make_zeroshot_golden.py). */
#include "cmocka_test.h"

#include "descry.h"
#include "formula.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double BOUND = 2e-6;
static char folder[] = "/tmp/descry-zeroshot.XXXXXX", config_path[100], weights_path[100];
static json_t *golden;
static descry_context *ctx;
static descry_model *model;

static json_t *read_json(const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("DESCRY_SOURCE_ROOT"), name);
    return json_load_file(path, JSON_ALLOW_NUL, NULL);
}

/* The model as a folder: rename works across /tmp only, so the weights are copied. */
static int copy(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    char bytes[1 << 14];
    size_t n;
    int bad = !in || !out;
    while (!bad && (n = fread(bytes, 1, sizeof bytes, in)) > 0)
        bad = fwrite(bytes, 1, n, out) != n;
    return (in ? fclose(in) : -1) | (out ? fclose(out) : -1) | bad;
}

static int make_model(void)
{
    descry_model_config config;
    descry_error err;
    json_t *tiny = read_json("openclip-golden.json");
    json_t *cfg = json_object_get(json_object_get(json_object_get(tiny, "tiny_release"),
                                                  json_string_value(json_object_get(golden, "model"))), "cfg");
    json_t *root = json_pack("{sO}", "model_cfg", cfg);
    char *text = json_dumps(root, 0);
    snprintf(config_path, sizeof config_path, "%s/open_clip_config.json", folder);
    snprintf(weights_path, sizeof weights_path, "%s/open_clip_model.safetensors", folder);
    int bad = !text || json_dump_file(root, config_path, 0) ||
              descry_model_config_parse(&config, text, strlen(text), "tiny", &err);
    if (!bad) {
        char *made = formula_file(&config, DESCRY_F32, FAULT_NONE);
        bad = copy(made, weights_path);
        unlink(made);
        free(made);
        descry_model_config_free(&config);
    }
    free(text);
    json_decref(root);
    json_decref(tiny);
    return bad;
}

static int load(void **state)
{
    (void)state;
    golden = read_json("zeroshot.json");
    return golden && mkdtemp(folder) && make_model() == 0 && descry_context_open(&ctx, NULL, NULL) == 0 &&
                   descry_model_open(&model, ctx, folder, NULL) == 0
               ? 0
               : -1;
}

static int unload(void **state)
{
    (void)state;
    descry_model_close(&model);
    descry_context_close(&ctx);
    json_decref(golden);
    unlink(config_path);
    unlink(weights_path);
    return rmdir(folder);
}

/* Largest difference from the golden's weights with the classes in the order given. */
static double difference(const char *set, const size_t *order)
{
    const json_t *names = json_object_get(golden, "classes"), *columns = json_object_get(golden, set);
    const char *labels[8];
    size_t n = json_array_size(names), count, dim;
    double worst = 0;
    descry_classifier *classifier;
    descry_error err;
    assert_in_range(n, 2, 8);
    for (size_t i = 0; i < n; i++)
        labels[i] = json_string_value(json_array_get(names, order[i]));
    const char *const *templates = descry_templates(set, &count);
    if (descry_classifier_open(&classifier, model, NULL, labels, n, templates, count, &err))
        fail_msg("%s", err.message);
    const float *weights = descry_classifier_weights(classifier);
    dim = json_array_size(json_array_get(columns, 0));
    assert_int_equal(dim, 32);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < dim; j++) {
            double d = fabs((double)weights[i * dim + j] - json_number_value(json_array_get(json_array_get(columns, i), j)));
            worst = d > worst || isnan(d) ? d : worst;
        }
    descry_classifier_close(&classifier);
    return worst;
}

static void classifiers(void **state)
{
    (void)state;
    const size_t right[] = {0, 1, 2, 3, 4, 5, 6, 7}, wrong[] = {1, 0, 2, 3, 4, 5, 6, 7};
    double simple = difference("simple", right), openai = difference("openai", right);
    print_message("within %.1e (simple), %.1e (openai)\n", simple, openai);
    assert_true(simple < BOUND && openai < BOUND);
    assert_true(difference("simple", wrong) > 100 * BOUND); /* so that the bound means something */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(classifiers)};
    return cmocka_run_group_tests(tests, load, unload);
}
