/* SPDX-License-Identifier: Apache-2.0
 * The file of a SentencePiece model, as far as tokenizers are made of it. */
#ifndef DESCRY_TEXT_PIECE_FILE_H
#define DESCRY_TEXT_PIECE_FILE_H

#include "base/memory.h"

#include <stdint.h>

enum { DESCRY_PIECES_UNIGRAM = 1, DESCRY_PIECES_BPE = 2 };                       /* trainer_spec.model_type */
enum { DESCRY_PIECE_NORMAL = 1, DESCRY_PIECE_CONTROL = 3, DESCRY_PIECE_DEFINED = 4 }; /* types that make a difference */

typedef struct descry_file_piece {
    const char *text; /* UTF-8 without NULs, in the bytes that were read, without an end */
    size_t size;
    double score;     /* finite */
    int type;
} descry_file_piece;

typedef struct descry_piece_file {
    const char *name;
    descry_file_piece *pieces;  /* [count] */
    size_t count, capacity;
    int type;                   /* UNIGRAM or BPE */
    int64_t unknown_id;         /* -1: an impossible one */
    descry_file_piece unknown;  /* its spelling */
    descry_file_piece charsmap; /* bytes; of size 0: none */
} descry_piece_file;

/* `bytes` must outlive it.  DESCRY_ERR_UNSUPPORTED: a kind of model other than the two.  After an error it is to be released,
 * too. */
int descry_piece_file_read(descry_piece_file *file, const descry_buf *bytes, const char *name, descry_error *err);
void descry_piece_file_free(descry_piece_file *file);

#endif
