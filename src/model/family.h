/* SPDX-License-Identifier: Apache-2.0
 * Families of towers.  A tower is what its family makes of a section of the configuration: parsed first, then loaded from
 * a file of weights, then, its linear layers packed, run by any number of threads.  Everything else about it, its
 * configuration and its weights, is its family's own, in a folder of its own; a family's struct begins with the tower's.
 *
 * A new family is a folder and a row in families.c. */
#ifndef DESCRY_MODEL_FAMILY_H
#define DESCRY_MODEL_FAMILY_H

#include "layers/patches.h"
#include "model/keys.h"

/* What a section of the configuration does not say itself. */
typedef struct descry_tower_options {
    int dim;            /* E: of the embeddings */
    bool quick_gelu;    /* in place of GELU */
    const char *prefix; /* of a text tower's tensors: "" or "text." */
} descry_tower_options;

/* ---- pictures -------------------------------------------------------------------------------------------------- */

typedef struct descry_image_tower descry_image_tower;

typedef struct descry_image_family {
    const char *name;
    /* Whether this vision_cfg is of the family.  The first family of the table that says so has it. */
    bool (*claims)(const descry_keys *vision_cfg);
    /* A tower to be released by `free`; NULL, or any tower, after an error that sticks to the keys. */
    descry_image_tower *(*parse)(descry_keys *vision_cfg, const descry_tower_options *options);
    void (*load)(descry_image_tower *tower, descry_loader *loader);
    /* out [n, E], not normalised; tokens [n, tower->tokens, tower->token_width], or NULL: not wanted */
    int (*encode)(const descry_image_tower *tower, const descry_engine *engine, const descry_pictures *pictures,
                  float *out, float *tokens, descry_error *err);
    void (*free)(descry_image_tower *tower);
} descry_image_family;

struct descry_image_tower {
    const descry_image_family *family;
    size_t dim;                 /* E */
    size_t width, height;       /* of a picture, in pixels */
    size_t tokens, token_width; /* what a decoder can attend to, beside the embedding; 0: nothing */
    descry_linears linears;     /* filled by load */
};

/* Pictures in one pass, when each takes so many rows of activations: enough for the kernels, little memory. */
static inline size_t descry_batch_of(size_t rows, size_t pictures)
{
    size_t batch = 1600 / rows;
    batch = batch < pictures ? batch : pictures;
    return batch ? batch : 1;
}

/* out [n, E] of all pictures, at most `batch` of them in one call of `encode`, which is as the family's without tokens. */
static inline int descry_encode_batches(const descry_image_tower *tower, const descry_engine *engine,
                                        const descry_pictures *pictures, size_t batch,
                                        int (*encode)(const descry_image_tower *tower, const descry_engine *engine,
                                                      const descry_pictures *pictures, float *out, descry_error *err),
                                        float *out, descry_error *err)
{
    int rc = 0;
    for (size_t i = 0, n; i < pictures->n && !rc; i += n) {
        n = pictures->n - i < batch ? pictures->n - i : batch;
        descry_pictures part = descry_pictures_part(pictures, i, n);
        rc = encode(tower, engine, &part, out + i * tower->dim, err);
    }
    return rc;
}

/* ---- texts ----------------------------------------------------------------------------------------------------- */

typedef struct descry_text_tower descry_text_tower;

typedef struct descry_text_family {
    const char *name;
    bool (*claims)(const descry_keys *text_cfg);
    descry_text_tower *(*parse)(descry_keys *text_cfg, const descry_tower_options *options);
    void (*load)(descry_text_tower *tower, descry_loader *loader);
    /* ids [n, L], padded -> out [n, E], not normalised.  DESCRY_ERR_ARGUMENT: an id outside the vocabulary. */
    int (*encode)(const descry_text_tower *tower, const descry_engine *engine, const int32_t *ids, size_t n, float *out,
                  descry_error *err);
    void (*free)(descry_text_tower *tower);
} descry_text_family;

struct descry_text_tower {
    const descry_text_family *family;
    size_t dim;            /* E */
    size_t context_length; /* L */
    size_t vocab_size;     /* V */
    descry_linears linears;
};

/* ---- the tables, each ended by NULL ---------------------------------------------------------------------------- */

extern const descry_image_family *const descry_image_families[];
extern const descry_text_family *const descry_text_families[];

#endif
