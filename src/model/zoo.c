/* SPDX-License-Identifier: Apache-2.0
 * Names of weights: open_clip 3.3.0, src/open_clip/pretrained.py. */
#include "model/zoo.h"

#include "model/network.h"
#include "model/zoo_configs.h"

#include <string.h>

static const descry_pretrained pretrained[] = {
    {"coca_ViT-B-32/laion2b_s13b_b90k", "hf-hub:laion/CoCa-ViT-B-32-laion2B-s13B-b90k", 1},
    {"coca_ViT-B-32/mscoco_finetuned_laion2b_s13b_b90k",
     "hf-hub:laion/mscoco_finetuned_CoCa-ViT-B-32-laion2B-s13B-b90k", 1},
    {"coca_ViT-L-14/laion2b_s13b_b90k", "hf-hub:laion/CoCa-ViT-L-14-laion2B-s13B-b90k", 1},
    {"coca_ViT-L-14/mscoco_finetuned_laion2b_s13b_b90k",
     "hf-hub:laion/mscoco_finetuned_CoCa-ViT-L-14-laion2B-s13B-b90k", 1},
};

const char *descry_zoo_next(size_t *at)
{
    while (*at < descry_zoo_count) {
        const descry_zoo_row *row = &descry_zoo[(*at)++];
        descry_network network;
        if (descry_network_parse(&network, row->json, strlen(row->json), row->name, NULL) == 0) {
            descry_network_close(&network);
            return row->name;
        }
    }
    return NULL;
}

const char *descry_zoo_config(const char *name)
{
    for (size_t i = 0; i < descry_zoo_count; i++)
        if (strcmp(descry_zoo[i].name, name) == 0)
            return descry_zoo[i].json;
    return NULL;
}

const descry_pretrained *descry_zoo_pretrained(size_t index)
{
    return index < sizeof pretrained / sizeof *pretrained ? &pretrained[index] : NULL;
}
