/* SPDX-License-Identifier: Apache-2.0 */
#include "hub/pull.h"

#include "base/error.h"
#include "base/lock.h"
#include "base/options.h"
#include "base/paths.h"
#include "hub/cache.h"
#include "hub/download.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { MOST_FILES = 16 };

typedef struct pulling {
    const descry_hub_wish *wish;
    descry_pull_options how;
    descry_watching watching;
    descry_hub hub;
    descry_hub_listing listing;
    descry_hub_file files[MOST_FILES];
    descry_pull_plan plan;
    descry_buf cache, repository;
    int lock;
} pulling;

/* ---- what -------------------------------------------------------------------------------------------------------- */

/* Licences that let anybody use the weights for anything: SPDX's names, in lower case as the hub has them.  The terms of "openrail",
 * "llama3" and the like forbid uses. */
static int is_free(const char *licence)
{
    static const char *const names[] = {"apache-2.0", "mit", "bsd", "bsd-2-clause", "bsd-3-clause", "bsd-3-clause-clear", "isc",
                                        "cc0-1.0", "cc-by-2.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "zlib",
                                        "unlicense", "wtfpl", "0bsd", "mpl-2.0", "bsl-1.0", "ecl-2.0", "gpl-2.0", "gpl-3.0",
                                        "lgpl-2.1", "lgpl-3.0", "agpl-3.0"};
    for (size_t i = 0; licence && i < sizeof names / sizeof *names; i++)
        if (strcasecmp(licence, names[i]) == 0)
            return 1;
    return 0;
}

static int want(pulling *p, const char *name)
{
    if (p->plan.files == MOST_FILES || !descry_hub_has(&p->listing, name))
        return 0;
    p->files[p->plan.files++].name = name;
    return 1;
}

/* Merges that a configuration may name: bpe_*.txt.gz */
static void want_merges(pulling *p)
{
    json_t *entry;
    size_t i;
    json_array_foreach(p->listing.files, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "rfilename"));
        size_t size = name ? strlen(name) : 0;
        if (size > 11 && strncmp(name, "bpe_", 4) == 0 && strcmp(name + size - 7, ".txt.gz") == 0 && descry_hub_is_name(name, size))
            want(p, name);
    }
}

static void want_tokenizer(pulling *p)
{
    for (size_t i = 0; descry_hub_tokenizer_files[i]; i++)
        want(p, descry_hub_tokenizer_files[i]);
}

/* open_clip's order: pretrained.py and constants.py, then what tokenizers are made of. */
static int choose(pulling *p, descry_error *err)
{
    static const char *const weights[] = {"open_clip_model.safetensors", "open_clip_pytorch_model.bin"};
    const char *source = p->wish->source;
    if (!want(p, "open_clip_config.json") && p->wish->needs_config)
        return descry_fail(err, DESCRY_ERR_UNSUPPORTED, "%s: has no open_clip_config.json, and open_clip has no name for it", source);
    int found = p->wish->file && want(p, p->wish->file);
    for (size_t i = 0; i < sizeof weights / sizeof *weights && !found; i++)
        found = want(p, weights[i]);
    if (!found)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: has no weights: neither %s nor %s", source, weights[0], weights[1]);
    want_tokenizer(p);
    want_merges(p);
    return 0;
}

/* What descry reads of it is one of these; the rest is for others. */
static int choose_tokenizer(pulling *p, descry_error *err)
{
    static const char *const needed[] = {"tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model"};
    int found = 0;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        found |= descry_hub_has(&p->listing, needed[i]);
    if (!found)
        return descry_fail(err, DESCRY_ERR_NOT_FOUND, "%s: has no tokenizer: neither %s nor a model of SentencePiece",
                           p->wish->source, needed[0]);
    want_tokenizer(p);
    return 0;
}

static int look(pulling *p, descry_error *err)
{
    int rc = descry_hub_list(&p->hub, &p->listing, p->wish->source, err);
    if (!rc)
        rc = p->wish->tokenizer ? choose_tokenizer(p, err) : choose(p, err);
    for (size_t i = 0; i < p->plan.files && !rc; i++) {
        descry_hub_file *file = &p->files[i];
        rc = descry_hub_head(&p->hub, file, p->wish->source, p->listing.commit, err);
        if (!rc && file->size > INT64_MAX - p->plan.bytes)
            rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: of an impossible size", file->name);
        p->plan.bytes += rc ? 0 : file->size;
        p->plan.missing += rc ? 0 : descry_hub_missing(p->repository.data, p->listing.commit, file);
    }
    const char *licence = p->wish->licence ? p->wish->licence : p->listing.licence;
    p->plan.name = p->wish->source;
    p->plan.is_tokenizer = p->wish->tokenizer;
    p->plan.licence = *licence ? licence : NULL;
    p->plan.is_free = is_free(p->plan.licence);
    p->plan.folder = p->cache.data;
    return rc;
}

static int agree(const pulling *p, descry_error *err)
{
    if (p->plan.missing == 0)
        return 0;
    if (p->how.confirm ? p->how.confirm(p->how.arg, &p->plan) == 0 : p->plan.is_free)
        return 0;
    return descry_fail(err, DESCRY_ERR_CANCELLED, "%s: not fetched: its licence is %s", p->wish->source,
                       p->plan.licence ? p->plan.licence : "unknown");
}

/* ---- how --------------------------------------------------------------------------------------------------------- */

/* Waits while another holds it. */
static int take_lock(pulling *p, int *fd, const char *name, descry_error *err)
{
    descry_buf path = {0};
    int rc = descry_hub_lock_path(&path, p->cache.data, p->wish->source, name, err);
    while (!rc && (rc = descry_lock_take(fd, path.data, err)) == DESCRY_ERR_BUSY) {
        p->watching.progress.stage = DESCRY_STAGE_WAITING;
        rc = descry_watch_report(&p->watching, err);
        rc = rc ? rc : descry_hub_wait(&p->hub, 0, 0, err);
    }
    p->watching.progress.stage = DESCRY_STAGE_FETCHING;
    descry_buf_free(&path);
    return rc;
}

static int check_room(const pulling *p, descry_error *err)
{
    struct statvfs st;
    if (statvfs(p->cache.data, &st) != 0)
        return descry_fail_errno(err, errno, "%s", p->cache.data);
    uint64_t room = (uint64_t)st.f_bavail * st.f_frsize;
    if (room >= p->plan.missing)
        return 0;
    return descry_fail(err, DESCRY_ERR_IO, "%s: has room for %.1f MB, but %.1f MB are to be fetched", p->cache.data, (double)room / 1e6,
                       (double)p->plan.missing / 1e6);
}

static int fetch(pulling *p, const descry_hub_file *file, descry_error *err)
{
    descry_progress *progress = &p->watching.progress;
    uint64_t before = progress->done;
    int lock = -1, rc = take_lock(p, &lock, file->etag, err);
    if (!rc && descry_hub_missing(p->repository.data, p->listing.commit, file) > 0)
        rc = descry_hub_download(&p->hub, p->wish->source, p->repository.data, p->listing.commit, file, err);
    if (lock >= 0)
        close(lock);
    progress->done = before + file->size;
    return rc ? rc : descry_watch_report(&p->watching, err);
}

/* What makes it the current one comes last: until then the cache has the model that it had, or none. */
static int fetch_all(pulling *p, descry_error *err)
{
    int rc = 0;
    p->watching.progress.total = p->plan.bytes;
    for (size_t i = 0; i < p->plan.files && !rc; i++)
        rc = fetch(p, &p->files[i], err);
    for (size_t i = 0; i < p->plan.files && !rc; i++)
        rc = descry_hub_link(p->repository.data, p->listing.commit, p->files[i].name, p->files[i].etag, err);
    return rc ? rc : descry_hub_make_current(p->repository.data, p->listing.commit, err);
}

static int pull(pulling *p, descry_error *err)
{
    const char *source = p->wish->source;
    int rc = descry_hub_cache(&p->cache, source, err);
    if (!rc)
        rc = descry_buf_printf(&p->repository, err, "%s/", p->cache.data);
    if (!rc)
        rc = descry_hub_folder(&p->repository, "", source, err);
    if (!rc)
        rc = descry_hub_open(&p->hub, &p->watching, source, err);
    if (!rc)
        rc = look(p, err);
    if (!rc)
        rc = agree(p, err);
    if (!rc)
        rc = take_lock(p, &p->lock, "descry-pull", err);
    if (!rc)
        rc = check_room(p, err);
    return rc ? rc : fetch_all(p, err);
}

int descry_hub_pull(const descry_hub_wish *wish, const descry_pull_options *options, descry_error *err)
{
    pulling p = {.wish = wish, .how = DESCRY_PULL_OPTIONS_INIT, .lock = -1};
    int rc = DESCRY_COPY_OPTIONS(&p.how, options, err);
    if (!rc)
        rc = descry_watch_begin(&p.watching, p.how.watch, err);
    if (!rc)
        rc = pull(&p, err);
    if (p.lock >= 0)
        close(p.lock);
    descry_hub_listing_free(&p.listing);
    descry_hub_close(&p.hub);
    descry_buf_free(&p.cache);
    descry_buf_free(&p.repository);
    return rc;
}
