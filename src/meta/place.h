/* SPDX-License-Identifier: Apache-2.0
 * Angles in degrees, minutes and seconds. */
#ifndef DESCRY_META_PLACE_H
#define DESCRY_META_PLACE_H

#include "descry.h"

enum { DESCRY_PLACE_PARTS = 3 }; /* degrees, minutes, seconds */

/* The numbers in a text such as "48 deg 8' 13.3\"" or "48,8.2217N", at most three; returns how many. */
size_t descry_place_numbers(const char *text, double parts[DESCRY_PLACE_PARTS]);

/* parts [count], none negative, to degrees; north and east are positive.  `hemisphere` is a letter in either case, or a
 * word that begins with it: letters[0] or letters[1], the positive one first; `negative` overrules it.  NaN when it is
 * another, or the angle is invalid or more than `most`. */
double descry_place_angle(const double *parts, size_t count, int negative, const char *hemisphere, const char letters[2],
                          double most);

/* Sets the place, unless one is NaN, or both are 0, which cameras write without a fix. */
void descry_place_set(descry_metadata *metadata, double latitude, double longitude);

#endif
