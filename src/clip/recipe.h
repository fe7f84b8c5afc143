/* SPDX-License-Identifier: Apache-2.0
 * The identity of a model's embeddings. */
#ifndef DESCRY_CLIP_RECIPE_H
#define DESCRY_CLIP_RECIPE_H

#include "base/file.h"

/* SHA-256 over the weights' digest, the configuration (as canonical JSON) and the tokenizer's digest, in hexadecimal; and
 * over `precision`, unless it is NULL: that of the file.  The weights' digest is remembered by device, inode, size and
 * times in $XDG_CACHE_HOME/descry/digests, so that it is computed once. */
int descry_recipe(char recipe[DESCRY_SHA256_HEX], const char *weights_path, const char *config, size_t config_size,
                  const char *tokenizer, const char *precision, descry_error *err);

#endif
