/* SPDX-License-Identifier: Apache-2.0
 * Describing pictures: files and folders, batch by batch. */
#include "api/handles.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "image/picture.h"
#include "pictures/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BATCH = 1024 };

/* A picture to describe, or a path that has none. */
typedef struct entry {
    const char *path;
    descry_error *err; /* what is wrong with it; NULL: nothing yet */
} entry;

typedef struct captioning {
    descry_model *model;
    const descry_caption_options *options;
    descry_caption_callback each;
    void *arg;
    entry *entries;
    size_t count, room;
    int no_memory;         /* an entry was lost */
    descry_arena arena;
    descry_error *err;
    size_t size, picture;  /* entries of a batch; bytes of a prepared picture */
    uint8_t *rgb;          /* [size, H, W, 3] */
    size_t first;          /* entry that the batch begins with */
    size_t *slots;         /* [size]: the entries that rgb holds */
    size_t given;          /* of the batch, in order */
} captioning;

/* ---- which pictures -------------------------------------------------------------------------------------------- */

static int add_entry(captioning *job, const char *path, const descry_error *wrong)
{
    if (job->count == job->room) {
        size_t room = job->room ? 2 * job->room : 64;
        entry *entries = descry_realloc(job->entries, room, sizeof *entries);
        if (!entries)
            return descry_fail_memory(job->err);
        job->entries = entries;
        job->room = room;
    }
    entry *e = &job->entries[job->count];
    *e = (entry){descry_arena_strdup(&job->arena, path), NULL};
    if (e->path && wrong && (e->err = descry_arena_alloc(&job->arena, 1, sizeof *e->err)))
        *e->err = *wrong;
    if (!e->path || (wrong && !e->err))
        return descry_fail_memory(job->err);
    job->count++;
    return 0;
}

static int tell_progress(const captioning *job)
{
    const descry_caption_options *o = job->options;
    return o->progress && o->progress(o->arg, job->first, job->count)
               ? descry_fail(job->err, DESCRY_ERR_CANCELLED, "stopped")
               : 0;
}

static int walked_file(void *arg, const char *path, const struct stat *st)
{
    (void)st;
    int rc = add_entry(arg, path, NULL);
    return rc ? rc : tell_progress(arg);
}

static void walk_failed(void *arg, const char *path, const descry_error *err)
{
    captioning *job = arg;
    if (add_entry(job, path, err))
        job->no_memory = 1;
}

static int add_path(captioning *job, const char *path)
{
    struct stat st;
    descry_error why;
    if (stat(path, &st) != 0) {
        descry_fail_errno(&why, errno, "%s", path);
        return add_entry(job, path, &why);
    }
    if (!S_ISDIR(st.st_mode))
        return add_entry(job, path, NULL);
    descry_walk walk = {.file = walked_file, .failure = walk_failed, .arg = job,
                        .include_hidden = job->options->include_hidden, .sniff = job->options->sniff};
    int rc = descry_walk_run(&walk, path, &why);
    if (job->no_memory || rc == DESCRY_ERR_MEMORY)
        return descry_fail_memory(job->err);
    return rc && rc != DESCRY_ERR_CANCELLED ? add_entry(job, path, &why) : rc;
}

/* ---- a batch --------------------------------------------------------------------------------------------------- */

static int fail_entry(captioning *job, entry *e, const descry_error *why)
{
    e->err = descry_arena_alloc(&job->arena, 1, sizeof *e->err);
    if (!e->err)
        return descry_fail_memory(job->err);
    *e->err = *why;
    return 0;
}

typedef struct reading {
    captioning *job;
    descry_error *errors; /* [size] */
} reading;

static void read_picture(void *arg, size_t i, unsigned worker)
{
    (void)worker;
    const reading *r = arg;
    captioning *job = r->job;
    const entry *e = &job->entries[job->first + i];
    descry_picture picture;
    r->errors[i].code = 0;
    if (e->err || descry_picture_load(&picture, e->path, &job->options->preprocess.limits, &r->errors[i]))
        return;
    descry_preprocess_run(descry_clip_preprocess(job->model->clip), &job->options->preprocess, &picture,
                          job->rgb + i * job->picture, &r->errors[i]);
    descry_picture_free(&picture);
}

/* Reads n pictures; the good ones close up in rgb.  Returns how many in *good. */
static int read_batch(captioning *job, size_t n, size_t *good)
{
    reading r = {job, descry_alloc(n, sizeof *r.errors)};
    int rc = r.errors ? 0 : descry_fail_memory(job->err);
    *good = 0;
    if (!rc)
        descry_pool_run(job->model->context->pool, n, read_picture, &r);
    for (size_t i = 0; i < n && !rc; i++) {
        entry *e = &job->entries[job->first + i];
        if (!e->err && r.errors[i].code)
            rc = fail_entry(job, e, &r.errors[i]);
        if (rc || e->err)
            continue;
        memmove(job->rgb + *good * job->picture, job->rgb + i * job->picture, job->picture);
        job->slots[(*good)++] = job->first + i;
    }
    free(r.errors);
    return rc;
}

/* The callback hears of the entries up to `end` that nothing was said about yet, which have failed. */
static int give_failures(captioning *job, size_t end)
{
    for (; job->given < end; job->given++) {
        const entry *e = &job->entries[job->given];
        if (job->each(job->arg, e->path, NULL, e->err)) {
            job->given++;
            return descry_fail(job->err, DESCRY_ERR_CANCELLED, "stopped");
        }
    }
    return 0;
}

typedef struct giving {
    captioning *job;
    const size_t *slots;
} giving;

static int give(void *arg, size_t i, const descry_caption *caption)
{
    const giving *g = arg;
    captioning *job = g->job;
    if (give_failures(job, g->slots[i]))
        return 1;
    job->given++;
    return job->each(job->arg, job->entries[g->slots[i]].path, caption, NULL);
}

static int describe(captioning *job, size_t from, size_t n)
{
    giving g = {job, job->slots + from};
    return descry_clip_caption_pixels(job->model->clip, job->rgb + from * job->picture, n, job->options, NULL, NULL, give,
                                      &g,
                                      job->err);
}

/* When something is not finite, one by one, to find the picture that it is. */
static int describe_all(captioning *job, size_t good)
{
    int rc = good ? describe(job, 0, good) : 0;
    if (rc != DESCRY_ERR_NUMERIC)
        return rc;
    for (size_t i = 0; i < good; i++) {
        entry *e = &job->entries[job->slots[i]];
        if (job->slots[i] < job->given)
            continue;
        rc = describe(job, i, 1);
        if (rc == DESCRY_ERR_NUMERIC) {
            descry_error why;
            descry_fail(&why, rc, "%s: %s", e->path, job->err ? job->err->message : "not finite");
            rc = fail_entry(job, e, &why);
        }
        if (rc)
            return rc;
    }
    return 0;
}

static int run_batch(captioning *job, size_t n)
{
    size_t good;
    int rc = read_batch(job, n, &good);
    if (!rc)
        rc = describe_all(job, good);
    if (!rc)
        rc = give_failures(job, job->first + n);
    job->first += n;
    return rc ? rc : tell_progress(job);
}

/* ---- public ---------------------------------------------------------------------------------------------------- */

static const descry_caption_options defaults = DESCRY_CAPTION_OPTIONS_INIT;

int descry_caption_files(descry_model *model, const char *const *paths, size_t count,
                         const descry_caption_options *options, descry_caption_callback each, void *arg, descry_error *err)
{
    descry_error own;
    captioning job = {.model = model, .options = options ? options : &defaults, .each = each, .arg = arg,
                      .err = err ? err : &own};
    const descry_preprocess *preprocess = descry_clip_preprocess(model->clip);
    int rc = descry_clip_caption_check(model->clip, job.options, err);
    job.size = descry_clip_caption_batch(job.options);
    if (!rc && job.size > MAX_BATCH)
        rc = descry_fail(err, DESCRY_ERR_ARGUMENT, "a batch of %zu: at most %d", job.size, MAX_BATCH);
    for (size_t i = 0; i < count && !rc; i++)
        rc = add_path(&job, paths[i]);
    if (!rc) {
        job.size = job.size < job.count ? job.size : job.count;
        job.picture = (size_t)preprocess->width * (size_t)preprocess->height * 3;
        job.rgb = descry_alloc(job.size, job.picture);
        job.slots = descry_alloc(job.size, sizeof *job.slots);
        rc = job.rgb && job.slots ? 0 : descry_fail_memory(err);
    }
    while (!rc && job.first < job.count)
        rc = run_batch(&job, job.count - job.first < job.size ? job.count - job.first : job.size);
    free(job.entries);
    free(job.rgb);
    free(job.slots);
    descry_arena_free(&job.arena);
    return rc;
}

typedef struct pixels {
    descry_caption_callback each;
    void *arg;
} pixels;

static int give_pixels(void *arg, size_t i, const descry_caption *caption)
{
    (void)i;
    const pixels *p = arg;
    return p->each(p->arg, NULL, caption, NULL);
}

int descry_caption_pixels(descry_model *model, const uint8_t *rgb, size_t n, const descry_caption_options *options,
                          float *embeddings, descry_caption_callback each, void *arg, descry_error *err)
{
    pixels p = {each, arg};
    return descry_clip_caption_pixels(model->clip, rgb, n, options ? options : &defaults, embeddings, NULL, give_pixels, &p,
                                      err);
}
