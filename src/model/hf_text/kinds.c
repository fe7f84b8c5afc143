/* SPDX-License-Identifier: Apache-2.0
 * Their sizes, as config.json in Hugging Face's repositories has them. */
#include "model/hf_text/kinds.h"

#include <stddef.h>
#include <string.h>

static const descry_hf_kind kinds[] = {
    {"roberta-base", DESCRY_HF_ROBERTA, 50265, 768, 12, 12, 3072},
    {"xlm-roberta-base", DESCRY_HF_ROBERTA, 250002, 768, 12, 12, 3072},
    {"xlm-roberta-large", DESCRY_HF_ROBERTA, 250002, 1024, 24, 16, 4096},
    {"facebook/nllb-200-distilled-600M", DESCRY_HF_M2M100, 256206, 1024, 12, 16, 4096},
    {"facebook/nllb-200-distilled-1.3B", DESCRY_HF_M2M100, 256206, 1024, 24, 16, 8192},
    {"google/mt5-base", DESCRY_HF_MT5, 250112, 768, 12, 12, 2048},
    {"google/mt5-xl", DESCRY_HF_MT5, 250112, 2048, 24, 32, 5120},
};

const descry_hf_kind *descry_hf_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}
