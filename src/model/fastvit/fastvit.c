/* SPDX-License-Identifier: Apache-2.0 */
#include "model/fastvit/fastvit.h"

#include "model/fastvit/fold.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ATTENTION = 3, /* the first stage with it, and with positions */
    LEAST = 32     /* pixels of a side: the last map is then no larger than the first stage's, which encode relies on */
};

static bool claims(const descry_keys *vision_cfg)
{
    return descry_fastvit_find(descry_keys_see(vision_cfg, "timm_model_name")) != NULL;
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const pools[] = {"avg", NULL}, *const projections[] = {"timm_proj", NULL};
    const descry_fastvit_kind *kind = descry_fastvit_find(descry_keys_see(k, "timm_model_name"));
    descry_fastvit *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    v->kind = *kind;
    descry_keys_ignore_timm(k);
    descry_keys_name(k, "timm_pool", 0, pools);
    descry_keys_refuse_set(k, projections, "only null is supported with this tower");
    int image = descry_keys_int(k, "image_size", 224, LEAST, 1 << 13);
    v->tower = (descry_image_tower){.family = &descry_fastvit_family, .dim = (size_t)options->dim, .width = (size_t)image,
                                    .height = (size_t)image};
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* How the file has them: as they are trained, in branches, or as timm saves a tower for inference, already added up.  What the
 * first convolution is, all must be: another's tensors are missing then, and those that are there are left over. */
static bool in_branches(const descry_loader *l)
{
    return descry_tensors_find(l->file, "visual.trunk.stem.0.conv_kxk.0.conv.weight") != NULL;
}

/* timm's MobileOneBlock `prefix`: a convolution, one of 1 x 1 if `scaled`, and a batch norm of the input itself if that is
 * of the `same` shape. */
static void add_branches(descry_fold *f, const char *prefix, bool scaled, bool same)
{
    descry_fold_branch(f, prefix, "conv_kxk.0", f->side);
    if (scaled)
        descry_fold_branch(f, prefix, "conv_scale", 1);
    if (same)
        descry_fold_norm(f, prefix, "identity", 1);
}

static descry_fold fold_mobile_one(descry_loader *l, const char *prefix, size_t out, size_t in, size_t side, bool scaled,
                                   bool same)
{
    descry_fold f = descry_fold_open(l, out, in, side);
    if (in_branches(l))
        add_branches(&f, prefix, scaled, same);
    else
        descry_fold_stored(&f, prefix, "reparam_conv");
    return f;
}

/* 1 x 1, C to C */
static void load_mix(descry_loader *l, descry_conv *conv, const char *prefix, size_t c)
{
    descry_fold f = fold_mobile_one(l, prefix, c, c, 1, false, true);
    *conv = (descry_conv){.kernel = 1, .stride = 1};
    descry_fold_into_conv(&f, conv);
}

static void load_stem(descry_loader *l, descry_fastvit *v)
{
    size_t c = (size_t)v->kind.width, colours = 3;
    bool scaled = v->kind.flags & DESCRY_FASTVIT_SCALED_STEM;
    descry_fold in = fold_mobile_one(l, "visual.trunk.stem.0.", c, colours, 3, scaled, false);
    v->stem_in = (descry_conv){.kernel = 3, .stride = 2, .pad = 1};
    descry_fold_into_conv(&in, &v->stem_in);
    descry_fold mid = fold_mobile_one(l, "visual.trunk.stem.1.", c, 1, 3, scaled, false);
    v->stem_mid = (descry_depthwise){.kernel = 3, .stride = 2, .pad = 1, .channels = c};
    descry_fold_into_depthwise(&mid, &v->stem_mid);
    load_mix(l, &v->stem_out, "visual.trunk.stem.2.", c);
}

/* What halves the map and doubles its channels, to C: 7 x 7 and 3 x 3, one for all channels. */
static void load_reduce(descry_loader *l, descry_fastvit_stage *stage, const char *prefix, size_t c, bool squeeze)
{
    descry_fold f = descry_fold_open(l, c, 1, 7);
    if (in_branches(l)) {
        descry_fold_branch(&f, prefix, "downsample.proj.0.large_conv", 7);
        descry_fold_branch(&f, prefix, "downsample.proj.0.small_conv", 3);
    } else {
        descry_fold_stored(&f, prefix, "downsample.proj.0.reparam_conv");
    }
    stage->reduce = (descry_depthwise){.kernel = 7, .stride = 2, .pad = 3, .channels = c};
    descry_fold_into_depthwise(&f, &stage->reduce);
    if (squeeze)
        descry_load_squeeze(l, &stage->squeeze, prefix, "downsample.proj.0.se", c, c / 4);
    char name[96];
    snprintf(name, sizeof name, "%sdownsample.proj.1.", prefix);
    load_mix(l, &stage->mix, name, c);
}

static void load_positions(descry_loader *l, descry_depthwise *conv, const char *prefix, size_t c)
{
    descry_fold f = descry_fold_open(l, c, 1, 7);
    descry_fold_stored(&f, prefix, in_branches(l) ? "pos_emb.pos_enc" : "pos_emb.reparam_conv");
    if (in_branches(l))
        descry_fold_input(&f);
    *conv = (descry_depthwise){.kernel = 7, .stride = 1, .pad = 3, .channels = c};
    descry_fold_into_depthwise(&f, conv);
}

static const float *load_gamma(descry_loader *l, const char *prefix, const char *name, size_t c)
{
    size_t one = 1;
    return descry_load_floats(l, descry_load_shaped(l, prefix, name, 3, c, one, one));
}

/* x + gamma * (branches(x) - batch norm(x)) */
static void load_mixer(descry_loader *l, descry_fastvit_block *b, const char *prefix, size_t c)
{
    descry_fold f = descry_fold_open(l, c, 1, 3);
    if (in_branches(l)) {
        char name[96];
        snprintf(name, sizeof name, "%stoken_mixer.mixer.", prefix);
        add_branches(&f, name, true, true);
        descry_fold_norm(&f, prefix, "token_mixer.norm.identity", -1);
        descry_fold_scale(&f, load_gamma(l, prefix, "token_mixer.layer_scale.gamma", c));
        descry_fold_input(&f);
    } else {
        descry_fold_stored(&f, prefix, "token_mixer.reparam_conv");
    }
    b->mixer = (descry_depthwise){.kernel = 3, .stride = 1, .pad = 1, .channels = c};
    descry_fold_into_depthwise(&f, &b->mixer);
}

static void load_attention(descry_loader *l, descry_fastvit_block *b, const char *prefix, size_t c, bool layer_norm)
{
    if (layer_norm)
        b->norm = descry_load_norm(l, prefix, "norm", c);
    else
        descry_load_pixel_norm(l, &b->pixel_norm, prefix, "norm", c);
    descry_load_rows(l, &b->qkv, descry_load_shaped(l, prefix, "token_mixer.qkv.weight", 2, 3 * c, c), 0, 3 * c, c, NULL);
    descry_load_linear(l, &b->proj, prefix, "token_mixer.proj", c, c);
    b->gamma_1 = load_gamma(l, prefix, "layer_scale_1.gamma", c);
}

static void load_block(descry_loader *l, const descry_fastvit *v, descry_fastvit_block *b, const char *prefix, size_t c,
                       bool attention)
{
    size_t m = (size_t)v->kind.expansion * c;
    if (attention)
        load_attention(l, b, prefix, c, v->kind.flags & DESCRY_FASTVIT_LAYER_NORM);
    else
        load_mixer(l, b, prefix, c);
    descry_fold f = descry_fold_open(l, c, 1, 7);
    descry_fold_branch(&f, prefix, "mlp.conv", 7);
    b->conv = (descry_depthwise){.kernel = 7, .stride = 1, .pad = 3, .channels = c};
    descry_fold_into_depthwise(&f, &b->conv);
    b->fc1 = b->fc2 = (descry_conv){.kernel = 1, .stride = 1};
    descry_load_conv(l, &b->fc1, prefix, "mlp.fc1", c, m, true);
    descry_load_conv(l, &b->fc2, prefix, "mlp.fc2", m, c, true);
    b->gamma_2 = load_gamma(l, prefix, attention ? "layer_scale_2.gamma" : "layer_scale.gamma", c);
}

static void load_stage(descry_loader *l, descry_fastvit *v, size_t s, size_t c)
{
    descry_fastvit_stage *stage = &v->stages[s];
    size_t depth = (size_t)v->kind.depths[s];
    char name[64];
    snprintf(name, sizeof name, "visual.trunk.stages.%zu.", s);
    if (s > 0)
        load_reduce(l, stage, name, c, v->kind.flags & DESCRY_FASTVIT_SQUEEZE && s >= 2);
    if (s >= ATTENTION)
        load_positions(l, &stage->positions, name, c);
    stage->blocks = descry_load_alloc(l, depth, sizeof *stage->blocks);
    for (size_t i = 0; i < depth && !l->rc; i++) {
        snprintf(name, sizeof name, "visual.trunk.stages.%zu.blocks.%zu.", s, i);
        load_block(l, v, &stage->blocks[i], name, c, s >= ATTENTION);
    }
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_fastvit *v = (descry_fastvit *)tower;
    size_t c = (size_t)v->kind.width;
    load_stem(l, v);
    for (size_t s = 0; s < DESCRY_FASTVIT_STAGES && v->kind.depths[s] > 0 && !l->rc; s++) {
        c = (size_t)v->kind.width << s;
        load_stage(l, v, s, c);
    }
    descry_fold f = fold_mobile_one(l, "visual.trunk.final_conv.", 2 * c, 1, 3, true, false);
    v->last = (descry_depthwise){.kernel = 3, .stride = 1, .pad = 1, .channels = 2 * c};
    descry_fold_into_depthwise(&f, &v->last);
    descry_load_squeeze(l, &v->squeeze, "visual.trunk.", "final_conv.se", 2 * c, c / 8);
    descry_load_linear(l, &v->head, "visual.trunk.", "head.fc", tower->dim, 2 * c);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_fastvit_family = {
    .name = "FastViT", .claims = claims, .parse = parse, .load = load, .encode = descry_fastvit_encode, .free = release};
