/* SPDX-License-Identifier: Apache-2.0
 * Camera RAW files without LibRaw: directories, previews, metadata, lossy DNG. */
#ifndef DESCRY_IMAGE_RAW_H
#define DESCRY_IMAGE_RAW_H

#include "image/picture.h"
#include "meta/directory.h"

enum { DESCRY_RAW_DIRECTORIES = 64, DESCRY_RAW_PREVIEWS = 8 };

/* Offsets of the directories of pictures: the main chain and all SubIFDs; returns how many. */
size_t descry_raw_directories(const descry_tiff *tiff, uint64_t places[DESCRY_RAW_DIRECTORIES]);

/* The picture or sensor data that a directory describes, in strips or tiles. */
typedef struct descry_raw_image {
    uint64_t width, height, kind, compression, bands, bits; /* kind: PhotometricInterpretation; 0: not given */
    uint64_t tile_width, tile_height;                       /* of a strip, too */
    descry_tiff_entry offsets, sizes;                       /* without a value: none */
} descry_raw_image;

descry_raw_image descry_raw_read_image(const descry_tiff *tiff, uint64_t place);

enum {
    DESCRY_RAW_CFA = 32803, DESCRY_RAW_LINEAR = 34892, /* kinds: a mosaic, a demosaiced one */
    DESCRY_RAW_LOSSY = 34892                           /* compression: DNG's JPEG of sensor data */
};

typedef struct descry_raw_preview {
    size_t at;
    uint32_t width, height;
} descry_raw_preview;

typedef struct descry_raw_previews {
    descry_raw_preview list[DESCRY_RAW_PREVIEWS]; /* the largest first */
    size_t count;
    uint64_t width, height; /* of the sensor's data, by the directories; 0: unknown */
} descry_raw_previews;

/* Finds the JPEGs in a file that are whole pictures: not tiles of sensor data, depth maps, masks, or parts of a larger one. */
int descry_raw_find_previews(descry_raw_previews *found, const uint8_t *bytes, size_t size, descry_error *err);

/* The size of the JPEG that begins here; false: none that libjpeg can decode. */
bool descry_raw_jpeg_size(const uint8_t *bytes, size_t size, uint32_t *width, uint32_t *height);

/* Reads the file's metadata; returns its orientation, 0: none. */
int descry_raw_read_metadata(descry_picture *picture, const uint8_t *bytes, size_t size);

/* Develops a DNG whose sensor data is lossy JPEG.  DESCRY_ERR_UNSUPPORTED: it is another file. */
int descry_raw_develop_lossy(descry_picture *picture, const uint8_t *bytes, size_t size, const char *name,
                             const descry_limits *limits, descry_error *err);

#endif
