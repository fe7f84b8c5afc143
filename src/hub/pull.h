/* SPDX-License-Identifier: Apache-2.0
 * A model, or a tokenizer alone, from the hub into the cache: which files, how much, whether its user wants it, then all of
 * them. */
#ifndef DESCRY_HUB_PULL_H
#define DESCRY_HUB_PULL_H

#include "descry.h"

typedef struct descry_hub_wish {
    const char *source;   /* "hf-hub:org/name" */
    const char *file;     /* of weights; NULL: by open_clip's names */
    const char *licence;  /* NULL: what the hub says, if anything */
    int needs_config;     /* without open_clip_config.json it is nothing that could be opened */
    int tokenizer;        /* it is only wanted for that */
} descry_hub_wish;

int descry_hub_pull(const descry_hub_wish *wish, const descry_pull_options *options, descry_error *err);

#endif
