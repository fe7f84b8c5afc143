/* SPDX-License-Identifier: Apache-2.0 */
#include "library/calibrate.h"

#include "base/error.h"
#include "kern/linear.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Each stands beside others in texts of which hardly any library holds a picture: what they find at best shows one of the
 * two, or something like it. */
static const char *const THINGS[] = {
    "a violin",    "a pineapple", "an umbrella", "a penguin", "a bicycle",    "a candle",   "an elephant", "a hammer",
    "a sunflower", "a tractor",   "a lobster",   "a guitar",  "a snowman",    "a pencil",   "a giraffe",   "a balloon",
    "an anchor",   "a kangaroo",  "a cactus",    "an owl",    "a camera",     "a pizza",    "a castle",    "a drum",
    "a turtle",    "a sandwich",  "a helicopter", "a crown",  "a strawberry", "a shark",    "a laptop",    "a mushroom",
};
static const struct {
    const char *words;
    size_t step; /* to the second thing */
} RELATIONS[] = {{"to the left of", 5}, {"above", 11}, {"next to", 14}, {"and", 3}};
enum {
    THING_COUNT = sizeof THINGS / sizeof *THINGS,
    TEXTS = THING_COUNT * (sizeof RELATIONS / sizeof *RELATIONS),
    BATCH = 16,
    SAMPLE = 1024,
    PICTURES = 64,
    GROWN = 50
};

static const double PAIRS = 0.97; /* of the pairs are below what NOT leaves out */

typedef struct calibrating {
    descry_store *store;
    descry_recipe recipe;
    size_t dim;
    float *texts;  /* [TEXTS, dim] */
    float *sample; /* [count, dim] */
    size_t count;
    float *scores; /* [THING_COUNT or PICTURES, SAMPLE] */
    descry_calibration made;
} calibrating;

static void write_text(size_t i, char *text, size_t size)
{
    size_t thing = i % THING_COUNT, relation = i / THING_COUNT;
    snprintf(text, size, "%s %s %s", THINGS[thing], RELATIONS[relation].words,
             THINGS[(thing + RELATIONS[relation].step) % THING_COUNT]);
}

static int embed_texts(calibrating *job, descry_model *model, descry_error *err)
{
    char texts[BATCH][100];
    const char *batch[BATCH];
    int rc = 0;
    for (size_t i = 0; i < TEXTS && !rc; i += BATCH) {
        for (size_t j = 0; j < BATCH; j++) {
            write_text(i + j, texts[j], sizeof texts[j]);
            batch[j] = texts[j];
        }
        rc = descry_clip_embed_texts(model->clip, batch, BATCH, 1, job->texts + i * job->dim, err);
    }
    return rc;
}

/* The best in the whole library for each text. */
static int find_best(calibrating *job, descry_error *err)
{
    double sum = 0, square = 0;
    int rc = 0;
    for (size_t i = 0; i < TEXTS && !rc; i++) {
        descry_nearest nearest = {.recipe = job->recipe.id, .vector = job->texts + i * job->dim, .k = 1, .threshold = -2};
        descry_hit *hits;
        size_t count;
        rc = job->store->ops->nearest(job->store, &job->recipe, &nearest, &hits, &count, err);
        if (!rc && count == 1) {
            sum += hits[0].score;
            square += (double)hits[0].score * hits[0].score;
        } else if (!rc)
            rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "there is no picture");
        free(hits);
    }
    job->made.best = sum / TEXTS;
    job->made.deviation = sqrt(fmax(0, square / TEXTS - job->made.best * job->made.best));
    return rc;
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The score below which PAIRS of the pairs of a query and a picture of the sample are.  A step of 0: the queries are not
 * of the sample; otherwise query i is its picture i * step, which makes no pair with itself. */
static double find_pairs(const calibrating *job, const float *queries, size_t count, size_t stride, size_t step)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < job->count; j++)
            if (!step || j != i * step)
                job->scores[n++] = descry_dot(queries + i * stride * job->dim, job->sample + j * job->dim, job->dim);
    qsort(job->scores, n, sizeof *job->scores, ascending);
    return job->scores[(size_t)(PAIRS * (double)(n - 1))];
}

static int calibrate(calibrating *job, descry_model *model, descry_error *err)
{
    job->texts = descry_alloc(TEXTS, job->dim * sizeof *job->texts);
    job->scores = descry_alloc((size_t)SAMPLE * (THING_COUNT > PICTURES ? THING_COUNT : PICTURES), sizeof *job->scores);
    if (!job->texts || !job->scores)
        return descry_fail_memory(err);
    int rc = job->store->ops->sample(job->store, &job->recipe, SAMPLE, &job->sample, &job->count, err);
    if (!rc && job->count < DESCRY_CALIBRATION_LEAST)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "too few pictures");
    if (!rc)
        rc = embed_texts(job, model, err);
    if (!rc)
        rc = find_best(job, err);
    if (!rc) /* in the room of the texts */
        rc = descry_clip_embed_texts(model->clip, THINGS, THING_COUNT, 1, job->texts, err);
    if (rc)
        return rc;
    size_t step = job->count > PICTURES ? job->count / PICTURES : 1;
    job->made.text = find_pairs(job, job->texts, THING_COUNT, 1, 0);
    job->made.picture =
        find_pairs(job, job->sample, job->count / step < PICTURES ? job->count / step : PICTURES, step, step);
    job->made.version = DESCRY_CALIBRATION_VERSION;
    job->made.vectors = job->recipe.vectors;
    return job->store->ops->put_calibration(job->store, &job->recipe, &job->made, err);
}

/* A fiftieth more or less changes nothing that would be seen. */
static int fits(const descry_calibration *old, uint64_t vectors)
{
    uint64_t more = vectors > old->vectors ? vectors - old->vectors : old->vectors - vectors;
    return old->version == DESCRY_CALIBRATION_VERSION && more <= old->vectors / GROWN;
}

int descry_calibrate(descry_library *library, descry_model *model, descry_error *err)
{
    const descry_model_info *info = descry_clip_info(model->clip);
    calibrating job = {.store = library->store};
    descry_calibration old;
    int rc = job.store->ops->recipe(job.store, info->recipe, info->name, info->dim, 0, &job.recipe, err);
    job.dim = (size_t)job.recipe.dim;
    if (rc || job.recipe.vectors < DESCRY_CALIBRATION_LEAST)
        return rc;
    rc = job.store->ops->calibration(job.store, &job.recipe, &old, err);
    if (!rc && !fits(&old, job.recipe.vectors))
        rc = calibrate(&job, model, err);
    if (rc == DESCRY_ERR_NOT_FOUND) /* too few pictures, or every one is missing */
        rc = 0;
    free(job.texts);
    free(job.sample);
    free(job.scores);
    return rc;
}

float descry_calibration_strength(const descry_calibration *calibration, double score)
{
    double deviation = fmax(calibration->deviation, 1e-6);
    return (float)(50 * erfc((calibration->best - score) / deviation / sqrt(2)));
}
