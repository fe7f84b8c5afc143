/* SPDX-License-Identifier: Apache-2.0
 * Titles: what pictures say of themselves, and what their cameras say of all of them. */
#ifndef DESCRY_META_TITLE_H
#define DESCRY_META_TITLE_H

#include "descry.h"

/* 1: a camera or a program writes it into every picture ("OLYMPUS DIGITAL CAMERA", "SONY DSC", "created by ..."): it says
 * nothing of any.  The text is UTF-8, or nearly. */
int descry_title_is_standing(const char *text);

/* Gives the picture this title, cut at a character, unless it has one already or the text is standing, its camera's
 * name, or "". */
void descry_title_set(descry_metadata *metadata, const char *text);

#endif
