/* SPDX-License-Identifier: Apache-2.0
 * The cache has a slot for each id that was read: its keys and values in every layer.  A sequence is a list of slots, so
 * that beams which part ways share what lies behind them. */
#include "model/coca/decoder.h"

#include "base/error.h"
#include "base/memory.h"
#include "layers/ids.h"
#include "layers/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct descry_decoder {
    descry_engine engine;
    const descry_coca *coca;
    const descry_native_text *text;
    size_t width, tokens, vocabulary; /* W; of a picture; V */
    size_t pictures, prompt, most;    /* most: rows that advance */
    size_t longest, slots, used;      /* slots taken */
    float *text_cache, *self_cache;   /* [layers, slots, 2W]: keys, values */
    float *cross_cache;               /* [layers, pictures, heads, cross_size]: packed keys and values */
    size_t cross_size;                /* of one head */
    int32_t *slot_ids;                /* [slots] */
    struct sequence *rows, *before;   /* [most] of this call and of the one before */
    size_t before_count;
    uint32_t *groups;                 /* [most + 1]: first rows of the runs of rows about one picture */
    uint32_t *lists;                  /* behind the sequences */
    float *x, *normed, *wide, *last;  /* [room, W], [room, W], [room, 3W or M], [most, W] */
    float *scores;                    /* [threads, score_room]: and room for descry_attention's scratch */
    size_t score_room;
};

/* The keys that a row attends to. */
typedef struct sequence {
    uint32_t picture;
    uint32_t length;  /* ids, this one included */
    uint32_t visible; /* of them, to the text tower */
    uint32_t *seen;   /* [longest]: slots of all; the last is this row's own */
    uint32_t *shown;  /* [longest]: of those that the text tower sees */
} sequence;

/* ---- size ------------------------------------------------------------------------------------------------------ */

static const descry_native_text *text_of(const descry_coca *coca)
{
    return (const descry_native_text *)coca->text;
}

int descry_decoder_check(const descry_coca *coca, const char *name, descry_error *err)
{
    if (!coca)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: it has no decoder: it cannot describe pictures", name);
    if (coca->text->family != &descry_native_text_family)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its text tower, %s, cannot write captions", name,
                           coca->text->family->name);
    const descry_native_text *text = text_of(coca);
    if (!text->embed_cls) /* nor can open_clip, whose mask has one size then */
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its texts have no class vector: it cannot describe pictures",
                           name);
    if (!text->causal)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: its texts look ahead: it cannot describe pictures", name);
    if (text->block.width != coca->block.width || coca->image->token_width != (size_t)coca->block.width)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED,
                           "%s: the decoder's width %d is not that of the texts, %d, and of the pictures, %zu", name,
                           coca->block.width, text->block.width, coca->image->token_width);
    return 0;
}

typedef struct plan {
    size_t slots, room, wide;
    size_t text, self, cross, lists; /* elements */
    size_t cross_size;
    int overflow;
} plan;

static size_t times(plan *p, size_t a, size_t b)
{
    size_t product = 0;
    p->overflow |= __builtin_mul_overflow(a, b, &product);
    return product;
}

static size_t plus(plan *p, size_t a, size_t b)
{
    size_t sum = 0;
    p->overflow |= __builtin_add_overflow(a, b, &sum);
    return sum;
}

static size_t largest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t in_lanes(size_t n)
{
    return (n + DESCRY_MAX_LANES - 1) / DESCRY_MAX_LANES * DESCRY_MAX_LANES;
}

/* What a head's packed keys and values need at most, whatever the kernels. */
static size_t cross_size(plan *p, const descry_coca *c)
{
    size_t tokens = c->image->tokens, head = (size_t)c->block.width / (size_t)c->block.heads;
    size_t floats = plus(p, times(p, head, in_lanes(tokens)), times(p, tokens, in_lanes(head)));
    return plus(p, floats, 15) / 16 * 16; /* lines of the cache */
}

static plan plan_for(const descry_coca *c, const descry_decoder_size *s)
{
    plan p = {0};
    size_t w = (size_t)c->block.width, layers = (size_t)c->block.layers;
    size_t most = times(&p, s->pictures, s->beams), first = times(&p, s->pictures, s->prompt);
    p.slots = plus(&p, first, times(&p, most, s->longest - s->prompt));
    p.room = largest(most, first);
    p.wide = largest(3 * w, largest((size_t)text_of(c)->block.mlp, (size_t)c->block.mlp));
    p.text = times(&p, times(&p, p.slots, 2 * w), (size_t)text_of(c)->block.layers);
    p.self = times(&p, times(&p, p.slots, 2 * w), layers);
    p.cross_size = cross_size(&p, c);
    p.cross = times(&p, times(&p, times(&p, s->pictures, (size_t)c->block.heads), p.cross_size), layers);
    p.lists = times(&p, times(&p, p.room, s->longest), 4);
    p.overflow |= p.slots > UINT32_MAX;
    return p;
}

size_t descry_decoder_bytes(const descry_coca *c, const descry_decoder_size *s)
{
    plan p = plan_for(c, s);
    size_t w = (size_t)c->block.width;
    size_t floats = plus(&p, plus(&p, plus(&p, p.text, p.self), plus(&p, p.cross, p.lists)),
                         times(&p, p.room, 3 * w + p.wide));
    size_t bytes = times(&p, floats, sizeof(float));
    return p.overflow ? SIZE_MAX : bytes;
}

/* ---- open ------------------------------------------------------------------------------------------------------ */

static int allocate(descry_decoder *d, const plan *p, descry_error *err)
{
    size_t threads = descry_pool_threads(d->engine.pool);
    size_t head_dim = d->width / (size_t)d->coca->block.heads;
    d->score_room = (largest(d->longest, descry_attention_scratch(d->engine.kernels, d->tokens, head_dim)) + 15) / 16 * 16;
    d->cross_size = p->cross_size;
    d->text_cache = descry_alloc_aligned(p->text, sizeof(float));
    d->self_cache = descry_alloc_aligned(p->self, sizeof(float));
    d->cross_cache = descry_alloc_aligned(p->cross, sizeof(float));
    d->slot_ids = descry_alloc(p->slots, sizeof *d->slot_ids);
    d->rows = descry_alloc(p->room, sizeof *d->rows);
    d->before = descry_alloc(p->room, sizeof *d->before);
    d->lists = descry_alloc(p->lists, sizeof *d->lists);
    d->groups = descry_alloc(p->room + 1, sizeof *d->groups);
    d->x = descry_alloc_aligned(p->room, d->width * sizeof(float));
    d->normed = descry_alloc_aligned(p->room, d->width * sizeof(float));
    d->wide = descry_alloc_aligned(p->room, p->wide * sizeof(float));
    d->last = descry_alloc_aligned(p->room, d->width * sizeof(float));
    d->scores = descry_alloc_aligned(threads, d->score_room * sizeof(float));
    if (!d->text_cache || !d->self_cache || !d->cross_cache || !d->slot_ids || !d->rows || !d->before || !d->lists ||
        !d->groups || !d->x || !d->normed || !d->wide || !d->last || !d->scores)
        return descry_fail_memory(err);
    uint32_t *list = d->lists;
    for (size_t i = 0; i < p->room; i++, list += 4 * d->longest) {
        d->rows[i] = (sequence){.seen = list, .shown = list + d->longest};
        d->before[i] = (sequence){.seen = list + 2 * d->longest, .shown = list + 3 * d->longest};
    }
    return 0;
}

typedef struct pack_job {
    const descry_decoder *d;
    const float *kv; /* [pictures T, 2W] of this layer */
    float *cache;
    size_t heads;
} pack_job;

static void pack_head(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const pack_job *job = arg;
    const descry_decoder *d = job->d;
    size_t head_dim = d->width / job->heads;
    const float *k = job->kv + i / job->heads * d->tokens * 2 * d->width + i % job->heads * head_dim;
    descry_pack_keys(d->engine.kernels, job->cache + i * d->cross_size, k, k + d->width, d->tokens, 2 * d->width, head_dim);
}

/* The keys and values of the pictures, which stay: tokens [pictures T, W] -> cross_cache. */
static int fill_cross(descry_decoder *d, const float *tokens, descry_error *err)
{
    size_t rows = d->pictures * d->tokens;
    const descry_block_config *c = &d->coca->block;
    pack_job job = {.d = d, .heads = (size_t)c->heads};
    float *normed = descry_alloc_aligned(rows, d->width * sizeof *normed);
    float *kv = descry_alloc_aligned(rows, 2 * d->width * sizeof *kv);
    int rc = normed && kv ? 0 : descry_fail_memory(err);
    for (int i = 0; i < c->layers && !rc; i++) {
        const descry_block *b = &d->coca->cross[i];
        descry_run_norm(&d->engine, &b->ln_1_kv, tokens, rows, d->width, c->eps, normed);
        descry_multiply(&d->engine, &b->kv, normed, rows, kv);
        job.kv = kv;
        job.cache = d->cross_cache + (size_t)i * d->pictures * job.heads * d->cross_size;
        descry_pool_run(d->engine.pool, d->pictures * job.heads, pack_head, &job);
    }
    free(normed);
    free(kv);
    return rc;
}

int descry_decoder_open(descry_decoder **out, const descry_engine *engine, const descry_coca *coca, const float *tokens,
                        const descry_decoder_size *size, descry_error *err)
{
    *out = NULL;
    if (size->prompt < 1 || size->longest < size->prompt || size->longest > coca->text->context_length)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "sequences of %zu to %zu ids, with a context of %zu", size->prompt,
                           size->longest, coca->text->context_length);
    plan p = plan_for(coca, size);
    if (p.overflow)
        return descry_fail_memory(err);
    descry_decoder *d = calloc(1, sizeof *d);
    if (!d)
        return descry_fail_memory(err);
    d->engine = *engine;
    d->coca = coca;
    d->text = text_of(coca);
    d->width = (size_t)coca->block.width;
    d->tokens = coca->image->tokens;
    d->vocabulary = coca->text->vocab_size;
    d->pictures = size->pictures;
    d->prompt = size->prompt;
    d->longest = size->longest;
    d->most = size->pictures * size->beams;
    d->slots = p.slots;
    int rc = allocate(d, &p, err);
    if (!rc)
        rc = fill_cross(d, tokens, err);
    if (rc)
        descry_decoder_close(&d);
    *out = d;
    return rc;
}

void descry_decoder_close(descry_decoder **slot)
{
    descry_decoder *d = *slot;
    if (!d)
        return;
    free(d->text_cache);
    free(d->self_cache);
    free(d->cross_cache);
    free(d->slot_ids);
    free(d->rows);
    free(d->before);
    free(d->lists);
    free(d->groups);
    free(d->x);
    free(d->normed);
    free(d->wide);
    free(d->last);
    free(d->scores);
    free(d);
    *slot = NULL;
}

/* ---- attention ------------------------------------------------------------------------------------------------- */

typedef enum attends { ATTEND_TEXT, ATTEND_ALL, ATTEND_PICTURE } attends;

typedef struct lookup_job {
    const descry_decoder *d;
    attends to;
    const float *q, *cache; /* [n, q_stride]; of this layer */
    size_t q_stride, heads;
    float *out;             /* [n, W] */
} lookup_job;

static void attend_to_cache(void *arg, size_t i, unsigned worker)
{
    const lookup_job *job = arg;
    const descry_decoder *d = job->d;
    size_t row = i / job->heads, head_dim = d->width / job->heads, column = i % job->heads * head_dim;
    const sequence *s = &d->rows[row];
    descry_lookup a = {.kv_stride = 2 * d->width, .head_dim = head_dim, .scale = 1 / sqrtf((float)head_dim),
                       .q = job->q + row * job->q_stride + column, .out = job->out + row * d->width + column,
                       .k = job->cache + column, .v = job->cache + d->width + column};
    a.rows = job->to == ATTEND_TEXT ? s->shown : s->seen;
    a.keys = job->to == ATTEND_TEXT ? s->visible : s->length;
    d->engine.kernels->lookup(&a, d->scores + worker * d->score_room);
}

/* All rows of one picture attend to it in one call, so that its keys and values are read once. */
static void attend_to_picture(void *arg, size_t i, unsigned worker)
{
    const lookup_job *job = arg;
    const descry_decoder *d = job->d;
    size_t group = i / job->heads, head = i % job->heads, head_dim = d->width / job->heads;
    size_t first = d->groups[group], picture = d->rows[first].picture;
    descry_attention a = {.q = job->q + first * job->q_stride + head * head_dim, .q_stride = job->q_stride,
                          .queries = d->groups[group + 1] - first, .keys = d->tokens, .head_dim = head_dim,
                          .packed = job->cache + (picture * job->heads + head) * d->cross_size,
                          .scale = 1 / sqrtf((float)head_dim),
                          .out = job->out + first * d->width + head * head_dim, .out_stride = d->width};
    d->engine.kernels->attention(d->engine.kernels, &a, d->scores + worker * d->score_room);
}

static size_t find_groups(descry_decoder *d, size_t n)
{
    size_t groups = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || d->rows[i].picture != d->rows[i - 1].picture)
            d->groups[groups++] = (uint32_t)i;
    d->groups[groups] = (uint32_t)n;
    return groups;
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

/* x = x + ls_1 * Attn(LN_1(x)), then the MLP; the rows' keys and values go to their slots of `cache`, or without own
 * keys (ATTEND_PICTURE) they are there already. */
static void run_block(descry_decoder *d, const descry_block_config *c, const descry_block *b, attends at, float *cache,
                      size_t n)
{
    size_t w = d->width, wide = b->qkv.n;
    descry_run_norm(&d->engine, &b->ln_1, d->x, n, w, c->eps, d->normed);
    descry_multiply(&d->engine, &b->qkv, d->normed, n, d->wide);
    for (size_t i = 0; i < n && at != ATTEND_PICTURE; i++) {
        const sequence *s = &d->rows[i];
        memcpy(cache + s->seen[s->length - 1] * 2 * w, d->wide + i * wide + w, 2 * w * sizeof *cache);
    }
    lookup_job job = {.d = d, .to = at, .q = d->wide, .cache = cache, .q_stride = wide, .heads = (size_t)c->heads,
                      .out = d->normed};
    if (at == ATTEND_PICTURE)
        descry_pool_run(d->engine.pool, find_groups(d, n) * job.heads, attend_to_picture, &job);
    else
        descry_pool_run(d->engine.pool, n * job.heads, attend_to_cache, &job);
    descry_linear_run(&d->engine, &b->out, d->normed, n, DESCRY_ACT_NONE, b->ls_1, d->x, d->x);
    descry_run_mlp(&d->engine, c, b, d->x, n, d->normed, d->wide);
}

static void embed(descry_decoder *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const sequence *s = &d->rows[i];
        descry_embed_id(d->x + i * d->width, d->text->tokens, d->slot_ids[s->seen[s->length - 1]], 1,
                        d->text->positions + (s->length - 1) * d->width, d->width);
    }
}

/* The rows d->rows[0 .. n) -> logits of those whose number is i * step + step - 1. */
static void run_rows(descry_decoder *d, size_t n, size_t step, float *logits)
{
    const descry_native_text *text = d->text;
    const descry_coca *w = d->coca;
    const descry_block_config *c = &w->block;
    size_t layer = d->slots * 2 * d->width, cross = d->pictures * (size_t)c->heads * d->cross_size;
    embed(d, n);
    for (int i = 0; i < text->block.layers; i++)
        run_block(d, &text->block, &text->blocks[i], ATTEND_TEXT, d->text_cache + (size_t)i * layer, n);
    /* ln_final is for the class vector only */
    descry_trace_stage(&d->engine, "text tokens", d->x, n, d->width);
    for (int i = 0; i < c->layers; i++) {
        run_block(d, c, &w->blocks[i], ATTEND_ALL, d->self_cache + (size_t)i * layer, n);
        run_block(d, c, &w->cross[i], ATTEND_PICTURE, d->cross_cache + (size_t)i * cross, n);
    }
    for (size_t i = 0; i < n / step; i++)
        memcpy(d->last + i * d->width, d->x + (i * step + step - 1) * d->width, d->width * sizeof *d->x);
    descry_run_norm(&d->engine, &w->ln_final, d->last, n / step, d->width, c->eps, d->last);
    descry_multiply(&d->engine, &w->proj, d->last, n / step, logits);
}

/* ---- sequences ------------------------------------------------------------------------------------------------- */

/* Extends s by `id`, in the next free slot.  The text tower's mask depends on the id before a key: after padding it
 * is hidden from every query. */
static void append(descry_decoder *d, sequence *s, int32_t id)
{
    uint32_t slot = (uint32_t)d->used++;
    bool hidden = s->length > 0 && d->slot_ids[s->seen[s->length - 1]] == d->text->pad_id;
    d->slot_ids[slot] = id;
    s->seen[s->length++] = slot;
    if (!hidden)
        s->shown[s->visible++] = slot;
}

static void copy_sequence(sequence *to, const sequence *from)
{
    to->picture = from->picture;
    to->length = from->length;
    to->visible = from->visible;
    memcpy(to->seen, from->seen, from->length * sizeof *to->seen);
    memcpy(to->shown, from->shown, from->visible * sizeof *to->shown);
}

/* What stands in `rows` becomes what was `before`: of every step-th row. */
static void swap_rows(descry_decoder *d, size_t n, size_t step)
{
    for (size_t i = 0; i < n / step; i++)
        if (i != i * step + step - 1)
            copy_sequence(&d->rows[i], &d->rows[i * step + step - 1]);
    struct sequence *rows = d->rows;
    d->rows = d->before;
    d->before = rows;
    d->before_count = n / step;
}

int descry_decoder_begin(descry_decoder *d, const int32_t *prompt, float *logits, descry_error *err)
{
    size_t n = 0;
    int rc = descry_check_ids(prompt, d->prompt, d->vocabulary, err);
    if (rc)
        return rc;
    for (size_t p = 0; p < d->pictures; p++)
        for (size_t i = 0; i < d->prompt; i++, n++) {
            sequence *s = &d->rows[n];
            s->picture = (uint32_t)p;
            s->length = s->visible = 0;
            if (i > 0)
                copy_sequence(s, &d->rows[n - 1]);
            append(d, s, prompt[i]);
        }
    run_rows(d, n, d->prompt, logits);
    swap_rows(d, n, d->prompt);
    return 0;
}

int descry_decoder_advance(descry_decoder *d, const descry_branch *branches, size_t n, float *logits, descry_error *err)
{
    if (n > d->most || d->used + n > d->slots)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "more sequences than the decoder was opened for");
    for (size_t i = 0; i < n; i++) {
        const descry_branch *b = &branches[i];
        int rc = descry_check_ids(&b->id, 1, d->vocabulary, err);
        if (rc)
            return rc;
        if (b->parent >= d->before_count || d->before[b->parent].length >= d->longest)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "a sequence that cannot go on");
        copy_sequence(&d->rows[i], &d->before[b->parent]);
        append(d, &d->rows[i], b->id);
    }
    run_rows(d, n, 1, logits);
    swap_rows(d, n, 1);
    return 0;
}
