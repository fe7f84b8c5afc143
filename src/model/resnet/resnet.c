/* SPDX-License-Identifier: Apache-2.0 */
#include "model/resnet/resnet.h"

#include <stdio.h>
#include <stdlib.h>

enum { EXPANSION = 4, REDUCTION = 32 /* of the picture's size, at the last stage */ };

static bool claims(const descry_keys *vision_cfg)
{
    return json_is_array(json_object_get(vision_cfg->object, "layers"));
}

/* ---- configuration --------------------------------------------------------------------------------------------- */

static void parse_depths(descry_resnet *v, descry_keys *k)
{
    json_t *layers = descry_keys_take(k, "layers");
    for (size_t i = 0; i < 4; i++) {
        json_int_t depth = json_integer_value(json_array_get(layers, i));
        if (depth < 1 || depth > DESCRY_MAX_LAYERS || json_array_size(layers) != 4)
            descry_keys_refuse(k, DESCRY_ERR_FORMAT, "layers", "not a number of layers, or of each of four stages");
        v->depths[i] = (size_t)depth;
    }
    json_decref(layers);
}

static descry_image_tower *parse(descry_keys *k, const descry_tower_options *options)
{
    static const char *const without_effect[] = {"patch_size", "mlp_ratio", NULL};
    descry_resnet *v = calloc(1, sizeof *v);
    if (!v) {
        descry_keys_fail_memory(k);
        return NULL;
    }
    descry_keys_refuse_extras(k);
    descry_keys_ignore(k, without_effect);
    parse_depths(v, k);
    int image = descry_keys_int(k, "image_size", 224, REDUCTION, 1 << 14);
    int width = descry_keys_int(k, "width", 64, 2, 1 << 12), head = descry_keys_int(k, "head_width", 64, 1, 1 << 16);
    v->width = (size_t)width;
    v->features = 8 * EXPANSION * v->width;
    v->heads = v->features / (size_t)head;
    v->side = (size_t)image / REDUCTION;
    descry_keys_check_heads(k, "head_width", (int)v->features, (int)v->heads);
    if (width % 2 != 0 || image % REDUCTION != 0)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, width % 2 ? "width" : "image_size", "not even, or no multiple of 32");
    v->tower = (descry_image_tower){.family = &descry_resnet_family, .dim = (size_t)options->dim, .width = (size_t)image,
                                    .height = (size_t)image};
    return &v->tower;
}

/* ---- weights --------------------------------------------------------------------------------------------------- */

/* A convolution called `name` followed by `number`, and the batch norm of the same number. */
static void load_pair(descry_loader *l, descry_conv *conv, const char *prefix, int number, size_t in, size_t out)
{
    char name[16];
    snprintf(name, sizeof name, "conv%d", number);
    descry_load_conv(l, conv, prefix, name, in, out, false);
    snprintf(name, sizeof name, "bn%d", number);
    descry_load_batch_norm(l, conv, prefix, name);
}

static void load_bottleneck(descry_loader *l, descry_bottleneck *b, const char *prefix, size_t in, size_t planes, bool first)
{
    b->reduce = (descry_conv){.kernel = 1, .stride = 1};
    b->spatial = (descry_conv){.kernel = 3, .stride = 1, .pad = 1};
    b->expand = (descry_conv){.kernel = 1, .stride = 1};
    load_pair(l, &b->reduce, prefix, 1, in, planes);
    load_pair(l, &b->spatial, prefix, 2, planes, planes);
    load_pair(l, &b->expand, prefix, 3, planes, EXPANSION * planes);
    if (first) {
        b->downsample = (descry_conv){.kernel = 1, .stride = 1};
        descry_load_conv(l, &b->downsample, prefix, "downsample.0", in, EXPANSION * planes, false);
        descry_load_batch_norm(l, &b->downsample, prefix, "downsample.1");
    }
}

static void load(descry_image_tower *tower, descry_loader *l)
{
    descry_resnet *v = (descry_resnet *)tower;
    const char *prefix = "visual.", *pool = "visual.attnpool.";
    size_t w = v->features, in = v->width;
    for (int i = 0; i < 3; i++) {
        v->stem[i] = (descry_conv){.kernel = 3, .stride = i == 0 ? 2 : 1, .pad = 1};
        load_pair(l, &v->stem[i], prefix, i + 1, i == 0 ? 3 : v->width / 2, i < 2 ? v->width / 2 : v->width);
    }
    for (size_t s = 0; s < 4; s++) {
        size_t planes = v->width << s;
        v->blocks[s] = descry_load_alloc(l, v->depths[s], sizeof *v->blocks[s]);
        for (size_t i = 0; i < v->depths[s] && !l->rc; i++) {
            char name[64];
            snprintf(name, sizeof name, "visual.layer%zu.%zu.", s + 1, i);
            v->blocks[s][i].stride = i == 0 && s > 0 ? 2 : 1;
            load_bottleneck(l, &v->blocks[s][i], name, in, planes, i == 0);
            in = EXPANSION * planes;
        }
    }
    v->positions = descry_load_floats(l, descry_load_shaped(l, pool, "positional_embedding", 2, 1 + v->side * v->side, w));
    descry_load_linear(l, &v->q, pool, "q_proj", w, w);
    descry_load_linear(l, &v->k, pool, "k_proj", w, w);
    descry_load_linear(l, &v->v, pool, "v_proj", w, w);
    descry_load_linear(l, &v->proj, pool, "c_proj", tower->dim, w);
}

static void release(descry_image_tower *tower)
{
    free(tower);
}

const descry_image_family descry_resnet_family = {
    .name = "ModifiedResNet", .claims = claims, .parse = parse, .load = load, .encode = descry_resnet_encode, .free = release};
