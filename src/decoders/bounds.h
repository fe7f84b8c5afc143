/* SPDX-License-Identifier: Apache-2.0
 * What a decoder may take for a picture of a declared size.  The figures are generous: more than the most that docs/formats.md
 * ("Memory") has for an honest picture, with the copy that is turned upright, and only one that is broken needs them.  Of XMP
 * libexempi 2.6.3 takes up to 49 bytes a byte (200,000 empty rdf:li), and 190 when it is nothing but ends of lines. */
#ifndef DESCRY_DECODERS_BOUNDS_H
#define DESCRY_DECODERS_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

/* What is allowed without being asked for: most pictures are not larger. */
enum { DESCRY_FREE_PIXELS = 16000000 };

/* Bytes of data (RLIMIT_DATA) for a picture of the format at `format`, which is in `size` bytes; DESCRY_FORMATS: of XMP. */
uint64_t descry_bound_data(size_t format, uint64_t pixels, uint64_t size);

/* Seconds of a processor, `least` of them for a picture that is allowed without being asked for; seconds on the clock. */
enum { DESCRY_LEAST_SECONDS = 20 };
unsigned descry_bound_processor(uint64_t pixels, unsigned least);
unsigned descry_bound_clock(uint64_t pixels, unsigned least);

#endif
