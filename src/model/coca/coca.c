/* SPDX-License-Identifier: Apache-2.0 */
#include "model/coca/coca.h"

#include <stdlib.h>

descry_coca *descry_coca_parse(descry_keys *k, const descry_tower_options *options, const descry_image_tower *image,
                               const descry_text_tower *text)
{
    /* the decoder's MLP ratio is always 4, and these have no effect there */
    static const char *const without_effect[] = {"context_length", "vocab_size", "mlp_ratio", "dim_head", "n_queries",
                                                 "attn_pooler_heads", NULL};
    descry_coca *d = calloc(1, sizeof *d);
    if (!d) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    d->image = image;
    d->text = text;
    descry_keys_ignore(k, without_effect);
    d->block.width = descry_keys_int(k, "width", 512, 1, DESCRY_MAX_DIMENSION);
    d->block.heads = descry_keys_int(k, "heads", 8, 1, DESCRY_MAX_DIMENSION);
    descry_keys_check_heads(k, "heads", d->block.width, d->block.heads);
    d->block.layers = descry_keys_int(k, "layers", 12, 1, DESCRY_MAX_LAYERS);
    d->block.mlp = 4 * d->block.width;
    d->block.eps = 1e-5f;
    d->block.activation = options->quick_gelu ? DESCRY_ACT_QUICK_GELU : DESCRY_ACT_GELU;
    d->block.layer_scale = descry_keys_layer_scale(k);
    return d;
}

void descry_coca_load(descry_coca *d, descry_loader *l)
{
    const char *prefix = "text_decoder.";
    size_t w = (size_t)d->block.width;
    d->blocks = descry_load_blocks(l, &d->block, &descry_block_names_open_clip, "text_decoder.resblocks", false);
    d->cross = descry_load_blocks(l, &d->block, &descry_block_names_open_clip, "text_decoder.cross_attn", true);
    d->ln_final = descry_load_norm(l, prefix, "ln_final", w);
    descry_load_matrix(l, &d->proj, prefix, "text_projection", w, d->text->vocab_size);
}

void descry_coca_free(descry_coca *d)
{
    free(d);
}
