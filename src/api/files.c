/* SPDX-License-Identifier: Apache-2.0
 * Embeddings of many files. */
#include "api/handles.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/watch.h"
#include "descry_dev.h"
#include "pictures/loader.h"

#include <stdlib.h>

enum { BATCH = 32 };

typedef struct embed_job {
    descry_model *model;
    descry_files_options how;
    descry_file_fn each;
    void *arg;
    size_t dim;
    descry_watching watch;
    descry_loaded_batch *now;
    float *rows; /* [BATCH, dim] */
} embed_job;

static int embed(void *arg, size_t first, size_t n, descry_error *err)
{
    embed_job *f = arg;
    const descry_files_options *o = &f->how;
    float *rows = f->rows + first * f->dim;
    int rc = descry_embed_pixels(f->model, f->now->rgb + first * f->now->picture, n, !o->raw || o->head, rows, err);
    return rc || !o->head ? rc : descry_head_map(o->head, DESCRY_PICTURES, rows, n, !o->raw, rows, err);
}

static int deliver(void *arg, descry_loaded_batch *now, descry_error *err)
{
    embed_job *f = arg;
    const descry_loaded *items = now->items;
    f->now = now;
    int rc = descry_watch_report(&f->watch, err);
    if (!rc)
        rc = descry_loaded_encode(now, embed, f, err);
    for (size_t i = 0; i < now->count && !rc; i++) {
        const descry_error *why = items[i].err.code ? &items[i].err : NULL;
        f->watch.progress.failed += why != NULL;
        if (f->each(f->arg, f->watch.progress.done++, why ? NULL : f->rows + items[i].slot * f->dim, why))
            rc = descry_fail(err, DESCRY_ERR_CANCELLED, "stopped");
    }
    return rc;
}

int descry_embed_files(descry_model *model, const char *const *paths, size_t n, const descry_files_options *options,
                       descry_file_fn each, void *arg, descry_error *err)
{
    const descry_model_info *info = descry_model_get_info(model);
    embed_job f = {.model = model, .how = DESCRY_FILES_OPTIONS_INIT, .each = each, .arg = arg, .dim = (size_t)info->dim};
    descry_reading reading;
    int rc = DESCRY_COPY_OPTIONS(&f.how, options, err);
    if (!rc)
        rc = descry_watch_begin(&f.watch, f.how.watch, err);
    if (!rc)
        rc = descry_reading_copy_whole(&reading, f.how.preprocess, err);
    if (rc)
        return rc;
    f.watch.progress.stage = DESCRY_STAGE_WORKING;
    f.watch.progress.total = n;
    f.rows = descry_alloc(BATCH, (size_t)info->dim * sizeof(float));
    descry_loader_options with = {.preprocess = descry_clip_preprocess(model->clip), .options = &reading.options,
                                  .decoders = model->context->decoders,
                                  .threads = descry_pool_threads(model->context->pool), .item = sizeof(descry_loaded),
                                  .batch = n < BATCH ? n : BATCH, .deliver = deliver, .arg = &f};
    descry_loader *loader = NULL;
    rc = f.rows ? descry_loader_open(&loader, &with, err) : descry_fail_memory(err);
    for (size_t i = 0; i < n && !rc; i++)
        rc = descry_loader_add(loader, &(descry_loaded){.path = paths[i], .want = DESCRY_WANT_PIXELS}, err);
    if (!rc)
        rc = descry_loader_finish(loader, err);
    descry_loader_close(&loader);
    free(f.rows);
    return rc;
}
