/* SPDX-License-Identifier: Apache-2.0
 * Texts as arrays of code points, and how long one may be worked on. */
#ifndef DESCRY_TEXT_POINTS_H
#define DESCRY_TEXT_POINTS_H

#include "base/memory.h"

#include <stdbool.h>

typedef struct descry_text {
    uint32_t *data;
    size_t size, capacity;
} descry_text;

int descry_text_put(descry_text *text, uint32_t c, descry_error *err);
int descry_text_put_all(descry_text *text, const uint32_t *data, size_t size, descry_error *err);
void descry_text_take(descry_text *text, descry_text *from); /* moves from into text; from becomes empty */
int descry_text_same(const descry_text *a, const descry_text *b);
void descry_text_free(descry_text *text);

/* Budget: characters that may still be processed.  ftfy's steps are repeated until they change nothing, which a malicious
 * text can delay for hours. */
typedef struct descry_effort {
    size_t left;
} descry_effort;

int descry_effort_spend(descry_effort *effort, size_t size, descry_error *err); /* DESCRY_ERR_LIMIT: too little left */

/* UTF-8 to code points; each ill-formed sequence becomes U+FFFD. */
int descry_text_decode(descry_text *text, const char *utf8, size_t size, descry_error *err);

#endif
