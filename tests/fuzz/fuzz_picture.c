/* SPDX-License-Identifier: Apache-2.0
 * One decoder, CODEC, for libFuzzer: whatever the bytes are, it comes back with a whole picture, or its draft, or with an
 * error. */
#include "image/codecs.h"
#include "image/formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME_1(x) descry_codec_##x
#define NAME(x) NAME_1(x)

/* What is not ours to mend (docs/formats.md): dav1d 1.0 loses 40 bytes of a picture whose data it refuses. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdav1d";
}

static void check(const descry_picture *picture, int rc, const descry_error *err)
{
    size_t bytes = (size_t)picture->width * (size_t)picture->height * descry_picture_pixel(picture->mode);
    volatile uint8_t sum = 0;
    if (rc && (strncmp(err->message, "x: ", 3) != 0 || err->code != rc))
        abort();
    if (rc)
        return;
    if (picture->width <= 0 || picture->height <= 0 || picture->orientation < 1 || picture->orientation > 8)
        abort();
    for (size_t i = 0; i < bytes; i++)
        sum = (uint8_t)(sum + picture->data[i]);
}

static const descry_limits limits = {sizeof(descry_limits), 1024, 1 << 17, 1 << 24};

static void try_draft(const uint8_t *data, size_t size)
{
    static const descry_enough enough = {12, 9, 0};
    descry_picture picture = {.orientation = 1};
    descry_error err = {0};
    int rc = NAME(CODEC).draft(&picture, data, size, "x", &limits, &enough, &err);
    check(&picture, rc, &err);
    if (!rc && (picture.whole_width > (int)limits.max_side || picture.whole_height > (int)limits.max_side ||
                picture.width > picture.whole_width || picture.height > picture.whole_height ||
                picture.width <= picture.whole_width / 9 || picture.height <= picture.whole_height / 9))
        abort();
    descry_picture_free(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    descry_picture picture = {.orientation = 1};
    descry_error err = {0};
    if (!descry_format_at(FORMAT)->recognises(data, size)) /* as descry_picture_decode() does */
        return -1;
    int rc = NAME(CODEC).decode(&picture, data, size, "x", &limits, &err);
    check(&picture, rc, &err);
    descry_picture_free(&picture);
    if (NAME(CODEC).draft)
        try_draft(data, size);
    return 0;
}
