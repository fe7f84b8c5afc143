/* SPDX-License-Identifier: Apache-2.0
 * Jobs that decode pictures in this process, and that make pictures. */
#include "failing_jobs.h"

#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 256 };

/* Neither libwebp 1.2, libtiff 4.5, OpenJPEG 2.5, libjxl 0.7, libraw 0.20 nor libheif 1.15: refused memory, each of them crashes
 * or ends the program, which is why they are in other processes. */
static const char *const coded[] = {"dated.jpg", "dated.png", "rle8.bmp", "scene.ppm", "palette.gif"};

static void note_bytes(world *w, const uint8_t *bytes, size_t size)
{
    unsigned long sum = 0;
    for (size_t i = 0; i < size; i++)
        sum += bytes[i] * (i + 1);
    w->seen_size += (size_t)snprintf(w->seen + w->seen_size, SEEN - w->seen_size, "%zu %lu ", size, sum);
}

static int decode(world *w, const char *name, descry_error *err)
{
    static uint8_t rgb[3 * SIDE * SIDE];
    int rc = descry_preprocess_file(w->open_model, source_path("tests/data/formats/%s", name), NULL, rgb, err);
    note_bytes(w, rgb, rc ? 0 : sizeof rgb);
    return rc;
}

#define DECODE(i) int failing_decode_##i(world *w, descry_error *err) { return decode(w, coded[i], err); }
DECODE(0) DECODE(1) DECODE(2) DECODE(3) DECODE(4)

static int note_jpeg(world *w, uint8_t *jpeg, size_t size, int rc)
{
    if (!rc)
        note_bytes(w, jpeg, size);
    descry_free(jpeg);
    return rc;
}

int failing_preview(world *w, descry_error *err)
{
    uint8_t *jpeg;
    size_t size;
    int rc = descry_preview_file(w->open_ctx, source_path("tests/data/formats/turned6.png"), 50, NULL, &jpeg, &size, NULL, NULL, err);
    rc = note_jpeg(w, jpeg, size, rc);
    if (rc)
        return rc;
    rc = descry_preview_memory(w->ctx, "P6 2 1 255 rgbRGB", 17, NULL, 50, NULL, &jpeg, &size, NULL, NULL, err);
    return note_jpeg(w, jpeg, size, rc);
}

int failing_thumbnail(world *w, descry_error *err)
{
    for (int i = 0; i < 2; i++) { /* made, read */
        uint8_t *jpeg;
        size_t size;
        int rc = descry_thumbnail(w->library, 1, 100, &jpeg, &size, NULL, err);
        if (note_jpeg(w, jpeg, size, rc))
            return rc;
    }
    return 0;
}

int failing_contact_sheet(world *w, descry_error *err)
{
    const int64_t ids[] = {1, 99, 2};
    uint8_t *jpeg;
    size_t size;
    int rc = descry_contact_sheet(w->library, ids, 3, 2, 32, &jpeg, &size, err);
    return note_jpeg(w, jpeg, size, rc);
}

void failing_without_thumbnails(world *w)
{
    char path[FOLDER_SIZE + 64];
    snprintf(path, sizeof path, "%s.thumbs", w->path);
    if (exists(path) && remove_folder(path))
        fail_msg("%s", path);
}
