/* SPDX-License-Identifier: Apache-2.0
 * The text tower: open_clip's native TextTransformer. */
#include "model/towers.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* The position that is pooled (without a class vector). */
static size_t pooled_position(const descry_text_config *c, const int32_t *ids)
{
    size_t length = (size_t)c->context_length, best = 0;
    switch (c->pool) {
    case DESCRY_POOL_LAST:
        return length - 1;
    case DESCRY_POOL_EOS:
        for (size_t i = 0; i < length; i++)
            if (ids[i] == c->eos_id)
                return i;
        return 0;
    case DESCRY_POOL_ARGMAX:
        for (size_t i = 1; i < length; i++)
            if (ids[i] > ids[best])
                best = i;
        return best;
    default:
        return 0;
    }
}

/* Ids that the class vector can look at: those up to the last whose predecessor is not padding (open_clip's mask judges
 * a key by the token before it). */
static size_t seen_by_class(const descry_text_config *c, const int32_t *ids)
{
    size_t length = (size_t)c->context_length;
    while (length > 1 && ids[length - 2] == c->pad_id)
        length--;
    return length;
}

/* Rows of one text's sequence and the one that is pooled. */
static size_t plan(const descry_text_config *c, const int32_t *ids, size_t *pooled)
{
    if (c->embed_cls) {
        *pooled = seen_by_class(c, ids);
        return *pooled + 1;
    }
    *pooled = pooled_position(c, ids);
    return c->causal ? *pooled + 1 : (size_t)c->context_length;
}

static void embed(float *x, const descry_text_config *c, const descry_text_weights *t, const int32_t *ids, size_t rows)
{
    size_t w = (size_t)c->block.width, size = descry_dtype_size((descry_dtype)t->tokens->dtype);
    for (size_t i = 0; i < rows; i++, x += w) {
        bool class_row = c->embed_cls && i == rows - 1;
        /* the class vector comes after all L ids, whatever of them is left out */
        const float *position = t->positions + (class_row ? (size_t)c->context_length : i) * w;
        if (class_row)
            memcpy(x, t->class_embedding, w * sizeof *x);
        else
            descry_to_f32(x, (const char *)t->tokens->data + (size_t)ids[i] * w * size, (descry_dtype)t->tokens->dtype, w);
        for (size_t j = 0; j < w; j++)
            x[j] += position[j];
    }
}

/* Keys that no query may look at, for CoCa: `rows` of one text. */
static void hide(uint8_t *hidden, const descry_text_config *c, const int32_t *ids, size_t rows)
{
    hidden[0] = 0;
    for (size_t i = 1; i < rows; i++)
        hidden[i] = ids[(i == rows - 1 ? (size_t)c->context_length : i) - 1] == c->pad_id;
}

static int check_ids(const descry_text_config *c, const int32_t *ids, size_t count, descry_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || ids[i] >= c->vocab_size)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "id %d is outside the vocabulary of %d", (int)ids[i],
                               c->vocab_size);
    return 0;
}

int descry_encode_ids(const descry_engine *engine, const descry_model_config *config, const descry_text_weights *t,
                      const int32_t *ids, size_t n, float *out, descry_error *err)
{
    const descry_text_config *c = &config->text;
    size_t w = (size_t)c->block.width, length = (size_t)c->context_length, rows = 0, longest = 0;
    int rc = check_ids(c, ids, n * length, err);
    if (rc)
        return rc;
    size_t *first = descry_alloc(2 * n + 1, sizeof *first);
    if (!first)
        return descry_fail_memory(err);
    size_t *pooled = first + n + 1;
    for (size_t i = 0; i < n; i++) {
        first[i] = rows;
        size_t needed = plan(c, ids + i * length, &pooled[i]);
        rows += needed;
        longest = needed > longest ? needed : longest;
    }
    first[n] = rows;

    float *x = descry_alloc_aligned(rows, w * sizeof *x), *last = descry_alloc_aligned(n, w * sizeof *last);
    uint8_t *hidden = descry_alloc(rows, 1);
    rc = x && last && hidden ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i < n; i++) {
            embed(x + first[i] * w, c, t, ids + i * length, first[i + 1] - first[i]);
            hide(hidden + first[i], c, ids + i * length, first[i + 1] - first[i]);
        }
        descry_trace_stage(engine, "embedded", x, rows, w);
        descry_sequences s = {.count = n, .first = first, .longest = longest, .causal = c->causal,
                              .hidden = c->embed_cls ? hidden : NULL, .pooled = pooled};
        rc = descry_run_blocks(engine, &c->block, t->blocks, &s, x, err);
    }
    if (!rc) {
        float *result = t->proj.n ? last : out;
        descry_run_norm(engine, &t->ln_final, x, n, w, c->block.eps, result);
        descry_trace_stage(engine, "pooled", result, n, w);
        if (t->proj.n)
            descry_multiply(engine, &t->proj, last, n, out);
        descry_trace_stage(engine, "projected", out, n, (size_t)config->embed_dim);
    }
    free(first);
    free(x);
    free(last);
    free(hidden);
    return rc;
}
