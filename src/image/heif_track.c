/* SPDX-License-Identifier: Apache-2.0
 * Image sequences without a still picture: the first independent picture of a track (ISO/IEC 14496-12, 8.5 to 8.7).  It
 * becomes an item, as does that of its alpha track. */
#include "image/heif_file.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>

#define TYPE DESCRY_FOURCC

static bool find(descry_span boxes, const char *const *path, descry_span *body)
{
    for (; *path; path++) {
        const char *type = *path;
        if (!descry_box_find(boxes, TYPE(type[0], type[1], type[2], type[3]), body))
            return false;
        boxes = *body;
    }
    return true;
}

/* Entry i of a table of big-endian numbers after `head` bytes. */
static uint64_t entry(descry_span table, size_t head, uint64_t i, size_t size)
{
    descry_span_part(&table, head);
    if (table.ended || i >= table.size / size)
        return UINT64_MAX;
    descry_span_part(&table, (size_t)i * size);
    return descry_span_number(&table, size);
}

/* By stsc, for sample `wanted`, counted from 1: its chunk, that one's first sample, and the sample description. */
static bool find_chunk(descry_span stsc, uint64_t wanted, uint64_t *chunk, uint64_t *first, uint64_t *description)
{
    uint64_t sample = 1;
    descry_span_part(&stsc, 4);
    uint64_t left = descry_span_number(&stsc, 4);
    uint64_t from = descry_span_number(&stsc, 4);
    for (; left && !stsc.ended; left--) {
        uint64_t each = descry_span_number(&stsc, 4);
        *description = descry_span_number(&stsc, 4);
        if (stsc.ended || each == 0 || from == 0)
            return false;
        uint64_t next = left > 1 ? descry_span_number(&stsc, 4) : UINT64_MAX;
        if (next <= from)
            return false;
        uint64_t chunks = (wanted - sample) / each; /* to skip */
        if (chunks < next - from) {
            *chunk = from + chunks;
            *first = sample + chunks * each;
            return true;
        }
        sample += (next - from) * each;
        from = next;
    }
    return false;
}

/* The size of sample i, counted from 1. */
static uint64_t sample_size(descry_span stsz, uint64_t i)
{
    uint64_t same = entry(stsz, 4, 0, 4);
    return same ? same : entry(stsz, 12, i - 1, 4);
}

/* The data of the first sync sample. */
static bool find_sample(const descry_heif_file *file, descry_span stbl, descry_span *data, uint64_t *description)
{
    descry_span stss, stsc, stsz, stco;
    uint64_t wanted = 1, chunk, sample;
    if (descry_box_find(stbl, TYPE('s', 't', 's', 's'), &stss))
        wanted = entry(stss, 8, 0, 4);
    if (wanted == 0 || wanted > UINT32_MAX || !descry_box_find(stbl, TYPE('s', 't', 's', 'c'), &stsc) ||
        !descry_box_find(stbl, TYPE('s', 't', 's', 'z'), &stsz) ||
        !find_chunk(stsc, wanted, &chunk, &sample, description))
        return false;
    bool wide = !descry_box_find(stbl, TYPE('s', 't', 'c', 'o'), &stco);
    if (wide && !descry_box_find(stbl, TYPE('c', 'o', '6', '4'), &stco))
        return false;
    uint64_t offset = entry(stco, 8, chunk - 1, wide ? 8 : 4);
    uint64_t same = entry(stsz, 4, 0, 4);
    if (same && offset <= file->size) { /* in constant time: many tracks may have the same table */
        offset = wanted - sample > file->size / same ? UINT64_MAX : offset + (wanted - sample) * same;
        sample = wanted;
    }
    for (; sample < wanted && offset <= file->size; sample++) {
        uint64_t size = sample_size(stsz, sample);
        offset = size <= file->size ? offset + size : UINT64_MAX;
        if (size == 0)
            return false; /* an empty sample is invalid, and many would take long */
    }
    uint64_t size = sample_size(stsz, wanted);
    if (offset > file->size || size == 0 || size > file->size - offset)
        return false;
    *data = (descry_span){file->bytes + offset, (size_t)size, false};
    return true;
}

/* Fills *item from a track's sample description and sample; false: it has no picture that can be read. */
static bool read_track(const descry_heif_file *file, descry_span stbl, descry_heif_item *item)
{
    descry_span stsd, body, data;
    uint64_t description = 0;
    if (!find_sample(file, stbl, &data, &description) || !descry_box_find(stbl, TYPE('s', 't', 's', 'd'), &stsd))
        return false;
    descry_span_part(&stsd, 8);
    for (; description > 1 && descry_box_next(&stsd, &body); description--)
        ;
    item->type = descry_box_next(&stsd, &body);
    descry_span_part(&body, 24); /* VisualSampleEntry */
    item->width = (uint32_t)descry_span_number(&body, 2);
    item->height = (uint32_t)descry_span_number(&body, 2);
    descry_span_part(&body, 50);
    if (body.ended || item->type == 0 || item->width == 0 || item->height == 0)
        return false;
    descry_span property;
    for (uint32_t type; (type = descry_box_next(&body, &property)) != 0;)
        descry_heif_add_property(item, type, property);
    item->alpha = SIZE_MAX;
    item->whole = data;
    return true;
}

int descry_heif_open_track(descry_heif_file *file, descry_span moov, descry_error *err)
{
    static const char *const to_handler[] = {"mdia", "hdlr", NULL}, *const to_table[] = {"mdia", "minf", "stbl", NULL};
    static const char *const to_aux[] = {"tref", "auxl", NULL}, *const to_header[] = {"tkhd", NULL};
    descry_span trak, handler, stbl, body;
    uint64_t owner = 0, number = 0;
    free(file->items);
    file->count = 0;
    file->items = descry_alloc(2, sizeof *file->items); /* the picture, its alpha */
    if (!file->items)
        return descry_fail_memory(err);
    for (int alpha = 0; alpha < 2; alpha++) { /* an alpha track may come first */
        descry_span boxes = moov;
        for (uint32_t type; file->count == (size_t)alpha && (type = descry_box_next(&boxes, &trak)) != 0;) {
            if (type != TYPE('t', 'r', 'a', 'k') || !find(trak, to_handler, &handler) || !find(trak, to_table, &stbl))
                continue;
            descry_span_part(&handler, 8);
            uint32_t kind = (uint32_t)descry_span_number(&handler, 4);
            if (alpha ? kind != TYPE('a', 'u', 'x', 'v') || !find(trak, to_aux, &body) || entry(body, 0, 0, 4) != owner
                      : kind != TYPE('p', 'i', 'c', 't') && kind != TYPE('v', 'i', 'd', 'e'))
                continue;
            if (find(trak, to_header, &body))
                number = entry(body, body.size && body.at[0] ? 20 : 12, 0, 4);
            descry_heif_item item = {.id = (uint32_t)alpha};
            if (!read_track(file, stbl, &item) || (alpha && !item.is_alpha))
                continue;
            file->items[file->count++] = item;
            owner = alpha ? owner : number;
        }
        if (file->count == 0)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: no picture in its tracks", file->name);
    }
    if (file->count == 2)
        file->items[0].alpha = 1;
    return 0;
}
