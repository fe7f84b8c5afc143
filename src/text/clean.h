/* SPDX-License-Identifier: Apache-2.0
 * What open_clip does to a text before it is split: ftfy.fix_text, html.unescape twice, whitespace collapsed, lower
 * case.  Texts are arrays of code points. */
#ifndef DESCRY_TEXT_CLEAN_H
#define DESCRY_TEXT_CLEAN_H

#include "base/memory.h"

typedef struct descry_text {
    uint32_t *data;
    size_t size, capacity;
} descry_text;

int descry_text_put(descry_text *text, uint32_t c, descry_error *err);
int descry_text_put_all(descry_text *text, const uint32_t *data, size_t size, descry_error *err);
void descry_text_take(descry_text *text, descry_text *from); /* text becomes from, which becomes empty */
int descry_text_same(const descry_text *a, const descry_text *b);
void descry_text_free(descry_text *text);

/* Characters that may yet be looked at.  ftfy's steps are repeated until they change nothing, which a text made for it
 * can put off for hours. */
typedef struct descry_effort {
    size_t left;
} descry_effort;

int descry_effort_spend(descry_effort *effort, size_t size, descry_error *err); /* DESCRY_ERR_LIMIT: too little left */

/* UTF-8 to code points; each ill-formed sequence becomes U+FFFD. */
int descry_text_decode(descry_text *text, const char *utf8, size_t size, descry_error *err);

/* The whole of open_clip's "lower" cleaning, in place.  DESCRY_ERR_LIMIT: mistakes in mistakes in mistakes, thousands
 * deep; never for texts of less than 4096 characters. */
int descry_text_clean(descry_text *text, descry_error *err);

/* ---- steps, for tests ---- */
int descry_text_fix(descry_text *text, descry_error *err);      /* ftfy.fix_text */
int descry_text_unescape(descry_text *text, descry_error *err); /* Python's html.unescape */

#endif
