/* SPDX-License-Identifier: Apache-2.0
 * Tiny models of every kind against open_clip's results (openclip-golden.json, tiny_release). */
#include "cmocka_test.h"

#include "formula.h"
#include "golden.h"
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

static size_t matrices_of(const descry_linears *linears)
{
    size_t elements = 0;
    for (const struct descry_linear_item *i = linears->first; i; i = i->next)
        elements += i->linear->n * i->linear->k;
    return elements;
}

/* What is not registered would not be packed. */
static void check_every_matrix_is_registered(const descry_network *network)
{
    size_t elements = 0;
    for (size_t i = 0; i < network->file.count; i++) {
        const descry_tensor *t = &network->file.tensors[i];
        if (t->dims >= 2 && !strstr(t->name, "embedding") && !strstr(t->name, "query"))
            elements += t->elements;
    }
    assert_int_equal(matrices_of(&network->image->linears) + matrices_of(&network->text->linears) +
                     (network->coca ? matrices_of(&network->coca->linears) : 0), elements);
}

static void check_model(const char *name, const descry_kernels *kernels)
{
    static const int32_t texts[2][7] = {{49406, 320, 1125, 539, 320, 2368, 49407}, {49406, 3306, 1002, 256, 49407}};
    const json_t *golden = golden_tiny(goldens, name);
    descry_network network;
    golden_network(&network, name, golden_get(golden, "cfg"));
    formula_load(&network, DESCRY_F32, FAULT_NONE);
    if (json_object_get(golden, "nparams"))
        assert_int_equal(network.parameters, json_integer_value(json_object_get(golden, "nparams")));

    check_every_matrix_is_registered(&network);

    size_t dim = network.dim, length = network.text->context_length;
    descry_pictures pictures = formula_pictures(&network, 2, FAULT_NONE);
    float *out = malloc(2 * dim * sizeof *out);
    int32_t *ids = calloc(2 * length, sizeof *ids);
    for (size_t i = 0; i < 2; i++)
        memcpy(ids + i * length, texts[i], sizeof texts[i]);
    const descry_engine engine = {.kernels = kernels, .pool = pool};
    descry_error err;
    assert_int_equal(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), 0);
    assert_int_equal(descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err), 0);
    int normalised = network.coca != NULL; /* CoCa's features are */
    assert_int_equal(formula_encode_pictures(&network, &engine, &pictures, out, NULL, &err), 0);
    if (normalised)
        golden_normalise(out, 2, dim);
    compare("picture", out, golden_get(golden, "image_features"), dim, 3e-6);
    assert_int_equal(formula_encode_ids(&network, &engine, ids, 2, out, &err), 0);
    if (normalised)
        golden_normalise(out, 2, dim);
    compare("text", out, golden_get(golden, "text_features"), dim, 3e-6);
    free((float *)pictures.values);
    free(out);
    free(ids);
    descry_network_close(&network);
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
