/* SPDX-License-Identifier: Apache-2.0
 * open_clip_config.json to a network without weights. */
#include "model/network.h"

#include "base/error.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>

/* ---- preprocessing --------------------------------------------------------------------------------------------- */

static void parse_preprocess(descry_preprocess_config *p, descry_keys *parent, const json_t *object)
{
    static const char *const modes[] = {"RGB", NULL};
    static const char *const interpolations[] = {"bicubic", "bilinear", NULL};
    static const char *const fits[] = {"shortest", "squash", "longest", NULL};
    static const char *const without_effect[] = {"size", NULL}; /* the tower's image_size decides */
    *p = (descry_preprocess_config){{0.48145466f, 0.4578275f, 0.40821073f}, {0.26862954f, 0.26130258f, 0.27577711f},
                                    DESCRY_INTERPOLATE_BICUBIC, DESCRY_FIT_SHORTEST, 0};
    descry_keys k;
    descry_keys_open(&k, parent, object, "preprocess_cfg");
    descry_keys_ignore(&k, without_effect);
    descry_keys_name(&k, "mode", 0, modes);
    descry_keys_three(&k, "mean", p->mean);
    descry_keys_three(&k, "std", p->std);
    p->interpolation = (descry_interpolate)descry_keys_name(&k, "interpolation", 0, interpolations);
    p->resize_mode = (descry_fit)descry_keys_name(&k, "resize_mode", 0, fits);
    p->fill = descry_keys_int(&k, "fill_color", 0, 0, 255);
    for (int i = 0; i < 3; i++)
        if (!k.rc && !(p->std[i] > 0))
            descry_keys_refuse(&k, DESCRY_ERR_FORMAT, "std", "not positive");
    descry_keys_close(&k, parent);
}

/* ---- towers ---------------------------------------------------------------------------------------------------- */

static void parse_image(descry_network *n, descry_keys *parent, const json_t *object, const descry_tower_options *options)
{
    descry_keys k;
    descry_keys_open(&k, parent, object, "vision_cfg");
    const descry_image_family *const *family = descry_image_families;
    while (!(*family)->claims(&k))
        family++;
    n->image = (*family)->parse(&k, options);
    descry_keys_close(&k, parent);
}

/* CLIP's is read strictly; of Hugging Face's, what open_clip itself looks at: the rest of its options go to transformers. */
static void parse_tokenizer(descry_network *n, descry_keys *k)
{
    static const char *const clips_modes[] = {"clean", NULL}, *const other_modes[] = {"", NULL};
    static const char *const clips_cleanings[] = {"lower", NULL};
    static const char *const other_cleanings[] = {"whitespace", "canonicalize", "lower", NULL};
    n->other_tokenizer = descry_keys_string(k, "hf_tokenizer_name");
    descry_keys_name(k, "tokenizer_mode", 0, n->other_tokenizer ? other_modes : clips_modes);
    json_t *value = descry_keys_take(k, "tokenizer_kwargs");
    descry_keys kwargs;
    descry_keys_open(&kwargs, k, value, "tokenizer_kwargs");
    if (!n->other_tokenizer) {
        n->bpe_path = descry_keys_string(&kwargs, "bpe_path");
        descry_keys_name(&kwargs, "clean", 0, clips_cleanings);
    } else {
        n->cleaning = (descry_text_cleaning)descry_keys_name(&kwargs, "clean", 0, other_cleanings);
        n->strip_sep_token = descry_keys_bool(&kwargs, "strip_sep_token", false);
        json_object_clear(kwargs.object);
    }
    descry_keys_close(&kwargs, k);
    json_decref(value);
}

static void parse_text(descry_network *n, descry_keys *parent, const json_t *object, const descry_tower_options *options)
{
    descry_keys k;
    descry_keys_open(&k, parent, object, "text_cfg");
    parse_tokenizer(n, &k);
    const descry_text_family *const *family = descry_text_families;
    while (!(*family)->claims(&k))
        family++;
    n->text = (*family)->parse(&k, options);
    descry_keys_close(&k, parent);
}

static void parse_decoder(descry_network *n, descry_keys *parent, const json_t *object, const descry_tower_options *options)
{
    descry_keys k;
    descry_keys_open(&k, parent, object, "multimodal_cfg");
    n->coca = descry_coca_parse(&k, options, n->image, n->text);
    descry_keys_close(&k, parent);
}

/* ---- the file -------------------------------------------------------------------------------------------------- */

static void parse_model(descry_network *n, descry_keys *parent, const json_t *object)
{
    descry_keys k;
    descry_keys_open(&k, parent, object, "model_cfg");
    if (!json_is_object(object))
        descry_keys_refuse(&k, DESCRY_ERR_FORMAT, "", "missing");
    json_t *vision = descry_keys_take(&k, "vision_cfg"), *text = descry_keys_take(&k, "text_cfg");
    json_t *decoder = descry_keys_take(&k, "multimodal_cfg");
    descry_tower_options options = {.quick_gelu = descry_keys_bool(&k, "quick_gelu", false),
                                    .dim = descry_keys_int(&k, "embed_dim", 0, 1, 1 << 16)};
    n->dim = (size_t)options.dim;
    n->text_prefix = descry_keys_bool(&k, "custom_text", false);
    options.prefix = n->text_prefix ? "text." : "";
    if (options.dim == 0)
        descry_keys_refuse(&k, DESCRY_ERR_FORMAT, "embed_dim", "missing");
    if (!vision || !text)
        descry_keys_refuse(&k, DESCRY_ERR_FORMAT, vision ? "text_cfg" : "vision_cfg", "missing");
    if (decoder && !n->text_prefix)
        descry_keys_refuse(&k, DESCRY_ERR_FORMAT, "multimodal_cfg", "needs custom_text");
    descry_keys_number(&k, "init_logit_scale", 0); /* the file of weights has the value */
    descry_keys_bool(&k, "nonscalar_logit_scale", false);
    n->has_logit_bias = descry_keys_have(&k, "init_logit_bias");
    if (!isfinite((float)descry_keys_number(&k, "init_logit_bias", 0))) /* the file of weights has the value */
        descry_keys_refuse(&k, DESCRY_ERR_FORMAT, "init_logit_bias", "out of range");
    parse_image(n, &k, vision, &options);
    parse_text(n, &k, text, &options);
    if (decoder && !k.rc)
        parse_decoder(n, &k, decoder, &options);
    json_decref(vision);
    json_decref(text);
    json_decref(decoder);
    descry_keys_close(&k, parent);
}

int descry_network_parse(descry_network *network, const char *json, size_t size, const char *name, descry_error *err)
{
    *network = (descry_network){0};
    json_error_t where;
    int code;
    json_t *root = descry_json_load(json, size, JSON_REJECT_DUPLICATES, &where, &code);
    if (!root && code == DESCRY_ERR_MEMORY)
        return descry_fail_memory(err);
    if (!root)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %d: %s", name, where.line, where.text);
    descry_keys k, top = {.file = name, .section = "", .err = err};
    descry_keys_open(&k, &top, root, "(top)");
    json_t *model = descry_keys_take(&k, "model_cfg"), *preprocess = descry_keys_take(&k, "preprocess_cfg");
    if (!k.rc)
        parse_model(network, &k, model);
    if (!k.rc)
        parse_preprocess(&network->preprocess, &k, preprocess);
    descry_keys_close(&k, &top);
    json_decref(model);
    json_decref(preprocess);
    json_decref(root);
    if (top.rc)
        descry_network_close(network);
    return top.rc;
}
