/* SPDX-License-Identifier: Apache-2.0 */
#include "library/calibrate.h"

#include "base/error.h"
#include "kern/linear.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Neutral queries combine two of these, such that hardly any library has a picture of both: their best matches show one of the
 * two, or something similar. */
static const char *const THINGS[] = {
    "a violin",    "a pineapple", "an umbrella", "a penguin", "a bicycle",    "a candle",   "an elephant", "a hammer",
    "a sunflower", "a tractor",   "a lobster",   "a guitar",  "a snowman",    "a pencil",   "a giraffe",   "a balloon",
    "an anchor",   "a kangaroo",  "a cactus",    "an owl",    "a camera",     "a pizza",    "a castle",    "a drum",
    "a turtle",    "a sandwich",  "a helicopter", "a crown",  "a strawberry", "a shark",    "a laptop",    "a mushroom",
};
static const struct {
    const char *words;
    size_t step; /* index of the second thing = index of the first + step */
} RELATIONS[] = {{"to the left of", 5}, {"above", 11}, {"next to", 14}, {"and", 3}};
enum {
    THING_COUNT = sizeof THINGS / sizeof *THINGS,
    TEXTS = THING_COUNT * (sizeof RELATIONS / sizeof *RELATIONS),
    BATCH = 16,
    SAMPLE = 1024,
    PICTURES = 64,
    STALE_PART = 50
};

static const double PAIRS = 0.97; /* quantile of pair scores above which NOT excludes */

typedef struct calibration_job {
    descry_store *store;
    descry_recipe recipe;
    size_t dim;
    float *texts;  /* [TEXTS, dim] */
    float *sample; /* [count, dim] */
    size_t count;
    float *scores; /* [THING_COUNT or PICTURES, SAMPLE] */
    descry_calibration out;
} calibration_job;

static void write_text(size_t i, char *text, size_t size)
{
    size_t thing = i % THING_COUNT, relation = i / THING_COUNT;
    snprintf(text, size, "%s %s %s", THINGS[thing], RELATIONS[relation].words,
             THINGS[(thing + RELATIONS[relation].step) % THING_COUNT]);
}

static int embed_texts(calibration_job *job, descry_model *model, descry_error *err)
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

/* Mean and deviation of each neutral query's best score in the library. */
static int measure_best(calibration_job *job, descry_error *err)
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
    job->out.best = sum / TEXTS;
    job->out.deviation = sqrt(fmax(0, square / TEXTS - job->out.best * job->out.best));
    return rc;
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The quantile PAIRS of the scores of all pairs of a query and a picture of the sample.  step 0: the queries are not from the
 * sample; else query i is its picture i * step, whose pair with itself is omitted. */
static double pair_quantile(const calibration_job *job, const float *queries, size_t count, size_t stride, size_t step)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < job->count; j++)
            if (!step || j != i * step)
                job->scores[n++] = descry_dot(queries + i * stride * job->dim, job->sample + j * job->dim, job->dim);
    qsort(job->scores, n, sizeof *job->scores, compare_floats);
    return job->scores[(size_t)(PAIRS * (double)(n - 1))];
}

static int calibrate(calibration_job *job, descry_model *model, descry_error *err)
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
        rc = measure_best(job, err);
    if (!rc) /* reuses the buffer of the neutral queries */
        rc = descry_clip_embed_texts(model->clip, THINGS, THING_COUNT, 1, job->texts, err);
    if (rc)
        return rc;
    size_t step = job->count > PICTURES ? job->count / PICTURES : 1;
    job->out.text = pair_quantile(job, job->texts, THING_COUNT, 1, 0);
    job->out.picture =
        pair_quantile(job, job->sample, job->count / step < PICTURES ? job->count / step : PICTURES, step, step);
    job->out.version = DESCRY_CALIBRATION_VERSION;
    job->out.vectors = job->recipe.vectors;
    return job->store->ops->put_calibration(job->store, &job->recipe, &job->out, err);
}

/* A calibration stays valid until the number of vectors has changed by more than 1 / STALE_PART, which makes no visible
 * difference. */
static int is_current(const descry_calibration *stored, uint64_t vectors)
{
    uint64_t more = vectors > stored->vectors ? vectors - stored->vectors : stored->vectors - vectors;
    return stored->version == DESCRY_CALIBRATION_VERSION && more <= stored->vectors / STALE_PART;
}

int descry_calibrate(descry_library *library, descry_model *model, descry_error *err)
{
    const descry_model_info *info = descry_clip_info(model->clip);
    calibration_job job = {.store = library->store};
    descry_calibration stored;
    int rc = job.store->ops->recipe(job.store, info->recipe, info->name, info->dim, 0, &job.recipe, err);
    job.dim = (size_t)job.recipe.dim;
    if (rc || job.recipe.vectors < DESCRY_CALIBRATION_LEAST)
        return rc;
    rc = job.store->ops->calibration(job.store, &job.recipe, &stored, err);
    if (!rc && !is_current(&stored, job.recipe.vectors))
        rc = calibrate(&job, model, err);
    if (rc == DESCRY_ERR_NOT_FOUND) /* too few pictures, or all are missing: not calibrated */
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
