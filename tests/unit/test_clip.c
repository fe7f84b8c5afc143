/* SPDX-License-Identifier: Apache-2.0
 * Models as a whole, by way of the public header: folders that are not models, weights that are damaged, the model cache,
 * identities of embeddings. */
#include "cmocka_test.h"

#include "base/file.h"
#include "descry.h"
#include "model/zoo.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static descry_context *ctx;
static char folder[64], demo[4096];

static int load(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/descry-test-XXXXXX");
    snprintf(demo, sizeof demo, "%s/models/demo", getenv("DESCRY_SOURCE_ROOT"));
    if (!mkdtemp(folder) || setenv("XDG_CACHE_HOME", folder, 1) != 0 || unsetenv("HF_HUB_CACHE") != 0 ||
        unsetenv("HF_HOME") != 0)
        return -1;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 2;
    return descry_context_open(&ctx, &options, NULL);
}

static int unload(void **state)
{
    (void)state;
    char command[128];
    descry_context_close(&ctx);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* ---- models made from the bundled one ------------------------------------------------------------------------------ */

static descry_buf read_demo(const char *name)
{
    char path[8192];
    descry_buf file = {0};
    descry_error err;
    snprintf(path, sizeof path, "%s/%s", demo, name);
    if (descry_file_read(&file, path, 1 << 30, &err))
        fail_msg("%s", err.message);
    return file;
}

static void write_in(const char *model, const char *name, const void *data, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", folder, model, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A copy in folder/model, without the file `leave_out`. */
static const char *copy_demo(const char *model, const char *leave_out)
{
    static const char *const names[] = {"open_clip_config.json", "open_clip_model.safetensors", "bpe_demo.txt.gz"};
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, model);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < 3; i++)
        if (!leave_out || strcmp(names[i], leave_out) != 0) {
            descry_buf file = read_demo(names[i]);
            write_in(model, names[i], file.data, file.size);
            descry_buf_free(&file);
        }
    return path;
}

static void replace_in_config(const char *model, const char *from, const char *to)
{
    descry_buf config = read_demo("open_clip_config.json"), out = {0};
    char *at = strstr(config.data, from);
    assert_non_null(at);
    assert_int_equal(descry_buf_append(&out, config.data, (size_t)(at - config.data), NULL), 0);
    assert_int_equal(descry_buf_printf(&out, NULL, "%s%s", to, at + strlen(from)), 0);
    write_in(model, "open_clip_config.json", out.data, out.size);
    descry_buf_free(&config);
    descry_buf_free(&out);
}

static void expect_refusal(const char *path, int code, const char *message)
{
    descry_model *model;
    descry_error err = {0};
    int rc = descry_model_open(&model, ctx, path, NULL, &err);
    assert_null(model);
    if (rc != code || !strstr(err.message, message))
        fail_msg("%s: %d \"%s\", expected %d \"%s\"", path, rc, err.message, code, message);
}

static void what_is_no_model_is_named(void **state)
{
    (void)state;
    expect_refusal("/nonexistent", DESCRY_ERR_NOT_FOUND, "/nonexistent: no such model");
    expect_refusal("/tmp", DESCRY_ERR_NOT_FOUND, "/tmp: has no open_clip_config.json");
    expect_refusal("hf-hub:nobody/nothing", DESCRY_ERR_NOT_FOUND, "not in the model cache");
    expect_refusal("hf-hub:../../etc", DESCRY_ERR_ARGUMENT, "not of the form");
    expect_refusal(copy_demo("no-weights", "open_clip_model.safetensors"), DESCRY_ERR_NOT_FOUND, "no weights");
    write_in("no-weights", "open_clip_pytorch_model.bin", "x", 1);
    char path[256];
    snprintf(path, sizeof path, "%s/no-weights", folder);
    expect_refusal(path, DESCRY_ERR_FORMAT, "open_clip_pytorch_model.bin: not a safetensors file");
    write_in("no-weights", "open_clip_pytorch_model.bin", "\x80\2}.", 4);
    expect_refusal(path, DESCRY_ERR_UNSUPPORTED, "open_clip_pytorch_model.bin: a Python pickle that is no archive");
    expect_refusal(copy_demo("no-merges", "bpe_demo.txt.gz"), DESCRY_ERR_NOT_FOUND, "bpe_demo.txt.gz");
    copy_demo("escape", NULL);
    replace_in_config("escape", "\"bpe_demo.txt.gz\"", "\"../no-merges/x.gz\"");
    snprintf(path, sizeof path, "%s/escape", folder);
    expect_refusal(path, DESCRY_ERR_FORMAT, "leads out of the model's folder");
    replace_in_config("escape", "\"bpe_demo.txt.gz\"", "null");
    expect_refusal(path, DESCRY_ERR_FORMAT, "but the tokenizer has 49408 ids");
    replace_in_config("escape", "\"embed_dim\": 192", "\"embed_dim\": 186");
    expect_refusal(path, DESCRY_ERR_FORMAT, ": shape [");
}

/* From the last choice to the first: each new file is preferred to those before it. */
static void weights_are_chosen_as_open_clip_does(void **state)
{
    (void)state;
    static const char *const names[] = {"b.pt", "a.pt", "z.bin", "y.pth", "c.safetensors", "b.safetensors", "model.pth",
                                        "pytorch_model.pth", "pytorch_model.bin", "model.safetensors",
                                        "open_clip_pytorch_model.pth", "open_clip_pytorch_model.bin",
                                        "open_clip_pytorch_model.safetensors", "open_clip_model.safetensors"};
    const char *path = copy_demo("choice", "open_clip_model.safetensors");
    write_in("choice", ".hidden.safetensors", "x", 1);
    write_in("choice", "other.txt", "x", 1);
    expect_refusal(path, DESCRY_ERR_NOT_FOUND, "no weights");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char message[64];
        write_in("choice", names[i], "x", 1);
        snprintf(message, sizeof message, "/%s: not a safetensors file", names[i]);
        expect_refusal(path, DESCRY_ERR_FORMAT, message);
    }
}

static void weights_that_are_not_numbers_give_no_embedding(void **state)
{
    (void)state;
    const char *path = copy_demo("nan", NULL);
    descry_buf weights = read_demo("open_clip_model.safetensors");
    for (size_t i = weights.size / 2 & ~(size_t)1; i < weights.size; i += 2)
        memcpy(weights.data + i, "\x00\x7E", 2); /* f16 NaN */
    write_in("nan", "open_clip_model.safetensors", weights.data, weights.size);
    descry_buf_free(&weights);
    descry_model *model;
    descry_error err;
    assert_int_equal(descry_model_open(&model, ctx, path, NULL, &err), 0);
    const descry_model_info *info = descry_model_get_info(model);
    float *out = calloc((size_t)info->dim, sizeof *out);
    uint8_t *rgb = calloc((size_t)info->image_width * (size_t)info->image_height, 3);
    const char *text = "a cat";
    int bad = descry_embed_pixels(model, rgb, 1, 1, out, &err) == DESCRY_ERR_NUMERIC;
    bad += descry_embed_texts(model, &text, 1, 1, out, &err) == DESCRY_ERR_NUMERIC;
    assert_true(bad >= 1); /* which tower's weights are in the second half, the file's order decides */
    free(out);
    free(rgb);
    descry_model_close(&model);
}

static void expect_recipe(const char *path, char recipe[DESCRY_SHA256_HEX])
{
    descry_model *model;
    descry_error err;
    if (descry_model_open(&model, ctx, path, NULL, &err))
        fail_msg("%s", err.message);
    strcpy(recipe, descry_model_get_info(model)->recipe);
    assert_int_equal(strlen(recipe), 64);
    descry_model_close(&model);
}

static void a_recipe_is_of_contents_not_of_names(void **state)
{
    (void)state;
    char original[DESCRY_SHA256_HEX], copy[DESCRY_SHA256_HEX], other[DESCRY_SHA256_HEX];
    expect_recipe(demo, original);
    const char *path = copy_demo("same", NULL);
    expect_recipe(path, copy);
    assert_string_equal(copy, original);
    expect_recipe(path, copy); /* from the cache of digests */
    assert_string_equal(copy, original);
    replace_in_config("same", "\"shortest\"", "\"squash\"");
    expect_recipe(path, other);
    assert_string_not_equal(other, original);
    char cache[256];
    struct stat st;
    snprintf(cache, sizeof cache, "%s/descry/digests", folder);
    assert_int_equal(stat(cache, &st), 0);
    /* a damaged cache costs time, nothing else */
    FILE *file = fopen(cache, "w");
    fputs("nonsense\n\n 1234\n", file);
    fclose(file);
    expect_recipe(demo, copy);
    assert_string_equal(copy, original);
}

/* The recipe of a model in folder/name whose tokenizer's digest is given, as libraries hold it. */
static void compute_recipe(const char *name, const char *tokenizer, char recipe[DESCRY_SHA256_HEX])
{
    char path[256], weights[DESCRY_SHA256_HEX];
    uint8_t digest[DESCRY_SHA256_SIZE];
    descry_buf text = {0};
    snprintf(path, sizeof path, "%s/%s/open_clip_model.safetensors", folder, name);
    assert_int_equal(descry_file_digest(weights, path, NULL), 0);
    snprintf(path, sizeof path, "%s/%s/open_clip_config.json", folder, name);
    json_t *config = json_load_file(path, 0, NULL);
    char *canonical = json_dumps(config, JSON_SORT_KEYS | JSON_COMPACT);
    assert_non_null(canonical);
    assert_int_equal(descry_buf_printf(&text, NULL, "descry recipe 1\n%s\n%s\n%s\n", weights, tokenizer, canonical), 0);
    assert_int_equal(descry_sha256_of(text.data, text.size, digest, NULL), 0);
    descry_hex(digest, sizeof digest, recipe);
    descry_buf_free(&text);
    free(canonical);
    json_decref(config);
}

static void recipes_that_libraries_hold_stay(void **state)
{
    (void)state;
    char bpe[DESCRY_SHA256_HEX], path[256], expected[DESCRY_SHA256_HEX], recipe[DESCRY_SHA256_HEX];
    snprintf(path, sizeof path, "%s", copy_demo("held", NULL));
    char merges[300];
    snprintf(merges, sizeof merges, "%s/bpe_demo.txt.gz", path);
    assert_int_equal(descry_file_digest(bpe, merges, NULL), 0);
    compute_recipe("held", bpe, expected);
    expect_recipe(path, recipe);
    assert_string_equal(recipe, expected);
    replace_in_config("held", "\"tokenizer_kwargs\"", "\"hf_tokenizer_name\": \"someone's\", \"tokenizer_kwargs\"");
    compute_recipe("held", "clip", expected);
    expect_recipe(path, recipe);
    assert_string_equal(recipe, expected);
}

static void a_tokenizer_in_the_folder_is_used(void **state)
{
    (void)state;
    static const char good[] = "{\"model\":{\"type\":\"Unigram\",\"unk_id\":1,\"vocab\":[[\"<pad>\",0],[\"<unk>\",0],[\"cat\",-1],[\"a\",-2]]}}";
    static const char other[] = "{\"model\":{\"type\":\"WordLevel\"}}";
    descry_model *model;
    descry_error err = {0};
    int32_t *ids;
    size_t count;
    const char *path = copy_demo("brings", NULL), *text = "cata";
    replace_in_config("brings", "\"tokenizer_kwargs\"", "\"hf_tokenizer_name\": \"someone's\", \"tokenizer_kwargs\"");
    write_in("brings", "tokenizer.json", good, sizeof good - 1);
    assert_int_equal(descry_model_open(&model, ctx, path, NULL, &err), 0);
    assert_int_equal(descry_tokenize(ctx, model, text, 4, &ids, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[1], 3);
    assert_int_equal(ids[2], 0);
    free(ids);
    assert_false(descry_can_caption(path));
    float *out = calloc((size_t)descry_model_get_info(model)->dim, sizeof *out);
    assert_int_equal(descry_embed_texts(model, &text, 1, 1, out, &err), 0);
    descry_model_close(&model);
    write_in("brings", "tokenizer.json", other, sizeof other - 1);
    assert_int_equal(descry_model_open(&model, ctx, path, NULL, &err), 0);
    assert_int_equal(descry_embed_texts(model, &text, 1, 1, out, &err), DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "tokenizer.json: model WordLevel is not supported"));
    free(out);
    descry_model_close(&model);
}

static void texts_of_a_tokenizer_that_is_not_known_are_refused(void **state)
{
    (void)state;
    descry_model *model;
    descry_error err = {0};
    int32_t *ids;
    size_t count;
    const char *text = "a cat";
    const char *path = copy_demo("foreign", NULL);
    replace_in_config("foreign", "\"tokenizer_kwargs\"", "\"hf_tokenizer_name\": \"someone's\", \"tokenizer_kwargs\"");
    assert_int_equal(descry_model_open(&model, ctx, path, NULL, &err), 0);
    const descry_model_info *info = descry_model_get_info(model);
    assert_false(info->can_caption);
    assert_false(descry_can_caption(path));
    assert_true(descry_can_caption(demo));
    float *out = calloc((size_t)info->dim, sizeof *out);
    assert_int_equal(descry_embed_texts(model, &text, 1, 1, out, &err), DESCRY_ERR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "its tokenizer, someone's, is not installed: it can embed pictures only"));
    assert_int_equal(descry_tokenize(ctx, model, text, 5, &ids, &count, &err), DESCRY_ERR_UNSUPPORTED);
    uint8_t *rgb = calloc((size_t)info->image_width * (size_t)info->image_height, 3);
    assert_int_equal(descry_embed_pixels(model, rgb, 1, 1, out, &err), 0);
    free(rgb);
    free(out);
    descry_model_close(&model);
}

static int find_name(void *arg, const descry_known_model *model)
{
    if (strcmp(model->name, "hf-hub:someone/tiny-world") == 0) {
        assert_non_null(strstr(model->path, "snapshots/abc123"));
        assert_int_equal(model->dim, 192);
        assert_true(model->bytes > 1000000);
        *(int *)arg += 1;
    }
    if (strcmp(model->name, "ViT-B-32") == 0)
        assert_null(model->path);
    return 0;
}

static void names_that_are_paths(void **state)
{
    (void)state;
    assert_true(descry_model_folder("./demo") && descry_model_folder("/models/demo") && descry_model_folder("ViT"));
    assert_false(descry_model_folder("demo") || descry_model_folder("hf-hub:someone/tiny-world"));
    assert_false(descry_model_folder("ViT-B-32/openai") || descry_model_folder("ViT-B-32__openai"));
    assert_true(descry_model_folder("ViT-B-32/photos"));
    assert_int_equal(descry_model_folder("./demo@192"), strlen("./demo")); /* without a size of pictures */
    assert_int_equal(descry_model_folder("./demo@"), strlen("./demo@"));
    assert_int_equal(descry_model_folder("./demo@0"), strlen("./demo@0"));
    assert_int_equal(descry_model_folder("@192"), strlen("@192"));
    assert_false(descry_model_folder("demo@192") || descry_model_folder("ViT-B-32/openai@336"));
}

static void models_of_the_hugging_face_cache_are_found(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s/huggingface", folder);
    mkdir(path, 0700);
    strcat(path, "/hub");
    mkdir(path, 0700);
    strcat(path, "/models--someone--tiny-world");
    mkdir(path, 0700);
    size_t length = strlen(path);
    strcat(path, "/snapshots");
    mkdir(path, 0700);
    strcpy(path + length, "/refs");
    mkdir(path, 0700);
    copy_demo("huggingface/hub/models--someone--tiny-world/snapshots/abc123", NULL);
    write_in("huggingface/hub/models--someone--tiny-world/refs", "main", "abc123\n", 7);
    int found = 0;
    assert_int_equal(descry_models(find_name, &found, NULL), 0);
    assert_int_equal(found, 1);
    assert_true(descry_can_caption("hf-hub:someone/tiny-world") && descry_can_caption("coca_ViT-L-14"));
    assert_false(descry_can_caption("ViT-L-14") || descry_can_caption("hf-hub:someone/else"));
    char recipe[DESCRY_SHA256_HEX];
    expect_recipe("hf-hub:someone/tiny-world", recipe);
    /* a relative folder is to be ignored: XDG Base Directory Specification */
    assert_true(chdir(folder) == 0 && setenv("XDG_CACHE_HOME", ".", 1) == 0);
    expect_refusal("hf-hub:someone/tiny-world", DESCRY_ERR_NOT_FOUND, "/.cache/huggingface/hub");
    const char *home = getenv("HOME");
    char kept[512];
    snprintf(kept, sizeof kept, "%s", home ? home : "/");
    assert_int_equal(unsetenv("HOME"), 0);
    expect_refusal("hf-hub:someone/tiny-world", DESCRY_ERR_NOT_FOUND, "HOME is not set");
    assert_true(setenv("HOME", kept, 1) == 0 && setenv("XDG_CACHE_HOME", folder, 1) == 0);
    write_in("huggingface/hub/models--someone--tiny-world/refs", "main", "../../../x", 10);
    expect_refusal("hf-hub:someone/tiny-world", DESCRY_ERR_NOT_FOUND, "not in the model cache");
}

/* ---- published weights --------------------------------------------------------------------------------------------- */

static char warned[1000];

static void keep_warning(void *arg, descry_log_level level, const char *message)
{
    (void)arg;
    if (level == DESCRY_LOG_WARNING)
        snprintf(warned, sizeof warned, "%s", message);
}

static const char *recipe_with_log(const char *name)
{
    static char recipe[DESCRY_SHA256_HEX];
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    options.log = keep_warning;
    descry_context *own;
    descry_model *model;
    descry_error err;
    warned[0] = 0;
    assert_int_equal(descry_context_open(&own, &options, NULL), 0);
    if (descry_model_open(&model, own, name, NULL, &err))
        fail_msg("%s", err.message);
    strcpy(recipe, descry_model_get_info(model)->recipe);
    assert_string_equal(descry_model_get_info(model)->name, name);
    descry_model_close(&model);
    descry_context_close(&own);
    return recipe;
}

/* folder/huggingface/hub/models--NAME with an empty snapshot, which is current */
static void make_repository(const char *name, char snapshot[256])
{
    char path[512];
    snprintf(path, sizeof path, "mkdir -p %s/huggingface/hub/models--%s/refs %s/huggingface/hub/models--%s/snapshots", folder,
             name, folder, name);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof path, "huggingface/hub/models--%s/refs", name);
    write_in(path, "main", "abc123", 6);
    snprintf(snapshot, 256, "huggingface/hub/models--%s/snapshots/abc123", name);
}

static void published_weights_have_the_activation_of_their_tag(void **state)
{
    (void)state;
    char snapshot[256], recipe[DESCRY_SHA256_HEX], quick[DESCRY_SHA256_HEX];
    assert_int_equal(setenv("XDG_CACHE_HOME", folder, 1), 0);
    make_repository("timm--vit_base_patch32_clip_224.openai", snapshot);
    copy_demo(snapshot, NULL);
    strcpy(recipe, recipe_with_log("hf-hub:timm/vit_base_patch32_clip_224.openai"));
    assert_string_equal(warned, ""); /* the repository's own configuration is taken at its word */
    strcpy(quick, recipe_with_log("ViT-B-32/openai"));
    assert_string_not_equal(quick, recipe);
    assert_non_null(strstr(warned, "ViT-B-32/openai: these weights want QuickGELU"));
    assert_string_equal(recipe_with_log("ViT-B-32__openai"), quick);
    replace_in_config(snapshot, "\"embed_dim\"", "\"quick_gelu\": true, \"embed_dim\"");
    assert_string_equal(recipe_with_log("ViT-B-32/openai"), quick);
    assert_string_equal(warned, "");
}

static int find_bare(void *arg, const descry_known_model *model)
{
    if (strcmp(model->name, "hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K") == 0) {
        assert_int_equal(model->dim, 512);
        assert_int_equal(model->bytes, 7);
        *(int *)arg += 1;
    }
    return 0;
}

static void weights_alone_are_of_the_architecture_of_their_tag(void **state)
{
    (void)state;
    char snapshot[256], path[512];
    int found = 0;
    make_repository("laion--CLIP-ViT-B-32-laion2B-s34B-b79K", snapshot);
    snprintf(path, sizeof path, "%s/%s", folder, snapshot);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refusal("ViT-B-32/laion2b_s34b_b79k", DESCRY_ERR_NOT_FOUND, "not in the model cache");
    write_in(snapshot, "open_clip_model.safetensors", "nothing", 7);
    assert_int_equal(descry_models(find_bare, &found, NULL), 0);
    assert_int_equal(found, 1);
    expect_refusal("ViT-B-32/laion2b_s34b_b79k", DESCRY_ERR_FORMAT, "abc123/open_clip_model.safetensors");
    expect_refusal("hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K", DESCRY_ERR_FORMAT, "open_clip_model.safetensors");
    make_repository("someone--bare", snapshot); /* of which nothing is known */
    snprintf(path, sizeof path, "%s/%s", folder, snapshot);
    assert_int_equal(mkdir(path, 0700), 0);
    write_in(snapshot, "open_clip_model.safetensors", "nothing", 7);
    expect_refusal("hf-hub:someone/bare", DESCRY_ERR_NOT_FOUND, "not in the model cache");
}

static void names_of_immich_mean_the_same_weights(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"ViT-B-32__laion2b-s34b-b79k", "ViT-B-32/laion2b_s34b_b79k"},
        {"XLM-Roberta-Large-ViT-H-14__frozen_laion5b_s13b_b90k", "xlm-roberta-large-ViT-H-14/frozen_laion5b_s13b_b90k"},
        {"ViT-SO400M-16-SigLIP2-384__webli", "ViT-SO400M-16-SigLIP2-384/webli"},
        {"nllb-clip-base-siglip__mrl", "nllb-clip-base-siglip/mrl"},
        {"ViT-B-32/openai", "ViT-B-32/openai"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const descry_pretrained *weights = descry_pretrained_find(names[i][0]);
        assert_non_null(weights);
        assert_string_equal(weights->name, names[i][1]);
    }
    static const char *const none[] = {"", "ViT-B-32", "ViT-B-32__", "__openai", "ViT-B-32_openai", "ViT-B-32__openai_", "vit-b-32/openai"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_null(descry_pretrained_find(none[i]));
}

/* Each has what the configuration of its architecture says, in words that are understood, but for those of sounds. */
static void every_published_preprocessing_is_understood(void **state)
{
    (void)state;
    const descry_pretrained *weights;
    size_t bare = 0, runs = 0, i;
    for (i = 0; (weights = descry_pretrained_at(i)) != NULL; i++) {
        descry_buf json = {0};
        if (descry_zoo_compose(&json, weights, NULL) < 0) {
            assert_int_equal(strncmp(weights->name, "CLAP", 4), 0);
            bare++;
        } else {
            json_t *root = json_loadb(json.data, json.size, JSON_REJECT_DUPLICATES, NULL);
            assert_non_null(root);
            assert_true(json_is_true(json_object_get(json_object_get(root, "model_cfg"), "quick_gelu")) || !weights->quick_gelu);
            assert_int_equal(json_array_size(json_object_get(json_object_get(root, "preprocess_cfg"), "mean")), 3);
            json_decref(root);
        }
        runs += descry_pretrained_can(weights) != 0;
        descry_buf_free(&json);
    }
    assert_int_equal(i, 200);
    assert_int_equal(bare, 2);
    assert_true(runs >= 96);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_model_is_named),
        cmocka_unit_test(weights_are_chosen_as_open_clip_does),
        cmocka_unit_test(weights_that_are_not_numbers_give_no_embedding),
        cmocka_unit_test(a_recipe_is_of_contents_not_of_names),
        cmocka_unit_test(recipes_that_libraries_hold_stay),
        cmocka_unit_test(a_tokenizer_in_the_folder_is_used),
        cmocka_unit_test(texts_of_a_tokenizer_that_is_not_known_are_refused),
        cmocka_unit_test(names_that_are_paths),
        cmocka_unit_test(models_of_the_hugging_face_cache_are_found),
        cmocka_unit_test(published_weights_have_the_activation_of_their_tag),
        cmocka_unit_test(weights_alone_are_of_the_architecture_of_their_tag),
        cmocka_unit_test(names_of_immich_mean_the_same_weights),
        cmocka_unit_test(every_published_preprocessing_is_understood),
    };
    return cmocka_run_group_tests_name("clip", tests, load, unload);
}
