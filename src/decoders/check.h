/* SPDX-License-Identifier: Apache-2.0
 * What a worker says, looked at as if it were an enemy's. */
#ifndef DESCRY_DECODERS_CHECK_H
#define DESCRY_DECODERS_CHECK_H

#include "decoders/wire.h"

#include <stdbool.h>

/* Pixels of the size that is declared; 0: beyond the limits, or none. */
uint64_t descry_declared(const descry_reply *reply, const descry_limits *limits);

/* Can an error be as DONE says?  A line of UTF-8, of a code that bytes can have. */
bool descry_error_is_sound(const descry_reply *reply);

/* Can a picture be as DONE says?  Everything is a number in its range or a text of UTF-8 that ends, and what is said to be in
 * the memory for results is in its `room` bytes.  Texts of one line are made so. */
bool descry_reply_is_sound(descry_reply *reply, const descry_preparation *wanted, size_t room);

#endif
