/* SPDX-License-Identifier: Apache-2.0
 * CoCa's decoder: what it has beside the two towers. */
#ifndef DESCRY_MODEL_COCA_COCA_H
#define DESCRY_MODEL_COCA_COCA_H

#include "model/text/text.h"

typedef struct descry_coca {
    const descry_image_tower *image; /* of the same network */
    const descry_text_tower *text;
    descry_block_config block;       /* of both stacks; W */
    descry_block *blocks, *cross;    /* by turns */
    descry_norm ln_final;
    descry_linear proj;              /* [V, W] */
    descry_linears linears;
} descry_coca;

/* As a family's functions; the towers stay the caller's. */
descry_coca *descry_coca_parse(descry_keys *multimodal_cfg, const descry_tower_options *options,
                               const descry_image_tower *image, const descry_text_tower *text);
void descry_coca_load(descry_coca *coca, descry_loader *loader);
void descry_coca_free(descry_coca *coca);

#endif
