/* SPDX-License-Identifier: Apache-2.0
 * open_clip's configurations, compiled in from data/open_clip_configs.json. */
#ifndef DESCRY_MODEL_ZOO_CONFIGS_H
#define DESCRY_MODEL_ZOO_CONFIGS_H

#include <stddef.h>

typedef struct descry_zoo_row {
    const char *name;
    const char *json; /* {"model_cfg": {...}} */
} descry_zoo_row;

extern const size_t descry_zoo_count;
extern const descry_zoo_row descry_zoo[]; /* in the order of names */

#endif
