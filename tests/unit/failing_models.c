/* SPDX-License-Identifier: Apache-2.0
 * Opening and running models, as jobs: tiny ones of some families of towers, forms of weights and kinds of tokenizers. */
#define _GNU_SOURCE
#include "failing_jobs.h"

#include "golden/golden.h"
#include "model/zoo.h"
#include "unit/torch_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const GOES_ON[] = {
    "libc.so.6:qsort_r", /* sorts in place */
    "libunistring.so",   /* a result stays in more memory than it needs */
    "libcrypto.so",      /* an algorithm is looked up again the next time */
    "descry_recipe",     /* but for what it is computed from: the cache of digests */
    "descry_zoo_next",   /* of an architecture that cannot be run anyway */
    NULL,
};

enum { VOCABULARY = 600, SIDE = 128, DIM = 24 };

/* `of` and `name`: the case of tests/families/families.json that has the tower. */
static const struct model {
    const char *folder, *of, *name;
    const char *tokenizer; /* below tests */
    bool is_torch;
} models[] = {
    {"torch", "cases", "siglip", "golden/tokenizers/siglip.json", true},            /* unigram */
    {"fastvit", "cases", "fastvit", "golden/tokenizers/gemma.json", false},         /* BPE with bytes in place of the unknown */
    {"convnext", "cases", "convnext-mlp", "golden/tokenizers/bert.json", false},    /* WordPiece */
    {"roberta", "texts", "roberta", "fuzz/corpus/tokenizer/xlm_roberta", false},
    {"mt5", "texts", "mt5", "fuzz/corpus/tokenizer/siglip", false},
};

/* ---- models ------------------------------------------------------------------------------------------------------ */

static const json_t *listed; /* tensors of the model that is made */

static void write_listed(formula_writer *w, const descry_image_tower *tower)
{
    (void)tower;
    const char *name;
    json_t *shape;
    json_object_foreach((json_t *)(uintptr_t)listed, name, shape)
        golden_tensor(w, name, shape);
}

/* Its configuration names a tokenizer, and a text tower of open_clip's own has as many ids as any of them. */
static void complete(json_t *cfg)
{
    json_t *text = golden_get(cfg, "text_cfg");
    json_object_set_new(text, "hf_tokenizer_name", json_string("test/tokenizer"));
    if (!json_object_get(text, "hf_model_name"))
        json_object_set_new(text, "vocab_size", json_integer(VOCABULARY));
}

static void write_config(const char *path, const json_t *cfg)
{
    char *text = golden_config_text(cfg);
    write_file(path, text, strlen(text));
    free(text);
}

static void write_torch(const char *path, const char *weights)
{
    descry_tensors tensors;
    descry_error err;
    descry_buf file = {0};
    check_rc(descry_tensors_open(&tensors, weights, &err), &err);
    torch_file(&file, &tensors, "module.", true);
    write_file(path, file.data, file.size);
    descry_tensors_close(&tensors);
    descry_buf_free(&file);
}

/* Of a golden with the tokenizer in it, or the file itself. */
static void write_tokenizer(const char *folder, const char *source)
{
    char path[4096];
    json_t *golden = json_load_file(source_path("tests/%s", source), 0, NULL), *inside = json_object_get(golden, "tokenizer");
    assert_non_null(golden);
    snprintf(path, sizeof path, "%s/tokenizer.json", folder);
    assert_int_equal(json_dump_file(inside ? inside : golden, path, 0), 0);
    snprintf(path, sizeof path, "%s/tokenizer_config.json", folder);
    if (inside)
        assert_int_equal(json_dump_file(golden_get(golden, "config"), path, 0), 0);
    json_decref(golden);
}

static void make_model(const world *w, const struct model *m, const json_t *families)
{
    char folder[FOLDER_SIZE + 32], path[4096];
    json_t *one = golden_get(golden_get(families, m->of), m->name), *cfg = golden_get(one, "cfg");
    descry_network network;
    snprintf(folder, sizeof folder, "%s/%s", w->folder, m->folder);
    assert_int_equal(mkdir(folder, 0777), 0);
    complete(cfg);
    listed = golden_get(one, "tensors");
    golden_network(&network, m->name, cfg);
    char *weights = formula_file_with(&network, write_listed, DESCRY_F32, FAULT_NONE);
    descry_network_close(&network);
    snprintf(path, sizeof path, "%s/open_clip_config.json", folder);
    write_config(path, cfg);
    snprintf(path, sizeof path, "%s/%s", folder, m->is_torch ? "open_clip_pytorch_model.bin" : "open_clip_model.safetensors");
    if (m->is_torch)
        write_torch(path, weights);
    else
        copy_file(weights, path);
    write_tokenizer(folder, m->tokenizer);
    unlink(weights);
    free(weights);
}

int world_open(void **state)
{
    static world w;
    descry_error err;
    descry_context_options options = DESCRY_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    *state = &w;
    strcpy(w.folder, "/dev/shm/descry-test-XXXXXX"); /* where nothing waits for a disk */
    if (!mkdtemp(w.folder))
        assert_int_equal(make_folder(w.folder), 0);
    check_rc(descry_context_open(&w.ctx, &options, &err), &err);
    json_t *families = json_load_file(source_path("tests/families/families.json"), 0, NULL);
    assert_non_null(families);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        make_model(&w, &models[i], families);
    json_decref(families);
    return 0;
}

int world_close(void **state)
{
    world *w = *state;
    descry_context_close(&w->ctx);
    return remove_folder(w->folder);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

static void nothing(world *w)
{
    (void)w;
}

static void note_vector(world *w, const float *vector)
{
    double sum = 0;
    for (int i = 0; i < DIM; i++)
        sum += (double)vector[i] * (i + 1);
    w->seen_size += (size_t)snprintf(w->seen + w->seen_size, SEEN - w->seen_size, " %.6f", sum);
}

static int run(world *w, const struct model *m, descry_error *err)
{
    static const char text[] = "A b\u00e9  \uff21 people don't run \u65e5\u672c \U0001f408, unaffable.";
    static uint8_t rgb[3 * SIDE * SIDE];
    char path[FOLDER_SIZE + 32];
    float vector[DIM];
    for (size_t i = 0; i < sizeof rgb; i++)
        rgb[i] = (uint8_t)(i * i >> 7);
    snprintf(path, sizeof path, "%s/%s", w->folder, m->folder);
    int rc = descry_model_open(&w->own_model, w->ctx, path, NULL, err);
    if (!rc) {
        const descry_model_info *info = descry_model_get_info(w->own_model);
        assert_true(info->dim == DIM && info->image_width <= SIDE && info->image_height <= SIDE);
        w->seen_size = (size_t)snprintf(w->seen, SEEN, "%s", info->recipe);
        rc = descry_embed_texts(w->own_model, &(const char *){text}, 1, 1, vector, err);
    }
    if (!rc) {
        note_vector(w, vector);
        rc = descry_embed_pixels(w->own_model, rgb, 1, 1, vector, err);
    }
    if (!rc)
        note_vector(w, vector);
    descry_model_close(&w->own_model);
    return rc;
}

#define RUN(i) static int run_##i(world *w, descry_error *err) { return run(w, &models[i], err); }
RUN(0) RUN(1) RUN(2) RUN(3) RUN(4)

static int names_of_architectures(world *w, descry_error *err)
{
    const char *name;
    size_t at = 0;
    int rc;
    while ((rc = descry_zoo_next(&name, &at, err)) == 1)
        w->seen_size += (size_t)snprintf(w->seen + w->seen_size, SEEN - w->seen_size, " %s", name);
    return rc;
}

const job JOBS[] = {
    {"architectures", nothing, names_of_architectures, NULL, NULL, NULL},
    {"PyTorch's file", nothing, run_0, NULL, NULL, NULL},
    {"FastViT", nothing, run_1, NULL, NULL, NULL},
    {"ConvNeXt", nothing, run_2, NULL, NULL, NULL},
    {"RoBERTa", nothing, run_3, NULL, NULL, NULL},
    {"mT5", nothing, run_4, NULL, NULL, NULL},
};

const size_t JOB_COUNT = sizeof JOBS / sizeof *JOBS;
