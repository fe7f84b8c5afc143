/* SPDX-License-Identifier: Apache-2.0 */
#include "calibrate.h"

#include "base/error.h"
#include "eval/matrix.h"

#include <math.h>
#include <stdlib.h>

/* No picture is of these, whatever the library, as far as texts can be found of which that is so. */
static const char *const NEUTRAL[] = {
    "the meaning of a word",
    "a rule of grammar",
    "an opinion about taxes",
    "next Tuesday",
    "the day after tomorrow",
    "a long time ago",
    "an unanswered question",
    "a good reason",
    "the square root of seven",
    "a proof by induction",
    "the price of wheat",
    "an increase in inflation",
    "a change of mind",
    "the opposite of success",
    "a matter of principle",
    "an unwritten law",
    "a promise kept",
    "a broken agreement",
    "the smell of coffee",
    "the sound of silence",
    "a tune in a minor key",
    "an echo",
    "a faint memory",
    "a forgotten name",
    "the idea of freedom",
    "justice and mercy",
    "honesty",
    "patience",
    "curiosity",
    "a sense of humour",
    "doubt",
    "the lack of evidence",
    "a hypothesis",
    "a margin of error",
    "the average of three numbers",
    "a percentage",
    "half as much",
    "more or less",
    "almost never",
    "every other week",
    "a delay of an hour",
    "a deadline",
    "the terms of a contract",
    "an insurance claim",
    "a rate of interest",
    "a tax return",
    "the unemployment rate",
    "a court decision",
    "an election result",
    "a foreign policy",
    "a point of view",
    "a lesson learned",
    "a common mistake",
    "an improved method",
    "the theory of evolution",
    "gravity",
    "electric charge",
    "the speed of sound",
    "a chemical reaction",
    "a computer program",
    "a translation into Latin",
    "a rumour",
    "a figure of speech",
    "nothing in particular",
};
enum { TEXTS = sizeof NEUTRAL / sizeof *NEUTRAL, BATCH = 16, SAMPLE = 1024, PICTURES = 64, GROWN = 50 };

static const double PAIRS = 0.95; /* of the pairs are below what NOT leaves out */

typedef struct calibrating {
    descry_store *store;
    descry_recipe recipe;
    size_t dim;
    float *mean;   /* [dim] */
    float *texts;  /* [TEXTS, dim] */
    float *sample; /* [count, dim] */
    size_t count;
    float *scores; /* [TEXTS or PICTURES, SAMPLE] */
    descry_calibration made;
} calibrating;

static int embed_texts(calibrating *job, descry_model *model, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0; i < TEXTS && !rc; i += BATCH)
        rc = descry_clip_embed_texts(model->clip, NEUTRAL + i, TEXTS - i < BATCH ? TEXTS - i : BATCH, 1,
                                     job->texts + i * job->dim, err);
    return rc;
}

static void find_mean(calibrating *job)
{
    for (size_t d = 0; d < job->dim; d++) {
        double sum = 0;
        for (size_t i = 0; i < job->count; i++)
            sum += job->sample[i * job->dim + d];
        job->mean[d] = (float)(sum / (double)job->count);
    }
}

/* The best in the whole library for each text. */
static int find_best(calibrating *job, descry_error *err)
{
    double sum = 0, square = 0;
    int rc = 0;
    for (size_t i = 0; i < TEXTS && !rc; i++) {
        const float *text = job->texts + i * job->dim;
        descry_nearest nearest = {.recipe = job->recipe.id, .vector = text, .k = 1, .threshold = -2};
        descry_hit *hits;
        size_t count;
        rc = job->store->ops->nearest(job->store, &job->recipe, &nearest, &hits, &count, err);
        if (!rc && count == 1) {
            double best = hits[0].score - descry_dot(text, job->mean, job->dim);
            sum += best;
            square += best * best;
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

/* The centred score below which PAIRS of the pairs of a query and a picture of the sample are.  A step of 0: the
 * queries are not of the sample; otherwise query i is its picture i * step, which makes no pair with itself. */
static double find_pairs(const calibrating *job, const float *queries, size_t count, size_t stride, size_t step)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const float *query = queries + i * stride * job->dim;
        double base = descry_dot(query, job->mean, job->dim);
        for (size_t j = 0; j < job->count; j++)
            if (!step || j != i * step)
                job->scores[n++] = (float)(descry_dot(query, job->sample + j * job->dim, job->dim) - base);
    }
    qsort(job->scores, n, sizeof *job->scores, ascending);
    return job->scores[(size_t)(PAIRS * (double)(n - 1))];
}

static int calibrate(calibrating *job, descry_model *model, descry_error *err)
{
    job->texts = descry_alloc(TEXTS, job->dim * sizeof *job->texts);
    job->scores = descry_alloc((size_t)SAMPLE * (TEXTS > PICTURES ? TEXTS : PICTURES), sizeof *job->scores);
    if (!job->texts || !job->scores)
        return descry_fail_memory(err);
    int rc = job->store->ops->sample(job->store, &job->recipe, SAMPLE, &job->sample, &job->count, err);
    if (!rc && job->count < DESCRY_CALIBRATION_LEAST)
        rc = descry_fail(err, DESCRY_ERR_NOT_FOUND, "too few pictures");
    if (!rc)
        rc = embed_texts(job, model, err);
    if (rc)
        return rc;
    find_mean(job);
    rc = find_best(job, err);
    if (rc)
        return rc;
    size_t step = job->count > PICTURES ? job->count / PICTURES : 1;
    job->made.text = find_pairs(job, job->texts, TEXTS, 1, 0);
    job->made.picture =
        find_pairs(job, job->sample, job->count / step < PICTURES ? job->count / step : PICTURES, step, step);
    job->made.version = DESCRY_CALIBRATION_VERSION;
    job->made.vectors = job->recipe.vectors;
    return job->store->ops->put_calibration(job->store, &job->recipe, &job->made, job->mean, err);
}

/* A fiftieth more or less changes nothing that would be seen. */
static int fits(const descry_calibration *old, uint64_t vectors)
{
    uint64_t more = vectors > old->vectors ? vectors - old->vectors : old->vectors - vectors;
    return old->version == DESCRY_CALIBRATION_VERSION && more <= old->vectors / GROWN;
}

int descry_calibrate(descry_library *library, descry_model *model, descry_error *err)
{
    descry_model_info info = {0};
    calibrating job = {.store = library->store};
    descry_calibration old;
    descry_clip_describe(model->clip, &info);
    int rc = job.store->ops->recipe(job.store, info.recipe, info.name, info.dim, 0, &job.recipe, err);
    job.dim = (size_t)job.recipe.dim;
    if (rc || job.recipe.vectors < DESCRY_CALIBRATION_LEAST)
        return rc;
    job.mean = descry_alloc(job.dim, sizeof *job.mean);
    rc = job.mean ? job.store->ops->calibration(job.store, &job.recipe, &old, job.mean, err) : descry_fail_memory(err);
    if (!rc && !fits(&old, job.recipe.vectors))
        rc = calibrate(&job, model, err);
    if (rc == DESCRY_ERR_NOT_FOUND) /* too few pictures, or every one is missing */
        rc = 0;
    free(job.mean);
    free(job.texts);
    free(job.sample);
    free(job.scores);
    return rc;
}

float descry_calibration_strength(const descry_calibration *calibration, double centred)
{
    double deviation = fmax(calibration->deviation, 1e-6);
    return (float)(50 * erfc((calibration->best - centred) / deviation / sqrt(2)));
}
