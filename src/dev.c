/* SPDX-License-Identifier: Apache-2.0
 * descry_dev.h over the rooms: arrays, many files, heads, evaluation. */
#include "descry_dev.h"

#include "library.h"
#include "mapped.h"
#include "paths.h"

#include "base/error.h"
#include "eval/adapt.h"
#include "eval/analogy.h"
#include "eval/recall.h"
#include "eval/simat.h"
#include "image/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static descry_engine engine_of(const descry_context *ctx)
{
    return (descry_engine){descry_kernels_for(ctx->cpu), ctx->pool};
}

/* ---- many files ------------------------------------------------------------------------------------------------ */

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

/* ---- pairs of a library ---------------------------------------------------------------------------------------- */

static int give_pair(descry_library *library, const descry_recipe *recipe, const descry_hit *hit, float *vector,
                     descry_buf *path, descry_buf *caption,
                     int (*each)(void *arg, const char *path, const char *caption, const float *vector), void *arg,
                     int *stop, descry_error *err)
{
    descry_store *store = library->store;
    descry_place place;
    int found = 0;
    path->size = caption->size = 0;
    int rc = store->ops->caption(store, hit->content, caption, NULL, err);
    if (rc || caption->size == 0)
        return rc;
    rc = store->ops->vector(store, recipe, hit->content, vector, &found, err);
    if (!rc && found)
        rc = store->ops->place_by_id(store, hit->id, recipe->id, &place, path, err);
    if (!rc && found && place.id) {
        descry_unit_rows(vector, 1, (size_t)recipe->dim, NULL);
        *stop = each(arg, path->data, caption->data, vector);
    }
    return rc;
}

int descry_library_pairs(descry_library *library, descry_model *model,
                         int (*each)(void *arg, const char *path, const char *caption, const float *vector), void *arg,
                         descry_error *err)
{
    descry_model_info info;
    descry_recipe recipe;
    descry_hit *hits = NULL;
    descry_buf path = {0}, caption = {0};
    size_t count = 0;
    int stop = 0;
    descry_model_describe(model, &info);
    int rc = library->store->ops->recipe(library->store, info.recipe, info.name, info.dim, 0, &recipe, err);
    if (rc || recipe.vectors == 0)
        return rc;
    float *vector = descry_alloc((size_t)recipe.dim, sizeof *vector);
    const descry_nearest all = {.recipe = recipe.id};
    rc = vector ? descry_library_all(library, &recipe, &all, &hits, &count, err) : descry_fail_memory(err);
    for (size_t i = 0; i < count && !rc && !stop; i++)
        rc = give_pair(library, &recipe, &hits[i], vector, &path, &caption, each, arg, &stop, err);
    free(hits);
    free(vector);
    descry_buf_free(&path);
    descry_buf_free(&caption);
    return rc;
}

/* ---- heads ----------------------------------------------------------------------------------------------------- */

int descry_head_open(descry_head **head, descry_context *ctx, const descry_model *model, const char *name,
                     descry_error *err)
{
    descry_buf path = {0};
    descry_model_info info = {0};
    *head = NULL;
    if (model)
        descry_model_describe(model, &info);
    int rc = descry_head_locate(&path, info.path, info.recipe, name, err);
    if (!rc)
        rc = descry_head_read(head, path.data, (size_t)info.dim, info.recipe, err);
    const descry_engine engine = engine_of(ctx);
    if (!rc && (rc = descry_head_prepare(*head, &engine, err)) != 0)
        descry_head_free(head);
    descry_buf_free(&path);
    return rc;
}

void descry_head_close(descry_head **head)
{
    if (head)
        descry_head_free(head);
}

size_t descry_head_dim(const descry_head *head)
{
    return head->dim;
}

int descry_head_map(const descry_head *head, descry_context *ctx, int kind, const float *x, size_t n, float *out,
                    descry_error *err)
{
    const descry_engine engine = engine_of(ctx);
    return descry_head_apply(head, &engine, kind == DESCRY_TEXTS ? DESCRY_HEAD_TEXT : DESCRY_HEAD_IMAGE, x, n, 1, out,
                             err);
}

int descry_head_save(const descry_head *head, const descry_model *model, const char *name, const char *about,
                     char **path, descry_error *err)
{
    descry_model_info info = {0};
    descry_buf where = {0};
    size_t n = strlen(name);
    int is_file = strchr(name, '/') || (n > 12 && strcmp(name + n - 12, ".safetensors") == 0), rc;
    *path = NULL;
    if (model)
        descry_model_describe(model, &info);
    if (is_file)
        rc = descry_buf_append(&where, name, n, err);
    else if (!descry_head_is_name(name) || !model)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "%s: %s", name,
                         model ? "not a name: letters, digits, - _ . and =" : "without a model, a head is saved as a file");
    else {
        rc = descry_head_folder(&where, info.recipe, err);
        if (!rc)
            rc = descry_buf_printf(&where, err, "/%s.safetensors", name);
        if (!rc)
            rc = descry_path_make_folders(where.data, err);
    }
    if (!rc)
        rc = descry_head_write(head, where.data, info.recipe, about, err);
    if (rc) {
        descry_buf_free(&where);
        return rc;
    }
    *path = where.data;
    return 0;
}

int descry_adapt(descry_context *ctx, const float *images, const float *texts, size_t n, size_t dim,
                 const descry_adapt_options *options, descry_head **head, descry_adapt_progress *result,
                 descry_error *err)
{
    static const descry_adapt_options defaults = DESCRY_ADAPT_OPTIONS_INIT;
    const descry_engine engine = engine_of(ctx);
    return descry_adapt_run(&engine, images, texts, n, dim, options ? options : &defaults, head, result, err);
}

/* ---- evaluation ------------------------------------------------------------------------------------------------ */

int descry_simat_run(const descry_simat *simat, descry_context *ctx, const float *images, const float *words,
                     size_t dim, int test, const float *lambdas, size_t count, descry_simat_score *scores,
                     descry_error *err)
{
    const descry_engine engine = engine_of(ctx);
    return descry_simat_score_all(simat, &engine, images, words, dim, test, lambdas, count, scores, err);
}

int descry_analogies(descry_context *ctx, const float *images, size_t pictures, size_t dim, const size_t *start,
                     const float *change, size_t n, const float *lambdas, size_t count, size_t *best,
                     descry_error *err)
{
    const descry_engine engine = engine_of(ctx);
    const descry_analogy_set set = {images, pictures, dim, start, change, n};
    for (size_t i = 0; i < n; i++)
        if (start[i] >= pictures)
            return descry_fail(err, DESCRY_ERR_ARGUMENT, "analogy %zu starts at no picture", i);
    return descry_analogy_run(&engine, &set, lambdas, count, best, err);
}

int descry_recall_run(descry_context *ctx, const float *images, size_t pictures, const float *texts,
                      const size_t *owner, size_t count, size_t dim, descry_recall *recall, descry_error *err)
{
    const descry_engine engine = engine_of(ctx);
    return descry_recall_measure(&engine, images, pictures, texts, owner, count, dim, recall, err);
}
