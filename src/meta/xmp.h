/* SPDX-License-Identifier: Apache-2.0
 * XMP packets: descriptions put in and taken out, titles read.
 *
 * What belongs to others stays as it is, byte for byte: the new text is the old one with pieces cut out and put in,
 * where Expat says.  libexempi, which would write the whole packet anew, is asked before and after whether it is XMP
 * and says what it should; version 2.6.3 gives every text with two languages the words of the first, and drops
 * comments. */
#ifndef DESCRY_META_XMP_H
#define DESCRY_META_XMP_H

#include "base/memory.h"
#include "base/module.h"

#include <stdint.h>

enum { DESCRY_XMP_MAX_SIZE = 16 << 20 };

typedef struct descry_xmp_caption {
    const char *text, *model, *date; /* well-formed, without control characters */
} descry_xmp_caption;

/* Appends to *out the packet `data` (size 0: none yet) with the caption in it, which it is only when *outcome is
 * DESCRY_SIDECAR_WRITTEN or DESCRY_SIDECAR_REPLACED.  With `created` the packet's file is marked as made by descry. */
int descry_xmp_put(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
                   int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err);

/* Appends to *out the packet without what descry wrote, unless *outcome is DESCRY_SIDECAR_NOTHING or
 * DESCRY_SIDECAR_DELETED. */
int descry_xmp_take(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                    descry_error *err);

/* Appends the title that a packet gives its picture, on one line: dc:title, else dc:description unless it is descry's
 * own; x-default, else the first language.  Nothing when there is none or the packet is damaged.  -1: memory was short.
 */
int descry_xmp_title(descry_buf *title, const char *data, size_t size);

/* Takes what is still unknown of date and place from a packet in any of XML's character sets: exif:DateTimeOriginal,
 * else photoshop:DateCreated, exif:DateTimeDigitized, xmp:CreateDate; exif:GPSLatitude and GPSLongitude.  Returns
 * tiff:Orientation, 1 .. 8; 0: none.  (xmp_fill.c) */
int descry_xmp_fill(descry_metadata *metadata, const char *data, size_t size);

/* Has the packet a description that descry did not write? */
int descry_xmp_has_description(const char *data, size_t size);

/* Is it XMP, and, when `caption` is given, is that its description?  (xmp_judge.c) */
int descry_xmp_judge(const char *data, size_t size, const char *name, const char *caption, descry_error *err);

/* libexempi and Expat are in a module of their own, and so is all of this but descry_xmp_fill, which is where codecs are. */
typedef struct descry_xmp {
    descry_module module;
    int (*put)(descry_buf *out, const char *data, size_t size, const char *name, const descry_xmp_caption *caption,
               int overwrite, int created, descry_sidecar_outcome *outcome, descry_error *err);
    int (*take)(descry_buf *out, const char *data, size_t size, const char *name, descry_sidecar_outcome *outcome,
                descry_error *err);
    int (*has_description)(const char *data, size_t size);
} descry_xmp;

extern const descry_xmp descry_xmp_table; /* in the module */

/* DESCRY_ERR_UNSUPPORTED: this build has no libexempi */
int descry_xmp_open(const descry_xmp **xmp, const char *name, descry_error *err);

const char *descry_xmp_feature(void); /* "xmp (libexempi 2.6.3)", NULL: not built in */

#endif
