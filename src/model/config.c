/* SPDX-License-Identifier: Apache-2.0
 * Strict parsing: every key is taken out of a copy of its object as it is read, and a key that is left over at the end
 * is one this build does not know. */
#include "model/config.h"

#include "base/error.h"
#include "base/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DIMENSION = 1 << 20, MAX_LAYERS = 1024 };

/* One object of the file.  The first error sticks; later reads give defaults. */
typedef struct reader {
    const char *file;
    const char *section; /* "vision_cfg" */
    json_t *object;      /* what has not been read yet; owned */
    int rc;
    descry_error *err;
} reader;

static int refuse(reader *r, int code, const char *key, const char *why)
{
    if (!r->rc)
        r->rc = descry_fail(r->err, code, "%s: %s.%s: %s", r->file, r->section, key, why);
    return r->rc;
}

static void begin(reader *r, const reader *parent, const json_t *object, const char *section)
{
    *r = (reader){parent->file, section, NULL, parent->rc, parent->err};
    r->object = json_is_object(object) ? json_copy((json_t *)object) : json_object();
    if ((!r->object || (json_is_object(object) && json_object_size(r->object) < json_object_size(object))) && !r->rc)
        r->rc = descry_fail_memory(r->err);
    if (object && !json_is_object(object) && !json_is_null(object))
        refuse(r, DESCRY_ERR_FORMAT, "", "not an object");
}

static int end(reader *r)
{
    const char *key;
    json_t *value;
    json_object_foreach(r->object, key, value)
    {
        refuse(r, DESCRY_ERR_UNSUPPORTED, key, "this key is not supported");
        break;
    }
    json_decref(r->object);
    return r->rc;
}

/* The value of `key`, owned by the caller, and taken out; NULL when absent or null. */
static json_t *take(reader *r, const char *key)
{
    json_t *value = json_incref(json_object_get(r->object, key));
    json_object_del(r->object, key);
    if (json_is_null(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

static void ignore(reader *r, const char *const *keys)
{
    for (; *keys; keys++)
        json_object_del(r->object, *keys);
}

static int take_int(reader *r, const char *key, int fallback, int low, int high)
{
    json_t *value = take(r, key);
    if (!value)
        return fallback;
    json_int_t n = json_is_integer(value) ? json_integer_value(value) : -1;
    if (!json_is_integer(value) || n < low || n > high)
        refuse(r, DESCRY_ERR_FORMAT, key, "not an integer in range");
    json_decref(value);
    return r->rc ? fallback : (int)n;
}

static double take_number(reader *r, const char *key, double fallback)
{
    json_t *value = take(r, key);
    if (!value)
        return fallback;
    if (!json_is_number(value))
        refuse(r, DESCRY_ERR_FORMAT, key, "not a number");
    double number = json_number_value(value);
    json_decref(value);
    return number;
}

static bool take_bool(reader *r, const char *key, bool fallback)
{
    json_t *value = take(r, key);
    if (!value)
        return fallback;
    if (!json_is_boolean(value))
        refuse(r, DESCRY_ERR_UNSUPPORTED, key, "only true and false are supported");
    bool flag = json_is_true(value);
    json_decref(value);
    return flag;
}

/* One of `names`, ended by NULL; its index. */
static int take_name(reader *r, const char *key, int fallback, const char *const *names)
{
    json_t *value = take(r, key);
    if (!value)
        return fallback;
    int found = -1;
    for (int i = 0; names[i]; i++)
        if (json_is_string(value) && strcmp(json_string_value(value), names[i]) == 0)
            found = i;
    if (found < 0)
        refuse(r, DESCRY_ERR_UNSUPPORTED, key, "this value is not supported");
    json_decref(value);
    return found < 0 ? fallback : found;
}

static char *take_string(reader *r, const char *key)
{
    json_t *value = take(r, key);
    if (!value)
        return NULL;
    char *copy = NULL;
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        refuse(r, DESCRY_ERR_FORMAT, key, "not a string");
    else if (!(copy = strdup(json_string_value(value))) && !r->rc)
        r->rc = descry_fail_memory(r->err);
    json_decref(value);
    return copy;
}

/* An integer, or [height, width]. */
static void take_size(reader *r, const char *key, int fallback, int *width, int *height)
{
    *width = *height = fallback;
    json_t *value = json_object_get(r->object, key);
    if (!json_is_array(value)) {
        *width = *height = take_int(r, key, fallback, 1, MAX_DIMENSION);
        return;
    }
    json_int_t h = json_integer_value(json_array_get(value, 0)), w = json_integer_value(json_array_get(value, 1));
    if (json_array_size(value) != 2 || h < 1 || w < 1 || h > MAX_DIMENSION || w > MAX_DIMENSION)
        refuse(r, DESCRY_ERR_FORMAT, key, "not a size");
    else
        *height = (int)h, *width = (int)w;
    json_object_del(r->object, key);
}

/* ---- towers ---------------------------------------------------------------------------------------------------- */

static float take_eps(reader *r)
{
    json_t *value = take(r, "norm_kwargs");
    if (!value)
        return 1e-5f;
    reader norm;
    begin(&norm, r, value, "norm_kwargs");
    float eps = (float)take_number(&norm, "eps", 1e-5);
    if (!(eps >= 0 && eps < 1))
        refuse(&norm, DESCRY_ERR_FORMAT, "eps", "not a small positive number");
    r->rc = end(&norm);
    json_decref(value);
    return eps;
}

static descry_activation take_activation(reader *r, bool quick_gelu)
{
    json_t *value = take(r, "act_kwargs");
    if (!value)
        return quick_gelu ? DESCRY_ACT_QUICK_GELU : DESCRY_ACT_GELU;
    static const char *const forms[] = {"none", "tanh", NULL};
    reader act;
    begin(&act, r, value, "act_kwargs");
    int form = take_name(&act, "approximate", 0, forms);
    r->rc = end(&act);
    json_decref(value);
    if (quick_gelu)
        refuse(r, DESCRY_ERR_UNSUPPORTED, "act_kwargs", "has no meaning with quick_gelu");
    return form ? DESCRY_ACT_GELU_TANH : DESCRY_ACT_GELU;
}

static bool take_layer_scale(reader *r)
{
    json_t *value = take(r, "ls_init_value");
    bool present = value != NULL;
    if (present && !json_is_number(value))
        refuse(r, DESCRY_ERR_FORMAT, "ls_init_value", "not a number");
    json_decref(value);
    return present;
}

/* open_clip truncates width * mlp_ratio, computed in double. */
static int take_mlp(reader *r, int width)
{
    double hidden = width * take_number(r, "mlp_ratio", 4.0);
    if (!(hidden >= 1 && hidden <= 16.0 * MAX_DIMENSION)) {
        refuse(r, DESCRY_ERR_FORMAT, "mlp_ratio", "out of range");
        return 1;
    }
    return (int)hidden;
}

static void check_heads(reader *r, const char *key, int width, int heads)
{
    if (heads < 1 || width % heads != 0)
        refuse(r, DESCRY_ERR_FORMAT, key, "the width is not a multiple of it");
}

static const char *const training_only[] = {
    "patch_dropout", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
    "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_model_config", NULL};

/* Extras of a "custom" block and other towers: refused unless absent, null or false. */
static void refuse_extras(reader *r)
{
    static const char *const keys[] = {"block_type", "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner",
                                       "scale_attn", "scale_fc", "timm_model_name", "hf_model_name", NULL};
    for (const char *const *key = keys; *key; key++) {
        json_t *value = take(r, *key);
        if (value && !json_is_false(value))
            refuse(r, DESCRY_ERR_UNSUPPORTED, *key, "this kind of tower is not supported");
        json_decref(value);
    }
    ignore(r, training_only);
}

static void parse_vision(descry_vision_config *v, reader *parent, const json_t *object, bool quick_gelu)
{
    static const char *const pools[] = {"tok", "avg", NULL};
    static const char *const positions[] = {"learnable", "sin_cos_2d", NULL}; /* both are stored with the weights */
    reader r;
    begin(&r, parent, object, "vision_cfg");
    if (json_is_array(json_object_get(r.object, "layers")))
        refuse(&r, DESCRY_ERR_UNSUPPORTED, "layers", "ModifiedResNet towers are not supported");
    refuse_extras(&r);
    v->block.layers = take_int(&r, "layers", 12, 1, MAX_LAYERS);
    v->block.width = take_int(&r, "width", 768, 1, MAX_DIMENSION);
    v->block.heads = v->block.width / take_int(&r, "head_width", 64, 1, MAX_DIMENSION);
    check_heads(&r, "head_width", v->block.width, v->block.heads);
    v->block.mlp = take_mlp(&r, v->block.width);
    v->block.eps = take_eps(&r);
    v->block.activation = take_activation(&r, quick_gelu);
    v->block.layer_scale = take_layer_scale(&r);
    take_size(&r, "patch_size", 16, &v->patch_width, &v->patch_height);
    take_size(&r, "image_size", 224, &v->image_width, &v->image_height);
    v->no_ln_pre = take_bool(&r, "no_ln_pre", false);
    v->final_ln_after_pool = take_bool(&r, "final_ln_after_pool", false);
    v->pool = take_name(&r, "pool_type", 0, pools) ? DESCRY_POOL_AVG : DESCRY_POOL_TOK;
    v->attentional_pool = take_bool(&r, "attentional_pool", false);
    v->pooler_queries = take_int(&r, "attn_pooler_queries", 256, 1, 1 << 16);
    v->pooler_heads = take_int(&r, "attn_pooler_heads", 8, 1, MAX_DIMENSION);
    take_name(&r, "pos_embed_type", 0, positions);
    take_bool(&r, "output_tokens", false);
    if (!r.rc && (v->image_width < v->patch_width || v->image_height < v->patch_height ||
                  descry_vision_tokens(v) > MAX_DIMENSION))
        refuse(&r, DESCRY_ERR_FORMAT, "image_size", "out of range for this patch_size");
    parent->rc = end(&r);
}

static void parse_tokenizer(descry_text_config *t, reader *r)
{
    static const char *const modes[] = {"clean", NULL};
    static const char *const cleaning[] = {"lower", NULL};
    t->other_tokenizer = take_string(r, "hf_tokenizer_name");
    json_t *value = take(r, "tokenizer_kwargs");
    if (!t->other_tokenizer) { /* otherwise these are the other tokenizer's business */
        take_name(r, "tokenizer_mode", 0, modes);
        reader k;
        begin(&k, r, value, "tokenizer_kwargs");
        t->bpe_path = take_string(&k, "bpe_path");
        take_name(&k, "clean", 0, cleaning);
        r->rc = end(&k);
    } else {
        json_decref(take(r, "tokenizer_mode"));
    }
    json_decref(value);
}

static void parse_text(descry_text_config *t, reader *parent, const json_t *object, bool quick_gelu)
{
    static const char *const pools[] = {"argmax", "last", "first", "eos", NULL};
    static const char *const projections[] = {"linear", "none", NULL};
    reader r;
    begin(&r, parent, object, "text_cfg");
    refuse_extras(&r);
    parse_tokenizer(t, &r);
    t->context_length = take_int(&r, "context_length", 77, 2, 1 << 16);
    t->vocab_size = take_int(&r, "vocab_size", 49408, 3, 1 << 24);
    t->block.width = take_int(&r, "width", 512, 1, MAX_DIMENSION);
    t->block.heads = take_int(&r, "heads", 8, 1, MAX_DIMENSION);
    check_heads(&r, "heads", t->block.width, t->block.heads);
    t->block.layers = take_int(&r, "layers", 12, 1, MAX_LAYERS);
    t->block.mlp = take_mlp(&r, t->block.width);
    t->block.eps = take_eps(&r);
    t->block.activation = take_activation(&r, quick_gelu);
    t->block.layer_scale = take_layer_scale(&r);
    t->embed_cls = take_bool(&r, "embed_cls", false);
    t->pad_id = take_int(&r, "pad_id", 0, 0, 1 << 24);
    t->causal = !take_bool(&r, "no_causal_mask", false);
    t->pool = (descry_pool_type)(DESCRY_POOL_ARGMAX + take_name(&r, "pool_type", 0, pools));
    t->eos_id = take_int(&r, "eos_id", 2, 0, 1 << 24);
    t->project = take_name(&r, "proj_type", 0, projections) == 0;
    t->project_bias = take_bool(&r, "proj_bias", false);
    take_bool(&r, "output_tokens", false);
    take_bool(&r, "final_ln_after_pool", false); /* has no effect in open_clip's text tower */
    if (t->embed_cls && !t->causal)
        refuse(&r, DESCRY_ERR_UNSUPPORTED, "no_causal_mask", "not supported together with embed_cls");
    parent->rc = end(&r);
}

static void parse_decoder(descry_decoder_config *d, reader *parent, const json_t *object, bool quick_gelu)
{
    /* the decoder's MLP ratio is always 4, and these have no effect there */
    static const char *const without_effect[] = {"context_length", "vocab_size", "mlp_ratio", "dim_head", "n_queries",
                                                 "attn_pooler_heads", NULL};
    reader r;
    begin(&r, parent, object, "multimodal_cfg");
    ignore(&r, without_effect);
    d->block.width = take_int(&r, "width", 512, 1, MAX_DIMENSION);
    d->block.heads = take_int(&r, "heads", 8, 1, MAX_DIMENSION);
    check_heads(&r, "heads", d->block.width, d->block.heads);
    d->block.layers = take_int(&r, "layers", 12, 1, MAX_LAYERS);
    d->block.mlp = 4 * d->block.width;
    d->block.eps = 1e-5f;
    d->block.activation = quick_gelu ? DESCRY_ACT_QUICK_GELU : DESCRY_ACT_GELU;
    d->block.layer_scale = take_layer_scale(&r);
    parent->rc = end(&r);
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static void parse_triple(reader *r, const char *key, float out[3])
{
    json_t *value = take(r, key);
    for (size_t i = 0; value && i < 3; i++) {
        json_t *number = json_is_array(value) ? json_array_get(value, i) : value; /* one number stands for three */
        if (!json_is_number(number))
            refuse(r, DESCRY_ERR_FORMAT, key, "not three numbers");
        out[i] = (float)json_number_value(number);
    }
    json_decref(value);
}

static void parse_preprocess(descry_preprocess_config *p, reader *parent, const json_t *object)
{
    static const char *const modes[] = {"RGB", NULL};
    static const char *const interpolations[] = {"bicubic", "bilinear", NULL};
    static const char *const fits[] = {"shortest", "squash", "longest", NULL};
    static const char *const without_effect[] = {"size", NULL}; /* the tower's image_size decides */
    *p = (descry_preprocess_config){{0.48145466f, 0.4578275f, 0.40821073f}, {0.26862954f, 0.26130258f, 0.27577711f},
                                    DESCRY_INTERPOLATE_BICUBIC, DESCRY_FIT_SHORTEST, 0};
    reader r;
    begin(&r, parent, object, "preprocess_cfg");
    ignore(&r, without_effect);
    take_name(&r, "mode", 0, modes);
    parse_triple(&r, "mean", p->mean);
    parse_triple(&r, "std", p->std);
    p->interpolation = (descry_interpolate)take_name(&r, "interpolation", 0, interpolations);
    p->resize_mode = (descry_fit)take_name(&r, "resize_mode", 0, fits);
    p->fill = take_int(&r, "fill_color", 0, 0, 255);
    for (int i = 0; i < 3; i++)
        if (!r.rc && !(p->std[i] > 0))
            refuse(&r, DESCRY_ERR_FORMAT, "std", "not positive");
    parent->rc = end(&r);
}

static void parse_model(descry_model_config *c, reader *parent, const json_t *object)
{
    reader r;
    begin(&r, parent, object, "model_cfg");
    if (!json_is_object(object))
        refuse(&r, DESCRY_ERR_FORMAT, "", "missing");
    json_t *vision = take(&r, "vision_cfg"), *text = take(&r, "text_cfg"), *decoder = take(&r, "multimodal_cfg");
    bool quick_gelu = take_bool(&r, "quick_gelu", false);
    c->embed_dim = take_int(&r, "embed_dim", 0, 1, 1 << 16);
    c->text_prefix = take_bool(&r, "custom_text", false);
    if (!r.rc && c->embed_dim == 0)
        refuse(&r, DESCRY_ERR_FORMAT, "embed_dim", "missing");
    if (!vision || !text)
        refuse(&r, DESCRY_ERR_FORMAT, vision ? "text_cfg" : "vision_cfg", "missing");
    if (decoder && !c->text_prefix)
        refuse(&r, DESCRY_ERR_FORMAT, "multimodal_cfg", "needs custom_text");
    take_number(&r, "init_logit_scale", 0); /* the file of weights has the value */
    take_bool(&r, "nonscalar_logit_scale", false);
    c->has_logit_bias = json_is_number(json_object_get(r.object, "init_logit_bias"));
    c->init_logit_bias = (float)take_number(&r, "init_logit_bias", 0);
    parse_vision(&c->vision, &r, vision, quick_gelu);
    parse_text(&c->text, &r, text, quick_gelu);
    if (decoder)
        parse_decoder(&c->decoder, &r, decoder, quick_gelu);
    if (!r.rc && c->vision.attentional_pool)
        check_heads(&r, "vision_cfg.attn_pooler_heads", c->embed_dim, c->vision.pooler_heads);
    if (!r.rc && !c->text.project && c->text.block.width != c->embed_dim)
        refuse(&r, DESCRY_ERR_FORMAT, "text_cfg.proj_type", "\"none\" needs a width equal to embed_dim");
    json_decref(vision);
    json_decref(text);
    json_decref(decoder);
    parent->rc = end(&r);
}

int descry_model_config_parse(descry_model_config *config, const char *json, size_t size, const char *name,
                              descry_error *err)
{
    *config = (descry_model_config){0};
    json_error_t where;
    int code;
    json_t *root = descry_json_load(json, size, JSON_REJECT_DUPLICATES, &where, &code);
    if (!root && code == DESCRY_ERR_MEMORY)
        return descry_fail_memory(err);
    if (!root)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %d: %s", name, where.line, where.text);
    reader r, top = {name, "", NULL, 0, err};
    begin(&r, &top, root, "(top)");
    json_t *model = take(&r, "model_cfg"), *preprocess = take(&r, "preprocess_cfg");
    if (!r.rc)
        parse_model(config, &r, model);
    if (!r.rc)
        parse_preprocess(&config->preprocess, &r, preprocess);
    int rc = end(&r);
    json_decref(model);
    json_decref(preprocess);
    json_decref(root);
    if (rc)
        descry_model_config_free(config);
    return rc;
}

void descry_model_config_free(descry_model_config *config)
{
    free(config->text.bpe_path);
    free(config->text.other_tokenizer);
    *config = (descry_model_config){0};
}

int descry_vision_tokens(const descry_vision_config *v)
{
    long long patches = (long long)(v->image_width / v->patch_width) * (v->image_height / v->patch_height);
    return patches < INT32_MAX ? (int)patches + 1 : INT32_MAX;
}
