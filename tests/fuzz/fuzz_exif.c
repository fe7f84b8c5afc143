/* SPDX-License-Identifier: Apache-2.0
 * What pictures say of themselves, under libFuzzer: whatever the bytes, metadata in their ranges. */
#include "fuzz.h"

#include "image/codecs.h"
#include "meta/exif.h"
#include "meta/title.h"
#include "meta/xmp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check(const descry_metadata *m, int orientation)
{
    char text[DESCRY_TIME_SIZE];
    require(orientation >= 0 && orientation <= 8);
    require(memchr(m->camera, 0, sizeof m->camera) && memchr(m->title, 0, sizeof m->title));
    require(!m->title[0] || !descry_title_is_boilerplate(m->title));
    require(isnan(m->latitude) == isnan(m->longitude));
    require(isnan(m->latitude) || (fabs(m->latitude) <= 90 && fabs(m->longitude) <= 180));
    require(m->taken_offset == DESCRY_NO_OFFSET || (m->taken_offset >= -720 && m->taken_offset <= 840));
    descry_time_print(text, m->taken, m->taken_offset);
    require((m->taken == DESCRY_NO_TIME) == (text[0] == 0));
}

/* As codecs find it: a block, an item of an ISO media file, a packet, a file that is a TIFF itself. */
static void note(int (*how)(descry_picture *picture, const uint8_t *bytes, size_t size), const uint8_t *data, size_t size)
{
    descry_picture picture;
    descry_picture_begin(&picture);
    int orientation = how(&picture, data, size);
    check(&picture.metadata, orientation);
    fuzz_read(picture.xmp, picture.xmp_size);
    descry_picture_free(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (descry_exif_part part = DESCRY_EXIF_WHOLE; part <= DESCRY_EXIF_GPS; part++) {
        descry_metadata metadata;
        descry_metadata_clear(&metadata);
        int orientation = descry_exif_fill(&metadata, part, data, size);
        check(&metadata, orientation);
        orientation = descry_xmp_fill(&metadata, (const char *)data, size);
        check(&metadata, orientation);
    }
    note(descry_picture_add_exif_item, data, size);
    note(descry_picture_add_xmp, data, size);
    note(descry_picture_add_tiff, data, size);
    return 0;
}
