/* SPDX-License-Identifier: Apache-2.0
 * Checks of JPEG 2000 headers, before OpenJPEG trusts them, and metadata from boxes. */
#ifndef DESCRY_IMAGE_JPEG2000_HEADERS_H
#define DESCRY_IMAGE_JPEG2000_HEADERS_H

#include "image/picture.h"

/* Components at most, also after applying a palette. */
enum { DESCRY_JPEG2000_COMPONENTS = 4 };

/* Checks a code stream, and whatever follows it, up to the end of the file: its size against `limits`, its tiles,
 * precincts, code blocks and packets against its size and its bytes.  *halvings: how often every component of every tile can be
 * decoded at half the size. */
int descry_jpeg2000_check_stream(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits,
                                 unsigned *halvings, descry_error *err);

/* The same for a file, which is a JP2 or a bare code stream.  Palette indices cannot be decoded at half the size:
 * then *halvings is 0. */
int descry_jpeg2000_check(const uint8_t *bytes, size_t size, const char *name, const descry_limits *limits, unsigned *halvings,
                          descry_error *err);

/* Reads EXIF and XMP from anywhere in a JP2. */
void descry_jpeg2000_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size);

#endif
