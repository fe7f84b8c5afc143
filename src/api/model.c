/* SPDX-License-Identifier: Apache-2.0
 * Models: opened, and from texts and pictures to ids, pixels and embeddings. */
#include "api/handles.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "clip/locate.h"
#include "clip/tokenizers.h"
#include "image/picture.h"

#include <stdlib.h>
#include <string.h>

int descry_model_open(descry_model **out, descry_context *ctx, const char *name, const descry_model_options *options,
                      descry_error *err)
{
    descry_model_options how = DESCRY_MODEL_OPTIONS_INIT;
    *out = NULL;
    int rc = DESCRY_COPY_OPTIONS(&how, options, err);
    if (rc)
        return rc;
    const descry_precision precision = how.precision;
    if (precision != DESCRY_PRECISION_F32 && precision != DESCRY_PRECISION_BF16)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "no such precision");
    if (how.image_size < 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "image_size: %d is no size", how.image_size);
    if (how.combine > 1)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "combine: 0 or 1");
    int size;
    char *own = strndup(name, descry_locate_size(name, &size));
    descry_buf folder = {0};
    descry_model *model = calloc(1, sizeof *model);
    how.image_size = how.image_size ? how.image_size : size;
    rc = model && own ? descry_locate_model(&folder, own, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_clip_open(&model->clip, folder.data, own, &how, ctx->pool, &ctx->kernels, &ctx->log, err);
    descry_buf_free(&folder);
    free(own);
    if (rc) {
        free(model);
        return rc;
    }
    model->context = ctx;
    *out = model;
    return 0;
}

size_t descry_model_folder(const char *name)
{
    return descry_locate_folder(name);
}

void descry_model_close(descry_model **model)
{
    if (!model || !*model)
        return;
    descry_clip_close(&(*model)->clip);
    free(*model);
    *model = NULL;
}

const descry_model_info *descry_model_get_info(const descry_model *model)
{
    return descry_clip_info(model->clip);
}

static int default_tokenizer(descry_context *ctx, const descry_tokenizer **tokenizer, descry_error *err)
{
    pthread_mutex_lock(&ctx->opening);
    int rc = ctx->tokenizer ? 0 : descry_tokenizer_clips(&ctx->tokenizer, err);
    *tokenizer = ctx->tokenizer;
    pthread_mutex_unlock(&ctx->opening);
    return rc;
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
        const descry_model_info *info = descry_clip_info(model->clip);
        context_length = info->context_length;
        tokenizer = descry_clip_tokenizer(model->clip);
        if (!tokenizer)
            rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its tokenizer is not supported", info->name);
    } else {
        rc = default_tokenizer(ctx, &tokenizer, err);
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

/* Decodes and preprocesses a picture; closes `bytes`. */
static int preprocess(const descry_model *model, descry_shared *bytes, const char *name, const descry_reading *how, int untrusted,
                      uint8_t *rgb, descry_error *err)
{
    descry_facts facts;
    descry_job job = {.wanted = {.preprocess = descry_clip_preprocess(model->clip), .options = &how->options,
                                 .region = how->region},
                      .untrusted = untrusted, .urgent = 1};
    int rc = descry_decoders_prepare(model->context->decoders, &job, bytes, name, rgb, &facts, NULL, err);
    if (!rc)
        descry_facts_free(&facts);
    descry_shared_close(bytes);
    return rc;
}

int descry_preprocess_file(const descry_model *model, const char *path, const descry_preprocess_options *options,
                           uint8_t *rgb, descry_error *err)
{
    descry_reading how;
    descry_shared bytes;
    int rc = descry_reading_copy(&how, options, err);
    if (!rc)
        rc = descry_shared_read(&bytes, path, how.limits.max_bytes, err);
    return rc ? rc : preprocess(model, &bytes, path, &how, 0, rgb, err);
}

int descry_preprocess_memory(const descry_model *model, const void *bytes, size_t size, const char *name,
                             const descry_preprocess_options *options, uint8_t *rgb, descry_error *err)
{
    descry_reading how;
    name = name ? name : "picture";
    int rc = descry_reading_copy(&how, options, err);
    if (!rc && size > how.limits.max_bytes)
        rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than the limit of %llu bytes", name,
                         (unsigned long long)how.limits.max_bytes);
    descry_shared given = descry_shared_none(bytes, size);
    return rc ? rc : preprocess(model, &given, name, &how, 1, rgb, err);
}

void descry_preprocess_normalize(const descry_model *model, const uint8_t *rgb, float *chw)
{
    descry_preprocess_to_tensor(descry_clip_preprocess(model->clip), rgb, chw);
}

int descry_embed_pixels(descry_model *model, const uint8_t *rgb, size_t n, int normalize, float *out, descry_error *err)
{
    return descry_clip_embed_pixels(model->clip, rgb, n, normalize, out, err);
}

static uint8_t *alloc_pixels(const descry_model *model)
{
    const descry_preprocess *p = descry_clip_preprocess(model->clip);
    return descry_alloc((size_t)p->width * (size_t)p->height, 3);
}

int descry_embed_file(descry_model *model, const char *path, const descry_preprocess_options *options, int normalize,
                      float *out, descry_error *err)
{
    uint8_t *rgb = alloc_pixels(model);
    int rc = rgb ? descry_preprocess_file(model, path, options, rgb, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_embed_pixels(model, rgb, 1, normalize, out, err);
    free(rgb);
    return rc;
}

int descry_embed_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                        const descry_preprocess_options *options, int normalize, float *out, descry_error *err)
{
    uint8_t *rgb = alloc_pixels(model);
    int rc = rgb ? descry_preprocess_memory(model, bytes, size, name, options, rgb, err) : descry_fail_memory(err);
    if (!rc)
        rc = descry_embed_pixels(model, rgb, 1, normalize, out, err);
    free(rgb);
    return rc;
}

int descry_embed_texts(descry_model *model, const char *const *texts, size_t n, int normalize, float *out,
                       descry_error *err)
{
    return descry_clip_embed_texts(model->clip, texts, n, normalize, out, err);
}

/* ---- captions of pixels ----------------------------------------------------------------------------------------- */

typedef struct caption_sink {
    const char *name;
    descry_caption_callback each;
    void *arg;
} caption_sink;

static int report_caption(void *arg, size_t i, const descry_caption *caption)
{
    (void)i;
    const caption_sink *g = arg;
    return g->each(g->arg, g->name, caption, NULL);
}

static int caption_pixels(descry_model *model, const uint8_t *rgb, size_t n, const descry_generation *generation,
                          float *embeddings, caption_sink to, descry_error *err)
{
    descry_generation how = DESCRY_GENERATION_INIT;
    int rc = DESCRY_COPY_OPTIONS(&how, generation, err);
    return rc ? rc : descry_clip_caption_pixels(model->clip, rgb, n, &how, 0, embeddings, NULL, report_caption, &to, err);
}

int descry_caption_pixels(descry_model *model, const uint8_t *rgb, size_t n, const descry_generation *generation,
                          float *embeddings, descry_caption_callback each, void *arg, descry_error *err)
{
    return caption_pixels(model, rgb, n, generation, embeddings, (caption_sink){NULL, each, arg}, err);
}

int descry_caption_memory(descry_model *model, const void *bytes, size_t size, const char *name,
                          const descry_preprocess_options *preprocess_options, const descry_generation *generation,
                          descry_caption_callback each, void *arg, descry_error *err)
{
    uint8_t *rgb = alloc_pixels(model);
    int rc = rgb ? descry_preprocess_memory(model, bytes, size, name, preprocess_options, rgb, err) : descry_fail_memory(err);
    if (!rc)
        rc = caption_pixels(model, rgb, 1, generation, NULL, (caption_sink){name, each, arg}, err);
    free(rgb);
    return rc;
}
