/* SPDX-License-Identifier: Apache-2.0
 * Titles of pictures, as opposed to boilerplate that cameras write into all of them. */
#ifndef DESCRY_META_TITLE_H
#define DESCRY_META_TITLE_H

#include "descry.h"

/* 1: a camera or program writes it into every picture ("OLYMPUS DIGITAL CAMERA", "SONY DSC", "created by ..."), so it is no
 * title of this one.  The text should be UTF-8; other bytes are tolerated. */
int descry_title_is_boilerplate(const char *text);

/* Sets the picture's title, truncated at a character boundary, unless it has one already or the text is boilerplate, its
 * camera's name, or "". */
void descry_title_set(descry_metadata *metadata, const char *text);

#endif
