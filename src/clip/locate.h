/* SPDX-License-Identifier: Apache-2.0
 * Where models are: from a name to a folder. */
#ifndef DESCRY_CLIP_LOCATE_H
#define DESCRY_CLIP_LOCATE_H

#include "base/memory.h"

/* *folder = the folder of `name`: a folder in open_clip's format, "demo" (the bundled model), or from Hugging
 * Face's cache what "hf-hub:org/name", "architecture/tag" or "architecture__tag" means.  DESCRY_ERR_NOT_FOUND says where it looked. */
int descry_locate_model(descry_buf *folder, const char *name, descry_error *err);

int descry_locate_is_folder(const char *name); /* whether it is a folder's path and none of the others */

/* "hf-hub:org/name" of a name that means a repository; NULL: it means none. */
const char *descry_locate_repository(const char *name);

/* The file of weights in a folder, in open_clip's order of preference.  DESCRY_ERR_UNSUPPORTED: only pickles there. */
int descry_locate_weights(descry_buf *path, const char *folder, descry_error *err);

/* Calls `each` for every installed model: the bundled one and those of the Hugging Face cache that have a
 * configuration in open_clip's format, or weights of a known architecture.  A non-zero return stops and is returned. */
int descry_each_installed(int (*each)(void *arg, const char *name, const char *folder), void *arg);

#endif
