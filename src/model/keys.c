/* SPDX-License-Identifier: Apache-2.0 */
#include "model/keys.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void descry_keys_refuse(descry_keys *k, int code, const char *key, const char *why)
{
    if (!k->rc)
        k->rc = descry_fail(k->err, code, "%s: %s.%s: %s", k->file, k->section, key, why);
}

void descry_keys_fail_memory(descry_keys *k)
{
    if (!k->rc)
        k->rc = descry_fail_memory(k->err);
}

void descry_keys_open(descry_keys *k, const descry_keys *parent, const json_t *object, const char *section)
{
    *k = (descry_keys){parent->file, section, NULL, parent->rc, parent->err};
    k->object = json_is_object(object) ? json_copy((json_t *)object) : json_object();
    if (!k->object || (json_is_object(object) && json_object_size(k->object) < json_object_size(object)))
        descry_keys_fail_memory(k);
    if (object && !json_is_object(object) && !json_is_null(object))
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "", "not an object");
}

void descry_keys_close(descry_keys *k, descry_keys *parent)
{
    const char *key;
    json_t *value;
    json_object_foreach(k->object, key, value)
    {
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, key, "this key is not supported");
        break;
    }
    json_decref(k->object);
    parent->rc = k->rc;
}

bool descry_keys_have(const descry_keys *k, const char *key)
{
    const json_t *value = json_object_get(k->object, key);
    return value && !json_is_null(value);
}

const char *descry_keys_see(const descry_keys *k, const char *key)
{
    return json_string_value(json_object_get(k->object, key));
}

json_t *descry_keys_take(descry_keys *k, const char *key)
{
    json_t *value = json_incref(json_object_get(k->object, key));
    json_object_del(k->object, key);
    if (json_is_null(value)) {
        json_decref(value);
        return NULL;
    }
    return value;
}

void descry_keys_ignore(descry_keys *k, const char *const *keys)
{
    for (; *keys; keys++)
        json_object_del(k->object, *keys);
}

int descry_keys_int(descry_keys *k, const char *key, int fallback, int low, int high)
{
    json_t *value = descry_keys_take(k, key);
    if (!value)
        return fallback;
    json_int_t n = json_is_integer(value) ? json_integer_value(value) : -1;
    if (!json_is_integer(value) || n < low || n > high)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "not an integer in range");
    json_decref(value);
    return k->rc ? fallback : (int)n;
}

double descry_keys_number(descry_keys *k, const char *key, double fallback)
{
    json_t *value = descry_keys_take(k, key);
    if (!value)
        return fallback;
    if (!json_is_number(value))
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "not a number");
    double number = json_number_value(value);
    json_decref(value);
    return number;
}

bool descry_keys_bool(descry_keys *k, const char *key, bool fallback)
{
    json_t *value = descry_keys_take(k, key);
    if (!value)
        return fallback;
    if (!json_is_boolean(value))
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, key, "only true and false are supported");
    bool flag = json_is_true(value);
    json_decref(value);
    return flag;
}

int descry_keys_name(descry_keys *k, const char *key, int fallback, const char *const *names)
{
    json_t *value = descry_keys_take(k, key);
    if (!value)
        return fallback;
    int found = -1;
    for (int i = 0; names[i]; i++)
        if (json_is_string(value) && strcmp(json_string_value(value), names[i]) == 0)
            found = i;
    if (found < 0)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, key, "this value is not supported");
    json_decref(value);
    return found < 0 ? fallback : found;
}

char *descry_keys_string(descry_keys *k, const char *key)
{
    json_t *value = descry_keys_take(k, key);
    if (!value)
        return NULL;
    char *copy = NULL;
    if (!json_is_string(value) || strlen(json_string_value(value)) != json_string_length(value))
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "not a string");
    else if (!(copy = strdup(json_string_value(value))))
        descry_keys_fail_memory(k);
    json_decref(value);
    return copy;
}

void descry_keys_size(descry_keys *k, const char *key, int fallback, int *width, int *height)
{
    *width = *height = fallback;
    json_t *value = json_object_get(k->object, key);
    if (!json_is_array(value)) {
        *width = *height = descry_keys_int(k, key, fallback, 1, DESCRY_MAX_DIMENSION);
        return;
    }
    json_int_t h = json_integer_value(json_array_get(value, 0)), w = json_integer_value(json_array_get(value, 1));
    if (json_array_size(value) != 2 || h < 1 || w < 1 || h > DESCRY_MAX_DIMENSION || w > DESCRY_MAX_DIMENSION)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "not a size");
    else
        *height = (int)h, *width = (int)w;
    json_object_del(k->object, key);
}

void descry_keys_three(descry_keys *k, const char *key, float out[3])
{
    json_t *value = descry_keys_take(k, key);
    for (size_t i = 0; value && i < 3; i++) {
        json_t *number = json_is_array(value) ? json_array_get(value, i) : value; /* one number stands for three */
        out[i] = (float)json_number_value(number);
        if (!json_is_number(number) || !isfinite(out[i]))
            descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "not three numbers");
    }
    json_decref(value);
}

void descry_keys_ignore_timm(descry_keys *k)
{
    static const char *const without_effect[] = {"timm_model_name", "timm_model_pretrained", "timm_drop", "timm_drop_path",
                                                 "patch_dropout", NULL};
    descry_keys_ignore(k, without_effect);
}

/* ---- blocks ---------------------------------------------------------------------------------------------------- */

static float take_eps(descry_keys *k)
{
    json_t *value = descry_keys_take(k, "norm_kwargs");
    if (!value)
        return 1e-5f;
    descry_keys norm;
    descry_keys_open(&norm, k, value, "norm_kwargs");
    float eps = (float)descry_keys_number(&norm, "eps", 1e-5);
    if (!(eps >= 0 && eps < 1))
        descry_keys_refuse(&norm, DESCRY_ERR_FORMAT, "eps", "not a small positive number");
    descry_keys_close(&norm, k);
    json_decref(value);
    return eps;
}

static descry_activation take_activation(descry_keys *k, bool quick_gelu)
{
    json_t *value = descry_keys_take(k, "act_kwargs");
    if (!value)
        return quick_gelu ? DESCRY_ACT_QUICK_GELU : DESCRY_ACT_GELU;
    static const char *const forms[] = {"none", "tanh", NULL};
    descry_keys act;
    descry_keys_open(&act, k, value, "act_kwargs");
    int form = descry_keys_name(&act, "approximate", 0, forms);
    descry_keys_close(&act, k);
    json_decref(value);
    if (quick_gelu)
        descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, "act_kwargs", "has no meaning with quick_gelu");
    return form ? DESCRY_ACT_GELU_TANH : DESCRY_ACT_GELU;
}

bool descry_keys_layer_scale(descry_keys *k)
{
    json_t *value = descry_keys_take(k, "ls_init_value");
    bool present = value != NULL;
    if (present && !json_is_number(value))
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "ls_init_value", "not a number");
    json_decref(value);
    return present;
}

/* open_clip truncates width * mlp_ratio, computed in double. */
static int take_mlp(descry_keys *k, int width)
{
    double hidden = width * descry_keys_number(k, "mlp_ratio", 4.0);
    if (!(hidden >= 1 && hidden <= 16.0 * DESCRY_MAX_DIMENSION)) {
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, "mlp_ratio", "out of range");
        return 1;
    }
    return (int)hidden;
}

void descry_keys_check_heads(descry_keys *k, const char *key, int width, int heads)
{
    if (heads < 1 || width % heads != 0)
        descry_keys_refuse(k, DESCRY_ERR_FORMAT, key, "the width is not a multiple of it");
}

void descry_keys_block(descry_keys *k, descry_block_config *block, int width, bool quick_gelu)
{
    block->layers = descry_keys_int(k, "layers", 12, 1, DESCRY_MAX_LAYERS);
    block->width = descry_keys_int(k, "width", width, 1, DESCRY_MAX_DIMENSION);
    block->mlp = take_mlp(k, block->width);
    block->eps = take_eps(k);
    block->activation = take_activation(k, quick_gelu);
    block->layer_scale = descry_keys_layer_scale(k);
}

void descry_keys_refuse_set(descry_keys *k, const char *const *names, const char *why)
{
    for (; *names; names++) {
        json_t *value = descry_keys_take(k, *names);
        if (value && !json_is_false(value))
            descry_keys_refuse(k, DESCRY_ERR_UNSUPPORTED, *names, why);
        json_decref(value);
    }
}

void descry_keys_refuse_extras(descry_keys *k)
{
    static const char *const others[] = {"block_type", "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner",
                                         "scale_attn", "scale_fc", "timm_model_name", "hf_model_name", NULL};
    static const char *const training_only[] = {
        "patch_dropout", "timm_model_pretrained", "timm_pool", "timm_proj", "timm_proj_bias", "timm_drop", "timm_drop_path",
        "hf_model_pretrained", "hf_proj_type", "hf_pooler_type", "hf_model_config", NULL};
    descry_keys_refuse_set(k, others, "this kind of tower is not supported");
    descry_keys_ignore(k, training_only);
}
