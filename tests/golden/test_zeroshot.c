/* SPDX-License-Identifier: Apache-2.0
 * Zero-shot classifiers of a tiny model, filled by the formula, against open_clip's build_zero_shot_classifier
 * (zeroshot.json, made by tools/goldens/make_zeroshot_golden.py). */
#include "cmocka_test.h"

#include "descry.h"
#include "formula.h"
#include "golden.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double BOUND = 2e-6;
static char folder[FOLDER_SIZE];
static json_t *golden;
static descry_context *ctx;
static descry_model *model;

/* The model as a folder.  The formula's file may be on another file system, so it is copied. */
static void make_model(void)
{
    char path[FOLDER_SIZE + 40];
    descry_network network;
    json_t *goldens = golden_read("openclip-golden.json");
    assert_non_null(goldens);
    const json_t *cfg = golden_get(golden_tiny(goldens, json_string_value(golden_get(golden, "model"))), "cfg");
    char *text = golden_config_text(cfg);
    snprintf(path, sizeof path, "%s/open_clip_config.json", folder);
    write_file(path, text, strlen(text));
    golden_network(&network, "tiny", cfg);
    char *made = formula_file(&network, DESCRY_F32, FAULT_NONE);
    snprintf(path, sizeof path, "%s/open_clip_model.safetensors", folder);
    copy_file(made, path);
    unlink(made);
    free(made);
    free(text);
    descry_network_close(&network);
    json_decref(goldens);
}

static int load(void **state)
{
    (void)state;
    golden = golden_read("zeroshot.json");
    if (!golden || make_folder(folder))
        return -1;
    make_model();
    return descry_context_open(&ctx, NULL, NULL) || descry_model_open(&model, ctx, folder, NULL, NULL) ? -1 : 0;
}

static int unload(void **state)
{
    (void)state;
    descry_model_close(&model);
    descry_context_close(&ctx);
    json_decref(golden);
    return remove_folder(folder);
}

/* Largest difference from the golden's weights with the classes in the order given. */
static double difference(const char *set, const size_t *order)
{
    const json_t *names = json_object_get(golden, "classes"), *columns = json_object_get(golden, set);
    const char *labels[8];
    size_t n = json_array_size(names), count, dim;
    descry_classifier *classifier;
    descry_error err;
    assert_in_range(n, 2, 8);
    for (size_t i = 0; i < n; i++)
        labels[i] = json_string_value(json_array_get(names, order[i]));
    const char *const *templates = descry_templates(set, &count);
    check_rc(descry_classifier_open(&classifier, model, NULL, labels, n, templates, count, &err), &err);
    dim = json_array_size(json_array_get(columns, 0));
    assert_int_equal(dim, 32);
    double worst = golden_rows_off(descry_classifier_weights(classifier), columns, n, dim);
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
