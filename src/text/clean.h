/* SPDX-License-Identifier: Apache-2.0
 * What open_clip does to a text before it is split: ftfy.fix_text, html.unescape twice, whitespace collapsed; and, as its
 * tokenizer is configured, lower case, or lower case without ASCII punctuation. */
#ifndef DESCRY_TEXT_CLEAN_H
#define DESCRY_TEXT_CLEAN_H

#include "text/points.h"

/* By open_clip's names. */
typedef enum descry_cleaning { DESCRY_CLEAN_LOWER, DESCRY_CLEAN_WHITESPACE, DESCRY_CLEAN_CANONICALIZE } descry_cleaning;

/* All of open_clip's cleaning, in place.  DESCRY_ERR_LIMIT: mojibake nested thousands of levels deep; never for texts of less
 * than 4096 characters. */
int descry_text_clean(descry_text *text, descry_cleaning cleaning, descry_error *err);

#endif
