/* SPDX-License-Identifier: Apache-2.0
 * open_clip's configurations and names of weights, compiled in from data/open_clip_configs.json and open_clip_pretrained.json. */
#ifndef DESCRY_MODEL_ZOO_CONFIGS_H
#define DESCRY_MODEL_ZOO_CONFIGS_H

#include "descry.h"

typedef struct descry_zoo_row {
    const char *name;
    const char *json; /* {"model_cfg": {...}} */
} descry_zoo_row;

extern const size_t descry_zoo_count;
extern const descry_zoo_row descry_zoo[]; /* in the order of names */

typedef struct descry_zoo_weights {
    descry_pretrained row;
    const char *preprocess; /* preprocess_cfg in JSON; NULL: none */
} descry_zoo_weights;

extern const size_t descry_zoo_weights_count;
extern const descry_zoo_weights descry_zoo_published[]; /* in the order of names */

#endif
