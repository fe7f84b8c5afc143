/* SPDX-License-Identifier: Apache-2.0
 * Tiny models that differ in one setting each, and files that open_clip changes while loading (other names, types,
 * positions for another size), against its results: variants.json, made by tools/goldens/make_variants.py. */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "support/support.h"
#include "support/tables.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double BOUND = 1e-6; /* of the length of an embedding */

static json_t *goldens;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    goldens = golden_read("variants.json");
    return goldens && descry_pool_open(&pool, 2, NULL) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    descry_pool_close(&pool);
    return 0;
}

/* The file that the variant's model is loaded from. */
static char *variant_file(const char *name, const json_t *golden)
{
    const char *type = json_string_value(json_object_get(golden, "dtype"));
    const char *prefix = json_string_value(json_object_get(golden, "prefix"));
    json_t *file = json_object_get(golden, "file"), *source = file ? file : json_object_get(golden, "cfg");
    descry_network network;
    golden_network(&network, name, source);
    descry_dtype dtype = !type ? DESCRY_F32 : strcmp(type, "float16") == 0 ? DESCRY_F16 : DESCRY_BF16;
    int one = json_is_true(json_object_get(source, "nonscalar_logit_scale"));
    char *path = formula_file_as(&network, dtype, prefix ? prefix : "", one);
    descry_network_close(&network);
    return path;
}

/* Largest difference of a component from `expected`, by the length of the embedding; `rows` embeddings of `dim`. */
static double difference(const float *got, const json_t *expected, size_t rows, size_t dim)
{
    double worst = 0;
    assert_int_equal(json_array_size(expected), rows);
    for (size_t i = 0; i < rows; i++) {
        assert_int_equal(json_array_size(json_array_get(expected, i)), dim);
        double sum = 0, most = 0;
        for (size_t j = 0; j < dim; j++) {
            double e = json_number_value(json_array_get(json_array_get(expected, i), j));
            double d = fabs((double)got[i * dim + j] - e);
            most = d > most || isnan(d) ? d : most;
            sum += e * e;
        }
        worst = fmax(worst, isnan(most) ? INFINITY : most / sqrt(sum));
    }
    return worst;
}

/* How far the towers are from open_clip's; the golden's own configuration when `other` is NULL. */
static void measure(const char *name, const json_t *golden, json_t *other, const descry_kernels *kernels,
                    double *picture, double *text)
{
    descry_error err;
    descry_network network;
    golden_network(&network, name, other ? other : golden_get(golden, "cfg"));
    char *path = variant_file(name, golden);
    int rc = descry_network_load(&network, path, NULL, &err);
    unlink(path);
    free(path);
    if (rc)
        fail_msg("%s: %s", name, err.message);
    double scale = json_number_value(json_object_get(golden, "logit_scale"));
    assert_true(fabs((double)network.logit_scale - log(scale)) < 1e-6);
    assert_true((double)network.logit_bias == json_number_value(json_object_get(golden, "logit_bias")));

    size_t n, dim = network.dim;
    int32_t *ids = golden_ids(golden_get(golden, "ids"), network.text->context_length, &n);
    descry_pictures pictures = formula_pictures(&network, n, FAULT_NONE);
    float *out = malloc(n * dim * sizeof *out);
    const descry_engine engine = {.kernels = kernels, .pool = pool};
    assert_int_equal(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), 0);
    assert_int_equal(descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err), 0);
    assert_int_equal(formula_encode_pictures(&network, &engine, &pictures, out, NULL, &err), 0);
    *picture = difference(out, json_object_get(golden, "image"), n, dim);
    assert_int_equal(formula_encode_ids(&network, &engine, ids, n, out, &err), 0);
    *text = difference(out, json_object_get(golden, "text"), n, dim);
    free(ids);
    free((float *)pictures.values);
    free(out);
    descry_network_close(&network);
}

static void every_variant_under_every_cap(void **state)
{
    (void)state;
    json_t *variants = json_object_get(goldens, "variants"), *golden;
    const char *name;
    size_t wrong = 0;
    assert_true(json_object_size(variants) >= 50);
    json_object_foreach(variants, name, golden)
        for (size_t i = 0; table_at(i); i++) {
            double picture, text;
            measure(name, golden, NULL, table_at(i), &picture, &text);
            if (picture <= BOUND && text <= BOUND)
                continue;
            print_error("%s, %s: pictures off by %.2g, texts by %.2g\n", name, table_at(i)->name,
                        picture, text);
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

/* The settings that leave the shapes as they are must make a difference here as they do in open_clip: without each of
 * them, the variant's results are out of reach. */
static void settings_are_noticed(void **state)
{
    (void)state;
    static const struct {
        const char *variant, *tower, *key;
        int pictures, texts; /* which of them it must change */
    } settings[] = {
        {"quick_gelu", NULL, "quick_gelu", 1, 1},
        {"act_kwargs tanh", "vision_cfg", "act_kwargs", 1, 0},
        {"act_kwargs tanh", "text_cfg", "act_kwargs", 0, 1},
        {"norm_kwargs eps 1e-6", "vision_cfg", "norm_kwargs", 1, 0},
        {"norm_kwargs eps 1e-6", "text_cfg", "norm_kwargs", 0, 1},
        {"pool_type avg", "vision_cfg", "pool_type", 1, 0},
        {"pool_type avg, final_ln_after_pool", "vision_cfg", "final_ln_after_pool", 1, 0},
        {"text pool_type last", "text_cfg", "pool_type", 0, 1},
        {"text pool_type first", "text_cfg", "pool_type", 0, 1},
        {"text pool_type eos", "text_cfg", "pool_type", 0, 1},
        {"no_causal_mask", "text_cfg", "no_causal_mask", 0, 1},
        {"CoCa", "vision_cfg", "attn_pooler_heads", 1, 0},
        {"CoCa, quick_gelu", NULL, "quick_gelu", 1, 1},
        {"CoCa, another pad_id", "text_cfg", "pad_id", 0, 1},
    };
    const descry_kernels *kernels = best_table();
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const json_t *golden = json_object_get(json_object_get(goldens, "variants"), settings[i].variant);
        json_t *without = json_deep_copy(json_object_get(golden, "cfg"));
        json_t *part = settings[i].tower ? json_object_get(without, settings[i].tower) : without;
        assert_int_equal(json_object_del(part, settings[i].key), 0);
        double picture, text;
        measure(settings[i].variant, golden, without, kernels, &picture, &text);
        if ((settings[i].pictures && !(picture > 2 * BOUND)) || (settings[i].texts && !(text > 2 * BOUND)))
            fail_msg("%s without %s: pictures off by only %.2g, texts by %.2g", settings[i].variant, settings[i].key,
                     picture, text);
        json_decref(without);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_under_every_cap),
        cmocka_unit_test(settings_are_noticed),
    };
    return cmocka_run_group_tests_name("variants", tests, load, unload);
}
