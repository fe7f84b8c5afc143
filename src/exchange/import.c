/* SPDX-License-Identifier: Apache-2.0
 * Import of embeddings from a NumPy archive. */
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

#define MAX_FORTRAN_BYTES ((uint64_t)4 << 30)

typedef struct row {
    const char *url;  /* NULL: it has none */
    const char *path; /* the url, or the local file's canonical path */
    int local;        /* 1: url is a local file */
    uint64_t size;    /* of the file */
    int64_t mtime;
    descry_content *content;
    int failed;
    descry_error why;
} row;

typedef struct import_job {
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
    descry_arena arena;   /* of a batch: strings and contents */
    descry_import_counts counts, *out_counts; /* out_counts: the caller's, or NULL */
    descry_watching watch;
    descry_error *err;
} import_job;

static int report_progress(import_job *job)
{
    job->counts.seconds = descry_clock_now() - job->watch.start;
    DESCRY_COPY_BACK(job->out_counts, &job->counts);
    return descry_watch_report(&job->watch, job->err);
}

/* ---- the archive ------------------------------------------------------------------------------------------------ */

static int open_arrays(import_job *job)
{
    uint64_t max_bytes = job->how.max_bytes;
    int rc = descry_npz_array_open(&job->features, job->npz, job->how.features, max_bytes, job->err);
    return rc ? rc : descry_npz_array_open(&job->urls, job->npz, job->how.urls, max_bytes, job->err);
}

static void close_arrays(import_job *job)
{
    descry_npz_array_close(&job->features);
    descry_npz_array_close(&job->urls);
}

static int check_shapes(import_job *job, int dim)
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
    if (f->fortran && f->bytes > MAX_FORTRAN_BYTES)
        return descry_fail(job->err, DESCRY_ERR_LIMIT, "%s: %llu bytes in Fortran order: save it in C order "
                           "(numpy.ascontiguousarray)", name, (unsigned long long)f->bytes);
    job->rows = job->counts.rows = f->shape[0];
    job->watch.progress.total = f->bytes + u->bytes;
    return 0;
}

/* Reads an array to its end, which verifies its checksum. */
static int check_array(import_job *job, descry_npz_array *array)
{
    int rc = 0;
    while (array->left > 0 && !rc) {
        size_t n = array->left < ROOM ? (size_t)array->left : ROOM;
        rc = descry_npz_array_read(array, job->texts, n, job->err);
        job->watch.progress.done += n;
        if (!rc)
            rc = report_progress(job);
    }
    return rc;
}

/* Checks the whole archive before any of it is used, then reopens the arrays at the first row. */
static int open_archive(import_job *job, const char *path, int dim)
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

static int alloc_buffers(import_job *job)
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

/* The vector of row i, the k-th of its batch, normalised; scaled by its largest element first, so that squares neither
 * overflow nor underflow. */
static int read_vector(import_job *job, uint64_t i, size_t k, float *vector, descry_error *err)
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
    int is_one = fabs(length * largest - 1) <= 0x1p-11; /* within the precision of f16: kept exactly as it is */
    for (size_t d = 0; d < dim; d++)
        vector[d] = (float)(is_one ? job->row[d] : job->row[d] / largest / length);
    return 0;
}

/* The content digest of a picture without a file: SHA-256 of a prefix and the source, so that it equals no file's. */
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

/* Reads a file as indexing does, without embedding it.  `why`: the error, if it cannot be read. */
static int read_local(import_job *job, const char *path, descry_content *content, descry_metadata *metadata, descry_error *why)
{
    descry_shared bytes;
    descry_facts facts;
    descry_preprocess_options options = DESCRY_PREPROCESS_OPTIONS_INIT;
    options.limits = &job->limits;
    descry_job facts_alone = {.wanted = {.options = &options}};
    int rc = descry_shared_read(&bytes, path, job->limits.max_bytes, why);
    if (rc)
        return rc;
    rc = descry_sha256_of(bytes.data, bytes.size, content->sha256, why);
    if (!rc)
        rc = descry_decoders_prepare(job->library->context->decoders, &facts_alone, &bytes, path, NULL, &facts, NULL, why);
    if (!rc) {
        content->bytes = bytes.size;
        content->width = facts.width;
        content->height = facts.height;
        content->orientation = facts.orientation;
        *metadata = facts.metadata;
        descry_facts_free(&facts);
    }
    descry_shared_close(&bytes);
    return rc;
}

/* Sets url and path of a row: if job->url is the absolute path of a local file, path is its canonical form. */
static int find_local(import_job *job, row *it)
{
    struct stat st;
    descry_buf path = {0};
    it->local = job->url.data[0] == '/' && stat(job->url.data, &st) == 0 && S_ISREG(st.st_mode);
    int rc = it->local ? descry_path_real_folder(&path, job->url.data, job->err) : 0;
    it->url = descry_arena_strdup(&job->arena, job->url.data);
    it->path = it->local && !rc ? descry_arena_strdup(&job->arena, path.data) : it->url;
    if (!rc && (!it->url || !it->path))
        rc = descry_fail_memory(job->err);
    if (it->local) {
        it->size = (uint64_t)st.st_size;
        it->mtime = descry_clock_changed(&st);
    }
    descry_buf_free(&path);
    return rc;
}

/* Reads row i, the k-th of its batch: url and vector. */
static int read_row(import_job *job, uint64_t i, size_t k)
{
    row *it = &job->batch_rows[k];
    *it = (row){0};
    int rc = descry_npz_text(&job->urls.npy, job->texts + k * job->urls.npy.item, &job->url, &it->why);
    if (!rc && job->url.size == 0)
        rc = descry_fail(&it->why, DESCRY_ERR_FORMAT, "an empty url");
    it->failed = rc != 0;
    if (rc)
        return 0;
    rc = find_local(job, it);
    if (!rc)
        it->failed = read_vector(job, i, k, job->vectors + k * (size_t)job->recipe.dim, &it->why) != 0;
    return rc;
}

/* Adds what to write for a row, unless the library has it already; reads its file. */
static int prepare_put(import_job *job, row *it, const descry_place *place, const float *vector)
{
    int same = !it->local || (place->size == it->size && !place->source && !place->unread && place->mtime == it->mtime);
    if (place->has_vector && same && !(it->local && place->missing))
        return 0;
    descry_put *put = &job->puts[job->put_count];
    *put = (descry_put){.path = it->path, .what = it->local ? DESCRY_PUT_FILE : DESCRY_PUT_SOURCE, .size = it->size,
                        .mtime = it->mtime, .vector = vector};
    put->content = it->content = descry_arena_alloc(&job->arena, 1, sizeof *it->content);
    descry_metadata *metadata = it->local ? descry_arena_alloc(&job->arena, 1, sizeof *metadata) : NULL;
    if (!it->content || (it->local && !metadata))
        return descry_fail_memory(job->err);
    *it->content = (descry_content){.bytes = 0};
    put->metadata = metadata;
    if (it->local)
        it->failed = read_local(job, it->path, it->content, metadata, &it->why) != 0;
    else {
        int rc = digest_source(it->path, it->content->sha256, job->err);
        if (rc)
            return rc;
    }
    job->put_count += !it->failed;
    return 0;
}

static void report_failure(import_job *job, uint64_t i, const row *it)
{
    descry_error reported;
    const char *url = it->url;
    job->counts.failed++;
    job->watch.progress.failed++;
    descry_fail(&reported, it->why.code, "%s: row %llu%s%s: %s", job->features.name, (unsigned long long)i, url ? ", " : "",
                url ? url : "", it->why.message);
    if (job->how.failure)
        job->how.failure(job->how.arg, i, url, &reported);
}

static int find_places(import_job *job, size_t n)
{
    size_t count = 0;
    for (size_t k = 0; k < n; k++)
        if (!job->batch_rows[k].failed)
            job->paths[count++] = job->batch_rows[k].path;
    return job->store->ops->places(job->store, job->paths, count, job->recipe.id, job->places, job->err);
}

static int store_rows(import_job *job, uint64_t first, size_t n)
{
    size_t found = 0, good = 0;
    int rc = 0;
    job->put_count = 0;
    for (size_t k = 0; k < n && !rc; k++)
        rc = read_row(job, first + k, k);
    if (!rc)
        rc = find_places(job, n);
    for (size_t k = 0; k < n && !rc; k++) {
        row *it = &job->batch_rows[k];
        if (!it->failed)
            rc = prepare_put(job, it, &job->places[found++], job->vectors + k * (size_t)job->recipe.dim);
        if (!rc && it->failed)
            report_failure(job, first + k, it);
        good += !it->failed;
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

static int import_batch(import_job *job, uint64_t first, size_t n)
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

/* The model becomes the library's last indexed one only if there is no other. */
static int find_recipe(import_job *job, const descry_model_info *info)
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

static int import_rows(import_job *job, const descry_model_info *info)
{
    int rc = find_recipe(job, info);
    job->watch.progress.stage = DESCRY_STAGE_WORKING;
    job->watch.progress.done = 0;
    job->watch.progress.total = job->rows;
    if (!rc)
        rc = alloc_buffers(job);
    for (uint64_t i = 0; i < job->rows && !rc; i += job->batch) {
        rc = import_batch(job, i, job->rows - i < job->batch ? (size_t)(job->rows - i) : job->batch);
        if (!rc)
            rc = report_progress(job);
    }
    if (job->counts.added + job->counts.completed > 0)
        job->store->ops->prepare(job->store, &job->recipe);
    return rc;
}

static int copy_options(import_job *job, const descry_import_options *options)
{
    int rc = DESCRY_COPY_OPTIONS(&job->how, options, job->err);
    if (!rc)
        rc = DESCRY_COPY_OPTIONS(&job->limits, job->how.limits, job->err);
    if (!rc)
        rc = descry_options_check(job->out_counts, job->err);
    if (!rc)
        rc = descry_watch_begin(&job->watch, job->how.watch, job->err);
    job->watch.progress.stage = DESCRY_STAGE_CHECKING;
    return rc;
}

int descry_import_npz(descry_library *library, descry_model *model, const char *path,
                      const descry_import_options *options, descry_import_counts *counts, descry_error *err)
{
    descry_error local;
    import_job job = {.library = library, .store = library->store, .how = DESCRY_IMPORT_OPTIONS_INIT,
                      .limits = DESCRY_LIMITS_INIT, .counts = DESCRY_IMPORT_COUNTS_INIT, .out_counts = counts,
                      .watch.start = descry_clock_now()};
    job.err = err ? err : &local;
    int rc = copy_options(&job, options);
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
