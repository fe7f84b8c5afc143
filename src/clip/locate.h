/* SPDX-License-Identifier: Apache-2.0
 * Resolves names of models to folders. */
#ifndef DESCRY_CLIP_LOCATE_H
#define DESCRY_CLIP_LOCATE_H

#include "base/memory.h"

/* *folder = the folder of `name`: a folder in open_clip's format, "demo" (the bundled model), or from Hugging Face's cache
 * "hf-hub:org/name", "architecture/tag" or "architecture__tag".  DESCRY_ERR_NOT_FOUND names the places searched. */
int descry_locate_model(descry_buf *folder, const char *name, descry_error *err);

/* *folder = where the Hugging Face cache has the repository "org/name", or "name", whatever is in it. */
int descry_locate_repository_folder(descry_buf *folder, const char *name);

/* Length of a name without the size of pictures, "@N", that may follow it; *size = N, or 0: there is none. */
size_t descry_locate_size(const char *name, int *size);

size_t descry_locate_folder(const char *name); /* descry_model_folder */

/* "hf-hub:org/name" of a name of a repository; NULL: it is none. */
const char *descry_locate_repository(const char *name);

/* The file of weights in a folder, in open_clip's order of preference; what else ends as weights do (.pt last) where none
 * of its names is there. */
int descry_locate_weights(descry_buf *path, const char *folder, descry_error *err);

/* Calls `each` for every installed model: the bundled one and those of the Hugging Face cache that have a
 * configuration in open_clip's format, or weights of a known architecture.  A non-zero return stops and is returned. */
int descry_each_installed(int (*each)(void *arg, const char *name, const char *folder), void *arg);

#endif
