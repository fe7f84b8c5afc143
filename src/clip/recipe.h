/* SPDX-License-Identifier: Apache-2.0
 * The recipe: a digest that identifies a model's embeddings. */
#ifndef DESCRY_CLIP_RECIPE_H
#define DESCRY_CLIP_RECIPE_H

#include "base/file.h"

/* SHA-256, in hexadecimal, over the weights' digest, the configuration (as canonical JSON), the tokenizer's digest and
 * `precision` (NULL: that of the file).  The weights' digest is cached by device, inode, size and times in
 * $XDG_CACHE_HOME/descry/digests. */
int descry_recipe(char recipe[DESCRY_SHA256_HEX], const char *weights_path, const char *config, size_t config_size,
                  const char *tokenizer, const char *precision, descry_error *err);

#endif
