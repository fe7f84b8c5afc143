/* SPDX-License-Identifier: Apache-2.0
 * A network: an image tower and a text tower into one space, maybe CoCa's decoder over both.  Parsed from
 * open_clip_config.json, loaded from a file of weights, made ready tower by tower. */
#ifndef DESCRY_MODEL_NETWORK_H
#define DESCRY_MODEL_NETWORK_H

#include "model/coca/coca.h"
#include "model/family.h"

typedef enum descry_interpolate { DESCRY_INTERPOLATE_BICUBIC, DESCRY_INTERPOLATE_BILINEAR } descry_interpolate;
typedef enum descry_fit { DESCRY_FIT_SHORTEST, DESCRY_FIT_SQUASH, DESCRY_FIT_LONGEST } descry_fit;

typedef struct descry_preprocess_config {
    float mean[3], std[3];
    descry_interpolate interpolation;
    descry_fit resize_mode;
    int fill;
} descry_preprocess_config;

/* By open_clip's names: what is done to texts for a tokenizer that is not CLIP's. */
typedef enum descry_text_cleaning {
    DESCRY_TEXT_WHITESPACE, DESCRY_TEXT_CANONICALIZE, DESCRY_TEXT_LOWER
} descry_text_cleaning;

/* The part that is to be made ready; of the decoder: the texts' tower, too. */
typedef enum descry_part { DESCRY_PART_IMAGE, DESCRY_PART_TEXT, DESCRY_PART_DECODER, DESCRY_PARTS } descry_part;

typedef struct descry_network {
    /* of the configuration */
    size_t dim;                 /* E */
    bool text_prefix;           /* custom_text: the text tower's tensors are under "text." */
    bool has_logit_bias;
    descry_image_tower *image;
    descry_text_tower *text;
    descry_coca *coca;          /* NULL: it has none */
    char *bpe_path;             /* relative to the model's folder; NULL: CLIP's merges */
    char *other_tokenizer;      /* name of a tokenizer that is not CLIP's, on Hugging Face's hub; NULL: CLIP's */
    descry_text_cleaning cleaning; /* for it, as is: */
    bool strip_sep_token;       /* the token that ends texts becomes id 0 */
    descry_preprocess_config preprocess;
    /* of the weights */
    descry_tensors file;
    descry_arena arena, packed; /* packed: the matrices, together, so that small ones lie in huge pages, too */
    float logit_scale, logit_bias; /* as stored: the scale's logarithm */
    uint64_t parameters;
    bool bf16; /* what is stored in f32 is rounded when it is packed: matrices that vectors are multiplied by, nothing
                  else; to be set before anything is prepared */
} descry_network;

/* Parses JSON of the form {"model_cfg": {...}, "preprocess_cfg": {...}}.  `name` is used in messages.
 * DESCRY_ERR_UNSUPPORTED names the key that asks for something this build has not; DESCRY_ERR_FORMAT: not such a file. */
int descry_network_parse(descry_network *network, const char *json, size_t size, const char *name, descry_error *err);

/* Maps `path` and finds every tensor that the parsed network calls for.  Strict: a tensor that is missing, left over or
 * misshapen is an error that names it, with the expected and the found shape (open_clip's load_state_dict does the same).
 * Keys are renamed as open_clip does: a "module." prefix dropped, a top-level text tower moved under "text.".  After an
 * error it can only be closed. */
int descry_network_load(descry_network *network, const char *path, const descry_log *log, descry_error *err);

bool descry_network_any_f32(const descry_network *network); /* whether `bf16` makes a difference */

/* Packs what a part needs; done once, by the first call. */
int descry_network_prepare(descry_network *network, descry_part part, const descry_engine *engine, descry_error *err);

void descry_network_close(descry_network *network);

#endif
