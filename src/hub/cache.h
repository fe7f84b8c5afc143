/* SPDX-License-Identifier: Apache-2.0
 * Hugging Face's cache of models, as its own programs lay it out:
 *
 *   CACHE/models--org--name/blobs/ETAG                     a file's content
 *                          /snapshots/COMMIT/FILE          a link to it
 *                          /refs/main                      the commit that is current
 *   CACHE/.locks/models--org--name/ETAG.lock               held by whoever writes that content
 *
 * A repository is called "hf-hub:org/name"; some of the oldest, "hf-hub:name". */
#ifndef DESCRY_HUB_CACHE_H
#define DESCRY_HUB_CACHE_H

#include "base/memory.h"

/* What follows "hf-hub:"; NULL: it does not begin so. */
const char *descry_hub_name(const char *source);

int descry_hub_is_name(const char *name, size_t size); /* of an organisation, a repository, a file: nothing that leads elsewhere */

/* Appends CACHE: $HF_HUB_CACHE, $HF_HOME/hub, or where its default is.  DESCRY_ERR_NOT_FOUND: HOME is not set. */
int descry_hub_cache(descry_buf *path, const char *source, descry_error *err);

/* Appends `before`, and the folder's name that a repository has.  DESCRY_ERR_ARGUMENT: it cannot be one. */
int descry_hub_folder(descry_buf *path, const char *before, const char *source, descry_error *err);

/* *folder = the snapshot that refs/main of the repository's folder names, which need not be there. */
int descry_hub_snapshot(descry_buf *folder, const char *repository, descry_error *err);

/* Calls `each` for each repository with a snapshot; a non-zero return stops and is returned. */
int descry_hub_each(int (*each)(void *arg, const char *source, const char *snapshot), void *arg);

/* *path = CACHE/.locks/models--org--name/NAME.lock; its folders are made. */
int descry_hub_lock_path(descry_buf *path, const char *cache, const char *source, const char *name, descry_error *err);

/* The file of a snapshot becomes a link to blobs/`etag`; where there can be no links, the content itself is moved there. */
int descry_hub_link(const char *repository, const char *commit, const char *file, const char *etag, descry_error *err);

/* Names of the files that tokenizers are made of, here or in Python; NULL at the end. */
extern const char *const descry_hub_tokenizer_files[];
int descry_hub_is_tokenizers(const char *file);

/* Whether the cache has nothing but a tokenizer of a repository, and we fetched it. */
int descry_hub_only_tokenizer(const char *source);

/* refs/main = commit */
int descry_hub_make_current(const char *repository, const char *commit, descry_error *err);

/* Deletes a repository from the cache, or, if `keep_tokenizer`, all of it but the files of its tokenizer; *bytes: what that
 * took.  DESCRY_ERR_NOT_FOUND: it is not there; DESCRY_ERR_BUSY: it is being fetched. */
int descry_hub_remove(const char *source, int keep_tokenizer, uint64_t *bytes, descry_error *err);

#endif
