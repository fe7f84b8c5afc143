/* SPDX-License-Identifier: Apache-2.0
 * What open_clip does to a text before it is split: ftfy.fix_text, html.unescape twice, whitespace collapsed, lower
 * case. */
#ifndef DESCRY_TEXT_CLEAN_H
#define DESCRY_TEXT_CLEAN_H

#include "text/points.h"

/* The whole of open_clip's "lower" cleaning, in place.  DESCRY_ERR_LIMIT: mojibake nested thousands of levels deep; never
 * for texts of less than 4096 characters. */
int descry_text_clean(descry_text *text, descry_error *err);

#endif
