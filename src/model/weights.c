/* SPDX-License-Identifier: Apache-2.0 */
#include "model/weights.h"

#include "base/error.h"
#include "model/positions.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The first error sticks; after it every read gives nothing. */
typedef struct loader {
    descry_weights *w;
    const descry_model_config *config;
    const descry_log *log;
    int rc;
    descry_error *err;
} loader;

/* ---- renaming -------------------------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The renaming rules of open_clip's load_state_dict and convert_state_dict. */
static int rename_tensors(descry_weights *w, const descry_model_config *config, descry_error *err)
{
    static const char *const text_keys[] = {"text_projection", "positional_embedding", "token_embedding", "transformer",
                                            "ln_final"};
    descry_safetensors *f = &w->file;
    bool module = f->count > 0;
    for (size_t i = 0; i < f->count; i++)
        module = module && begins(f->tensors[i].name, "module.");
    for (size_t i = 0; module && i < f->count; i++)
        f->tensors[i].name += strlen("module."); /* the order stays */
    if (config->text_prefix && descry_safetensors_find(f, "text_projection") &&
        descry_safetensors_find(f, "positional_embedding"))
        for (size_t i = 0; i < f->count; i++)
            for (size_t k = 0; k < sizeof text_keys / sizeof *text_keys; k++)
                if (begins(f->tensors[i].name, text_keys[k])) {
                    size_t size = strlen(f->tensors[i].name) + sizeof "text.";
                    char *name = descry_arena_alloc(&f->arena, size, 1);
                    if (!name)
                        return descry_fail_memory(err);
                    snprintf(name, size, "text.%s", f->tensors[i].name);
                    f->tensors[i].name = name;
                    break;
                }
    return descry_safetensors_sort(f, err);
}

/* ---- finding tensors ------------------------------------------------------------------------------------------- */

static const char *join(char name[256], const char *prefix, const char *rest)
{
    size_t n = 0;
    for (; *prefix && n < 255; prefix++)
        name[n++] = *prefix;
    for (; *rest && n < 255; rest++)
        name[n++] = *rest;
    name[n] = 0;
    return name;
}

static descry_tensor *find(loader *l, const char *name)
{
    if (l->rc)
        return NULL;
    descry_tensor *t = descry_safetensors_find(&l->w->file, name);
    if (!t) {
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\" is missing", l->w->file.path, name);
        return NULL;
    }
    if (t->dtype < 0) {
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": not of type F32, F16 or BF16",
                            l->w->file.path, name);
        return NULL;
    }
    if (!t->used)
        l->w->parameters += t->elements;
    t->used = true;
    return t;
}

/* Shape: `dims` sizes. */
static descry_tensor *find_shaped(loader *l, const char *name, int dims, ...)
{
    descry_tensor *t = find(l, name);
    if (!t)
        return NULL;
    size_t shape[DESCRY_MAX_DIMS];
    va_list args;
    va_start(args, dims);
    for (int i = 0; i < dims; i++)
        shape[i] = va_arg(args, size_t);
    va_end(args);
    if (t->dims == dims && memcmp(t->shape, shape, (size_t)dims * sizeof *shape) == 0)
        return t;
    char expected[DESCRY_SHAPE_TEXT], found[DESCRY_SHAPE_TEXT];
    l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": shape %s, expected %s", l->w->file.path, name,
                        descry_shape_text(found, t->shape, t->dims), descry_shape_text(expected, shape, dims));
    return NULL;
}

static float *to_floats(loader *l, const descry_tensor *t)
{
    float *values = t ? descry_arena_alloc(&l->w->arena, t->elements, sizeof *values) : NULL;
    if (t && !values && !l->rc)
        l->rc = descry_fail_memory(l->err);
    if (values)
        descry_to_f32(values, t->data, (descry_dtype)t->dtype, t->elements);
    return values;
}

static const float *vector(loader *l, const char *prefix, const char *rest, size_t n)
{
    char name[256];
    return to_floats(l, find_shaped(l, join(name, prefix, rest), 1, n));
}

static descry_norm norm(loader *l, const char *prefix, const char *rest, size_t n)
{
    char name[256];
    join(name, prefix, rest);
    return (descry_norm){vector(l, name, ".weight", n), vector(l, name, ".bias", n)};
}

/* Rows first_row .. first_row + n of a tensor [*, k]. */
static descry_linear rows(const descry_tensor *t, size_t first_row, size_t n, size_t k, const float *bias)
{
    if (!t)
        return (descry_linear){0};
    const char *source = (const char *)t->data + first_row * k * descry_dtype_size((descry_dtype)t->dtype);
    return (descry_linear){.n = n, .k = k, .type = (descry_dtype)t->dtype, .source = source, .n_stride = k,
                           .k_stride = 1, .bias = bias};
}

/* `name`.weight [n, k] and `name`.bias [n] */
static descry_linear linear(loader *l, const char *prefix, const char *rest, size_t n, size_t k)
{
    char name[256], full[256];
    join(name, prefix, rest);
    const descry_tensor *t = find_shaped(l, join(full, name, ".weight"), 2, n, k);
    return rows(t, 0, n, k, vector(l, name, ".bias", n));
}

/* A matrix [k, n] that open_clip uses as x @ P. */
static descry_linear matrix(loader *l, const char *prefix, const char *rest, size_t k, size_t n)
{
    char name[256];
    descry_linear p = rows(find_shaped(l, join(name, prefix, rest), 2, k, n), 0, n, k, NULL);
    p.n_stride = 1;
    p.k_stride = n;
    return p;
}

/* ---- towers ---------------------------------------------------------------------------------------------------- */

static void load_block(loader *l, descry_block *b, const descry_block_config *c, const char *prefix, bool cross)
{
    size_t w = (size_t)c->width, m = (size_t)c->mlp;
    char name[256];
    b->ln_1 = norm(l, prefix, "ln_1", w);
    if (cross)
        b->ln_1_kv = norm(l, prefix, "ln_1_kv", w);
    const descry_tensor *qkv = find_shaped(l, join(name, prefix, "attn.in_proj_weight"), 2, 3 * w, w);
    const float *bias = vector(l, prefix, "attn.in_proj_bias", 3 * w);
    b->qkv = rows(qkv, 0, cross ? w : 3 * w, w, bias);
    if (cross)
        b->kv = rows(qkv, w, 2 * w, w, bias ? bias + w : NULL);
    b->out = linear(l, prefix, "attn.out_proj", w, w);
    b->ln_2 = norm(l, prefix, "ln_2", w);
    b->fc = linear(l, prefix, "mlp.c_fc", m, w);
    b->proj = linear(l, prefix, "mlp.c_proj", w, m);
    if (c->layer_scale) {
        b->ls_1 = vector(l, prefix, "ls_1.gamma", w);
        b->ls_2 = vector(l, prefix, "ls_2.gamma", w);
    }
}

static descry_block *load_blocks(loader *l, const descry_block_config *c, const char *prefix, bool cross)
{
    descry_block *blocks = descry_arena_alloc(&l->w->arena, (size_t)c->layers, sizeof *blocks);
    if (!blocks && !l->rc)
        l->rc = descry_fail_memory(l->err);
    if (!blocks)
        return NULL;
    memset(blocks, 0, (size_t)c->layers * sizeof *blocks);
    for (int i = 0; i < c->layers && !l->rc; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s.%d.", prefix, i);
        load_block(l, &blocks[i], c, name, cross);
    }
    return blocks;
}

/* `query` and the attention of torch's MultiheadAttention with kdim = vdim = W. */
static void load_pooler(loader *l, descry_pooler *p, size_t queries, size_t e, size_t w)
{
    const char *prefix = "visual.attn_pool.";
    p->query = to_floats(l, find_shaped(l, "visual.attn_pool.query", 2, queries, e));
    p->ln_q = norm(l, prefix, "ln_q", e);
    p->ln_k = norm(l, prefix, "ln_k", w);
    const float *bias = vector(l, prefix, "attn.in_proj_bias", 3 * e);
    const float *k_bias = bias ? bias + e : NULL, *v_bias = bias ? bias + 2 * e : NULL;
    if (w == e) { /* torch stores the three as one when their shapes agree */
        const descry_tensor *t = find_shaped(l, "visual.attn_pool.attn.in_proj_weight", 2, 3 * e, e);
        p->q = rows(t, 0, e, e, bias);
        p->k = rows(t, e, e, e, k_bias);
        p->v = rows(t, 2 * e, e, e, v_bias);
    } else {
        p->q = rows(find_shaped(l, "visual.attn_pool.attn.q_proj_weight", 2, e, e), 0, e, e, bias);
        p->k = rows(find_shaped(l, "visual.attn_pool.attn.k_proj_weight", 2, e, w), 0, e, w, k_bias);
        p->v = rows(find_shaped(l, "visual.attn_pool.attn.v_proj_weight", 2, e, w), 0, e, w, v_bias);
    }
    p->out = linear(l, prefix, "attn.out_proj", e, e);
}

static const float *load_vision_positions(loader *l, const descry_vision_config *c)
{
    const descry_tensor *t = find(l, "visual.positional_embedding");
    size_t w = (size_t)c->block.width, tokens = (size_t)descry_vision_tokens(c);
    if (!t || (t->dims == 2 && t->shape[0] == tokens && t->shape[1] == w))
        return to_floats(l, t);
    const float *stored = to_floats(l, t);
    size_t columns = (size_t)(c->image_width / c->patch_width);
    float *resized = descry_arena_alloc(&l->w->arena, tokens * w, sizeof *resized);
    if (l->rc)
        return NULL;
    if (!resized)
        l->rc = descry_fail_memory(l->err);
    else if (t->dims != 2 || t->shape[1] != w ||
             !descry_resize_grid(resized, (tokens - 1) / columns, columns, stored, t->shape[0], w)) {
        char found[DESCRY_SHAPE_TEXT];
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"visual.positional_embedding\": shape %s, expected [%zu, %zu]",
                            l->w->file.path, descry_shape_text(found, t->shape, t->dims), tokens, w);
    } else
        descry_log_write(l->log, DESCRY_LOG_INFO, "%s: positions resized from %zu to %zu", l->w->file.path, t->shape[0],
                         tokens);
    return resized;
}

static void load_vision(loader *l)
{
    const descry_vision_config *c = &l->config->vision;
    descry_vision_weights *v = &l->w->vision;
    size_t w = (size_t)c->block.width, e = (size_t)l->config->embed_dim;
    size_t pw = (size_t)c->patch_width, ph = (size_t)c->patch_height;
    v->patch = rows(find_shaped(l, "visual.conv1.weight", 4, w, (size_t)3, ph, pw), 0, w, 3 * ph * pw, NULL);
    v->class_embedding = vector(l, "visual.", "class_embedding", w);
    v->positions = load_vision_positions(l, c);
    if (!c->no_ln_pre)
        v->ln_pre = norm(l, "visual.", "ln_pre", w);
    v->blocks = load_blocks(l, &c->block, "visual.transformer.resblocks", false);
    if (c->attentional_pool)
        load_pooler(l, &v->pooler, (size_t)c->pooler_queries, e, w);
    size_t pooled = c->attentional_pool ? e : w;
    v->ln_post = norm(l, "visual.", "ln_post", pooled);
    v->proj = matrix(l, "visual.", "proj", pooled, e);
}

static const float *load_text_positions(loader *l, const char *prefix, size_t rows_needed, size_t w)
{
    char name[256];
    const descry_tensor *t = find(l, join(name, prefix, "positional_embedding"));
    if (!t)
        return NULL;
    const float *stored = to_floats(l, t);
    if (l->rc || (t->dims == 2 && t->shape[0] == rows_needed && t->shape[1] == w))
        return stored;
    float *resized = descry_arena_alloc(&l->w->arena, rows_needed * w, sizeof *resized);
    if (!resized)
        l->rc = descry_fail_memory(l->err);
    else if (t->dims != 2 || t->shape[1] != w || t->shape[0] == 0) {
        char found[DESCRY_SHAPE_TEXT];
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": shape %s, expected [%zu, %zu]",
                            l->w->file.path, name, descry_shape_text(found, t->shape, t->dims), rows_needed, w);
    } else
        descry_resize_line(resized, rows_needed, stored, t->shape[0], w);
    return resized;
}

static void load_text(loader *l)
{
    const descry_text_config *c = &l->config->text;
    descry_text_weights *t = &l->w->text;
    const char *prefix = l->config->text_prefix ? "text." : "";
    size_t w = (size_t)c->block.width, e = (size_t)l->config->embed_dim;
    char name[256];
    t->tokens = find_shaped(l, join(name, prefix, "token_embedding.weight"), 2, (size_t)c->vocab_size, w);
    t->positions = load_text_positions(l, prefix, (size_t)c->context_length + c->embed_cls, w);
    if (c->embed_cls)
        t->class_embedding = vector(l, prefix, "cls_emb", w);
    t->blocks = load_blocks(l, &c->block, join(name, prefix, "transformer.resblocks"), false);
    t->ln_final = norm(l, prefix, "ln_final", w);
    if (c->project && c->project_bias)
        t->proj = linear(l, prefix, "text_projection", e, w);
    else if (c->project)
        t->proj = matrix(l, prefix, "text_projection", w, e);
}

static void load_decoder(loader *l)
{
    const descry_decoder_config *c = &l->config->decoder;
    descry_decoder_weights *d = &l->w->decoder;
    if (c->block.layers == 0)
        return;
    size_t w = (size_t)c->block.width;
    d->blocks = load_blocks(l, &c->block, "text_decoder.resblocks", false);
    d->cross = load_blocks(l, &c->block, "text_decoder.cross_attn", true);
    d->ln_final = norm(l, "text_decoder.", "ln_final", w);
    d->proj = matrix(l, "text_decoder.", "text_projection", w, (size_t)l->config->text.vocab_size);
}

/* A number stored as [] or [1]. */
static float scalar(loader *l, const char *name)
{
    const descry_tensor *t = find(l, name);
    if (t && (t->elements != 1 || t->dims > 1)) {
        char found[DESCRY_SHAPE_TEXT];
        l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\": shape %s, expected [] or [1]",
                            l->w->file.path, name, descry_shape_text(found, t->shape, t->dims));
        t = NULL;
    }
    float value = 0;
    if (t)
        descry_to_f32(&value, t->data, (descry_dtype)t->dtype, 1);
    return value;
}

static void refuse_leftovers(loader *l)
{
    const descry_safetensors *f = &l->w->file;
    for (size_t i = 0; i < f->count && !l->rc; i++) {
        const descry_tensor *t = &f->tensors[i];
        char found[DESCRY_SHAPE_TEXT];
        if (!t->used && strcmp(t->name, "text.transformer.embeddings.position_ids") != 0)
            l->rc = descry_fail(l->err, DESCRY_ERR_FORMAT, "%s: tensor \"%s\", shape %s, is not part of this model",
                                f->path, t->name, descry_shape_text(found, t->shape, t->dims));
    }
}

int descry_weights_open(descry_weights *w, const descry_model_config *config, const char *path, const descry_log *log,
                        descry_error *err)
{
    *w = (descry_weights){0};
    int rc = descry_safetensors_open(&w->file, path, err);
    if (rc)
        return rc;
    loader l = {w, config, log, rename_tensors(w, config, err), err};
    load_vision(&l);
    load_text(&l);
    load_decoder(&l);
    w->logit_scale = scalar(&l, "logit_scale");
    if (config->has_logit_bias && descry_safetensors_find(&w->file, "logit_bias"))
        w->logit_bias = scalar(&l, "logit_bias");
    refuse_leftovers(&l);
    if (l.rc)
        descry_weights_close(w);
    return l.rc;
}

/* ---- packing --------------------------------------------------------------------------------------------------- */

/* Calls fn for each linear of a tower; stops at the first failure. */
typedef int (*linear_fn)(void *arg, descry_linear *linear);

static int each_of_blocks(descry_block *blocks, int layers, linear_fn fn, void *arg)
{
    int rc = 0;
    for (int i = 0; blocks && i < layers && !rc; i++) {
        descry_linear *all[] = {&blocks[i].qkv, &blocks[i].kv, &blocks[i].out, &blocks[i].fc, &blocks[i].proj};
        for (size_t j = 0; j < sizeof all / sizeof *all && !rc; j++)
            rc = fn(arg, all[j]);
    }
    return rc;
}

static int each_of_vision(descry_vision_weights *v, int layers, linear_fn fn, void *arg)
{
    int rc = each_of_blocks(v->blocks, layers, fn, arg);
    descry_linear *all[] = {&v->patch, &v->pooler.q, &v->pooler.k, &v->pooler.v, &v->pooler.out, &v->proj};
    for (size_t j = 0; j < sizeof all / sizeof *all && !rc; j++)
        rc = fn(arg, all[j]);
    return rc;
}

static int each_of_text(descry_text_weights *t, int layers, linear_fn fn, void *arg)
{
    int rc = each_of_blocks(t->blocks, layers, fn, arg);
    return rc ? rc : fn(arg, &t->proj);
}

static int each_of_decoder(descry_decoder_weights *d, int layers, linear_fn fn, void *arg)
{
    int rc = each_of_blocks(d->blocks, layers, fn, arg);
    if (!rc)
        rc = each_of_blocks(d->cross, layers, fn, arg);
    return rc ? rc : fn(arg, &d->proj);
}

enum { PACKED_BLOCK = 32 << 20 }; /* bytes */

typedef struct packer {
    const descry_engine *engine;
    descry_weights *weights;
    descry_error *err;
} packer;

static int prepare(void *arg, descry_linear *l)
{
    const packer *p = arg;
    if (l->n == 0 || l->packed)
        return 0;
    l->packed_type = p->weights->bf16 && l->type == DESCRY_F32 ? DESCRY_BF16 : l->type;
    size_t size = descry_packed_size(p->engine->kernels, l->packed_type, l->n, l->k);
    p->weights->packed.least = PACKED_BLOCK;
    void *room = size == SIZE_MAX ? NULL : descry_arena_alloc(&p->weights->packed, size, descry_dtype_size(l->packed_type));
    if (!room)
        return descry_fail_memory(p->err);
    descry_linear_pack(p->engine, l, room);
    descry_map_release(&p->weights->file.map); /* the packed copy is the one in use */
    return 0;
}

int descry_weights_prepare_vision(descry_weights *w, const descry_model_config *config, const descry_engine *engine,
                                  descry_error *err)
{
    packer p = {engine, w, err};
    return each_of_vision(&w->vision, config->vision.block.layers, prepare, &p);
}

int descry_weights_prepare_text(descry_weights *w, const descry_model_config *config, const descry_engine *engine,
                                descry_error *err)
{
    packer p = {engine, w, err};
    return each_of_text(&w->text, config->text.block.layers, prepare, &p);
}

int descry_weights_prepare_decoder(descry_weights *w, const descry_model_config *config, const descry_engine *engine,
                                   descry_error *err)
{
    packer p = {engine, w, err};
    int rc = each_of_text(&w->text, config->text.block.layers, prepare, &p);
    if (!rc)
        rc = each_of_decoder(&w->decoder, config->decoder.block.layers, prepare, &p);
    return rc;
}

static int is_f32(void *arg, descry_linear *l)
{
    (void)arg;
    return l->n > 0 && l->type == DESCRY_F32;
}

bool descry_weights_any_f32(descry_weights *w, const descry_model_config *config)
{
    return each_of_vision(&w->vision, config->vision.block.layers, is_f32, NULL) ||
           each_of_text(&w->text, config->text.block.layers, is_f32, NULL) ||
           each_of_decoder(&w->decoder, config->decoder.block.layers, is_f32, NULL);
}

void descry_weights_close(descry_weights *w)
{
    descry_safetensors_close(&w->file);
    descry_arena_free(&w->packed);
    descry_arena_free(&w->arena);
    *w = (descry_weights){0};
}
