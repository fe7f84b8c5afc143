/* SPDX-License-Identifier: Apache-2.0
 * Thumbnails of a library's pictures. */
#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "library/library.h"
#include "thumbs/cache.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SIDE = 16, MOST_SIDE = 1024 };

typedef struct thumb_job {
    descry_library *library;
    int side;
    descry_row row;
    struct stat st; /* of the file, before it was read */
    descry_shared bytes;
    descry_facts facts;
} thumb_job;

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static int find_picture(thumb_job *job, int64_t id, descry_arena *arena, descry_error *err)
{
    static const descry_wanted wanted = {.looks = 1};
    descry_library *library = job->library;
    int rc = library->store->ops->details(library->store, &id, 1, &wanted, &job->row, arena, err);
    if (rc)
        return rc;
    if (!job->row.content)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: there is no picture #%" PRId64, library->path, id);
    if (job->row.source)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: a picture without a file", job->row.path);
    if (stat(job->row.path, &job->st) != 0)
        return descry_fail_errno(err, errno, "%s", job->row.path);
    return S_ISREG(job->st.st_mode) ? 0 : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: no file", job->row.path);
}

static int read_picture(thumb_job *job, descry_error *err)
{
    const descry_limits limits = DESCRY_LIMITS_INIT;
    uint8_t digest[DESCRY_SHA256_SIZE];
    int rc = descry_shared_read(&job->bytes, job->row.path, limits.max_bytes, err);
    if (!rc)
        rc = descry_sha256_of(job->bytes.data, job->bytes.size, digest, err);
    return rc || memcmp(digest, job->row.sha256, sizeof digest) == 0
               ? rc
               : descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: changed since it was indexed", job->row.path);
}

static int make_preview(thumb_job *job, descry_error *err)
{
    descry_reading reading;
    int rc = descry_reading_copy(&reading, NULL, err);
    const descry_job how = {.wanted = {.options = &reading.options, .preview = job->side}, .urgent = 1};
    return rc ? rc
              : descry_decoders_prepare(job->library->context->decoders, &how, &job->bytes, job->row.path, NULL, &job->facts,
                                        NULL, err);
}

/* ---- the library ------------------------------------------------------------------------------------------------- */

/* Keeps size and placeholder of a picture that was indexed by a version without them.  The file was just read, so that is what
 * the library learns: it is there and as before.  While somebody else writes, it waits for another occasion. */
static void keep_looks(const thumb_job *job)
{
    const descry_facts *facts = &job->facts;
    const descry_row *row = &job->row;
    if ((row->placeholder && row->width) || descry_library_lock(job->library, 0, NULL))
        return;
    descry_content content = {.bytes = job->bytes.size, .width = facts->width, .height = facts->height,
                              .orientation = facts->orientation, .has_placeholder = facts->has_placeholder};
    memcpy(content.sha256, row->sha256, sizeof content.sha256);
    memcpy(content.placeholder, facts->placeholder, sizeof content.placeholder);
    descry_put put = {.path = row->path, .kind = DESCRY_PUT_FILE, .size = (uint64_t)job->st.st_size,
                      .mtime = descry_clock_changed(&job->st), .content = &content};
    descry_error ignored;
    job->library->store->ops->put(job->library->store, NULL, &put, 1, &ignored);
    descry_library_unlock(job->library);
}

static int get_or_make(thumb_job *job, uint8_t **jpeg, size_t *size, descry_error *err)
{
    descry_buf folder = {0};
    const char *file = job->library->store->ops->file(job->library->store);
    int rc = file ? descry_buf_printf(&folder, err, "%s.thumbs", file) : 0;
    const descry_thumbs thumbs = {folder.data, job->library->thumbs_bytes, job->row.sha256, job->side};
    if (!rc && !descry_thumbs_get(&thumbs, jpeg, size)) {
        rc = read_picture(job, err);
        if (!rc)
            rc = make_preview(job, err);
        if (!rc) {
            *jpeg = job->facts.preview;
            *size = job->facts.preview_size;
            job->facts.preview = NULL;
            descry_thumbs_put(&thumbs, *jpeg, *size);
            keep_looks(job);
        }
        descry_facts_free(&job->facts);
        descry_shared_close(&job->bytes);
    }
    descry_buf_free(&folder);
    return rc;
}

/* ---- public ------------------------------------------------------------------------------------------------------ */

int descry_thumbnail(descry_library *library, int64_t id, int side, uint8_t **jpeg, size_t *size, char etag[DESCRY_ETAG_SIZE],
                     descry_error *err)
{
    thumb_job job = {.library = library, .side = side};
    descry_arena arena = {0};
    if (jpeg)
        *jpeg = NULL;
    if (side < LEAST_SIDE || side > MOST_SIDE)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a thumbnail of %d pixels, not of %d to %d", side, LEAST_SIDE, MOST_SIDE);
    int rc = find_picture(&job, id, &arena, err);
    if (!rc && jpeg)
        rc = get_or_make(&job, jpeg, size, err);
    if (!rc && etag) {
        char hex[DESCRY_SHA256_HEX];
        descry_hex(job.row.sha256, sizeof job.row.sha256, hex);
        snprintf(etag, DESCRY_ETAG_SIZE, "\"%s-%d\"", hex, side);
    }
    descry_arena_free(&arena);
    return rc;
}
