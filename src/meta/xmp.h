/* SPDX-License-Identifier: Apache-2.0
 * XMP packets: captions inserted and removed, titles read.
 *
 * Other programs' content stays unchanged, byte for byte: a packet is edited as text, at offsets from Expat.  libexempi,
 * which would rewrite the whole packet, only validates it before and after, and reads the caption back; version 2.6.3
 * overwrites texts in several languages with the first one, and drops comments. */
#ifndef DESCRY_META_XMP_H
#define DESCRY_META_XMP_H

#include "base/memory.h"
#include "base/module.h"

#include <stdint.h>

enum { DESCRY_XMP_MAX_SIZE = 16 << 20 };

typedef struct descry_xmp_caption {
    const char *text, *model, *date; /* well-formed, without control characters */
} descry_xmp_caption;

/* Appends to *out the packet `data` (size 0: none yet) with the caption inserted, if *outcome is DESCRY_SIDECAR_WRITTEN or
 * DESCRY_SIDECAR_REPLACED; else nothing.  `created` marks the packet's file as made by descry. */
int descry_xmp_insert(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
                      int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err);

/* Appends to *out the packet with descry's properties removed, unless *outcome is DESCRY_SIDECAR_NOTHING or
 * DESCRY_SIDECAR_DELETED. */
int descry_xmp_remove(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                      descry_error *err);

/* Appends the picture's title from a packet, on one line: dc:title, else dc:description unless it is descry's own;
 * x-default, else the first language.  Nothing when there is none or the packet is damaged.  -1: out of memory. */
int descry_xmp_title(descry_buf *title, const char *data, size_t size);

/* Fills date and place, where still unknown, from a packet in any of XML's character sets: exif:DateTimeOriginal,
 * else photoshop:DateCreated, exif:DateTimeDigitized, xmp:CreateDate; exif:GPSLatitude and GPSLongitude.  Returns
 * tiff:Orientation, 1 .. 8; 0: none.  (xmp_fill.c) */
int descry_xmp_fill(descry_metadata *metadata, const char *data, size_t size);

/* Whether the packet has a description that descry did not write. */
int descry_xmp_has_description(const char *data, size_t size);

/* Whether libexempi accepts the packet and, if `caption` is not NULL, reads it back as the description.  (xmp_validate.c) */
int descry_xmp_validate(const char *data, size_t size, const char *name, const char *caption, descry_error *err);

/* The module with libexempi and Expat contains all of this but descry_xmp_fill, which is in the module of codecs. */
typedef struct descry_xmp {
    descry_module module;
    int (*insert)(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
                  int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err);
    int (*remove)(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                  descry_error *err);
    int (*has_description)(const char *data, size_t size);
} descry_xmp;

extern const descry_xmp descry_xmp_table; /* in the module */

/* DESCRY_ERR_UNSUPPORTED: this build has no libexempi */
int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err);

const char *descry_xmp_feature(void); /* "xmp (libexempi 2.6.3)", NULL: not built in */

#endif
