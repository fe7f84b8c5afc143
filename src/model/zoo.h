/* SPDX-License-Identifier: Apache-2.0
 * The architectures that have a name in open_clip. */
#ifndef DESCRY_MODEL_ZOO_H
#define DESCRY_MODEL_ZOO_H

#include "base/memory.h"

/* Those that this build can run, in the order of names: *name = the first at or behind place *at, which moves behind it.
 * Begin with 0.  1: there is one, 0: not, or DESCRY_ERR_MEMORY. */
int descry_zoo_next(const char **name, size_t *at, descry_error *err);

/* The open_clip_config.json of an architecture, whether this build can run it or not; NULL: open_clip has no such name. */
const char *descry_zoo_config(const char *name);

/* Weights that are published: in the order of names; NULL after the last. */
const descry_pretrained *descry_zoo_pretrained(size_t index);

/* Those called "architecture/tag", or "architecture__tag" as Immich has it, where case, - and _ make no difference; NULL: none. */
const descry_pretrained *descry_zoo_find(const char *name);

/* Those of a repository, "hf-hub:org/name": the first by name, as configurations of several do not differ but in their names. */
const descry_pretrained *descry_zoo_of_repository(const char *source);

/* An open_clip_config.json for them: their architecture's, with their preprocessing and activation.  DESCRY_ERR_UNSUPPORTED:
 * open_clip has none. */
int descry_zoo_compose(descry_buf *json, const descry_pretrained *weights, descry_error *err);

/* Has the configuration *json say quick_gelu where the weights want it.  1: it did not say so, 0: unchanged; or an error. */
int descry_zoo_activation(descry_buf *json, const descry_pretrained *weights, descry_error *err);

#endif
