/* SPDX-License-Identifier: Apache-2.0
 * Models: opened, and from texts and pictures to ids, pixels and embeddings. */
#include "api/handles.h"

#include "base/error.h"
#include "base/memory.h"
#include "clip/locate.h"
#include "descry_dev.h"
#include "heads/head.h"
#include "image/picture.h"

#include <stdlib.h>

int descry_model_open(descry_model **out, descry_context *ctx, const char *name, descry_error *err)
{
    return descry_model_open_with(out, ctx, name, NULL, err);
}

int descry_model_open_with(descry_model **out, descry_context *ctx, const char *name, const descry_model_options *options,
                           descry_error *err)
{
    static const descry_model_options defaults = DESCRY_MODEL_OPTIONS_INIT;
    const descry_precision precision = (options ? options : &defaults)->precision;
    *out = NULL;
    if (precision != DESCRY_PRECISION_F32 && precision != DESCRY_PRECISION_BF16)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "no such precision");
    descry_buf folder = {0};
    descry_model *model = calloc(1, sizeof *model);
    int rc = model ? descry_locate_model(&folder, name, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_clip_open(&model->clip, folder.data, name, precision, ctx->pool, ctx->cpu, &ctx->log, err);
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
    const descry_engine engine = descry_context_engine(model->context);
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
