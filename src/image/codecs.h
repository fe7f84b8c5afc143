/* SPDX-License-Identifier: Apache-2.0
 * One adapter per codec library, each in its own file; those of foreign libraries in a module of their own. */
#ifndef DESCRY_IMAGE_CODECS_H
#define DESCRY_IMAGE_CODECS_H

#include "base/module.h"
#include "image/formats.h"
#include "image/picture.h"

#include <stdbool.h>

/* Decodes a file in memory; `name` is for messages.  On failure, too, the caller frees the picture. */
typedef int descry_decode(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                          const descry_limits *limits, descry_error *err);

typedef int descry_decode_draft(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                                const descry_limits *limits, const descry_enough *enough, descry_error *err);

typedef struct descry_codec {
    descry_decode *decode;
    descry_decode *peek;        /* all but the pixels; NULL: only `decode` can */
    descry_decode_draft *draft; /* NULL: no drafts; else it sets the size of the whole, too */
} descry_codec;

/* A check of a file's declared values before a library that trusts them.  Tests of the sandbox (tests/decoders/unchecked) are
 * built without these checks. */
#ifdef DESCRY_UNCHECKED
#define DESCRY_PRECHECK(check) (1 ? 0 : (check))
#else
#define DESCRY_PRECHECK(check) (check)
#endif

extern const descry_codec descry_codec_jpeg, descry_codec_png, descry_codec_webp, descry_codec_gif, descry_codec_tiff,
    descry_codec_bmp, descry_codec_pnm, descry_codec_heif, descry_codec_jxl, descry_codec_jpeg2000, descry_codec_raw;

/* Encodes rgb [height, width, 3] as a baseline JPEG: *jpeg [*size], to be freed with free.  (jpeg_write.c) */
typedef int descry_encode_jpeg(const uint8_t *rgb, int width, int height, uint8_t **jpeg, size_t *size, const char *name,
                               descry_error *err);

extern descry_encode_jpeg descry_jpeg_write;

typedef struct descry_codecs {
    descry_module module;
    const descry_codec *codecs[DESCRY_FORMATS]; /* NULL: in the library itself, or not in this build */
    descry_encode_jpeg *encode_jpeg;
} descry_codecs;

extern const descry_codecs descry_codecs_table; /* in the module */

/* Makes libraries load now what they would load on first use.  (table.c) */
void descry_codecs_warm(void);

/* `name`: the picture's, for messages */
int descry_codecs_open(const descry_codecs **codecs, const char *name, descry_error *err);

/* "JPEG (libjpeg-turbo 2.1.5)": what reads the format, as this build was made; NULL: nothing does.  No module is opened. */
const char *descry_codec_library(size_t format);

/* Initialises a picture: no pixels, upright, no metadata. */
void descry_picture_begin(descry_picture *picture);

/* Fills fields that picture->metadata lacks from an EXIF block of any size.  Returns its orientation, 1 .. 8; 0: none. */
int descry_picture_add_exif(descry_picture *picture, const uint8_t *exif, size_t size);
/* The same for a block of an ISO media file: after four bytes with the number of bytes before its TIFF header, or without
 * these four. */
int descry_picture_add_exif_item(descry_picture *picture, const uint8_t *item, size_t size);
/* The same for an XMP packet, after all EXIF; a copy of the first is kept in picture->xmp, if there is memory. */
int descry_picture_add_xmp(descry_picture *picture, const uint8_t *xmp, size_t size);

/* The same for all of that in a TIFF file. */
int descry_picture_add_tiff(descry_picture *picture, const uint8_t *bytes, size_t size);

/* Sets dimensions and mode and allocates the pixels, after checking them against `limits`. */
int descry_picture_create(descry_picture *picture, uint64_t width, uint64_t height, descry_picture_mode mode,
                          const char *name, const descry_limits *limits, descry_error *err);

/* The smallest scale, in eighths (1, 2, 4 or 8) of each side, at which the picture, whose orientation is known, still has
 * `enough` pixels; 8 when none has. */
int descry_picture_eighths(const descry_picture *picture, uint64_t width, uint64_t height, const descry_enough *enough);

/* Limits with a callback, marked by their `size`: it is called with each size within the limits before memory is allocated,
 * and rejects it by not returning 0. */
typedef struct descry_declared_limits {
    descry_limits limits;
    int (*declare)(void *arg, uint64_t width, uint64_t height);
    void *arg;
} descry_declared_limits;

/* Only the check, for libraries that allocate by themselves. */
int descry_picture_check(uint64_t width, uint64_t height, const char *name, const descry_limits *limits,
                         descry_error *err);

/* Checks a picture's size against the bytes of its pixel data, in a format in which a byte encodes at most `most` pixels; after
 * descry_picture_check. */
int descry_picture_check_density(uint64_t width, uint64_t height, uint64_t coded, uint32_t most, const char *name,
                                 const descry_limits *limits, descry_error *err);

#endif
