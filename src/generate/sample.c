/* SPDX-License-Identifier: Apache-2.0
 * One id at a time: the greatest, or drawn.
 *
 * The draws.  Number k of the sequence (counted from 0 after the prompt) uses u = splitmix64(seed, k) / 2^53, with
 *     z = seed + (k + 1) * 0x9E3779B97F4A7C15;  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
 *     z = (z ^ z >> 27) * 0x94D049BB133111EB;  u = (z ^ z >> 31) >> 11
 * (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014), and takes the first id, in order of falling
 * probability and among equals of the id, at which the sum of the probabilities exceeds u. */
#include "generate/sample.h"

#include <math.h>
#include <stdlib.h>

static double draw(uint64_t seed, size_t k)
{
    uint64_t z = seed + ((uint64_t)k + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* ---- the greatest first ------------------------------------------------------------------------------------------ */

typedef struct heap {
    const float *x;
    int32_t *ids; /* [n]: the greatest of what is left is ids[0] */
    size_t n;
} heap;

static bool before(const heap *h, int32_t a, int32_t b)
{
    return h->x[a] != h->x[b] ? h->x[a] > h->x[b] : a < b;
}

static void sink(heap *h, size_t at)
{
    int32_t id = h->ids[at];
    for (size_t child; (child = 2 * at + 1) < h->n; at = child) {
        if (child + 1 < h->n && before(h, h->ids[child + 1], h->ids[child]))
            child++;
        if (!before(h, h->ids[child], id))
            break;
        h->ids[at] = h->ids[child];
    }
    h->ids[at] = id;
}

/* Takes the greatest out; it then stands behind those that are left. */
static int32_t pop(heap *h)
{
    int32_t top = h->ids[0];
    h->ids[0] = h->ids[--h->n];
    h->ids[h->n] = top;
    if (h->n)
        sink(h, 0);
    return top;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

/* How many ids may be drawn; they stand at the end of h->ids, the greatest last. */
static size_t filter(const descry_generation *o, heap *h, float top, float log_sum)
{
    size_t n = h->n, count = 0;
    double mass = 0;
    while (h->n) {
        float next = h->x[h->ids[0]];
        bool wanted = o->decode == DESCRY_DECODE_TOP_K ? count < o->top_k || next == h->x[h->ids[n - count]]
                                                       : mass < (double)o->top_p;
        if (count && (!wanted || next == -INFINITY))
            break;
        mass += exp((double)(next - top - log_sum));
        pop(h);
        count++;
    }
    return count;
}

/* softmax(x / temperature) of the ids that stand at ids[n - count .. n), the greatest last; u in [0, 1) */
static int32_t draw_one(const float *x, const int32_t *ids, size_t n, size_t count, double temperature, double u)
{
    double sum = 0, top = (double)x[ids[n - 1]];
    for (size_t i = 1; i <= count; i++)
        sum += exp(((double)x[ids[n - i]] - top) / temperature);
    double left = u * sum;
    for (size_t i = 1; i < count; i++) {
        left -= exp(((double)x[ids[n - i]] - top) / temperature);
        if (left < 0)
            return ids[n - i];
    }
    return ids[n - count];
}

static int32_t greatest(const float *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return (int32_t)best;
}

/* Draws an id; DESCRY_NO_MEMORY: it could not sort them. */
static int32_t sample(const descry_selection *s, const float *x, size_t n, float top, float log_sum)
{
    heap h = {x, malloc(n * sizeof *h.ids), n};
    if (!h.ids)
        return DESCRY_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        h.ids[i] = (int32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        sink(&h, i);
    size_t count = filter(s->options, &h, top, log_sum);
    int32_t id = draw_one(x, h.ids, n, count, (double)s->options->temperature,
                          draw(s->options->seed, s->length - s->prompt));
    free(h.ids);
    return id;
}

void descry_sample_row(descry_selection *s, const descry_kernels *kernels, const float *x, size_t n)
{
    float top, log_sum = kernels->log_sum(x, n, &top);
    bool last = s->length + 1 >= s->options->max_length; /* open_clip ends it there, whatever the logits say */
    int32_t id = last ? s->end : s->options->decode == DESCRY_DECODE_GREEDY ? greatest(x, n) : sample(s, x, n, top, log_sum);
    bool finite = id >= 0 && isfinite(top) && isfinite(log_sum);
    s->candidates[0] = (descry_candidate){finite ? x[id] - top - log_sum : 0, 0, finite || id < 0 ? id : DESCRY_NOT_FINITE};
}

void descry_sample_step(descry_selection *s)
{
    const descry_candidate *c = &s->candidates[0];
    descry_selection_continue(s, 0, c);
    s->sum += (double)c->score;
    /* id 0 ends it, too: open_clip takes it for padding */
    s->done = c->id == s->end || c->id == s->pad || s->length + 1 >= s->options->max_length;
}

void descry_sample_result(const descry_selection *s, descry_generated *result)
{
    for (size_t i = 0; i < s->length; i++)
        result->ids[i] = s->ids[i];
    result->count = s->length;
    result->score = s->length > s->prompt ? s->sum / (double)(s->length - s->prompt) : 0;
}
