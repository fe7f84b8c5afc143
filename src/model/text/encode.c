/* SPDX-License-Identifier: Apache-2.0 */
#include "model/text/text.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/ids.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* The position that is pooled (without a class vector). */
static size_t pooled_position(const descry_native_text *t, const int32_t *ids)
{
    size_t length = t->tower.context_length, best = 0;
    switch (t->pool) {
    case DESCRY_POOL_LAST:
        return length - 1;
    case DESCRY_POOL_EOS:
        for (size_t i = 0; i < length; i++)
            if (ids[i] == t->eos_id)
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

/* Ids that the class vector can attend to: those up to the last whose predecessor is not padding (open_clip's mask judges
 * a key by the token before it). */
static size_t seen_by_class(const descry_native_text *t, const int32_t *ids)
{
    size_t length = t->tower.context_length;
    while (length > 1 && ids[length - 2] == t->pad_id)
        length--;
    return length;
}

/* Rows of one text's sequence and the one that is pooled. */
static size_t plan(const descry_native_text *t, const int32_t *ids, size_t *pooled)
{
    if (t->embed_cls) {
        *pooled = seen_by_class(t, ids);
        return *pooled + 1;
    }
    *pooled = pooled_position(t, ids);
    return t->causal ? *pooled + 1 : t->tower.context_length;
}

static void embed(float *x, const descry_native_text *t, const int32_t *ids, size_t rows)
{
    size_t w = (size_t)t->block.width;
    for (size_t i = 0; i < rows; i++, x += w) {
        if (!t->embed_cls || i < rows - 1) {
            descry_embed_id(x, t->tokens, ids[i], 1, t->positions + i * w, w);
            continue;
        }
        /* the class vector comes after all L ids, whatever of them is left out */
        const float *position = t->positions + t->tower.context_length * w;
        for (size_t j = 0; j < w; j++)
            x[j] = t->class_embedding[j] + position[j];
    }
}

/* Keys that are masked for every query, for CoCa: `rows` of one text. */
static void hide(uint8_t *hidden, const descry_native_text *t, const int32_t *ids, size_t rows)
{
    hidden[0] = 0;
    for (size_t i = 1; i < rows; i++)
        hidden[i] = ids[(i == rows - 1 ? t->tower.context_length : i) - 1] == t->pad_id;
}

int descry_native_text_encode(const descry_text_tower *tower, const descry_engine *engine, const int32_t *ids, size_t n,
                              float *out, descry_error *err)
{
    const descry_native_text *t = (const descry_native_text *)tower;
    size_t w = (size_t)t->block.width, length = tower->context_length, rows = 0, longest = 0;
    int rc = descry_check_ids(ids, n * length, tower->vocab_size, err);
    if (rc)
        return rc;
    size_t *first = descry_alloc(2 * n + 1, sizeof *first);
    if (!first)
        return descry_fail_memory(err);
    size_t *pooled = first + n + 1;
    for (size_t i = 0; i < n; i++) {
        first[i] = rows;
        size_t needed = plan(t, ids + i * length, &pooled[i]);
        rows += needed;
        longest = needed > longest ? needed : longest;
    }
    first[n] = rows;

    float *x = descry_alloc_aligned(rows, w * sizeof *x), *last = descry_alloc_aligned(n, w * sizeof *last);
    uint8_t *hidden = descry_alloc(rows, 1);
    rc = x && last && hidden ? 0 : descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i < n; i++) {
            embed(x + first[i] * w, t, ids + i * length, first[i + 1] - first[i]);
            hide(hidden + first[i], t, ids + i * length, first[i + 1] - first[i]);
        }
        descry_trace_stage(engine, "embedded", x, rows, w);
        descry_sequences s = {.count = n, .first = first, .longest = longest, .causal = t->causal,
                              .hidden = t->embed_cls ? hidden : NULL, .pooled = pooled};
        rc = descry_run_blocks(engine, &t->block, t->blocks, &s, x, err);
    }
    if (!rc) {
        float *result = t->proj.n ? last : out;
        descry_run_norm(engine, &t->ln_final, x, n, w, t->block.eps, result);
        descry_trace_stage(engine, "pooled", result, n, w);
        if (t->proj.n)
            descry_multiply(engine, &t->proj, last, n, out);
        descry_trace_stage(engine, "projected", out, n, tower->dim);
    }
    free(first);
    free(x);
    free(last);
    free(hidden);
    return rc;
}
