/* SPDX-License-Identifier: Apache-2.0
 * Tiny models of every kind against open_clip's results (openclip-golden.json, tiny_release). */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
#include "model/towers.h"
#include "support/support.h"
#include "support/tables.h"

#include <stdlib.h>
#include <string.h>

static json_t *goldens;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    goldens = golden_read("openclip-golden.json");
    return goldens && descry_pool_open(&pool, 2, NULL) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(goldens);
    descry_pool_close(&pool);
    return 0;
}

static void compare(const char *what, const float *got, const json_t *expected, size_t dim, double bound)
{
    double off = golden_rows_off(got, expected, 2, dim);
    if (!(off <= bound))
        fail_msg("%s: off by %.3g, more than %.3g", what, off, bound);
}

static void check_model(const char *name, const descry_kernels *kernels)
{
    static const int32_t texts[2][7] = {{49406, 320, 1125, 539, 320, 2368, 49407}, {49406, 3306, 1002, 256, 49407}};
    const json_t *golden = golden_tiny(goldens, name);
    descry_model_config config;
    descry_weights weights;
    golden_config(&config, name, golden_get(golden, "cfg"));
    formula_open(&weights, &config, DESCRY_F32, FAULT_NONE);
    if (json_object_get(golden, "nparams"))
        assert_int_equal(weights.parameters, json_integer_value(json_object_get(golden, "nparams")));

    size_t dim = (size_t)config.embed_dim, length = (size_t)config.text.context_length;
    float *patches = formula_patches(&config.vision, 2, FAULT_NONE), *out = malloc(2 * dim * sizeof *out);
    int32_t *ids = calloc(2 * length, sizeof *ids);
    for (size_t i = 0; i < 2; i++)
        memcpy(ids + i * length, texts[i], sizeof texts[i]);
    const descry_engine engine = {.kernels = kernels, .pool = pool};
    descry_error err;
    assert_int_equal(descry_weights_prepare_vision(&weights, &config, &engine, &err), 0);
    assert_int_equal(descry_weights_prepare_text(&weights, &config, &engine, &err), 0);
    int normalised = config.decoder.block.layers > 0; /* CoCa's features are */
    assert_int_equal(descry_encode_patches(&engine, &config, &weights.vision, patches, 2, out, &err), 0);
    if (normalised)
        golden_normalise(out, 2, dim);
    compare("picture", out, golden_get(golden, "image_features"), dim, 3e-6);
    assert_int_equal(descry_encode_ids(&engine, &config, &weights.text, ids, 2, out, &err), 0);
    if (normalised)
        golden_normalise(out, 2, dim);
    compare("text", out, golden_get(golden, "text_features"), dim, 3e-6);
    free(patches);
    free(out);
    free(ids);
    descry_weights_close(&weights);
    descry_model_config_free(&config);
}

static void check_under_every_cap(const char *name)
{
    for (size_t i = 0; table_at(i); i++)
        check_model(name, table_at(i));
}

static void vit_gelu(void **state)
{
    (void)state;
    check_under_every_cap("vit-gelu");
}

static void vit_quickgelu(void **state)
{
    (void)state;
    check_under_every_cap("vit-quickgelu");
}

static void clipa(void **state)
{
    (void)state;
    check_under_every_cap("clipa");
}

static void layer_scale_and_mlp_ratio(void **state)
{
    (void)state;
    check_under_every_cap("ls-mlpratio");
}

static void coca_towers(void **state)
{
    (void)state;
    check_under_every_cap("coca");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vit_gelu), cmocka_unit_test(vit_quickgelu), cmocka_unit_test(clipa),
        cmocka_unit_test(layer_scale_and_mlp_ratio), cmocka_unit_test(coca_towers),
    };
    return cmocka_run_group_tests_name("towers", tests, load, unload);
}
