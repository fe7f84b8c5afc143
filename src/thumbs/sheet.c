/* SPDX-License-Identifier: Apache-2.0
 * Contact sheets.  Thumbnails are decoded, and the sheet is encoded, by workers: this process opens no codec. */
#include "base/error.h"
#include "base/options.h"
#include "library/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 100, GAP = 4, WHITE = 0xFF, GREY = 0xC0, HEAD = 64 };

typedef struct sheet {
    descry_library *library;
    const int64_t *ids;
    size_t count, columns, rows;
    int side;
    descry_reading reading;
    uint8_t *cell;   /* [side, side, 3] */
    uint8_t *file;   /* a PPM: its head, then */
    uint8_t *pixels; /* [height, width, 3] */
    size_t width, height, head;
} sheet;

/* Not what is the caller's fault, or of no picture's. */
static int is_missing(int rc)
{
    return rc == DESCRY_ERR_NOT_FOUND || rc == DESCRY_ERR_IO || rc == DESCRY_ERR_FORMAT || rc == DESCRY_ERR_UNSUPPORTED ||
           rc == DESCRY_ERR_LIMIT;
}

/* The thumbnail in the middle of its cell. */
static int decode_cell(const sheet *s, const uint8_t *jpeg, size_t size, descry_error *err)
{
    const descry_preprocess fit = {.width = s->side, .height = s->side, .interpolation = DESCRY_BICUBIC,
                                   .resize_mode = DESCRY_LONGEST, .fill = WHITE};
    const descry_job job = {.wanted = {.preprocess = &fit, .options = &s->reading.options}, .urgent = 1};
    const descry_shared bytes = descry_shared_none(jpeg, size);
    descry_facts facts;
    int rc = descry_decoders_prepare(s->library->context->decoders, &job, &bytes, "thumbnail", s->cell, &facts, NULL, err);
    if (!rc)
        descry_facts_free(&facts);
    return rc;
}

static int fill_cell(const sheet *s, size_t i, descry_error *err)
{
    uint8_t *jpeg;
    size_t size, row = 3 * (size_t)s->side;
    int rc = descry_thumbnail(s->library, s->ids[i], s->side, &jpeg, &size, NULL, err);
    if (!rc)
        rc = decode_cell(s, jpeg, size, err);
    free(jpeg);
    if (rc && !is_missing(rc))
        return rc;
    if (rc)
        memset(s->cell, GREY, row * (size_t)s->side);
    size_t left = i % s->columns * (size_t)(s->side + GAP), top = i / s->columns * (size_t)(s->side + GAP);
    for (size_t y = 0; y < (size_t)s->side; y++)
        memcpy(s->pixels + 3 * ((top + y) * s->width + left), s->cell + y * row, row);
    return 0;
}

static int encode(const sheet *s, uint8_t **jpeg, size_t *size, descry_error *err)
{
    const descry_shared bytes = descry_shared_none(s->file, s->head + 3 * s->width * s->height);
    const descry_job job = {.wanted = {.options = &s->reading.options,
                                       .preview = (int)(s->width > s->height ? s->width : s->height)}, .urgent = 1};
    descry_facts facts;
    int rc = descry_decoders_prepare(s->library->context->decoders, &job, &bytes, "contact sheet", NULL, &facts, NULL, err);
    if (rc)
        return rc;
    *jpeg = facts.preview;
    *size = facts.preview_size;
    facts.preview = NULL;
    descry_facts_free(&facts);
    return 0;
}

static int alloc_sheet(sheet *s, descry_error *err)
{
    size_t bytes = 3 * s->width * s->height; /* of at most DESCRY_PREVIEW_MOST pixels a side */
    s->cell = descry_alloc((size_t)s->side * (size_t)s->side, 3);
    s->file = descry_alloc(HEAD + bytes, 1);
    if (!s->cell || !s->file)
        return descry_fail_memory(err);
    s->head = (size_t)snprintf((char *)s->file, HEAD, "P6\n%zu %zu\n255\n", s->width, s->height);
    s->pixels = s->file + s->head;
    memset(s->pixels, WHITE, bytes);
    return 0;
}

static int check(sheet *s, descry_error *err)
{
    if (s->count < 1 || s->count > MOST || s->columns < 1 || s->columns > MOST)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a contact sheet of %zu pictures in %zu columns: 1 to %d of each",
                           s->count, s->columns, MOST);
    if (s->side < 1 || s->side > DESCRY_PREVIEW_MOST)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a contact sheet of pictures of %d pixels", s->side);
    s->columns = s->columns < s->count ? s->columns : s->count;
    s->rows = (s->count + s->columns - 1) / s->columns;
    s->width = s->columns * (size_t)(s->side + GAP) - GAP;
    s->height = s->rows * (size_t)(s->side + GAP) - GAP;
    if (s->width > DESCRY_PREVIEW_MOST || s->height > DESCRY_PREVIEW_MOST)
        return descry_fail(err, DESCRY_ERR_ARGUMENT, "a contact sheet of %zu x %zu pixels: at most %d", s->width, s->height,
                           DESCRY_PREVIEW_MOST);
    return 0;
}

int descry_contact_sheet(descry_library *library, const int64_t *ids, size_t count, size_t columns, int side, uint8_t **jpeg,
                         size_t *size, descry_error *err)
{
    sheet s = {.library = library, .ids = ids, .count = count, .columns = columns, .side = side};
    *jpeg = NULL;
    int rc = check(&s, err);
    if (!rc)
        rc = descry_reading_copy(&s.reading, NULL, err);
    if (!rc)
        rc = alloc_sheet(&s, err);
    for (size_t i = 0; i < count && !rc; i++)
        rc = fill_cell(&s, i, err);
    if (!rc)
        rc = encode(&s, jpeg, size, err);
    free(s.cell);
    free(s.file);
    return rc;
}
