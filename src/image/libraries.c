/* SPDX-License-Identifier: Apache-2.0
 * The library of each format with its version, from the headers that the codecs are compiled with. */
#include "image/codecs.h"

#include <stdio.h>
#include <jpeglib.h>
#include <png.h>
#ifdef DESCRY_WITH_GIF
#include <gif_lib.h>
#endif

#define TEXT_1(x) #x
#define TEXT(x) TEXT_1(x)

static const char *const libraries[DESCRY_FORMATS] = {
#ifdef LIBJPEG_TURBO_VERSION
    [DESCRY_FORMAT_JPEG] = "JPEG (libjpeg-turbo " TEXT(LIBJPEG_TURBO_VERSION) ")",
#else
    [DESCRY_FORMAT_JPEG] = "JPEG (libjpeg " TEXT(JPEG_LIB_VERSION) ")",
#endif
    [DESCRY_FORMAT_PNG] = "PNG (libpng " PNG_LIBPNG_VER_STRING ")",
    [DESCRY_FORMAT_BMP] = "BMP (descry)",
    [DESCRY_FORMAT_PNM] = "PNM (descry)",
#ifdef DESCRY_WITH_WEBP
    [DESCRY_FORMAT_WEBP] = "WebP (libwebp " DESCRY_WITH_WEBP ")",
#endif
#ifdef DESCRY_WITH_GIF
    [DESCRY_FORMAT_GIF] = "GIF (giflib " TEXT(GIFLIB_MAJOR) "." TEXT(GIFLIB_MINOR) "." TEXT(GIFLIB_RELEASE) ")",
#endif
#ifdef DESCRY_WITH_RAW
    [DESCRY_FORMAT_RAW] = "camera RAW (LibRaw " DESCRY_WITH_RAW ")",
#endif
#ifdef DESCRY_WITH_TIFF
    [DESCRY_FORMAT_TIFF] = "TIFF (libtiff " DESCRY_WITH_TIFF ")",
#endif
#ifdef DESCRY_WITH_HEIF
    [DESCRY_FORMAT_HEIF] = "HEIC, AVIF (libheif " DESCRY_WITH_HEIF ")",
#endif
#ifdef DESCRY_WITH_JXL
    [DESCRY_FORMAT_JXL] = "JPEG XL (libjxl " DESCRY_WITH_JXL ")",
#endif
#ifdef DESCRY_WITH_JPEG2000
    [DESCRY_FORMAT_JPEG2000] = "JPEG 2000 (OpenJPEG " DESCRY_WITH_JPEG2000 ")",
#endif
};

const char *descry_codec_library(size_t format)
{
    return format < DESCRY_FORMATS ? libraries[format] : NULL;
}
