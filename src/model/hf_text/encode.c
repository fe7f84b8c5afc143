/* SPDX-License-Identifier: Apache-2.0 */
#include "model/hf_text/hf_text.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/ids.h"
#include "layers/pool.h"
#include "layers/trace.h"

#include <stdlib.h>
#include <string.h>

/* Whether padding amid a text's ids has a row: where places are told by distances, it counts. */
static bool keeps_padding(const descry_hf_text *t)
{
    return t->block.distances.bias != NULL;
}

/* first [n + 1]: where each text's rows are, one for each id that is not padding, maybe for that before the last of them, too.
 * open_clip has no result without any (0 / 0), and a padding's own, which no tokenizer asks for, when the first is pooled. */
static int plan(const descry_hf_text *t, const int32_t *ids, size_t n, size_t *first, size_t *longest, descry_error *err)
{
    size_t length = t->tower.context_length;
    *longest = first[0] = 0;
    for (size_t i = 0; i < n; i++, ids += length) {
        size_t rows = 0;
        for (size_t p = 0; p < length; p++)
            if (ids[p] != t->pad_id)
                rows = keeps_padding(t) ? p + 1 : rows + 1;
        if (rows == 0 || (t->first && ids[0] == t->pad_id))
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "text %zu %s padding", i + 1, rows ? "begins with" : "is nothing but");
        first[i + 1] = first[i] + rows;
        *longest = rows > *longest ? rows : *longest;
    }
    return 0;
}

/* x [rows, W], hidden [rows]: of one text */
static void embed(const descry_hf_text *t, const int32_t *ids, size_t rows, float *x, uint8_t *hidden)
{
    size_t w = (size_t)t->block.width;
    for (size_t row = 0; row < rows; ids++) {
        bool padding = *ids == t->pad_id;
        if (padding && !keeps_padding(t))
            continue;
        hidden[row] = padding;
        descry_embed_id(x + row * w, t->tokens, *ids, t->scale, t->positions ? t->positions + row * w : NULL, w);
        row++;
    }
}

/* x [n, W] -> out [n, E]; room [n, H] */
static void project(const descry_hf_text *t, const descry_engine *engine, const float *x, size_t n, float *room, float *out)
{
    if (t->mlp)
        descry_linear_run(engine, &t->hidden, x, n, DESCRY_ACT_GELU, NULL, NULL, room);
    descry_multiply(engine, &t->proj, t->mlp ? room : x, n, out);
}

int descry_hf_text_encode(const descry_text_tower *tower, const descry_engine *engine, const int32_t *ids, size_t n, float *out,
                          descry_error *err)
{
    const descry_hf_text *t = (const descry_hf_text *)tower;
    size_t w = (size_t)t->block.width, length = tower->context_length, longest;
    int rc = descry_check_ids(ids, n * length, tower->vocab_size, err);
    if (rc)
        return rc;
    size_t *first = descry_alloc(2 * n + 1, sizeof *first); /* and n first rows, which are at 0 */
    if (!first)
        return descry_fail_memory(err);
    memset(first + n + 1, 0, n * sizeof *first);
    rc = plan(t, ids, n, first, &longest, err);
    size_t rows = rc ? 0 : first[n];
    float *x = descry_alloc_aligned(rows + 1, w * sizeof *x);
    float *room = descry_alloc_aligned(n + 1, (t->hidden.n + 1) * sizeof *room);
    uint8_t *hidden = descry_alloc(rows + 1, 1);
    if (!rc && !(x && room && hidden))
        rc = descry_fail_memory(err);
    if (!rc) {
        for (size_t i = 0; i < n; i++)
            embed(t, ids + i * length, first[i + 1] - first[i], x + first[i] * w, hidden + first[i]);
        if (t->ln_embedded.weight)
            descry_run_norm(engine, &t->ln_embedded, x, rows, w, t->block.eps, x);
        descry_trace_stage(engine, "embedded", x, rows, w);
        const descry_sequences s = {.count = n, .first = first, .longest = longest,
                                    .hidden = keeps_padding(t) ? hidden : NULL, .pooled = t->first ? first + n + 1 : NULL};
        rc = descry_run_blocks(engine, &t->block, t->blocks, &s, x, err);
        if (!rc && t->ln_final.weight)
            descry_run_norm(engine, &t->ln_final, x, t->first ? n : rows, w, t->block.eps, x);
        if (!rc && !t->first)
            descry_pool_mean_of(x, &s, w);
    }
    if (!rc) {
        descry_trace_stage(engine, "pooled", x, n, w);
        project(t, engine, x, n, room, out);
        descry_trace_stage(engine, "projected", out, n, tower->dim);
    }
    free(first);
    free(x);
    free(room);
    free(hidden);
    return rc;
}
