/* SPDX-License-Identifier: Apache-2.0
 * The architectures that this build knows by name: open_clip's native ViT configurations and CoCa's. */
#ifndef DESCRY_MODEL_ZOO_H
#define DESCRY_MODEL_ZOO_H

#include "base/memory.h"
#include "descry.h"

const char *descry_zoo_name(size_t index); /* in name order; NULL after the last */

const descry_pretrained *descry_zoo_pretrained(size_t index); /* NULL after the last */

/* Appends the open_clip_config.json of an architecture.  DESCRY_ERR_NOT_FOUND: not a name of the table. */
int descry_zoo_config(descry_buf *json, const char *name, descry_error *err);

#endif
