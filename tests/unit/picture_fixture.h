/* SPDX-License-Identifier: Apache-2.0
 * Pictures that are put together, cut and damaged by a test. */
#ifndef DESCRY_TESTS_PICTURE_FIXTURE_H
#define DESCRY_TESTS_PICTURE_FIXTURE_H

#include "base/memory.h"
#include "image/picture.h"
#include "support/support.h"

void append(descry_buf *buf, const void *bytes, size_t size);
void append_big(descry_buf *buf, uint32_t number, int bytes); /* big-endian */
void append_noise(descry_buf *buf, size_t size, uint32_t seed);

/* Decodes from memory of its own, so that a sanitizer sees a read beyond the end; checks the message of an error, into
 * *err. */
int decode_with(const descry_limits *limits, const void *bytes, size_t size, descry_picture *picture, descry_error *err);
int decode(const void *bytes, size_t size, descry_error *err); /* the default limits; the picture is not kept */

/* The file is refused, with this in the message; or read, with the pixels of `like`.  `what` is for the test's message. */
void expect_refused(const descry_buf *file, size_t size, int code, const char *message, const char *what);
void expect_like(const descry_buf *file, size_t size, const descry_picture *like, const char *what);

/* What the file says: orientation, time of taking as text. */
void expect_said(const descry_buf *file, int orientation, const char *taken, const char *what);

/* An XMP packet with an orientation and a date. */
void append_xmp(descry_buf *buf, int orientation, const char *date);

#endif
