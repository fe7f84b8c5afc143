/* SPDX-License-Identifier: Apache-2.0
 * The sizes in code streams: HEVC's sequence parameter sets (ITU-T H.265, 7.3.2.2; hvcC: ISO/IEC 14496-15, 8.3.3) and
 * AV1's sequence headers (AV1 bitstream specification, 5.3 and 5.5; av1C: AV1 in ISOBMFF, 2.3). */
#include "image/heif_coded.h"

#include "base/error.h"

#include <stdlib.h>

typedef struct bits {
    const uint8_t *at;
    size_t size, next; /* next: in bits */
    bool ended;
} bits;

static uint32_t read_bits(bits *b, unsigned count)
{
    uint32_t value = 0;
    if (count > 8 * b->size - b->next) {
        b->ended = true;
        b->next = 8 * b->size;
        return 0;
    }
    for (; count; count--, b->next++)
        value = value << 1 | (b->at[b->next / 8] >> (7 - b->next % 8) & 1);
    return value;
}

static void skip_bits(bits *b, unsigned count)
{
    for (; count > 32; count -= 32)
        read_bits(b, 32);
    read_bits(b, count);
}

/* Exp-Golomb, ue(v); AV1's uvlc() is the same */
static uint32_t golomb(bits *b)
{
    unsigned zeros = 0;
    while (!b->ended && read_bits(b, 1) == 0)
        zeros++;
    if (zeros > 31 || b->ended) {
        b->ended = true;
        return 0;
    }
    return (1u << zeros) - 1 + read_bits(b, zeros);
}

/* Records the size of a sequence header; false: it differs from an earlier one's. */
static bool record_size(descry_heif_stream *stream, const descry_heif_stream *now)
{
    if (stream->width == 0) {
        size_t bytes = stream->bytes;
        unsigned pictures = stream->pictures;
        *stream = *now;
        stream->bytes = bytes;
        stream->pictures = pictures;
        return true;
    }
    return stream->width == now->width && stream->height == now->height && stream->full_width == now->full_width &&
           stream->full_height == now->full_height && stream->grey == now->grey;
}

/* ---- HEVC ------------------------------------------------------------------------------------------------------- */

static void skip_profile(bits *b, uint32_t layers)
{
    uint32_t present[8] = {0};
    skip_bits(b, 96);
    for (uint32_t i = 0; i < layers; i++)
        present[i] = read_bits(b, 2);
    if (layers)
        skip_bits(b, 2 * (8 - layers));
    for (uint32_t i = 0; i < layers; i++)
        skip_bits(b, (present[i] & 2 ? 88 : 0) + (present[i] & 1 ? 8 : 0));
}

/* A NAL unit; false: a sequence parameter set that is damaged. */
static bool read_unit(descry_heif_stream *stream, descry_span unit)
{
    enum { SEQUENCE = 33, MOST = 512, SLICES = 32, FIRST = 0x80 };
    if (unit.size > 2 && (unit.at[0] >> 1 & 63) < SLICES && (unit.at[2] & FIRST))
        stream->pictures++;
    if (unit.size < 2 || (unit.at[0] >> 1 & 63) != SEQUENCE || (unit.at[0] & 1) || unit.at[1] >> 3)
        return true; /* not a parameter set, or of another layer, which is not decoded */
    uint8_t plain[MOST];
    size_t size = 0;
    for (size_t i = 2, zeros = 0; i < unit.size && size < MOST; i++) { /* without emulation prevention bytes */
        if (zeros >= 2 && unit.at[i] == 3) {
            zeros = 0;
            continue;
        }
        zeros = unit.at[i] ? 0 : zeros + 1;
        plain[size++] = unit.at[i];
    }
    bits b = {plain, size, 0, false};
    skip_bits(&b, 4);
    uint32_t layers = read_bits(&b, 3);
    skip_bits(&b, 1);
    skip_profile(&b, layers);
    golomb(&b);
    uint32_t chroma = golomb(&b);
    if (chroma == 3)
        skip_bits(&b, 1);
    descry_heif_stream now = {.full_width = golomb(&b), .full_height = golomb(&b), .grey = chroma == 0};
    now.width = now.full_width;
    now.height = now.full_height;
    if (read_bits(&b, 1)) { /* conformance window, in chroma samples */
        uint64_t across = (uint64_t)golomb(&b) + golomb(&b), down = (uint64_t)golomb(&b) + golomb(&b);
        across *= chroma == 1 || chroma == 2 ? 2 : 1;
        down *= chroma == 1 ? 2 : 1;
        if (across >= now.width || down >= now.height)
            return false;
        now.width -= (uint32_t)across;
        now.height -= (uint32_t)down;
    }
    return !b.ended && chroma <= 3 && now.width && now.height && record_size(stream, &now);
}

static bool read_hevc(descry_heif_stream *stream, descry_span config, descry_span data)
{
    descry_span_part(&config, 21);
    size_t length = (descry_span_number(&config, 1) & 3) + 1;
    for (uint64_t arrays = descry_span_number(&config, 1); arrays; arrays--) {
        descry_span_part(&config, 1);
        for (uint64_t units = descry_span_number(&config, 2); units && !config.ended; units--) {
            descry_span unit = descry_span_part(&config, (size_t)descry_span_number(&config, 2));
            if (!read_unit(stream, unit))
                return false;
        }
    }
    while (data.size) {
        descry_span unit = descry_span_part(&data, (size_t)descry_span_number(&data, length));
        if (data.ended || !read_unit(stream, unit))
            return false;
    }
    return true;
}

/* ---- AV1 -------------------------------------------------------------------------------------------------------- */

static void skip_timing(bits *b, unsigned *delay, bool *model)
{
    *delay = 0;
    *model = false;
    if (!read_bits(b, 1))
        return;
    skip_bits(b, 64);
    if (read_bits(b, 1))
        golomb(b);
    *model = read_bits(b, 1);
    if (*model) {
        *delay = read_bits(b, 5) + 1;
        skip_bits(b, 32 + 5 + 5);
    }
}

/* Skips to the bit mono_chrome. */
static void skip_tools(bits *b, bool still)
{
    skip_bits(b, 3);
    if (!still) {
        skip_bits(b, 4);
        bool order = read_bits(b, 1);
        if (order)
            skip_bits(b, 2);
        bool forced = read_bits(b, 1) || read_bits(b, 1);
        if (forced && !read_bits(b, 1))
            skip_bits(b, 1);
        if (order)
            skip_bits(b, 3);
    }
    skip_bits(b, 3);
}

static bool read_sequence(descry_heif_stream *stream, descry_span unit)
{
    bits b = {unit.at, unit.size, 0, false};
    uint32_t profile = read_bits(&b, 3);
    skip_bits(&b, 1);
    bool still = read_bits(&b, 1);
    if (still) {
        skip_bits(&b, 5);
    } else {
        unsigned delay;
        bool model;
        skip_timing(&b, &delay, &model);
        bool display = read_bits(&b, 1);
        for (uint32_t points = read_bits(&b, 5) + 1; points && !b.ended; points--) {
            skip_bits(&b, 12);
            if (read_bits(&b, 5) > 7)
                skip_bits(&b, 1);
            if (model && read_bits(&b, 1))
                skip_bits(&b, 2 * delay + 1);
            if (display && read_bits(&b, 1))
                skip_bits(&b, 4);
        }
    }
    unsigned width_bits = read_bits(&b, 4) + 1, height_bits = read_bits(&b, 4) + 1;
    descry_heif_stream now = {.width = read_bits(&b, width_bits) + 1, .height = 0};
    now.height = read_bits(&b, height_bits) + 1;
    if (!still && read_bits(&b, 1))
        skip_bits(&b, 7);
    skip_tools(&b, still);
    if (read_bits(&b, 1) && profile == 2)
        skip_bits(&b, 1);
    now.grey = profile != 1 && read_bits(&b, 1);
    now.full_width = now.width;
    now.full_height = now.height;
    return !b.ended && record_size(stream, &now);
}

static bool read_av1(descry_heif_stream *stream, descry_span data)
{
    enum { SEQUENCE = 1, FRAME_HEADER = 3, FRAME = 6 };
    while (data.size) {
        unsigned head = (unsigned)descry_span_number(&data, 1);
        if (head & 4)
            descry_span_part(&data, 1);
        uint64_t size = data.size;
        if (head & 2) { /* LEB128 */
            size = 0;
            for (unsigned i = 0, more = 1; i < 8 && more; i++) {
                uint64_t byte = descry_span_number(&data, 1);
                size |= (byte & 127) << 7 * i;
                more = byte >> 7 != 0;
            }
        }
        descry_span unit = descry_span_part(&data, size > data.size ? SIZE_MAX : (size_t)size);
        stream->pictures += (head >> 3 & 15) == FRAME_HEADER || (head >> 3 & 15) == FRAME;
        if (data.ended || head >> 7 || ((head >> 3 & 15) == SEQUENCE && !read_sequence(stream, unit)))
            return false;
    }
    return true;
}

int descry_heif_stream_read(descry_heif_stream *stream, const descry_heif_file *file, const descry_heif_item *item,
                            descry_error *err)
{
    descry_span data, config = item->config;
    uint8_t *owned;
    *stream = (descry_heif_stream){0};
    int rc = descry_heif_data(file, item, &data, &owned, err);
    if (rc)
        return rc;
    enum { MOST_PICTURES = 8 }; /* layers of AV1; decoders decode all of them */
    stream->bytes = data.size + config.size;
    bool good = true;
    if (item->type == DESCRY_FOURCC('a', 'v', '0', '1')) {
        descry_span_part(&config, 4);
        good = read_av1(stream, config) && read_av1(stream, data);
    } else {
        good = read_hevc(stream, config, data);
    }
    free(owned);
    if (stream->pictures > MOST_PICTURES)
        return descry_fail(err, DESCRY_ERR_LIMIT, "%s: HEIF beyond what is read: %u pictures in the data of one", file->name,
                           stream->pictures);
    if (!good || stream->width == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged HEIF: no size in the data of a picture, or several",
                           file->name);
    return 0;
}
