/* SPDX-License-Identifier: Apache-2.0
 * timm's families, tiny, against timm's own results (families.json, made by tools/goldens/make_families.py); and one that is
 * added from outside, by a folder and a row of the table, nothing else (registers.json, make_registers.py). */
#include "cmocka_test.h"

#include "golden/formula.h"
#include "golden/golden.h"
#include "registers/registers.h"
#include "support/support.h"
#include "support/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PICTURES = 3 };

static json_t *golden, *tiny;
static descry_pool *pool;

static int load(void **state)
{
    (void)state;
    golden = json_load_file(source_path("tests/families/registers.json"), 0, NULL);
    tiny = json_load_file(source_path("tests/families/families.json"), 0, NULL);
    return golden && tiny && descry_pool_open(&pool, 2, NULL) == 0 ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(golden);
    json_decref(tiny);
    descry_pool_close(&pool);
    return 0;
}

static void write_tower(formula_writer *w, const descry_image_tower *tower)
{
    const registers_vit *v = (const registers_vit *)tower;
    const char *prefix = "visual.trunk.";
    size_t width = (size_t)v->block.width, mlp = (size_t)v->block.mlp;
    formula_tensor(w, prefix, "reg_token", 3, 1, v->registers, width, 0);
    formula_tensor(w, prefix, "pos_embed", 3, 1, v->patches, width, 0);
    formula_tensor(w, prefix, "patch_embed.proj.weight", 4, width, 3, v->conv.height, v->conv.width);
    formula_tensor(w, prefix, "patch_embed.proj.bias", 1, width, 0, 0, 0);
    for (int i = 0; i < v->block.layers; i++) {
        char block[64];
        snprintf(block, sizeof block, "%sblocks.%d.", prefix, i);
        formula_pair(w, block, "norm1", 1, width, 0);
        formula_pair(w, block, "attn.qkv", 2, 3 * width, width);
        formula_pair(w, block, "attn.proj", 2, width, width);
        formula_pair(w, block, "norm2", 1, width, 0);
        formula_pair(w, block, "mlp.fc1", 2, mlp, width);
        formula_pair(w, block, "mlp.fc2", 2, width, mlp);
    }
    formula_pair(w, prefix, "fc_norm", 1, width, 0);
    formula_pair(w, prefix, "head", 2, tower->dim, width);
}

/* The largest difference of a tower's embeddings from timm's, under every table of kernels. */
static double difference(const json_t *expected, formula_image *write)
{
    double worst = 0;
    for (size_t i = 0; table_at(i); i++) {
        descry_error err;
        descry_network network;
        golden_network(&network, "tiny", golden_get(expected, "cfg"));
        formula_load_with(&network, write, DESCRY_F32, FAULT_NONE);
        const descry_engine engine = {.kernels = table_at(i), .pool = pool};
        descry_pictures pictures = formula_pictures(&network, PICTURES, FAULT_NONE);
        float out[PICTURES * 24], alone[24];
        assert_int_equal(network.dim, 24);
        check_rc(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), &err);
        check_rc(formula_encode_pictures(&network, &engine, &pictures, out, NULL, &err), &err);
        descry_pictures last = descry_pictures_part(&pictures, PICTURES - 1, 1);
        check_rc(formula_encode_pictures(&network, &engine, &last, alone, NULL, &err), &err);
        assert_memory_equal(alone, out + (PICTURES - 1) * 24, sizeof alone);
        double off = golden_rows_off(out, golden_get(expected, "image"), PICTURES, 24);
        worst = off > worst ? off : worst;
        free((float *)pictures.values);
        descry_network_close(&network);
    }
    return worst;
}

static void a_family_from_outside(void **state)
{
    (void)state;
    double off = difference(golden, write_tower);
    print_message("off by %.2g\n", off);
    assert_true(off <= 3e-6);
}

static const json_t *listed; /* of the case that is tried */
static const char *lacking;  /* those that begin so are left out; NULL: none */
static const char *besides;  /* one more; NULL: none */

static void write_listed(formula_writer *w, const descry_image_tower *tower)
{
    (void)tower;
    const char *name;
    json_t *shape;
    json_object_foreach((json_t *)(uintptr_t)listed, name, shape)
    {
        size_t sizes[4] = {0};
        for (size_t i = 0; i < json_array_size(shape) && i < 4; i++)
            sizes[i] = (size_t)json_integer_value(json_array_get(shape, i));
        if (!lacking || strncmp(name, lacking, strlen(lacking)) != 0)
            formula_tensor(w, "", name, (int)json_array_size(shape), sizes[0], sizes[1], sizes[2], sizes[3]);
    }
    if (besides)
        formula_tensor(w, "", besides, 1, 8, 0, 0, 0);
}

static void timms_families(void **state)
{
    (void)state;
    json_t *cases = golden_get(tiny, "cases"), *expected;
    const char *name;
    size_t tried = 0;
    json_object_foreach(cases, name, expected)
    {
        listed = golden_get(expected, "tensors");
        double off = difference(expected, write_listed);
        double theirs = json_real_value(golden_get(expected, "float32"));
        print_message("%s: off by %.2g, timm's float32 by %.2g\n", name, off, theirs);
        assert_true(off <= 3 * theirs + 1e-7);
        tried++;
    }
    assert_int_equal(tried, 17);
}

static void expect_refused(const char *name, const char *without, const char *with, const char *why)
{
    const json_t *expected = golden_get(golden_get(tiny, "cases"), name);
    descry_error err;
    descry_network network;
    listed = golden_get(expected, "tensors");
    lacking = without;
    besides = with;
    golden_network(&network, "tiny", golden_get(expected, "cfg"));
    char *path = formula_file_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    assert_int_equal(descry_network_load(&network, path, NULL, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, why));
    unlink(path);
    free(path);
    descry_network_close(&network);
    lacking = besides = NULL;
}

/* Branches or their sum: a file has one of them. */
static void mixtures_of_forms_are_refused(void **state)
{
    (void)state;
    expect_refused("fastvit", "visual.trunk.stem.1.", "visual.trunk.stem.1.reparam_conv.bias",
                   "\"visual.trunk.stem.1.conv_kxk.0.bn.weight\" is missing");
    expect_refused("fastvit", NULL, "visual.trunk.stem.2.reparam_conv.bias", "reparam_conv.bias\", shape [8], is not part");
    expect_refused("fastvit-folded", NULL, "visual.trunk.stem.2.identity.bias", "identity.bias\", shape [8], is not part");
    expect_refused("fastvit-folded", "visual.trunk.stem.1.", "visual.trunk.stem.1.conv_scale.bn.bias",
                   "\"visual.trunk.stem.1.reparam_conv.weight\" is missing");
}

/* The row before it took nothing from the others. */
static void other_configurations_are_the_library_s(void **state)
{
    (void)state;
    json_t *goldens = golden_read("openclip-golden.json");
    descry_network network;
    golden_network(&network, "vit-gelu", golden_get(golden_tiny(goldens, "vit-gelu"), "cfg"));
    assert_ptr_equal(network.image->family, &descry_vit_family);
    descry_network_close(&network);
    json_decref(goldens);
}

/* From a folder by the public interface: bytes of pixels to the embedding of the values that they stand for. */
static void programs_use_it_as_any_other(void **state)
{
    (void)state;
    char folder[] = "/tmp/descry-family-XXXXXX", path[128];
    assert_non_null(mkdtemp(folder));
    char *config = golden_config_text(golden_get(golden, "cfg"));
    snprintf(path, sizeof path, "%s/open_clip_config.json", folder);
    write_file(path, config, strlen(config));
    free(config);
    descry_network network;
    golden_network(&network, "registers", golden_get(golden, "cfg"));
    char *weights = formula_file_with(&network, write_tower, DESCRY_F32, FAULT_NONE);
    snprintf(path, sizeof path, "%s/open_clip_model.safetensors", folder);
    copy_file(weights, path);
    unlink(weights);
    free(weights);

    descry_error err;
    descry_context *ctx;
    descry_model *model;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 2;
    check_rc(descry_context_open(&ctx, &options, &err), &err);
    check_rc(descry_model_open(&model, ctx, folder, NULL, &err), &err);
    size_t size = network.image->width * network.image->height * 3;
    uint8_t *rgb = malloc(size);
    float *values = malloc(size * sizeof *values), whole[24], own[24];
    for (size_t i = 0; i < size; i++)
        rgb[i] = (uint8_t)(i * 2654435761u >> 24);
    descry_preprocess_normalize(model, rgb, values);
    check_rc(descry_embed_pixels(model, rgb, 1, 0, whole, &err), &err);

    check_rc(descry_network_load(&network, path, NULL, &err), &err);
    const descry_engine engine = {.kernels = best_table(), .pool = pool};
    const descry_pictures pictures = {.n = 1, .width = network.image->width, .height = network.image->height, .values = values};
    check_rc(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), &err);
    check_rc(formula_encode_pictures(&network, &engine, &pictures, own, NULL, &err), &err);
    assert_memory_equal(whole, own, sizeof own);

    free(rgb);
    free(values);
    descry_network_close(&network);
    descry_model_close(&model);
    descry_context_close(&ctx);
    unlink(path);
    snprintf(path, sizeof path, "%s/open_clip_config.json", folder);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timms_families),
        cmocka_unit_test(mixtures_of_forms_are_refused),
        cmocka_unit_test(a_family_from_outside),
        cmocka_unit_test(other_configurations_are_the_library_s),
        cmocka_unit_test(programs_use_it_as_any_other),
    };
    return cmocka_run_group_tests_name("families", tests, load, unload);
}
