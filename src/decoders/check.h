/* SPDX-License-Identifier: Apache-2.0
 * Validation of a worker's replies, which are untrusted: a picture may have taken the worker over. */
#ifndef DESCRY_DECODERS_CHECK_H
#define DESCRY_DECODERS_CHECK_H

#include "decoders/wire.h"

#include <stdbool.h>

/* Number of pixels declared; 0: empty, or beyond the limits. */
uint64_t descry_declared(const descry_reply *reply, const descry_limits *limits);

/* Whether the error in DONE is valid: one line of UTF-8, and a code that a picture can cause. */
bool descry_error_is_sound(const descry_reply *reply);

/* Whether the facts in DONE are valid: numbers in range, texts terminated lines of UTF-8, and sizes within the `room` bytes of
 * memory for results.  Clears the pointers, which are another process's. */
bool descry_reply_is_sound(descry_reply *reply, const descry_preparation *wanted, size_t room);

#endif
