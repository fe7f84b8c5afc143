/* SPDX-License-Identifier: Apache-2.0
 * What a tokenizer.json does to texts before they are cut into pieces, in the steps of its "normalizer". */
#ifndef DESCRY_TEXT_NORMALIZER_H
#define DESCRY_TEXT_NORMALIZER_H

#include "text/points.h"

#include <jansson.h>

typedef struct descry_normalizer {
    struct descry_normal_step *steps; /* [count] */
    size_t count;
} descry_normalizer;

/* `json` may be NULL or null: nothing is done.  DESCRY_ERR_UNSUPPORTED names what is not known. */
int descry_normalizer_read(descry_normalizer *normalizer, const json_t *json, const char *name, descry_error *err);
int descry_normalizer_apply(const descry_normalizer *normalizer, descry_text *text, descry_error *err);
void descry_normalizer_free(descry_normalizer *normalizer);

#endif
