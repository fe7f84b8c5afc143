/* SPDX-License-Identifier: Apache-2.0
 * Embeddings from a NumPy archive into the library. */
#include "library/library.h"
#include "base/paths.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/watch.h"
#include "image/picture.h"
#include "npz/npz.h"
#include "npz/values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROWS = 1024, ROOM = 8 << 20, MAX_URL = 65536 };

#define MAX_FORTRAN ((uint64_t)4 << 30)

typedef struct row {
    const char *url;  /* NULL: it has none */
    const char *path; /* the same, or where the file is */
    int local;        /* there is a file */
    uint64_t size;    /* of it */
    int64_t mtime;
    descry_content *content;
    int failed;
    descry_error why;
} row;

typedef struct import {
    descry_library *library;
    descry_store *store;
    descry_import_options how;
    descry_limits limits;
    descry_recipe recipe;
    descry_npz *npz;
    descry_npz_array features, urls;
    uint64_t rows;
    size_t batch;         /* rows at a time */
    uint8_t *values;      /* raw features: [batch, dim], or all of them in Fortran order */
    uint8_t *texts;       /* raw urls [batch] */
    double *row;          /* [dim] */
    descry_buf url;       /* of a row */
    /* of a batch, each [batch] */
    float *vectors;       /* [batch, dim], of length 1 */
    row *batch_rows;
    const char **paths;
    descry_place *places;
    descry_put *puts;
    size_t put_count;
    descry_arena arena;   /* what these point to */
    descry_import_counts counts, *given; /* `given`: the caller's */
    descry_watching watch;
    descry_error *err;
} import;

static int tell(import *job)
{
    job->counts.seconds = descry_clock_now() - job->watch.start;
    DESCRY_COPY_BACK(job->given, &job->counts);
    return descry_watch_report(&job->watch, job->err);
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

static int open_arrays(import *job)
{
    uint64_t most = job->how.max_bytes;
    int rc = descry_npz_array_open(&job->features, job->npz, job->how.features, most, job->err);
    return rc ? rc : descry_npz_array_open(&job->urls, job->npz, job->how.urls, most, job->err);
}

static void close_arrays(import *job)
{
    descry_npz_array_close(&job->features);
    descry_npz_array_close(&job->urls);
}

static int check_shapes(import *job, int dim)
{
    const descry_npy *f = &job->features.npy, *u = &job->urls.npy;
    const char *name = job->features.name;
    if (f->type != 'f' || f->dims != 2)
        return descry_fail(job->err, DESCRY_ERR_UNSUPPORTED, "%s: not floats of two dimensions", name);
    if ((u->type != 'U' && u->type != 'S') || u->dims != 1)
        return descry_fail(job->err, DESCRY_ERR_UNSUPPORTED, "%s: not texts of one dimension", job->urls.name);
    if (f->shape[0] != u->shape[0])
        return descry_fail(job->err, DESCRY_ERR_FORMAT, "%s: %llu rows, but %llu urls", name,
                           (unsigned long long)f->shape[0], (unsigned long long)u->shape[0]);
    if (f->shape[1] != (uint64_t)dim)
        return descry_fail(job->err, DESCRY_ERR_ARGUMENT, "%s: vectors of %llu numbers; the model's have %d", name,
                           (unsigned long long)f->shape[1], dim);
    if (u->item > MAX_URL * (uint64_t)4)
        return descry_fail(job->err, DESCRY_ERR_LIMIT, "%s: texts of %llu bytes", job->urls.name,
                           (unsigned long long)u->item);
    if (f->fortran && f->bytes > MAX_FORTRAN)
        return descry_fail(job->err, DESCRY_ERR_LIMIT, "%s: %llu bytes in Fortran order: save it in C order "
                           "(numpy.ascontiguousarray)", name, (unsigned long long)f->bytes);
    job->rows = job->counts.rows = f->shape[0];
    job->watch.progress.total = f->bytes + u->bytes;
    return 0;
}

/* Reads an array to its end, where its checksum is. */
static int check_array(import *job, descry_npz_array *array)
{
    int rc = 0;
    while (array->left > 0 && !rc) {
        size_t n = array->left < ROOM ? (size_t)array->left : ROOM;
        rc = descry_npz_array_read(array, job->texts, n, job->err);
        job->watch.progress.done += n;
        if (!rc)
            rc = tell(job);
    }
    return rc;
}

/* Checks all of the archive before any of it is used, and stands at the first row. */
static int open_archive(import *job, const char *path, int dim)
{
    int rc = descry_npz_open(&job->npz, path, job->err);
    if (!rc)
        rc = open_arrays(job);
    if (!rc)
        rc = check_shapes(job, dim);
    job->texts = rc ? NULL : descry_alloc(ROOM, 1);
    if (!rc && !job->texts)
        rc = descry_fail_memory(job->err);
    if (!rc)
        rc = check_array(job, &job->features);
    if (!rc)
        rc = check_array(job, &job->urls);
    close_arrays(job);
    return rc ? rc : open_arrays(job);
}

static int take_memory(import *job)
{
    const descry_npy *f = &job->features.npy, *u = &job->urls.npy;
    size_t dim = (size_t)job->recipe.dim, wide = dim * f->item > u->item ? dim * f->item : u->item;
    job->batch = ROOM / wide < 1 ? 1 : ROOM / wide > ROWS ? ROWS : ROOM / wide;
    free(job->texts);
    job->texts = descry_alloc(job->batch, u->item);
    job->values = f->fortran ? descry_alloc(f->bytes + 1, 1) : descry_alloc(job->batch, dim * f->item);
    job->row = descry_alloc(dim, sizeof *job->row);
    job->vectors = descry_alloc(job->batch, dim * sizeof *job->vectors);
    job->batch_rows = descry_alloc(job->batch, sizeof *job->batch_rows);
    job->paths = descry_alloc(job->batch, sizeof *job->paths);
    job->places = descry_alloc(job->batch, sizeof *job->places);
    job->puts = descry_alloc(job->batch, sizeof *job->puts);
    if (!job->texts || !job->values || !job->row || !job->vectors || !job->batch_rows || !job->paths || !job->places ||
        !job->puts)
        return descry_fail_memory(job->err);
    return f->fortran ? descry_npz_array_read(&job->features, job->values, f->bytes, job->err) : 0;
}

/* ---- a row ------------------------------------------------------------------------------------------------------ */

/* The vector of row i, the k-th of its batch; divided by its largest first, so that no square is too big or small. */
static int read_vector(import *job, uint64_t i, size_t k, float *vector, descry_error *err)
{
    const descry_npy *f = &job->features.npy;
    size_t dim = (size_t)job->recipe.dim, size = f->item;
    const uint8_t *from = f->fortran ? job->values + i * size : job->values + k * dim * size;
    descry_npz_numbers(f, from, dim, f->fortran ? (size_t)job->rows : 1, job->row);
    double largest = 0, square = 0;
    for (size_t d = 0; d < dim; d++) {
        if (!isfinite(job->row[d]))
            return descry_fail(err, DESCRY_ERR_NUMERIC, "its vector is not finite");
        largest = fmax(largest, fabs(job->row[d]));
    }
    if (largest == 0)
        return descry_fail(err, DESCRY_ERR_NUMERIC, "its vector has length 0");
    for (size_t d = 0; d < dim; d++)
        square += job->row[d] / largest * (job->row[d] / largest);
    double length = sqrt(square);
    int is_one = fabs(length * largest - 1) <= 0x1p-11; /* f16 cannot tell, and what it holds stays exactly so */
    for (size_t d = 0; d < dim; d++)
        vector[d] = (float)(is_one ? job->row[d] : job->row[d] / largest / length);
    return 0;
}

/* A content for a picture without a file: no file that is a picture has this digest. */
static int digest_source(const char *source, uint8_t digest[DESCRY_SHA256_SIZE], descry_error *err)
{
    static const char mark[] = "descry-source"; /* and its NUL */
    descry_sha256 sha;
    int rc = descry_sha256_open(&sha, err);
    if (rc)
        return rc;
    rc = descry_sha256_add(&sha, mark, sizeof mark, err);
    if (!rc)
        rc = descry_sha256_add(&sha, source, strlen(source), err);
    if (!rc)
        return descry_sha256_finish(&sha, digest, err);
    descry_sha256_close(&sha);
    return rc;
}

/* What indexing does with a file, but for the model.  `why`: what is wrong with the file. */
static int read_local(import *job, const char *path, descry_content *what, descry_metadata *metadata, descry_error *why)
{
    descry_shared bytes;
    descry_facts facts;
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &job->limits;
    descry_job facts_alone = {.wanted = {.options = &options}};
    int rc = descry_shared_read(&bytes, path, job->limits.max_bytes, why);
    if (rc)
        return rc;
    rc = descry_sha256_of(bytes.data, bytes.size, what->sha256, why);
    if (!rc)
        rc = descry_decoders_prepare(job->library->context->decoders, &facts_alone, &bytes, path, NULL, &facts, NULL, why);
    if (!rc) {
        what->bytes = bytes.size;
        what->width = facts.width;
        what->height = facts.height;
        what->orientation = facts.orientation;
        *metadata = facts.metadata;
        descry_facts_free(&facts);
    }
    descry_shared_close(&bytes);
    return rc;
}

/* job->url is the path of a file here: the row's path is then how the library has it. */
static int find_local(import *job, row *at)
{
    struct stat st;
    descry_buf path = {0};
    at->local = job->url.data[0] == '/' && stat(job->url.data, &st) == 0 && S_ISREG(st.st_mode);
    int rc = at->local ? descry_path_real_folder(&path, job->url.data, job->err) : 0;
    at->url = descry_arena_strdup(&job->arena, job->url.data);
    at->path = at->local && !rc ? descry_arena_strdup(&job->arena, path.data) : at->url;
    if (!rc && (!at->url || !at->path))
        rc = descry_fail_memory(job->err);
    if (at->local) {
        at->size = (uint64_t)st.st_size;
        at->mtime = descry_clock_changed(&st);
    }
    descry_buf_free(&path);
    return rc;
}

/* Row i, the k-th of its batch: where its picture is, and its vector. */
static int read_row(import *job, uint64_t i, size_t k)
{
    row *at = &job->batch_rows[k];
    *at = (row){0};
    int rc = descry_npz_text(&job->urls.npy, job->texts + k * job->urls.npy.item, &job->url, &at->why);
    if (!rc && job->url.size == 0)
        rc = descry_fail(&at->why, DESCRY_ERR_FORMAT, "an empty url");
    at->failed = rc != 0;
    if (rc)
        return 0;
    rc = find_local(job, at);
    if (!rc)
        at->failed = read_vector(job, i, k, job->vectors + k * (size_t)job->recipe.dim, &at->why) != 0;
    return rc;
}

/* What is to be written of a row that is not in the library as it is; reads its file. */
static int prepare(import *job, row *at, const descry_place *place, const float *vector)
{
    int same = !at->local || (place->size == at->size && !place->source && !place->unread && place->mtime == at->mtime);
    if (place->has_vector && same && !(at->local && place->missing))
        return 0;
    descry_put *put = &job->puts[job->put_count];
    *put = (descry_put){.path = at->path, .what = at->local ? DESCRY_PUT_FILE : DESCRY_PUT_SOURCE, .size = at->size,
                        .mtime = at->mtime, .vector = vector};
    put->content = at->content = descry_arena_alloc(&job->arena, 1, sizeof *at->content);
    descry_metadata *metadata = at->local ? descry_arena_alloc(&job->arena, 1, sizeof *metadata) : NULL;
    if (!at->content || (at->local && !metadata))
        return descry_fail_memory(job->err);
    *at->content = (descry_content){.bytes = 0};
    put->metadata = metadata;
    if (at->local)
        at->failed = read_local(job, at->path, at->content, metadata, &at->why) != 0;
    else {
        int rc = digest_source(at->path, at->content->sha256, job->err);
        if (rc)
            return rc;
    }
    job->put_count += !at->failed;
    return 0;
}

static void report(import *job, uint64_t i, const row *at)
{
    descry_error told;
    const char *url = at->url;
    job->counts.failed++;
    job->watch.progress.failed++;
    descry_fail(&told, at->why.code, "%s: row %llu%s%s: %s", job->features.name, (unsigned long long)i, url ? ", " : "",
                url ? url : "", at->why.message);
    if (job->how.failure)
        job->how.failure(job->how.arg, i, url, &told);
}

static int look_up(import *job, size_t n)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        if (!job->batch_rows[k].failed)
            job->paths[count++] = job->batch_rows[k].path;
    return job->store->ops->places(job->store, job->paths, count, job->recipe.id, job->places, job->err);
}

static int store_rows(import *job, uint64_t first, size_t n)
{
    size_t found = 0, good = 0;
    int rc = 0;
    job->put_count = 0;
    for (size_t k = 0; k < n && !rc; k++)
        rc = read_row(job, first + k, k);
    if (!rc)
        rc = look_up(job, n);
    for (size_t k = 0; k < n && !rc; k++) {
        row *at = &job->batch_rows[k];
        if (!at->failed)
            rc = prepare(job, at, &job->places[found++], job->vectors + k * (size_t)job->recipe.dim);
        if (!rc && at->failed)
            report(job, first + k, at);
        good += !at->failed;
    }
    if (!rc)
        rc = job->store->ops->put(job->store, &job->recipe, job->puts, job->put_count, job->err);
    if (rc)
        return rc;
    job->watch.progress.done += n;
    job->counts.unchanged += good - job->put_count;
    for (size_t i = 0; i < job->put_count; i++) {
        const descry_put *put = &job->puts[i];
        ++*(put->new_place ? &job->counts.added : put->new_vector ? &job->counts.completed : &job->counts.unchanged);
    }
    return 0;
}

/* ---- the run ---------------------------------------------------------------------------------------------------- */

static int import_batch(import *job, uint64_t first, size_t n)
{
    const descry_npy *f = &job->features.npy, *u = &job->urls.npy;
    int rc = f->fortran ? 0
                        : descry_npz_array_read(&job->features, job->values, n * (size_t)job->recipe.dim * f->item,
                                                job->err);
    if (!rc)
        rc = descry_npz_array_read(&job->urls, job->texts, n * u->item, job->err);
    if (!rc)
        rc = store_rows(job, first, n);
    descry_arena_free(&job->arena);
    return rc;
}

/* A model that is new here is the library's last one only if there is no other. */
static int get_recipe(import *job, const descry_model_info *info)
{
    descry_arena arena = {0};
    descry_library_status status;
    int rc = job->store->ops->status(job->store, &status, &arena, job->err);
    if (!rc)
        rc = job->store->ops->recipe(job->store, info->recipe, info->name, info->dim, 1, &job->recipe, job->err);
    if (!rc && status.model_count == 0)
        rc = job->store->ops->touch_recipe(job->store, job->recipe.id, job->err);
    descry_arena_free(&arena);
    return rc;
}

static int import_rows(import *job, const descry_model_info *info)
{
    int rc = get_recipe(job, info);
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    job->watch.progress.done = 0;
    job->watch.progress.total = job->rows;
    if (!rc)
        rc = take_memory(job);
    for (uint64_t i = 0; i < job->rows && !rc; i += job->batch) {
        rc = import_batch(job, i, job->rows - i < job->batch ? (size_t)(job->rows - i) : job->batch);
        if (!rc)
            rc = tell(job);
    }
    if (job->counts.added + job->counts.completed > 0)
        job->store->ops->prepare(job->store, &job->recipe);
    return rc;
}

static int take_options(import *job, const descry_import_options *options)
{
    int rc = DESCRY_COPY_OPTIONS(&job->how, options, job->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&job->limits, job->how.limits, job->err);
    if (!rc)
        rc = descry_options_check(job->given, job->err);
    if (!rc)
        rc = descry_watch_begin(&job->watch, job->how.watch, job->err);
    job->watch.progress.stage = DESCRY_STAGE_CHECKING;
    return rc;
}

int descry_import_npz(descry_library *library, descry_model *model, const char *path,
                      const descry_import_options *options, descry_import_counts *counts, descry_error *err)
{
    descry_error local;
    import job = {.library = library, .store = library->store, .how = DESCRY_IMPORT_OPTIONS_INIT,
                  .limits = DESCRY_LIMITS_INIT, .counts = DESCRY_IMPORT_COUNTS_INIT, .given = counts,
                  .watch.start = descry_clock_now()};
    job.err = err ? err : &local;
    int rc = take_options(&job, options);
    const descry_model_info *info = descry_clip_info(model->clip);
    if (!rc) /* before the archive is read */
        rc = descry_library_writable(library, job.err);
    if (!rc)
        rc = open_archive(&job, path, info->dim);
    if (!rc && !(rc = descry_library_lock(library, 1, job.err))) {
        rc = import_rows(&job, info);
        descry_library_unlock(library);
    }
    close_arrays(&job);
    descry_npz_close(&job.npz);
    free(job.values);
    free(job.texts);
    free(job.row);
    free(job.vectors);
    free(job.batch_rows);
    free(job.paths);
    free(job.places);
    free(job.puts);
    descry_buf_free(&job.url);
    job.counts.seconds = descry_clock_now() - job.watch.start;
    DESCRY_COPY_BACK(counts, &job.counts);
    return rc;
}
