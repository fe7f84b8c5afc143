/* SPDX-License-Identifier: Apache-2.0 */
#include "image/codecs.h"

#ifdef DESCRY_WITH_HEIF
#include <libheif/heif.h>
#endif

DESCRY_MODULE_TABLE const descry_codecs descry_codecs_table = {
    {DESCRY_VERSION},
    {
        [DESCRY_FORMAT_JPEG] = &descry_codec_jpeg,
        [DESCRY_FORMAT_PNG] = &descry_codec_png,
#ifdef DESCRY_WITH_WEBP
        [DESCRY_FORMAT_WEBP] = &descry_codec_webp,
#endif
#ifdef DESCRY_WITH_GIF
        [DESCRY_FORMAT_GIF] = &descry_codec_gif,
#endif
#ifdef DESCRY_WITH_RAW
        [DESCRY_FORMAT_RAW] = &descry_codec_raw,
#endif
#ifdef DESCRY_WITH_TIFF
        [DESCRY_FORMAT_TIFF] = &descry_codec_tiff,
#endif
#ifdef DESCRY_WITH_HEIF
        [DESCRY_FORMAT_HEIF] = &descry_codec_heif,
#endif
#ifdef DESCRY_WITH_JXL
        [DESCRY_FORMAT_JXL] = &descry_codec_jxl,
#endif
#ifdef DESCRY_WITH_JPEG2000
        [DESCRY_FORMAT_JPEG2000] = &descry_codec_jpeg2000,
#endif
    },
    descry_jpeg_write,
};

void descry_codecs_warm(void)
{
#ifdef DESCRY_WITH_HEIF
    heif_init(NULL); /* its decoders may be plugins, which this loads */
#endif
}
