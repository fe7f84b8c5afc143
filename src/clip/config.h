/* SPDX-License-Identifier: Apache-2.0
 * A model's configuration: its own, or its architecture's. */
#ifndef DESCRY_CLIP_CONFIG_H
#define DESCRY_CLIP_CONFIG_H

#include "base/log.h"
#include "base/memory.h"
#include "model/network.h"

/* Reads and parses the configuration of the model called `name` in `folder` into *json and *network: open_clip_config.json
 * there; if there is none and the weights are known, that of their architecture.  Weights called by their tag have
 * QuickGELU when the tag says so, where open_clip only warns; `log`, which may be NULL, is told.  A tag that does not say so
 * leaves the configuration as it is: roberta-ViT-B-32's alone has QuickGELU.  image_size, unless 0, takes the place of the
 * configuration's.  *path: where it is from. */
int descry_config_read(descry_network *network, const char *folder, const char *name, int image_size, const descry_log *log,
                       descry_buf *path, descry_buf *json, descry_error *err);

#endif
