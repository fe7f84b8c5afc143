/* SPDX-License-Identifier: Apache-2.0
 * Captions of pictures: image tower, decoder, text. */
#include "clip/inside.h"

#include "base/error.h"
#include "base/memory.h"
#include "clip/tokenizers.h"
#include "generate/generate.h"
#include "model/coca/decoder.h"

#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_BATCH = 8,   /* rows enough for products to be compute-bound */
    MAX_BYTES = 1 << 30, /* of a batch, which is made smaller to fit */
    PAD = 0              /* the id that open_clip pads with, whatever text_cfg says */
};

size_t descry_clip_caption_batch(size_t batch)
{
    return batch ? batch : DEFAULT_BATCH;
}

/* ---- the prompt ------------------------------------------------------------------------------------------------ */

/* *ids [*count], start token included, to be released with free */
static int encode_prompt(const descry_clip *clip, const char *text, int32_t **ids, size_t *count, descry_error *err)
{
    size_t room = clip->network.text->context_length + 2; /* so that too long a prompt is not truncated to a valid one */
    *ids = descry_alloc(room, sizeof **ids);
    if (!*ids)
        return descry_fail_memory(err);
    int rc = descry_tokenizer_encode(clip->tokenizer, text ? text : "", text ? strlen(text) : 0, (int)room, *ids, count, err);
    --*count; /* drops the end token */
    return rc;
}

static int check_options(const descry_clip *clip, const descry_generation *how, int32_t **prompt, size_t *length,
                         descry_error *err)
{
    *prompt = NULL;
    *length = 0;
    int rc = descry_decoder_check(clip->network.coca, clip->name, err);
    if (!rc && !descry_tokenizer_writes(&clip->network))
        rc = descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its tokenizer, %s, is not supported: it cannot describe pictures",
                         clip->name, clip->network.other_tokenizer);
    if (!rc)
        rc = encode_prompt(clip, how->prompt, prompt, length, err);
    return rc ? rc : descry_generate_check(how, *length, clip->network.text->context_length,
                                           clip->network.text->vocab_size, err);
}

int descry_clip_caption_check(const descry_clip *clip, const descry_generation *how, descry_error *err)
{
    int32_t *prompt;
    size_t length;
    int rc = check_options(clip, how, &prompt, &length, err);
    free(prompt);
    return rc;
}

/* ---- the text -------------------------------------------------------------------------------------------------- */

static int is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Decodes ids as open_clip's README does: up to the end token, without start tokens; trimmed. */
static int write_text(const descry_clip *clip, const descry_generated *g, int32_t *scratch, descry_buf *text,
                      descry_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < g->count && g->ids[i] != clip->tokenizer->end; i++)
        if (g->ids[i] != clip->tokenizer->start)
            scratch[n++] = g->ids[i];
    text->size = 0;
    int rc = descry_tokenizer_decode(clip->tokenizer, scratch, n, text, err);
    if (!rc)
        rc = descry_buf_append(text, "", 1, err);
    if (rc)
        return rc;
    size_t size = strlen(text->data), first = 0; /* a byte 0 ends it */
    while (size > 0 && is_space(text->data[size - 1]))
        size--;
    while (first < size && is_space(text->data[first]))
        first++;
    memmove(text->data, text->data + first, size - first);
    text->data[size - first] = 0;
    return 0;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

typedef struct caption_job {
    const descry_clip *clip;
    const descry_generation *how;
    int32_t *prompt;
    size_t length;               /* of the prompt */
    descry_generated *generated; /* [batch] */
    int32_t *ids;                /* [batch + 1, max_length]; the first row is scratch for write_text */
    float *tokens, *embeddings;  /* [batch, T, W] for the decoder, [batch, dim] */
    descry_buf text;
} caption_job;

static int decoder_begin(void *arg, const int32_t *prompt, float *logits, descry_error *err)
{
    return descry_decoder_begin(arg, prompt, logits, err);
}

static int decoder_advance(void *arg, const descry_branch *branches, size_t n, float *logits, descry_error *err)
{
    return descry_decoder_advance(arg, branches, n, logits, err);
}

static descry_decoder_size decoder_size(const caption_job *job, size_t pictures)
{
    /* the decoder does not read the last id; a prompt that ends with the end token is not read at all */
    size_t longest = job->how->max_length - 1;
    return (descry_decoder_size){pictures, job->length, descry_generate_beams(job->how),
                                 longest > job->length ? longest : job->length};
}

static int generate(caption_job *job, size_t n, descry_error *err)
{
    const descry_clip *clip = job->clip;
    descry_decoder_size size = decoder_size(job, n);
    descry_decoder *decoder;
    int rc = descry_decoder_open(&decoder, &clip->engine, clip->network.coca, job->tokens, &size, err);
    if (rc)
        return rc;
    descry_logits_source source = {decoder_begin, decoder_advance, decoder, clip->network.text->vocab_size,
                                   clip->tokenizer->end, PAD, &clip->engine};
    rc = descry_generate(&source, job->how, job->prompt, job->length, n, job->generated, err);
    descry_decoder_close(&decoder);
    return rc;
}

static int caption_batch(caption_job *job, const uint8_t *rgb, size_t first, size_t n, float *embeddings,
                         descry_clip_embedded_fn embedded, descry_clip_caption_fn each, void *arg, descry_error *err)
{
    float *out = embeddings ? embeddings : job->embeddings;
    int rc = descry_clip_run_pixels(job->clip, rgb, n, out, job->tokens, err);
    if (!rc)
        rc = descry_clip_finish(out, n, job->clip->network.dim, 1, err);
    if (!rc && embedded)
        rc = embedded(arg, first, n, err);
    if (!rc)
        rc = generate(job, n, err);
    for (size_t i = 0; i < n && !rc; i++) {
        const descry_generated *g = &job->generated[i];
        rc = write_text(job->clip, g, job->ids, &job->text, err);
        descry_caption caption = {job->text.data, g->ids, g->count, g->score};
        if (!rc && each(arg, first + i, &caption))
            rc = descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
    }
    return rc;
}

/* Number of pictures, at most `wanted`, whose decoder state fits in MAX_BYTES (4 times that for one); 0: none. */
static size_t fit_memory(const caption_job *job, size_t wanted)
{
    size_t most = (size_t)MAX_BYTES, row = job->clip->network.text->vocab_size * sizeof(float);
    for (; wanted > 0; wanted = wanted > 1 ? wanted / 2 : 0) {
        descry_decoder_size size = decoder_size(job, wanted);
        size_t bytes = descry_decoder_bytes(job->clip->network.coca, &size), logits;
        size_t limit = wanted == 1 ? 4 * most : most;
        if (!__builtin_mul_overflow(row, size.pictures * size.beams, &logits) && logits <= limit && bytes <= limit - logits)
            break;
    }
    return wanted;
}

size_t descry_clip_caption_fit(const descry_clip *clip, const descry_generation *how, size_t wanted)
{
    int32_t *prompt;
    caption_job job = {.clip = clip, .how = how};
    size_t most = check_options(clip, how, &prompt, &job.length, NULL) ? 0 : fit_memory(&job, wanted);
    free(prompt);
    return most;
}

static int alloc_buffers(caption_job *job, size_t batch, descry_error *err)
{
    const descry_network *n = &job->clip->network;
    size_t most = job->how->max_length;
    job->generated = descry_alloc(batch, sizeof *job->generated);
    job->ids = descry_alloc(batch + 1, most * sizeof *job->ids);
    job->tokens = descry_alloc_aligned(batch, n->image->tokens * n->image->token_width * sizeof(float));
    job->embeddings = descry_alloc_aligned(batch, n->dim * sizeof(float));
    if (!job->generated || !job->ids || !job->tokens || !job->embeddings)
        return descry_fail_memory(err);
    for (size_t i = 0; i < batch; i++)
        job->generated[i].ids = job->ids + (i + 1) * most;
    return 0;
}

int descry_clip_caption_pixels(descry_clip *clip, const uint8_t *rgb, size_t n, const descry_generation *how, size_t batch,
                               float *embeddings, descry_clip_embedded_fn embedded, descry_clip_caption_fn each, void *arg,
                               descry_error *err)
{
    caption_job job = {.clip = clip, .how = how};
    size_t picture = (size_t)clip->preprocess.width * (size_t)clip->preprocess.height * 3;
    size_t dim = clip->network.dim;
    batch = descry_clip_caption_batch(batch);
    int rc = check_options(clip, how, &job.prompt, &job.length, err);
    if (!rc && (batch = fit_memory(&job, n < batch ? n : batch)) == 0 && n > 0)
        rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more memory than 4 GiB for one picture: fewer beams, or a smaller "
                         "max_length", clip->name);
    if (!rc)
        rc = alloc_buffers(&job, batch, err);
    if (!rc)
        rc = descry_clip_need(clip, DESCRY_PART_IMAGE, err);
    if (!rc)
        rc = descry_clip_need(clip, DESCRY_PART_DECODER, err);
    for (size_t i = 0; i < n && !rc; i += batch)
        rc = caption_batch(&job, rgb + i * picture, i, n - i < batch ? n - i : batch, embeddings ? embeddings + i * dim : NULL,
                      embedded, each, arg, err);
    free(job.prompt);
    free(job.generated);
    free(job.ids);
    free(job.tokens);
    free(job.embeddings);
    descry_buf_free(&job.text);
    return rc;
}
