/* SPDX-License-Identifier: Apache-2.0
 * What a JPEG 2000 says of itself, before OpenJPEG believes it, and what its boxes say of the picture. */
#ifndef DESCRY_IMAGE_JPEG2000_HEADERS_H
#define DESCRY_IMAGE_JPEG2000_HEADERS_H

#include "image/picture.h"

/* Up to this many components; a palette makes no more. */
enum { DESCRY_JPEG2000_COMPONENTS = 4 };

/* Checks a code stream, and whatever follows it, up to the end of the file: its size against `limits`, its tiles,
 * precincts, code blocks and packets against its size and its bytes.  *halvings: how often every component of every tile can
 * be had at half the size. */
int descry_jpeg2000_check_stream(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                                 unsigned *halvings, descry_error *err);

/* The same for a file, which is a JP2 or a bare code stream.  What a palette's numbers are at half the size means nothing:
 * then *halvings is 0. */
int descry_jpeg2000_check(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, unsigned *halvings,
                          descry_error *err);

/* EXIF and XMP, wherever in a JP2 they are. */
void descry_jpeg2000_note_metadata(descry_picture *picture, const uint8_t *bytes, size_t size);

#endif
