/* SPDX-License-Identifier: Apache-2.0
 * HTML character references, as Python and ftfy read them. */
#ifndef DESCRY_TEXT_UNESCAPE_H
#define DESCRY_TEXT_UNESCAPE_H

#include "text/points.h"

/* out = in with references replaced by HTML 5's rules (Python's html.unescape). */
int descry_unescape_html(descry_text *out, const uint32_t *in, size_t size, descry_error *err);

/* The same by ftfy's rules: only references that end in ';', upper-cased names too. */
int descry_unescape_ftfy(descry_text *out, const uint32_t *in, size_t size, descry_error *err);

#endif
