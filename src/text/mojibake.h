/* SPDX-License-Identifier: Apache-2.0
 * Text that was UTF-8, was decoded as something else, and became "Ã©" where "é" should be. */
#ifndef DESCRY_TEXT_MOJIBAKE_H
#define DESCRY_TEXT_MOJIBAKE_H

#include "text/points.h"

/* ftfy.fix_encoding, in place, repeated until it changes nothing. */
int descry_text_repair(descry_text *text, descry_effort *effort, descry_error *err);

#endif
