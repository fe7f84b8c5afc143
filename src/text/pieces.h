/* SPDX-License-Identifier: Apache-2.0
 * How a tokenizer.json cuts texts into pieces, in the steps of its "pre_tokenizer". */
#ifndef DESCRY_TEXT_PIECES_H
#define DESCRY_TEXT_PIECES_H

#include "text/points.h"

#include <jansson.h>

typedef struct descry_pieces {
    descry_text text;
    struct descry_piece {
        size_t begin, end; /* in text */
        bool first;        /* begins where the text begins that the user gave */
    } *pieces;             /* [count] */
    size_t count, capacity;
} descry_pieces;

typedef struct descry_cutter {
    struct descry_cut_step *steps; /* [count] */
    size_t count;
} descry_cutter;

/* `json` may be NULL or null: a text is one piece.  DESCRY_ERR_UNSUPPORTED names what is not known. */
int descry_cutter_read(descry_cutter *cutter, const json_t *json, const char *name, descry_error *err);

/* Pieces of a text that is taken over; *pieces is empty before. */
int descry_cutter_apply(const descry_cutter *cutter, descry_text *text, bool first, descry_pieces *pieces, descry_error *err);

bool descry_cutter_is_bytes(const descry_cutter *cutter); /* whether its pieces spell bytes as characters, as GPT-2's */

void descry_pieces_free(descry_pieces *pieces);
void descry_cutter_free(descry_cutter *cutter);

uint32_t descry_byte_character(uint8_t byte); /* by which GPT-2 and CLIP spell a byte: itself, if it can be seen, or U+0100 .. */

#endif
