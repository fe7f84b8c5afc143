/* SPDX-License-Identifier: Apache-2.0
 * timm's and Hugging Face's families, tiny, against their own results (families.json, made by tools/goldens/make_families.py);
 * and one that is added from outside, by a folder and a row of the table, nothing else (registers.json, make_registers.py). */
#include "cmocka_test.h"

#include "golden/formula.h"
#include "golden/golden.h"
#include "model/hf_text/hf_text.h"
#include "registers/registers.h"
#include "support/support.h"
#include "support/tables.h"

#include <math.h>
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
        if (!lacking || strncmp(name, lacking, strlen(lacking)) != 0)
            golden_tensor(w, name, shape);
    if (besides)
        formula_tensor(w, "", besides, 1, 8, 0, 0, 0);
}

/* What a golden has of a stage, the first rows; the trace's is compared with it. */
typedef struct stages {
    const json_t *expected;
    double bound;
    size_t seen;
} stages;

static void see_stage(void *arg, const char *stage, const float *x, size_t rows, size_t width)
{
    stages *s = arg;
    const json_t *expected = json_object_get(s->expected, stage);
    if (!expected)
        return;
    assert_true(json_array_size(expected) <= rows * width);
    double off = golden_off(x, expected);
    if (!(off <= s->bound))
        fail_msg("%s: off by %.2g", stage, off);
    s->seen++;
}

static void check_stages(const json_t *expected, double theirs)
{
    descry_error err;
    descry_network network;
    float out[24];
    stages s = {.expected = golden_get(expected, "stages"), .bound = fmax(1e-5, 3 * theirs)};
    const descry_trace trace = {see_stage, &s};
    const descry_engine engine = {.kernels = best_table(), .pool = pool, .trace = &trace};
    golden_network(&network, "tiny", golden_get(expected, "cfg"));
    formula_load_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    descry_pictures pictures = formula_pictures(&network, PICTURES, FAULT_NONE), one = descry_pictures_part(&pictures, 0, 1);
    check_rc(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), &err);
    check_rc(formula_encode_pictures(&network, &engine, &one, out, NULL, &err), &err);
    assert_true(s.seen > 1);
    assert_int_equal(s.seen, json_object_size(s.expected));
    free((float *)pictures.values);
    descry_network_close(&network);
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
        check_stages(expected, theirs);
        tried++;
    }
    assert_int_equal(tried, 21);
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

/* What is embedded times the golden's "faint". */
static void make_faint(descry_hf_text *t, const json_t *expected)
{
    float faint = (float)json_number_value(golden_get(expected, "faint"));
    t->scale *= faint;
    for (size_t i = 0; t->positions && i < t->tower.context_length * (size_t)t->block.width; i++)
        ((float *)(uintptr_t)t->positions)[i] *= faint;
}

static double text_difference(const json_t *expected, const descry_kernels *table)
{
    descry_error err;
    descry_network network;
    golden_network(&network, "tiny", golden_get(expected, "cfg"));
    size_t n, length = network.text->context_length;
    int32_t *ids = golden_ids(golden_get(expected, "ids"), length, &n);
    float *out = malloc(n * 24 * sizeof *out), alone[24];
    formula_load_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    assert_ptr_equal(network.text->family, &descry_hf_text_family);
    make_faint((descry_hf_text *)network.text, expected);
    descry_engine engine = {.kernels = table, .pool = pool};
    check_rc(descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err), &err);
    check_rc(formula_encode_ids(&network, &engine, ids, n, out, &err), &err);
    for (size_t i = 0; i < n; i++) { /* whatever else is in a batch */
        check_rc(formula_encode_ids(&network, &engine, ids + i * length, 1, alone, &err), &err);
        assert_memory_equal(alone, out + i * 24, sizeof alone);
    }
    double off = golden_rows_off(out, golden_get(expected, "text"), n, 24);
    stages s = {.expected = golden_get(expected, "stages"), .bound = 1e-5}; /* mT5's scores are not scaled, and large */
    const descry_trace trace = {see_stage, &s};
    engine.trace = &trace;
    if (json_object_size(s.expected) > 0) {
        check_rc(formula_encode_ids(&network, &engine, ids, n, out, &err), &err);
        assert_int_equal(s.seen, json_object_size(s.expected));
    }
    free(ids);
    free(out);
    descry_network_close(&network);
    return off;
}

static void hugging_faces_families(void **state)
{
    (void)state;
    json_t *expected;
    const char *name;
    size_t tried = 0;
    json_object_foreach(golden_get(tiny, "texts"), name, expected)
    {
        listed = golden_get(expected, "tensors");
        for (size_t i = 0; table_at(i); i++) {
            double off = text_difference(expected, table_at(i));
            print_message("%s: off by %.2g\n", name, off);
            assert_true(off <= 5e-6);
        }
        tried++;
    }
    assert_int_equal(tried, 6);
}

/* open_clip gives 0 / 0 for a text of padding alone, and another token's vector when padding is the first that is pooled. */
static void texts_that_are_padding_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t pad;
        bool first; /* it is the first id that is pooled */
    } cases[] = {{"roberta", 1, false}, {"m2m_100", 1, true}, {"mt5", 0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const json_t *expected = golden_get(golden_get(tiny, "texts"), cases[i].name);
        int32_t ids[2 * 100];
        float out[2 * 24];
        descry_error err = {0};
        descry_network network;
        golden_network(&network, "tiny", golden_get(expected, "cfg"));
        listed = golden_get(expected, "tensors");
        formula_load_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
        const descry_engine engine = {.kernels = best_table(), .pool = pool};
        check_rc(descry_network_prepare(&network, DESCRY_PART_TEXT, &engine, &err), &err);
        size_t length = network.text->context_length;
        for (size_t k = 0; k < 2 * length; k++)
            ids[k] = k < length ? 7 : cases[i].pad;
        assert_int_equal(formula_encode_ids(&network, &engine, ids, 2, out, &err), DESCRY_ERR_ARGUMENT);
        assert_string_equal(err.message, "text 2 is nothing but padding");
        ids[length + 1] = 8;
        int rc = formula_encode_ids(&network, &engine, ids, 2, out, &err);
        assert_int_equal(rc, cases[i].first ? DESCRY_ERR_ARGUMENT : 0);
        if (rc)
            assert_string_equal(err.message, "text 2 begins with padding");
        ids[3] = 200;
        assert_int_equal(formula_encode_ids(&network, &engine, ids, 2, out, &err), DESCRY_ERR_ARGUMENT);
        assert_string_equal(err.message, "id 200 is outside the vocabulary of 200");
        descry_network_close(&network);
    }
}

/* What cannot be loaded, by the key or the tensor; and what older versions of transformers stored is passed over. */
static void what_is_wrong_with_texts_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key, *value, *says;
    } cases[] = {
        {"roberta", "hf_pooler_type", "\"cls_pooler\"", "text_cfg.hf_pooler_type: only mean_pooler"},
        {"roberta", "hf_pooler_type", "\"max_pooler\"", "text_cfg.hf_pooler_type: this value"},
        {"m2m_100", "hf_pooler_type", "null", "text_cfg.hf_pooler_type: null"},
        {"mt5", "hf_proj_type", "null", "text_cfg.hf_proj_type: null"},
        {"mt5", "hf_proj_type", "\"clap_mlp\"", "text_cfg.hf_proj_type: this value"},
        {"mt5", "output_tokens", "true", "text_cfg.output_tokens: not supported"},
        {"mt5", "hf_model_config", "{}", "text_cfg.hf_model_config: this key"},
        {"roberta", "context_length", "513", "text_cfg.context_length: not an integer in range"},
        {"m2m_100", "hf_model_name", "\"gpt2\"", "text_cfg.hf_model_name: this kind of tower"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *cfg = json_deep_copy(golden_get(golden_get(golden_get(tiny, "texts"), cases[i].name), "cfg"));
        json_object_set_new(json_object_get(cfg, "text_cfg"), cases[i].key, json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        char *text = golden_config_text(cfg);
        descry_network network;
        descry_error err = {0};
        assert_true(descry_network_parse(&network, text, strlen(text), "x", &err) < 0);
        if (!strstr(err.message, cases[i].says))
            fail_msg("\"%s\", expected \"%s\"", err.message, cases[i].says);
        free(text);
        json_decref(cfg);
    }
    json_t *expected = golden_get(golden_get(tiny, "texts"), "m2m_100"), *tensors = json_copy(golden_get(expected, "tensors"));
    json_object_set_new(tensors, "text.transformer.embed_positions.weights", json_pack("[ii]", 26, 64));
    listed = tensors;
    descry_network network;
    golden_network(&network, "tiny", golden_get(expected, "cfg"));
    formula_load_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    descry_network_close(&network);
    json_object_del(tensors, "text.transformer.layers.1.fc2.bias");
    golden_network(&network, "tiny", golden_get(expected, "cfg"));
    char *path = formula_file_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    descry_error err;
    assert_int_equal(descry_network_load(&network, path, NULL, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "tensor \"text.transformer.layers.1.fc2.bias\" is missing"));
    unlink(path);
    free(path);
    descry_network_close(&network);
    json_decref(tensors);
}

/* Of NaFlex: a picture of whole patches in any form, no other; a table of positions of its own size, whatever the picture's. */
static void naflex(void **state)
{
    (void)state;
    enum { SIDE = 40, VALUES = SIDE * SIDE * 3 };
    const json_t *expected = golden_get(golden_get(tiny, "cases"), "naflex");
    const char *positions = "visual.trunk.embeds.pos_embed";
    json_t *tensors = json_copy(golden_get(expected, "tensors")), *cfg = json_deep_copy(golden_get(expected, "cfg"));
    listed = tensors;
    descry_error err = {0};
    descry_network network;
    golden_network(&network, "tiny", cfg);
    formula_load_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    const descry_engine engine = {.kernels = best_table(), .pool = pool};
    static float levels[3][256], values[VALUES];
    static uint8_t rgb[VALUES];
    float of_values[24], of_bytes[24];
    for (size_t i = 0; i < 3 * 256; i++)
        levels[i / 256][i % 256] = ((float)(i % 256) - 100) / (float)(60 + i / 256 * 20);
    for (size_t i = 0; i < VALUES; i++) {
        rgb[i] = (uint8_t)(i * 2654435761u >> 24);
        values[i % 3 * SIDE * SIDE + i / 3] = levels[i % 3][rgb[i]];
    }
    descry_pictures pictures = {.n = 1, .width = SIDE, .height = SIDE, .values = values};
    check_rc(descry_network_prepare(&network, DESCRY_PART_IMAGE, &engine, &err), &err);
    check_rc(formula_encode_pictures(&network, &engine, &pictures, of_values, NULL, &err), &err);
    pictures.rgb = rgb;
    pictures.levels = (const float (*)[256])levels;
    check_rc(formula_encode_pictures(&network, &engine, &pictures, of_bytes, NULL, &err), &err);
    assert_memory_equal(of_values, of_bytes, sizeof of_values);
    descry_network_close(&network);

    json_object_set_new(tensors, positions, json_pack("[iiii]", 1, 5, 5, 24));
    golden_network(&network, "tiny", cfg);
    char *path = formula_file_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    assert_int_equal(descry_network_load(&network, path, NULL, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "embeds.pos_embed\": shape [1, 5, 5, 24], expected [1, 16, 16, 24]"));
    unlink(path);
    free(path);
    descry_network_close(&network);

    json_object_set_new(golden_get(cfg, "vision_cfg"), "image_seq_len", json_integer(25)); /* without effect */
    golden_network(&network, "tiny", cfg);
    descry_network_close(&network);
    json_object_set_new(golden_get(cfg, "vision_cfg"), "image_size", json_integer(44));
    char *text = golden_config_text(cfg);
    assert_int_equal(descry_network_parse(&network, text, strlen(text), "x", &err), DESCRY_ERR_UNSUPPORTED);
    assert_string_equal(err.message, "x: vision_cfg.image_size: not a whole number of patches");
    free(text);
    json_decref(tensors);
    json_decref(cfg);
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
        cmocka_unit_test(hugging_faces_families),
        cmocka_unit_test(texts_that_are_padding_are_refused),
        cmocka_unit_test(what_is_wrong_with_texts_is_named),
        cmocka_unit_test(mixtures_of_forms_are_refused),
        cmocka_unit_test(naflex),
        cmocka_unit_test(a_family_from_outside),
        cmocka_unit_test(other_configurations_are_the_library_s),
        cmocka_unit_test(programs_use_it_as_any_other),
    };
    return cmocka_run_group_tests_name("families", tests, load, unload);
}
