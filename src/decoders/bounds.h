/* SPDX-License-Identifier: Apache-2.0
 * Limits on memory and time of a decoder for a picture of a declared size.  They are generous: above the maximum for valid
 * pictures in docs/formats.md ("Memory") with the upright copy, so that only broken ones reach them.  For XMP, libexempi 2.6.3
 * takes up to 49 bytes a byte (200,000 empty rdf:li), and 190 for nothing but line ends. */
#ifndef DESCRY_DECODERS_BOUNDS_H
#define DESCRY_DECODERS_BOUNDS_H

#include <stddef.h>
#include <stdint.h>

/* Pixels that a worker may decode without declaring the size first: most pictures are not larger. */
enum { DESCRY_FREE_PIXELS = 16000000 };

/* RLIMIT_DATA in bytes for a picture encoded in `size` bytes; `format` is an index of descry_format_at, DESCRY_FORMATS: XMP. */
uint64_t descry_bound_data(size_t format, uint64_t pixels, uint64_t size);

/* Seconds of CPU time, `least` of them for up to DESCRY_FREE_PIXELS; seconds of elapsed time. */
enum { DESCRY_LEAST_SECONDS = 20 };
unsigned descry_bound_processor(uint64_t pixels, unsigned least);
unsigned descry_bound_clock(uint64_t pixels, unsigned least);

#endif
