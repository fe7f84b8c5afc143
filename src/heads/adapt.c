/* SPDX-License-Identifier: Apache-2.0
 * The course of a training. */
#include "heads/adapt.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 16384 };

uint64_t descry_random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void descry_adapt_begin(descry_head *head, uint64_t *random)
{
    size_t d = head->dim;
    double bound = 0.01 / sqrt((double)d);
    float *at = head->values;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < d * d + d; i++) {
            double u = (double)(descry_random_next(random) >> 11) * 0x1p-53;
            *at++ = (float)((i < d * d && i / d == i % d) + bound * (2 * u - 1));
        }
}

/* Fisher and Yates, from the end. */
static void shuffle(size_t *order, size_t n, uint64_t *random)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)(descry_random_next(random) % i), kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

typedef struct training {
    const descry_engine *engine;
    const descry_adapt_options *options;
    const float *source[2];  /* [n, d] */
    size_t dim, values;
    size_t *order;           /* [n]: the training part, then the part held out */
    size_t trained, held;
    descry_adapt_room room;
    float *batch[2];         /* [batch, d] */
    float *gradient, *first, *second, *best; /* [values]: Adam's moments, the best head so far */
    descry_head *head;
    uint64_t random, steps;
    descry_adapt_state now;
    descry_adapt_state *state; /* the caller's */
    descry_watching watch;
} training;

static int check(const descry_adapt_options *o, size_t n, size_t dim, descry_error *err)
{
    if (dim == 0 || descry_head_size(dim) == SIZE_MAX)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "embeddings of length %zu", dim);
    if (n < 4)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "%zu pairs are too few to learn from", n);
    if (o->batch < 2 || o->batch > MAX_BATCH)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu pairs: 2 to %d", o->batch, MAX_BATCH);
    if (!(o->temperature > 0) || !(o->learning_rate > 0) || !(o->holdout >= 0 && o->holdout <= 0.5f) ||
        o->decay_every == 0)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "temperature, learning rate or held-out part out of range");
    return 0;
}

static int open_training(training *t, size_t n, descry_error *err)
{
    const descry_adapt_options *o = t->options;
    size_t batch = o->batch < n ? o->batch : n;
    t->values = descry_head_size(t->dim);
    t->order = descry_alloc(n, sizeof *t->order);
    for (int side = 0; side < 2; side++)
        t->batch[side] = descry_alloc(batch, t->dim * sizeof(float));
    t->gradient = descry_alloc(t->values, sizeof(float));
    t->best = descry_alloc(t->values, sizeof(float));
    t->first = calloc(t->values, sizeof(float));
    t->second = calloc(t->values, sizeof(float));
    if (!t->order || !t->batch[0] || !t->batch[1] || !t->gradient || !t->best || !t->first || !t->second)
        return descry_fail_memory(err);
    int rc = descry_head_new(&t->head, t->dim, err);
    if (!rc)
        rc = descry_adapt_room_open(&t->room, t->engine, batch, t->dim, err);
    if (rc)
        return rc;
    t->random = o->seed;
    descry_adapt_begin(t->head, &t->random);
    for (size_t i = 0; i < n; i++)
        t->order[i] = i;
    shuffle(t->order, n, &t->random);
    t->held = (size_t)((double)o->holdout * (double)n);
    t->held = t->held < 2 ? 0 : t->held;
    t->trained = n - t->held;
    return 0;
}

static void close_training(training *t)
{
    free(t->order);
    free(t->batch[0]);
    free(t->batch[1]);
    free(t->gradient);
    free(t->first);
    free(t->second);
    free(t->best);
    descry_head_free(&t->head);
    descry_adapt_room_close(&t->room);
}

static void gather(training *t, size_t start, size_t count)
{
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < count; i++)
            memcpy(t->batch[side] + i * t->dim, t->source[side] + t->order[start + i] * t->dim, t->dim * sizeof(float));
}

/* Kingma and Ba 2015, algorithm 1. */
static void step(training *t, double rate)
{
    const double keep1 = 0.9, keep2 = 0.999, eps = 1e-8;
    t->steps++;
    double fix1 = 1 - pow(keep1, (double)t->steps), fix2 = 1 - pow(keep2, (double)t->steps);
    for (size_t i = 0; i < t->values; i++) {
        double g = (double)t->gradient[i];
        double m = keep1 * (double)t->first[i] + (1 - keep1) * g;
        double v = keep2 * (double)t->second[i] + (1 - keep2) * g * g;
        t->first[i] = (float)m;
        t->second[i] = (float)v;
        t->head->values[i] = (float)((double)t->head->values[i] - rate * (m / fix1) / (sqrt(v / fix2) + eps));
    }
}

static int report_progress(training *t)
{
    DESCRY_COPY_BACK(t->state, &t->now);
    return descry_watch_report(&t->watch, NULL);
}

/* A part of the order, in batches; with `rate` a step after each.  A last batch of one pair has no gradient. */
static int pass(training *t, size_t start, size_t count, double rate, double *loss, descry_error *err)
{
    double sum = 0;
    size_t seen = 0;
    for (size_t i = 0; i < count && count - i > 1;) {
        size_t n = count - i < t->room.most ? count - i : t->room.most;
        double part;
        gather(t, start + i, n);
        int rc = descry_adapt_loss(&t->room, t->head, t->batch[0], t->batch[1], n, (double)t->options->temperature,
                                   rate > 0 ? t->gradient : NULL, &part, err);
        if (rc)
            return rc;
        if (rate > 0) {
            step(t, rate);
            t->watch.progress.done += n;
            if (report_progress(t))
                return DESCRY_ERR_CANCELLED;
        }
        sum += part * (double)n;
        seen += n;
        i += n;
    }
    *loss = sum / (double)seen;
    return 0;
}

/* What the head is judged by: the part held out, or all. */
static int evaluate(training *t, descry_error *err)
{
    int held = t->held > 0;
    int rc = pass(t, held ? t->trained : 0, held ? t->held : t->trained, 0, &t->now.held_loss, err);
    if (!rc && (t->now.epoch == 0 || t->now.held_loss < t->now.best_loss)) {
        t->now.best_loss = t->now.held_loss;
        t->now.best_epoch = t->now.epoch;
        memcpy(t->best, t->head->values, t->values * sizeof *t->best);
    }
    return rc;
}

static int train(training *t, descry_error *err)
{
    const descry_adapt_options *o = t->options;
    int rc = evaluate(t, err);
    t->now.first_loss = t->now.held_loss;
    while (!rc && t->now.epoch < o->epochs) {
        double rate = (double)o->learning_rate * pow(0.1, (double)(t->now.epoch / o->decay_every));
        shuffle(t->order, t->trained, &t->random);
        rc = pass(t, 0, t->trained, rate, &t->now.loss, err);
        if (rc)
            break;
        t->now.epoch++;
        rc = evaluate(t, err);
        if (!rc && o->patience > 0 && t->now.epoch - t->now.best_epoch >= o->patience)
            break;
    }
    t->now.stopped = rc == DESCRY_ERR_CANCELLED;
    return t->now.stopped ? 0 : rc;
}

int descry_adapt_run(const descry_engine *engine, const float *images, const float *texts, size_t n, size_t dim,
                     const descry_adapt_options *options, descry_head **head, descry_adapt_state *state,
                     descry_error *err)
{
    training t = {.engine = engine, .options = options, .source = {images, texts}, .dim = dim, .state = state};
    *head = NULL;
    int rc = check(options, n, dim, err);
    if (!rc)
        rc = descry_options_check(state, err);
    if (!rc)
        rc = descry_watch_begin(&t.watch, options->watch, err);
    if (!rc)
        rc = open_training(&t, n, err);
    t.watch.progress.stage = DESCRY_STAGE_WORKING;
    t.watch.progress.total = (uint64_t)t.trained * options->epochs;
    t.now.trained = t.trained;
    t.now.held = t.held;
    if (!rc)
        rc = train(&t, err);
    if (!rc) {
        memcpy(t.head->values, t.best, t.values * sizeof *t.best);
        rc = descry_head_prepare(t.head, engine, err);
    }
    if (!rc) {
        *head = t.head;
        t.head = NULL;
    }
    DESCRY_COPY_BACK(state, &t.now);
    close_training(&t);
    return rc;
}
