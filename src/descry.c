/* SPDX-License-Identifier: Apache-2.0
 * Opening: contexts and models. */
#include "descry_dev.h"
#include "descry_internal.h"

#include "base/error.h"
#include "base/memory.h"
#include "clip/locate.h"
#include "eval/head.h"
#include "image/picture.h"
#include "net/fetch.h"

#include <stdlib.h>

const char *descry_version(void)
{
    return DESCRY_VERSION;
}

void descry_free(void *memory)
{
    free(memory);
}

/* ---- context --------------------------------------------------------------------------------------------------- */

int descry_context_open(descry_context **out, const descry_context_options *options, descry_error *err)
{
    *out = NULL;
    static const descry_context_options defaults = DESCRY_CONTEXT_OPTIONS_INIT;
    if (!options)
        options = &defaults;
    descry_context *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return descry_fail_memory(err);
    ctx->log = (descry_log){options->log, options->log_arg};
    int rc = descry_cpu_choose(&ctx->cpu, options->cpu ? options->cpu : getenv("DESCRY_CPU"), err);
    if (!rc)
        rc = descry_pool_open(&ctx->pool, options->threads, err);
    if (rc) {
        free(ctx);
        return rc;
    }
    *out = ctx;
    return 0;
}

void descry_context_close(descry_context **ctx)
{
    if (!ctx || !*ctx)
        return;
    descry_pool_close(&(*ctx)->pool);
    descry_tokenizer_close(&(*ctx)->tokenizer);
    free(*ctx);
    *ctx = NULL;
}

unsigned descry_context_threads(const descry_context *ctx)
{
    return descry_pool_threads(ctx->pool);
}

const char *descry_context_cpu(const descry_context *ctx)
{
    return descry_cpu_name(ctx->cpu);
}

/* ---- models ---------------------------------------------------------------------------------------------------- */

int descry_model_open(descry_model **out, descry_context *ctx, const char *name, descry_error *err)
{
    *out = NULL;
    descry_buf folder = {0};
    descry_model *model = calloc(1, sizeof *model);
    int rc = model ? descry_locate_model(&folder, name, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_clip_open(&model->clip, folder.data, name, ctx->pool, ctx->cpu, &ctx->log, err);
    descry_buf_free(&folder);
    if (rc) {
        free(model);
        return rc;
    }
    model->context = ctx;
    *out = model;
    return 0;
}

void descry_model_close(descry_model **model)
{
    if (!model || !*model)
        return;
    descry_head_free(&(*model)->head);
    descry_clip_close(&(*model)->clip);
    free(*model);
    *model = NULL;
}

void descry_model_describe(const descry_model *model, descry_model_info *info)
{
    descry_clip_describe(model->clip, info);
}

int descry_tokenize(descry_context *ctx, const descry_model *model, const char *text, size_t length, int32_t **ids,
                    size_t *count, descry_error *err)
{
    enum { CLIP_CONTEXT = 77 };
    *ids = NULL;
    *count = 0;
    int context_length = CLIP_CONTEXT;
    const descry_tokenizer *tokenizer = NULL;
    int rc = 0;
    if (model) {
        descry_model_info info;
        descry_clip_describe(model->clip, &info);
        context_length = info.context_length;
        tokenizer = descry_clip_tokenizer(model->clip);
        if (!tokenizer)
            rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its tokenizer is not supported", info.name);
    } else {
        rc = ctx->tokenizer ? 0 : descry_tokenizer_open(&ctx->tokenizer, NULL, err);
        tokenizer = ctx->tokenizer;
    }
    if (!rc && !(*ids = descry_alloc((size_t)context_length, sizeof **ids)))
        rc = descry_fail_memory(err);
    if (!rc)
        rc = descry_tokenizer_encode(tokenizer, text, length, context_length, *ids, count, err);
    if (rc) {
        free(*ids);
        *ids = NULL;
    }
    return rc;
}

int descry_preprocess_file(const descry_model *model, const char *path, const descry_preprocess_options *options,
                           uint8_t *rgb, descry_error *err)
{
    static const descry_preprocess_options defaults = DESCRY_PREPROCESS_OPTIONS_INIT;
    if (!options)
        options = &defaults;
    descry_picture picture;
    int rc = descry_picture_load(&picture, path, &options->limits, err);
    if (rc)
        return rc;
    rc = descry_preprocess_run(descry_clip_preprocess(model->clip), options, &picture, rgb, err);
    descry_picture_free(&picture);
    return rc;
}

void descry_preprocess_normalize(const descry_model *model, const uint8_t *rgb, float *chw)
{
    descry_preprocess_to_tensor(descry_clip_preprocess(model->clip), rgb, chw);
}

int descry_model_use_head(descry_model *model, const char *name, descry_error *err)
{
    descry_head *head = NULL;
    int rc = name ? descry_head_open(&head, model->context, model, name, err) : 0;
    if (rc)
        return rc;
    descry_head_free(&model->head);
    model->head = head;
    return 0;
}

/* Through the model's head, if it has one.  `rc` is that of the embedding; out is of length 1 where there is a head. */
static int map_rows(const descry_model *model, int rc, int kind, size_t n, int normalize, float *out, descry_error *err)
{
    if (rc || !model->head)
        return rc;
    const descry_engine engine = {descry_kernels_for(model->context->cpu), model->context->pool};
    return descry_head_apply(model->head, &engine, kind, out, n, normalize, out, err);
}

int descry_embed_pixels(descry_model *model, const uint8_t *rgb, size_t n, int normalize, float *out, descry_error *err)
{
    int rc = descry_clip_embed_pixels(model->clip, rgb, n, normalize || model->head, out, err);
    return map_rows(model, rc, DESCRY_HEAD_IMAGE, n, normalize, out, err);
}

int descry_embed_file(descry_model *model, const char *path, const descry_preprocess_options *options, int normalize,
                      float *out, descry_error *err)
{
    const descry_preprocess *preprocess = descry_clip_preprocess(model->clip);
    uint8_t *rgb = descry_alloc((size_t)preprocess->width * (size_t)preprocess->height, 3);
    int rc = rgb ? descry_preprocess_file(model, path, options, rgb, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_embed_pixels(model, rgb, 1, normalize, out, err);
    free(rgb);
    return rc;
}

int descry_embed_texts(descry_model *model, const char *const *texts, size_t n, int normalize, float *out,
                       descry_error *err)
{
    int rc = descry_clip_embed_texts(model->clip, texts, n, normalize || model->head, out, err);
    return map_rows(model, rc, DESCRY_HEAD_TEXT, n, normalize, out, err);
}

/* ---- listing --------------------------------------------------------------------------------------------------- */

typedef struct listing {
    descry_model_callback each;
    void *arg;
} listing;

static int list_installed(void *arg, const char *name, const char *folder)
{
    const listing *l = arg;
    uint64_t bytes = 0;
    int dim = 0;
    descry_clip_peek(folder, &dim, &bytes);
    return l->each(l->arg, name, folder, dim, bytes);
}

int descry_models(descry_context *ctx, descry_model_callback each, void *arg, descry_error *err)
{
    (void)ctx;
    (void)err;
    listing l = {each, arg};
    if (descry_each_installed(list_installed, &l))
        return 0;
    for (size_t i = 0; descry_clip_known(i); i++)
        if (each(arg, descry_clip_known(i), NULL, 0, 0))
            break;
    return 0;
}

int descry_model_can_caption(const char *path)
{
    return descry_clip_folder_can_caption(path);
}

const char *descry_feature(size_t index)
{
    for (size_t i = 0; i <= index; i++)
        if (!descry_picture_format(i)) /* after the formats */
            return i == index ? descry_fetch_feature() : NULL;
    return descry_picture_format(index);
}
