/* SPDX-License-Identifier: Apache-2.0
 * CoCa's text side, one id after the other: text tower and decoder over a cache of keys and values, for many sequences
 * about many pictures at once. */
#ifndef DESCRY_MODEL_COCA_DECODER_H
#define DESCRY_MODEL_COCA_DECODER_H

#include "generate/selection.h"
#include "model/coca/coca.h"

typedef struct descry_decoder descry_decoder;

/* Whether a network with this decoder (NULL: none) can write captions; DESCRY_ERR_UNSUPPORTED says what is in the way. */
int descry_decoder_check(const descry_coca *coca, const char *name, descry_error *err);

typedef struct descry_decoder_size {
    size_t pictures;
    size_t prompt;    /* ids that every sequence begins with, at least 1 */
    size_t beams;     /* sequences of one picture, at most */
    size_t longest;   /* ids in a sequence, at most context_length */
} descry_decoder_size;

/* Bytes that a decoder of this size needs, without the weights; SIZE_MAX: too many to count. */
size_t descry_decoder_bytes(const descry_coca *coca, const descry_decoder_size *size);

/* For a network that descry_decoder_check lets pass, whose text tower and decoder are packed.  `tokens` [pictures,
 * image->tokens, image->token_width], needed only during this call; *engine is copied. */
int descry_decoder_open(descry_decoder **decoder, const descry_engine *engine, const descry_coca *coca, const float *tokens,
                        const descry_decoder_size *size, descry_error *err);
void descry_decoder_close(descry_decoder **decoder);

/* Reads the prompt.  logits [pictures, V]: of what follows it, for each picture.  Called once, first. */
int descry_decoder_begin(descry_decoder *decoder, const int32_t *prompt, float *logits, descry_error *err);

/* logits [n, V] of what follows each of n sequences, n <= pictures * beams.  Nothing is copied for sequences that share
 * a beginning; those that nothing continues are forgotten. */
int descry_decoder_advance(descry_decoder *decoder, const descry_branch *branches, size_t n, float *logits,
                           descry_error *err);

#endif
