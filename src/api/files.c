/* SPDX-License-Identifier: Apache-2.0
 * Embeddings of many files. */
#include "api/handles.h"

#include "base/error.h"
#include "base/memory.h"
#include "descry_dev.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 32 };

typedef struct files {
    descry_model *model;
    const char *const *paths;
    const descry_files_options *options;
    size_t picture;          /* bytes of a prepared one */
    uint8_t *rgb;            /* [BATCH, H, W, 3] */
    uint8_t *read;           /* [n] */
    descry_error *errors;    /* [BATCH] */
    size_t first;
} files;

static void prepare(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    files *f = arg;
    f->read[f->first + i] = descry_preprocess_file(f->model, f->paths[f->first + i], &f->options->preprocess,
                                                   f->rgb + i * f->picture, &f->errors[i]) == 0;
}

/* The good ones to the front, embedded, and their rows to their places. */
static int embed_batch(files *f, size_t n, size_t dim, float *rows, float *out, descry_error *err)
{
    size_t good = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = f->first + i;
        if (f->read[at] && good++ != i)
            memcpy(f->rgb + (good - 1) * f->picture, f->rgb + i * f->picture, f->picture);
        else if (!f->read[at] && f->options->failure)
            f->options->failure(f->options->arg, f->paths[at], &f->errors[i]);
    }
    int rc = good ? descry_embed_pixels(f->model, f->rgb, good, 1, rows, err) : 0;
    for (size_t i = 0; i < n && !rc; i++) {
        float *to = out + (f->first + i) * dim;
        if (f->read[f->first + i]) {
            memcpy(to, rows, dim * sizeof *to);
            rows += dim;
        } else {
            memset(to, 0, dim * sizeof *to);
        }
    }
    return rc;
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

int descry_embed_files(descry_model *model, const char *const *paths, size_t n, const descry_files_options *options,
                       float *out, uint8_t *read, descry_error *err)
{
    static const descry_files_options defaults = DESCRY_FILES_OPTIONS_INIT;
    descry_model_info info;
    struct timespec start;
    descry_model_describe(model, &info);
    clock_gettime(CLOCK_MONOTONIC, &start);
    files f = {.model = model, .paths = paths, .options = options ? options : &defaults, .read = read};
    size_t dim = (size_t)info.dim;
    f.picture = (size_t)info.image_width * (size_t)info.image_height * 3;
    f.rgb = descry_alloc(BATCH, f.picture);
    f.errors = descry_alloc(BATCH, sizeof *f.errors);
    float *rows = descry_alloc(BATCH, dim * sizeof *rows);
    int rc = f.rgb && f.errors && rows ? 0 : descry_fail_memory(err);
    for (; f.first < n && !rc; f.first += BATCH) {
        size_t count = n - f.first < BATCH ? n - f.first : BATCH;
        if (f.options->progress && f.options->progress(f.options->arg, f.first, n, seconds_since(&start))) {
            rc = descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
            break;
        }
        descry_pool_run(model->context->pool, count, prepare, &f);
        rc = embed_batch(&f, count, dim, rows, out, err);
    }
    free(f.rgb);
    free(f.errors);
    free(rows);
    return rc;
}
