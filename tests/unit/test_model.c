/* SPDX-License-Identifier: Apache-2.0
 * Configurations and files of weights that are wrong, each named for what is wrong with it; and pieces of towers. */
#include "cmocka_test.h"

#include "layers/block.h"
#include "layers/positions.h"
#include "model/network.h"
#include "model/vit/vit.h"
#include "model/zoo.h"
#include "support/tables.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- configurations ---------------------------------------------------------------------------------------------- */

static int parse(const char *json, descry_error *err)
{
    descry_network network;
    int rc = descry_network_parse(&network, json, strlen(json), "c.json", err);
    if (!rc)
        descry_network_close(&network);
    return rc;
}

static void expect_config(int code, const char *message, const char *json)
{
    descry_error err = {0};
    int rc = parse(json, &err);
    if (rc != code || (code && !strstr(err.message, message)))
        fail_msg("%s\ngave %d \"%s\", expected %d \"%s\"", json, rc, err.message, code, message);
}

#define CONFIG(vision, text, more)                                                                                     \
    "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{\"width\":64" vision "},\"text_cfg\":{\"width\":64" text          \
    "}" more "}}"

static void options_of_other_tokenizers_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        descry_text_cleaning cleaning;
        bool strip;
    } rows[] = {
        {CONFIG("", ",\"hf_tokenizer_name\":\"a/b\"", ""), DESCRY_TEXT_WHITESPACE, false},
        {CONFIG("", ",\"hf_tokenizer_name\":\"a/b\",\"tokenizer_kwargs\":{\"clean\":\"canonicalize\"}", ""), DESCRY_TEXT_CANONICALIZE, false},
        {CONFIG("", ",\"hf_tokenizer_name\":\"a/b\",\"tokenizer_kwargs\":{\"strip_sep_token\":true,\"use_fast\":true}", ""), DESCRY_TEXT_WHITESPACE, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        descry_network network;
        descry_error err = {0};
        assert_int_equal(descry_network_parse(&network, rows[i].json, strlen(rows[i].json), "c", &err), 0);
        assert_string_equal(network.other_tokenizer, "a/b");
        assert_int_equal(network.cleaning, rows[i].cleaning);
        assert_int_equal(network.strip_sep_token, rows[i].strip);
        descry_network_close(&network);
    }
    expect_config(DESCRY_ERR_UNSUPPORTED, "tokenizer_kwargs.clean",
                  CONFIG("", ",\"hf_tokenizer_name\":\"a/b\",\"tokenizer_kwargs\":{\"clean\":\"no\"}", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "tokenizer_mode", CONFIG("", ",\"hf_tokenizer_name\":\"a/b\",\"tokenizer_mode\":\"clips\"", ""));
}

static void configurations_are_read_strictly(void **state)
{
    (void)state;
    expect_config(0, "", CONFIG("", "", ""));
    expect_config(0, "", CONFIG(",\"timm_model_name\":null,\"qk_norm\":false,\"patch_dropout\":0.5", "", ""));
    expect_config(0, "", CONFIG(",\"act_kwargs\":{\"approximate\":\"tanh\"},\"norm_kwargs\":{\"eps\":1e-6}", "", ""));
    expect_config(0, "", CONFIG(",\"image_size\":[64,96],\"patch_size\":[16,32]", "", ""));

    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.rope", CONFIG(",\"rope\":true", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "model_cfg.novel", CONFIG("", "", ",\"novel\":1"));
    expect_config(DESCRY_ERR_UNSUPPORTED, "text_cfg.novel", CONFIG("", ",\"novel\":1", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "norm_kwargs.bias", CONFIG(",\"norm_kwargs\":{\"bias\":false}", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.qk_norm", CONFIG(",\"qk_norm\":true", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.timm_model_name", CONFIG(",\"timm_model_name\":\"x\"", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "text_cfg.hf_model_name", CONFIG("", ",\"hf_model_name\":\"x\"", ""));
    expect_config(DESCRY_ERR_FORMAT, "vision_cfg.layers", CONFIG(",\"layers\":[3,4,6]", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "vision_cfg.layers", CONFIG(",\"layers\":[3,4,6,-3]", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.pool_type", CONFIG(",\"pool_type\":\"map\"", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.attentional_pool", CONFIG(",\"attentional_pool\":\"parallel\"", "", ""));
    expect_config(DESCRY_ERR_UNSUPPORTED, "vision_cfg.act_kwargs",
                  CONFIG(",\"act_kwargs\":{\"approximate\":\"tanh\"}", "", ",\"quick_gelu\":true"));
    expect_config(DESCRY_ERR_UNSUPPORTED, "tokenizer_kwargs.clean", CONFIG("", ",\"tokenizer_kwargs\":{\"clean\":\"canonicalize\"}", ""));

    expect_config(DESCRY_ERR_FORMAT, "vision_cfg.layers", CONFIG(",\"layers\":0", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "vision_cfg.layers", CONFIG(",\"layers\":1e9", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "text_cfg.heads", CONFIG("", ",\"heads\":7", ""));
    expect_config(DESCRY_ERR_FORMAT, "mlp_ratio", CONFIG(",\"mlp_ratio\":1e30", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "image_size", CONFIG(",\"image_size\":8", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "image_size", CONFIG(",\"image_size\":1000000,\"patch_size\":1", "", ""));
    expect_config(DESCRY_ERR_FORMAT, "multimodal_cfg", CONFIG("", "", ",\"multimodal_cfg\":{}"));
    expect_config(DESCRY_ERR_FORMAT, "embed_dim", "{\"model_cfg\":{\"vision_cfg\":{},\"text_cfg\":{}}}");
    expect_config(DESCRY_ERR_FORMAT, "text_cfg", "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{}}}");
    expect_config(DESCRY_ERR_FORMAT, "model_cfg", "{}");
    expect_config(DESCRY_ERR_FORMAT, "c.json", "[1");
    expect_config(DESCRY_ERR_FORMAT, "duplicate", "{\"a\":1,\"a\":2}");
    expect_config(DESCRY_ERR_UNSUPPORTED, "preprocess_cfg.mode",
                  "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{},\"text_cfg\":{}},\"preprocess_cfg\":{\"mode\":\"L\"}}");
    expect_config(DESCRY_ERR_FORMAT, "preprocess_cfg.mean",
                  "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{},\"text_cfg\":{}},\"preprocess_cfg\":{\"mean\":1e39}}");
    expect_config(DESCRY_ERR_FORMAT, "preprocess_cfg.std",
                  "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{},\"text_cfg\":{}},\"preprocess_cfg\":{\"std\":[1,0,1]}}");
    expect_config(DESCRY_ERR_FORMAT, "preprocess_cfg.mean",
                  "{\"model_cfg\":{\"embed_dim\":8,\"vision_cfg\":{},\"text_cfg\":{}},\"preprocess_cfg\":{\"mean\":1e300}}");
    expect_config(DESCRY_ERR_FORMAT, "model_cfg.init_logit_bias",
                  "{\"model_cfg\":{\"embed_dim\":8,\"init_logit_bias\":-1e300,\"vision_cfg\":{},\"text_cfg\":{}}}");
}

/* The pooler of CoCa, whose output is E wide, in place of the class token's way out. */
static uint64_t pooler_parameters(const descry_vit *v)
{
    uint64_t e = v->tower.dim, w = (uint64_t)v->block.width;
    uint64_t pooler = v->pooler.queries * e + e * e + 2 * e * w + 3 * e + e * e + e + 2 * e + 2 * w;
    return pooler + 2 * e + e * e - 2 * w - w * e;
}

/* What CoCa has beside the two towers: the class vector of texts and its position; the decoder, whose layers come in
 * pairs, and its table of words. */
static uint64_t decoder_parameters(const descry_native_text *text, const descry_coca *c)
{
    uint64_t t = (uint64_t)c->block.width, mlp = (uint64_t)c->block.mlp;
    uint64_t layer = 4 * t * t + 4 * t + 2 * t * mlp + t + mlp + 4 * t;
    assert_int_equal(text->block.width, t);
    return 2 * t + (uint64_t)c->block.layers * (2 * layer + 2 * t) + 2 * t + t * text->tower.vocab_size;
}

static void known_architectures_have_open_clips_sizes(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/openclip-golden.json", getenv("DESCRY_SOURCE_ROOT"));
    json_t *goldens = json_load_file(path, JSON_ALLOW_NUL, NULL);
    assert_non_null(goldens);
    size_t count = 0, at = 0;
    for (const char *name; descry_zoo_next(&name, &at, NULL) == 1; count++) {
        descry_error err;
        descry_network n;
        if (descry_network_parse(&n, descry_zoo_config(name), strlen(descry_zoo_config(name)), name, &err))
            fail_msg("%s", err.message);
        const descry_vit *v = (const descry_vit *)n.image;
        const descry_native_text *t = (const descry_native_text *)n.text;
        if (n.image->family != &descry_vit_family || n.text->family != &descry_native_text_family) { /* tests/families has those */
            descry_network_close(&n);
            continue;
        }
        uint64_t e = n.dim, total = 1;
        const descry_block_config *blocks[2] = {&v->block, &t->block};
        for (int i = 0; i < 2; i++) {
            uint64_t w = (uint64_t)blocks[i]->width, m = (uint64_t)blocks[i]->mlp;
            total += (uint64_t)blocks[i]->layers *
                     (4 * w * w + 4 * w + 2 * w * m + w + m + 4 * w + (blocks[i]->layer_scale ? 2 * w : 0));
            total += 2 * w + w * e; /* the last norm, the projection */
        }
        uint64_t w = (uint64_t)v->block.width;
        total += w + (v->patches + 1) * w + (v->no_ln_pre ? 0 : 2 * w) + 3 * w * v->conv.width * v->conv.height;
        total += (uint64_t)t->block.width * (t->tower.vocab_size + t->tower.context_length);
        total += v->attentional_pool ? pooler_parameters(v) : 0;
        total += n.coca ? decoder_parameters(t, n.coca) : 0;
        json_t *golden = json_object_get(json_object_get(goldens, "param_counts"), name);
        json_int_t expected = json_is_object(golden) ? json_integer_value(json_object_get(golden, "total")) : json_integer_value(golden);
        if (json_is_array(golden))
            expected = json_integer_value(json_array_get(golden, 0));
        if ((json_int_t)total != expected)
            fail_msg("%s: %llu parameters, expected %lld", name, (unsigned long long)total, (long long)expected);
        descry_network_close(&n);
    }
    assert_int_equal(count, 142);
    json_decref(goldens);
}

static void of_other_architectures_the_reason_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *name, *why;
    } others[] = {
        {"swin_base_patch4_window7_224", "timm_model_name"},             {"naflex_ViT-B-16", "timm_model_name"},
        {"gte-modernbert-base-ViT-B-32-256", "hf_model_name"},                 {"CLAP-HTSAT-tiny", "vision_cfg: missing"},
        {"moderntext-ViT-B-32-256", "text_cfg."},              {"coca_roberta-ViT-B-32", "output_tokens"},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *json = descry_zoo_config(others[i].name);
        assert_non_null(json);
        descry_network network;
        descry_error err = {0};
        assert_int_not_equal(descry_network_parse(&network, json, strlen(json), others[i].name, &err), 0);
        if (!strstr(err.message, others[i].why))
            fail_msg("%s: \"%s\", expected \"%s\"", others[i].name, err.message, others[i].why);
        size_t at = 0;
        for (const char *name; descry_zoo_next(&name, &at, NULL) == 1;)
            assert_string_not_equal(name, others[i].name);
    }
    assert_null(descry_zoo_config("ViT-B-33"));
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static void write_file(char path[64], const void *header, uint64_t length, size_t header_size, size_t data_size)
{
    strcpy(path, "/tmp/descry-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    uint8_t little[8];
    for (int i = 0; i < 8; i++)
        little[i] = (uint8_t)(length >> (8 * i));
    char *zeros = calloc(data_size + 1, 1);
    assert_int_equal(write(fd, little, 8), 8);
    assert_int_equal(write(fd, header, header_size), header_size);
    assert_int_equal(write(fd, zeros, data_size), data_size);
    free(zeros);
    close(fd);
}

static void expect_file(const char *message, const char *header, uint64_t length, size_t data_size)
{
    char path[64];
    descry_error err = {0};
    descry_tensors file;
    write_file(path, header, length, strlen(header), data_size);
    int rc = descry_tensors_open(&file, path, &err);
    unlink(path);
    if (!rc)
        descry_tensors_close(&file);
    if (message ? rc != DESCRY_ERR_FORMAT || !strstr(err.message, message) || !strstr(err.message, path) : rc != 0)
        fail_msg("%s\ngave %d \"%s\", expected \"%s\"", header, rc, err.message, message ? message : "success");
}

static void expect_header(const char *message, const char *header, size_t data_size)
{
    expect_file(message, header, strlen(header), data_size);
}

static void damaged_files_are_named(void **state)
{
    (void)state;
    expect_header(NULL, "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"__metadata__\":{\"format\":\"pt\"}}  ", 8);
    expect_header(NULL, "{}", 0);
    expect_header("\"a\": its data lies beyond the end", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7);
    expect_header("\"a\": data_offsets do not fit the shape", "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": bad data_offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8);
    expect_header("\"a\": bad data_offsets", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8);
    expect_header("\"a\": bad shape", "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": bad shape", "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,2],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": data_offsets do not fit", "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": bad shape", "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": unknown dtype", "{\"a\":{\"dtype\":\"F31\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    expect_header("\"a\": unknown dtype", "{\"a\":7}", 0);
    expect_header("\"b\": its data overlaps", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12);
    expect_header("\"b\": there is a gap", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[12,16]}}", 16);
    expect_header("3 bytes after the last tensor", "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 11);
    expect_header("duplicate", "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0);
    expect_header("bad header", "[]", 0);
    expect_header("bad header", "{\"a\":", 0);
    expect_file("its header would be", "{}", 3, 0);
    expect_file("its header would be", "{}", UINT64_MAX, 0);
    expect_file("its header would be", "{}", UINT64_MAX - 8, 0);
    expect_file("bad header", "", 0, 0);
    char path[64];
    descry_error err;
    descry_tensors file;
    strcpy(path, "/tmp/descry-test-XXXXXX");
    close(mkstemp(path));
    assert_int_equal(descry_tensors_open(&file, path, &err), DESCRY_ERR_FORMAT);
    assert_non_null(strstr(err.message, "only 0 bytes"));
    unlink(path);
}

/* The header of a one-layer model's file: without the tensor `skip`, or with its name or shape changed; "+": with a
 * tensor more. */
static char *model_header(const char *skip, const char *rename, const char *shape, size_t *data_size)
{
    static const struct {
        const char *name, *shape;
        size_t elements;
    } tensors[] = {
        {"logit_scale", "[]", 1},
        {"ln_final.bias", "[4]", 4}, {"ln_final.weight", "[4]", 4}, {"positional_embedding", "[3,4]", 12},
        {"text_projection", "[4,2]", 8}, {"token_embedding.weight", "[6,4]", 24},
        {"visual.class_embedding", "[4]", 4}, {"visual.conv1.weight", "[4,3,2,2]", 48},
        {"visual.ln_post.bias", "[4]", 4}, {"visual.ln_post.weight", "[4]", 4}, {"visual.ln_pre.bias", "[4]", 4},
        {"visual.ln_pre.weight", "[4]", 4}, {"visual.positional_embedding", "[5,4]", 20}, {"visual.proj", "[4,2]", 8},
    };
    static const struct {
        const char *name, *shape;
        size_t elements;
    } block[] = {
        {"attn.in_proj_bias", "[12]", 12}, {"attn.in_proj_weight", "[12,4]", 48}, {"attn.out_proj.bias", "[4]", 4},
        {"attn.out_proj.weight", "[4,4]", 16}, {"ln_1.bias", "[4]", 4}, {"ln_1.weight", "[4]", 4}, {"ln_2.bias", "[4]", 4},
        {"ln_2.weight", "[4]", 4}, {"mlp.c_fc.bias", "[16]", 16}, {"mlp.c_fc.weight", "[16,4]", 64},
        {"mlp.c_proj.bias", "[4]", 4}, {"mlp.c_proj.weight", "[4,16]", 64},
    };
    descry_buf out = {0};
    size_t at = 0, top = sizeof tensors / sizeof *tensors, per = sizeof block / sizeof *block;
    for (size_t i = 0; i < top + 2 * per; i++) {
        char name[128];
        size_t b = i < top ? 0 : (i - top) % per, elements = i < top ? tensors[i].elements : block[b].elements;
        snprintf(name, sizeof name, "%s%s", i < top ? "" : i < top + per ? "transformer.resblocks.0." : "visual.transformer.resblocks.0.",
                 i < top ? tensors[i].name : block[b].name);
        if (skip && strcmp(name, skip) == 0 && !rename && !shape)
            continue;
        int edited = skip && strcmp(name, skip) == 0;
        descry_buf_printf(&out, NULL, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}", out.size ? "," : "{",
                          edited && rename ? rename : name,
                          edited && shape ? shape : i < top ? tensors[i].shape : block[b].shape, at, at + 4 * elements);
        at += 4 * elements;
    }
    if (rename && skip && strcmp(skip, "+") == 0)
        descry_buf_printf(&out, NULL, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[%zu,%zu]}", rename, at, at);
    descry_buf_printf(&out, NULL, "}");
    *data_size = at;
    return out.data;
}

static void expect_model(const char *message, const char *name, const char *rename, const char *shape)
{
    static const char json[] =
        "{\"model_cfg\":{\"embed_dim\":2,\"vision_cfg\":{\"width\":4,\"head_width\":2,\"layers\":1,\"patch_size\":2,"
        "\"image_size\":4},\"text_cfg\":{\"width\":4,\"heads\":2,\"layers\":1,\"vocab_size\":6,\"context_length\":3}}}";
    descry_network network;
    descry_error err = {0};
    assert_int_equal(descry_network_parse(&network, json, strlen(json), "c", &err), 0);
    char path[64];
    size_t data_size;
    char *header = model_header(name, rename, shape, &data_size);
    write_file(path, header, strlen(header), strlen(header), data_size);
    int rc = descry_network_load(&network, path, NULL, &err);
    unlink(path);
    free(header);
    descry_network_close(&network);
    if (message ? rc != DESCRY_ERR_FORMAT || !strstr(err.message, message) : rc != 0)
        fail_msg("gave %d \"%s\", expected \"%s\"", rc, err.message, message ? message : "success");
}

static void loading_is_strict(void **state)
{
    (void)state;
    expect_model(NULL, NULL, NULL, NULL);
    expect_model("tensor \"visual.ln_pre.bias\" is missing", "visual.ln_pre.bias", NULL, NULL);
    expect_model("tensor \"logit_scale\" is missing", "logit_scale", NULL, NULL);
    expect_model("tensor \"visual.proj\": shape [2, 4], expected [4, 2]", "visual.proj", NULL, "[2,4]");
    expect_model("tensor \"visual.conv1.weight\": shape [48], expected [4, 3, 2, 2]", "visual.conv1.weight", NULL, "[48]");
    expect_model("\"visual.positional_embedding\": shape [4, 5], expected [5, 4]", "visual.positional_embedding", NULL, "[4,5]");
    expect_model("tensor \"visual.proj\" is missing", "visual.proj", "visual.projection", NULL);
    expect_model("tensor \"extra\", shape [0], is not part of this model", "+", "extra", NULL);
    expect_model("shape [1, 1], expected [] or [1]", "logit_scale", NULL, "[1,1]");
    expect_model(NULL, "logit_scale", NULL, "[1]");
}

static void positions_are_resampled(void **state)
{
    (void)state;
    /* torch.nn.functional.interpolate(mode="bicubic", antialias=True, align_corners=False), 4 x 4 to 3 x 5 */
    static const float torch[15] = {3.10232568f, 4.16300583f, 10.03547001f, 11.02145576f, 2.89591384f,
                                    10.63085651f, 9.50998592f, 8.46479893f, 7.64808559f, 6.95673084f,
                                    4.41723680f, 11.16006756f, 7.71739149f, 4.27471542f, 11.01754761f};
    /* mode="bilinear" */
    static const float flatter[15] = {3.6f, 5.14f, 9.3f, 10.1f, 3.8f, 10, 9.3f, 8.5f, 7.7f, 7, 5.2f, 10.1f, 7.7f, 5.3f, 10.2f};
    float in[1 + 16] = {5}, out[1 + 64], line[6];
    for (int i = 0; i < 16; i++)
        in[1 + i] = (float)(i * 7 % 16);
    assert_true(descry_resize_grid(DESCRY_RESIZE_CUBIC, out, 1, 3, 5, in, 17, 1));
    assert_true(out[0] == 5); /* the class row is copied */
    for (int i = 0; i < 15; i++)
        assert_float_equal(out[1 + i], torch[i], 3e-6);
    assert_true(descry_resize_grid(DESCRY_RESIZE_LINEAR, out, 1, 3, 5, in, 17, 1));
    for (int i = 0; i < 15; i++)
        assert_float_equal(out[1 + i], flatter[i], 3e-6);
    assert_false(descry_resize_grid(DESCRY_RESIZE_CUBIC, out, 1, 8, 8, in, 16, 1));
    assert_false(descry_resize_grid(DESCRY_RESIZE_CUBIC, out, 1, 8, 8, in, 0, 1));
    descry_resize_line(line, 6, (const float[]){0, 1, 2}, 3, 1);
    const float expected[] = {0, 0.25f, 0.75f, 1.25f, 1.75f, 2};
    for (int i = 0; i < 6; i++)
        assert_float_equal(line[i], expected[i], 1e-6);
}

/* ---- blocks ------------------------------------------------------------------------------------------------------ */

/* The second norm of an MLP's input, wherever the first one is. */
static void an_mlp_has_its_own_norm_too(void **state)
{
    (void)state;
    enum { ROWS = 3, WIDTH = 4, MLP = 6 };
    float weights[2][WIDTH * MLP], factors[2][WIDTH], x[ROWS * WIDTH], y[ROWS * WIDTH], normed[ROWS * WIDTH], wide[ROWS * MLP];
    descry_error err;
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, 1, &err), 0);
    const descry_engine engine = {.kernels = best_table(), .pool = pool};
    for (int i = 0; i < WIDTH * MLP; i++)
        weights[0][i] = (float)(i * 7 % 11) / 11, weights[1][i] = (float)(i * 5 % 13) / 13;
    for (int i = 0; i < WIDTH; i++)
        factors[0][i] = (float)(i + 1) / 2, factors[1][i] = (float)(3 - i);
    descry_block b = {.ln_2 = {.weight = factors[0]}, .mlp_in_norm = {.weight = factors[1]}};
    assert_int_equal(descry_linear_open(&engine, &b.fc, weights[0], MLP, WIDTH, WIDTH, 1, NULL, &err), 0);
    assert_int_equal(descry_linear_open(&engine, &b.proj, weights[1], WIDTH, MLP, MLP, 1, NULL, &err), 0);
    for (int place = DESCRY_NORM_BEFORE; place <= DESCRY_NORM_SUM; place++) {
        const descry_block_config c = {.width = WIDTH, .mlp = MLP, .activation = DESCRY_ACT_RELU, .eps = 1e-5f,
                                       .place = (descry_norm_place)place};
        for (int i = 0; i < ROWS * WIDTH; i++)
            x[i] = y[i] = (float)(i * 3 % 7) - 2;
        descry_run_mlp(&engine, &c, &b, x, ROWS, normed, wide);
        memcpy(normed, y, sizeof y);
        if (place == DESCRY_NORM_BEFORE)
            descry_run_norm(&engine, &b.ln_2, normed, ROWS, WIDTH, c.eps, normed);
        descry_run_norm(&engine, &b.mlp_in_norm, normed, ROWS, WIDTH, c.eps, normed);
        descry_linear_run(&engine, &b.fc, normed, ROWS, c.activation, NULL, NULL, wide);
        descry_multiply(&engine, &b.proj, wide, ROWS, normed);
        if (place == DESCRY_NORM_BRANCH)
            descry_run_norm(&engine, &b.ln_2, normed, ROWS, WIDTH, c.eps, normed);
        for (int i = 0; i < ROWS * WIDTH; i++)
            y[i] += normed[i];
        if (place == DESCRY_NORM_SUM)
            descry_run_norm(&engine, &b.ln_2, y, ROWS, WIDTH, c.eps, y);
        for (int i = 0; i < ROWS * WIDTH; i++)
            assert_float_equal(x[i], y[i], 1e-6);
    }
    descry_linear_close(&b.fc);
    descry_linear_close(&b.proj);
    descry_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_of_other_tokenizers_are_kept),
        cmocka_unit_test(configurations_are_read_strictly),
        cmocka_unit_test(known_architectures_have_open_clips_sizes),
        cmocka_unit_test(of_other_architectures_the_reason_is_named),
        cmocka_unit_test(damaged_files_are_named),
        cmocka_unit_test(loading_is_strict),
        cmocka_unit_test(positions_are_resampled),
        cmocka_unit_test(an_mlp_has_its_own_norm_too),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
