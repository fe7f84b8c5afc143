/* SPDX-License-Identifier: Apache-2.0
 * Tags: CIPA DC-008 (Exif 2.32), sections 4.6.5 and 4.6.6. */
#include "meta/exif.h"

#include "meta/directory.h"
#include "meta/place.h"
#include "meta/time.h"
#include "meta/title.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

enum { TEXT = 256 };

enum {
    IMAGE_DESCRIPTION = 0x010E,
    MAKE = 0x010F,
    MODEL = 0x0110,
    ORIENTATION = 0x0112,
    DATE_TIME = 0x0132,
    EXIF_LINK = 0x8769,
    GPS_LINK = 0x8825,
    DATE_TIME_ORIGINAL = 0x9003,
    DATE_TIME_DIGITIZED = 0x9004,
    OFFSET_TIME = 0x9010,
    OFFSET_TIME_ORIGINAL = 0x9011,
    OFFSET_TIME_DIGITIZED = 0x9012,
    SUB_SEC_TIME = 0x9290,
    SUB_SEC_TIME_ORIGINAL = 0x9291,
    SUB_SEC_TIME_DIGITIZED = 0x9292,
    XP_TITLE = 0x9C9B, /* Windows writes it: UTF-16, little-endian, as bytes */
    GPS_LATITUDE_REF = 1,
    GPS_LATITUDE = 2,
    GPS_LONGITUDE_REF = 3,
    GPS_LONGITUDE = 4
};

typedef struct block {
    descry_tiff tiff;
    uint64_t main, sub, gps; /* directories; 0: none */
} block;

static int is_text(unsigned type)
{
    return type == DESCRY_TIFF_ASCII || type == DESCRY_TIFF_UTF8 || type == DESCRY_TIFF_BYTE || type == DESCRY_TIFF_UNDEFINED;
}

/* A text up to its NUL, on one line, trimmed; "" when there is none. */
static void read_text(const block *b, uint64_t directory, unsigned tag, char text[TEXT])
{
    descry_tiff_entry entry;
    text[0] = 0;
    if (!descry_tiff_find(&b->tiff, directory, tag, &entry) || !is_text(entry.type))
        return;
    size_t size = 0, most = entry.size < TEXT ? (size_t)entry.size : TEXT - 1;
    while (size < most && entry.value[size])
        size++;
    const uint8_t *from = entry.value;
    for (; size > 0 && *from <= ' '; from++)
        size--;
    while (size > 0 && from[size - 1] <= ' ')
        size--;
    memcpy(text, from, size);
    text[size] = 0;
    for (uint8_t *bad; (bad = (uint8_t *)(uintptr_t)u8_check((uint8_t *)text, size));)
        *bad = '?'; /* of another character set, or truncated */
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = ' ';
}

/* The same from the EXIF directory, as specified, or from the main one, where some programs write it. */
static void read_text_anywhere(const block *b, unsigned tag, char text[TEXT])
{
    read_text(b, b->sub, tag, text);
    if (!*text)
        read_text(b, b->main, tag, text);
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* Digits of the fraction of a second: "5" is half of one. */
static int parse_milliseconds(const char *text)
{
    int value = 0, scale = 100;
    for (; *text >= '0' && *text <= '9'; text++, scale /= 10)
        value += (*text - '0') * scale;
    return value;
}

static void read_time(const block *b, descry_metadata *metadata)
{
    static const struct {
        unsigned time, fraction, offset;
    } tags[] = {
        {DATE_TIME_ORIGINAL, SUB_SEC_TIME_ORIGINAL, OFFSET_TIME_ORIGINAL},
        {DATE_TIME_DIGITIZED, SUB_SEC_TIME_DIGITIZED, OFFSET_TIME_DIGITIZED},
        {DATE_TIME, SUB_SEC_TIME, OFFSET_TIME},
    };
    const uint64_t directories[] = {b->sub, b->main};
    char text[TEXT];
    for (size_t i = 0; i < 2 * sizeof tags / sizeof *tags; i++) {
        int32_t offset = DESCRY_NO_OFFSET;
        read_text(b, directories[i % 2], tags[i / 2].time, text);
        int64_t time = descry_time_loose(text, &offset);
        if (time == DESCRY_NO_TIME)
            continue;
        read_text_anywhere(b, tags[i / 2].fraction, text);
        if (time % DESCRY_MS_SECOND == 0)
            time += parse_milliseconds(text);
        read_text_anywhere(b, tags[i / 2].offset, text);
        int32_t zone = descry_time_zone(text);
        metadata->taken = time;
        metadata->taken_offset = zone != DESCRY_NO_OFFSET ? zone : offset;
        return;
    }
}

/* ---- camera ----------------------------------------------------------------------------------------------------- */

static int begins_with(const char *text, const char *start, size_t size)
{
    for (size_t i = 0; i < size; i++) { /* case-insensitive in ASCII */
        char a = text[i], b = start[i];
        a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
        b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
        if (a != b)
            return 0;
    }
    return 1;
}

/* Copies a text, truncated at a character boundary. */
static void copy_text(char *to, size_t room, const char *text)
{
    size_t size = strlen(text);
    if (size >= room) {
        size = room - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    }
    memcpy(to, text, size);
    to[size] = 0;
}

/* "NIKON CORPORATION" and "NIKON D90" are NIKON D90; "SONY" and "ILCE-7M3" are SONY ILCE-7M3. */
static void read_camera(const block *b, char camera[DESCRY_CAMERA_SIZE])
{
    char make[TEXT], model[TEXT], both[2 * TEXT];
    read_text(b, b->main, MAKE, make);
    read_text(b, b->main, MODEL, model);
    size_t word = strcspn(make, " ");
    int repeated = word > 0 && begins_with(model, make, word) && (!model[word] || strchr(" -_", model[word]));
    if (!*make || repeated)
        copy_text(camera, DESCRY_CAMERA_SIZE, model);
    else {
        snprintf(both, sizeof both, "%s%s%s", make, *model ? " " : "", model);
        copy_text(camera, DESCRY_CAMERA_SIZE, both);
    }
}

/* ---- place ------------------------------------------------------------------------------------------------------ */

/* Up to three numbers of any type, without their sign.  Minutes and seconds may be 0/0: not given. */
static size_t read_parts(const block *b, unsigned tag, double parts[DESCRY_PLACE_PARTS], int *negative)
{
    descry_tiff_entry entry;
    char text[TEXT];
    *negative = 0;
    if (!descry_tiff_find(&b->tiff, b->gps, tag, &entry))
        return 0;
    if (entry.type == DESCRY_TIFF_ASCII || entry.type == DESCRY_TIFF_UTF8 || entry.type == DESCRY_TIFF_UNDEFINED) {
        read_text(b, b->gps, tag, text);
        *negative = text[0] == '-';
        return descry_place_numbers(text, parts);
    }
    size_t count = 0;
    for (; count < DESCRY_PLACE_PARTS && count < entry.count; count++) {
        double value = descry_tiff_real(&b->tiff, &entry, count);
        *negative = *negative || value < 0;
        parts[count] = count > 0 && isnan(value) ? 0 : fabs(value);
    }
    return count;
}

static double read_angle(const block *b, unsigned tag, unsigned ref, const char letters[2], double most)
{
    double parts[DESCRY_PLACE_PARTS];
    int negative;
    char text[TEXT];
    read_text(b, b->gps, ref, text);
    size_t count = read_parts(b, tag, parts, &negative);
    return descry_place_angle(parts, count, negative, text, letters, most);
}

static void read_place(const block *b, descry_metadata *metadata)
{
    descry_place_set(metadata, read_angle(b, GPS_LATITUDE, GPS_LATITUDE_REF, "NS", 90),
                     read_angle(b, GPS_LONGITUDE, GPS_LONGITUDE_REF, "EW", 180));
}

/* ---- title ------------------------------------------------------------------------------------------------------ */

static void read_xp_title(const block *b, char text[TEXT])
{
    uint16_t wide[TEXT / 4];
    uint8_t narrow[TEXT - 1]; /* three bytes of UTF-8 for each at most */
    size_t n = 0, size = sizeof narrow;
    descry_tiff_entry entry;
    text[0] = 0;
    if (!descry_tiff_find(&b->tiff, b->main, XP_TITLE, &entry))
        return;
    for (; n < TEXT / 4 && 2 * n + 1 < entry.size; n++) {
        wide[n] = (uint16_t)(entry.value[2 * n] | entry.value[2 * n + 1] << 8);
        if (wide[n] == 0)
            break;
        if (wide[n] < ' ' || wide[n] == 0x7F)
            wide[n] = ' ';
    }
    if (n > 0 && u16_check(wide, n) && u16_check(wide, --n)) /* may be truncated within a surrogate pair */
        return;
    if (n > 0 && u16_to_u8(wide, n, narrow, &size) == narrow) {
        memcpy(text, narrow, size);
        text[size] = 0;
    }
}

static void read_title(const block *b, descry_metadata *metadata)
{
    char text[TEXT];
    read_text(b, b->main, IMAGE_DESCRIPTION, text);
    descry_title_set(metadata, text);
    if (metadata->title[0])
        return;
    read_xp_title(b, text);
    descry_title_set(metadata, text);
}

/* ---- the block -------------------------------------------------------------------------------------------------- */

/* The offset in a tag of the main directory, or of EXIF's; 0: none. */
static uint64_t linked_directory(const block *b, unsigned tag)
{
    descry_tiff_entry entry;
    if (!descry_tiff_find(&b->tiff, b->main, tag, &entry) && !descry_tiff_find(&b->tiff, b->sub, tag, &entry))
        return 0;
    double place = descry_tiff_real(&b->tiff, &entry, 0); /* some programs use a signed type */
    return place > 0 && place < (double)b->tiff.size ? (uint64_t)place : 0;
}

static int read_orientation(const block *b)
{
    descry_tiff_entry entry;
    double value = descry_tiff_find(&b->tiff, b->main, ORIENTATION, &entry) ? descry_tiff_real(&b->tiff, &entry, 0) : 0;
    return value >= 1 && value <= 8 ? (int)value : 0;
}

void descry_metadata_clear(descry_metadata *metadata)
{
    *metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN,
                                  .longitude = NAN};
}

static bool open_block(descry_tiff *tiff, const uint8_t *exif, size_t size)
{
    static const char mark[6] = "Exif\0";
    size_t skip = size > sizeof mark && memcmp(exif, mark, sizeof mark) == 0 ? sizeof mark : 0;
    return descry_tiff_open(tiff, exif + skip, size - skip);
}

bool descry_exif_begins(const uint8_t *exif, size_t size)
{
    descry_tiff tiff;
    return open_block(&tiff, exif, size);
}

int descry_exif_fill(descry_metadata *metadata, descry_exif_part first, const uint8_t *exif, size_t size)
{
    block b = {0};
    if (!open_block(&b.tiff, exif, size))
        return 0;
    *(first == DESCRY_EXIF_WHOLE ? &b.main : first == DESCRY_EXIF_SUB ? &b.sub : &b.gps) = b.tiff.first;
    if (!b.sub)
        b.sub = linked_directory(&b, EXIF_LINK);
    if (!b.gps)
        b.gps = linked_directory(&b, GPS_LINK);
    if (metadata->taken == DESCRY_NO_TIME)
        read_time(&b, metadata);
    if (!metadata->camera[0])
        read_camera(&b, metadata->camera);
    if (isnan(metadata->latitude))
        read_place(&b, metadata);
    if (!metadata->title[0])
        read_title(&b, metadata);
    return read_orientation(&b);
}
