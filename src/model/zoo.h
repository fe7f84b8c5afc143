/* SPDX-License-Identifier: Apache-2.0
 * The architectures that have a name in open_clip. */
#ifndef DESCRY_MODEL_ZOO_H
#define DESCRY_MODEL_ZOO_H

#include "descry.h"

/* Those that this build can run, in the order of names: the first at or behind place *at, which moves behind it; NULL
 * after the last.  Begin with 0. */
const char *descry_zoo_next(size_t *at);

/* The open_clip_config.json of an architecture, whether this build can run it or not; NULL: open_clip has no such name. */
const char *descry_zoo_config(const char *name);

const descry_pretrained *descry_zoo_pretrained(size_t index); /* NULL after the last */

#endif
