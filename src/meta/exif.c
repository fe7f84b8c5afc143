/* SPDX-License-Identifier: Apache-2.0
 * EXIF by libexif.  Tags: CIPA DC-008 (Exif 2.32), sections 4.6.5 and 4.6.6. */
#include "meta/exif.h"

#include "base/memory.h"
#include "meta/time.h"

#include <libexif/exif-data.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { TEXT = 256, MAX_SIZE = 64 << 20 };

/* The GPS directory counts its tags from 0, libexif's names for them clash with others. */
enum { GPS_LATITUDE_REF = 1, GPS_LATITUDE = 2, GPS_LONGITUDE_REF = 3, GPS_LONGITUDE = 4 };

static ExifEntry *find(ExifData *data, ExifIfd ifd, unsigned tag)
{
    ExifEntry *entry = exif_content_get_entry(data->ifd[ifd], (ExifTag)tag);
    return entry && entry->data ? entry : NULL;
}

/* An ASCII value up to its NUL, one line, without spaces around it; "" when there is none. */
static void read_text(ExifData *data, ExifIfd ifd, unsigned tag, char text[TEXT])
{
    ExifEntry *entry = find(data, ifd, tag);
    text[0] = 0;
    if (!entry || entry->format != EXIF_FORMAT_ASCII)
        return;
    size_t size = 0, most = entry->size < TEXT ? entry->size : TEXT - 1;
    while (size < most && entry->data[size])
        size++;
    const uint8_t *from = entry->data;
    for (; size > 0 && *from <= ' '; from++)
        size--;
    while (size > 0 && from[size - 1] <= ' ')
        size--;
    memcpy(text, from, size);
    text[size] = 0;
    for (uint8_t *bad; (bad = (uint8_t *)(uintptr_t)u8_check((uint8_t *)text, size));)
        *bad = '?'; /* of another character set, or cut off */
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            text[i] = ' ';
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

/* "2019:07:21 14:03:59"; other programs write other separators. */
static int64_t parse_time(const char *text)
{
    static const char shape[] = "dddd-dd-dd dd:dd:dd";
    int part[6] = {0}, n = 0;
    for (size_t i = 0; i < sizeof shape - 1; i++) {
        if (shape[i] != 'd') {
            if (!text[i] || !strchr(shape[i] == ' ' ? " T" : ":-/.", text[i]))
                return DESCRY_NO_TIME;
            n++;
        } else if (text[i] >= '0' && text[i] <= '9')
            part[n] = part[n] * 10 + (text[i] - '0');
        else
            return DESCRY_NO_TIME;
    }
    return descry_time_make(part[0], part[1], part[2], part[3], part[4], part[5]);
}

/* Digits of the fraction of a second: "5" is half of one. */
static int parse_milliseconds(const char *text)
{
    int value = 0, scale = 100;
    for (; *text >= '0' && *text <= '9'; text++, scale /= 10)
        value += (*text - '0') * scale;
    return value;
}

/* "+02:00", "-03:30", "Z"; zones go from -12:00 to +14:00. */
static int32_t parse_offset(const char *text)
{
    if (strcmp(text, "Z") == 0)
        return 0;
    if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6 || text[3] != ':' ||
        strspn(text + 1, "0123456789") != 2 || strspn(text + 4, "0123456789") != 2)
        return DESCRY_NO_OFFSET;
    int minutes = ((text[1] - '0') * 10 + text[2] - '0') * 60 + (text[4] - '0') * 10 + text[5] - '0';
    if (text[4] > '5' || minutes > 14 * 60)
        return DESCRY_NO_OFFSET;
    return text[0] == '-' ? -minutes : minutes;
}

static void read_time(ExifData *data, descry_metadata *metadata)
{
    static const struct {
        ExifIfd ifd;
        ExifTag time, fraction, offset;
    } tags[] = {
        {EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL, EXIF_TAG_SUB_SEC_TIME_ORIGINAL, EXIF_TAG_OFFSET_TIME_ORIGINAL},
        {EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_DIGITIZED, EXIF_TAG_SUB_SEC_TIME_DIGITIZED, EXIF_TAG_OFFSET_TIME_DIGITIZED},
        {EXIF_IFD_0, EXIF_TAG_DATE_TIME, EXIF_TAG_SUB_SEC_TIME, EXIF_TAG_OFFSET_TIME},
    };
    char text[TEXT];
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        read_text(data, tags[i].ifd, tags[i].time, text);
        metadata->taken = parse_time(text);
        if (metadata->taken == DESCRY_NO_TIME)
            continue;
        read_text(data, EXIF_IFD_EXIF, tags[i].fraction, text);
        metadata->taken += parse_milliseconds(text);
        read_text(data, EXIF_IFD_EXIF, tags[i].offset, text);
        metadata->taken_offset = parse_offset(text);
        return;
    }
}

/* ---- camera ----------------------------------------------------------------------------------------------------- */

static int begins_with(const char *text, const char *start, size_t size)
{
    for (size_t i = 0; i < size; i++) { /* ASCII letters alike */
        char a = text[i], b = start[i];
        a = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
        b = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
        if (a != b)
            return 0;
    }
    return 1;
}

/* Cuts a text at a character's boundary. */
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
static void read_camera(ExifData *data, char camera[DESCRY_CAMERA_SIZE])
{
    char make[TEXT], model[TEXT], both[2 * TEXT];
    read_text(data, EXIF_IFD_0, EXIF_TAG_MAKE, make);
    read_text(data, EXIF_IFD_0, EXIF_TAG_MODEL, model);
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

/* Degrees, minutes, seconds, each a rational; minutes and seconds may be 0/0, not given.  NaN when they make no sense. */
static double read_degrees(ExifData *data, unsigned tag)
{
    ExifEntry *entry = find(data, EXIF_IFD_GPS, tag);
    ExifByteOrder order = exif_data_get_byte_order(data);
    if (!entry || entry->format != EXIF_FORMAT_RATIONAL || entry->components != 3 || entry->size < 24)
        return NAN;
    double degrees = 0, unit = 1;
    for (size_t i = 0; i < 3; i++, unit /= 60) {
        ExifRational part = exif_get_rational(entry->data + 8 * i, order);
        if (part.denominator == 0 && (i == 0 || part.numerator != 0))
            return NAN;
        double value = part.denominator ? (double)part.numerator / (double)part.denominator : 0;
        if (i > 0 && value > 60)
            return NAN;
        degrees += value * unit;
    }
    return degrees;
}

/* With the sign of its reference; NaN without one, or beyond `most`. */
static double read_angle(ExifData *data, unsigned tag, unsigned ref, const char *letters, double most)
{
    char text[TEXT];
    read_text(data, EXIF_IFD_GPS, ref, text);
    double degrees = read_degrees(data, tag);
    const char *letter = text[0] && !text[1] ? strchr(letters, text[0]) : NULL;
    if (!letter || !(degrees <= most))
        return NAN;
    return (letter - letters) % 2 ? -degrees : degrees;
}

static void read_place(ExifData *data, descry_metadata *metadata)
{
    double latitude = read_angle(data, GPS_LATITUDE, GPS_LATITUDE_REF, "NSns", 90);
    double longitude = read_angle(data, GPS_LONGITUDE, GPS_LONGITUDE_REF, "EWew", 180);
    if (isnan(latitude) || isnan(longitude) || (latitude == 0 && longitude == 0))
        return;
    metadata->latitude = latitude + 0.0; /* no negative zero */
    metadata->longitude = longitude + 0.0;
}

/* ---- title ------------------------------------------------------------------------------------------------------ */

enum { XP_TITLE = 0x9C9B }; /* Windows writes it: UTF-16, little-endian, as bytes */

static void read_xp_title(ExifData *data, char text[TEXT])
{
    uint16_t wide[TEXT / 4];
    uint8_t narrow[TEXT - 1]; /* at most three bytes for each of them */
    size_t n = 0, size = sizeof narrow;
    ExifEntry *entry = find(data, EXIF_IFD_0, XP_TITLE);
    text[0] = 0;
    for (; entry && n < TEXT / 4 && 2 * n + 1 < entry->size; n++) {
        wide[n] = (uint16_t)(entry->data[2 * n] | entry->data[2 * n + 1] << 8);
        if (wide[n] == 0)
            break;
        if (wide[n] < ' ' || wide[n] == 0x7F)
            wide[n] = ' ';
    }
    if (n > 0 && u16_check(wide, n) && u16_check(wide, --n)) /* cut off within a pair, at most */
        return;
    if (n > 0 && u16_to_u8(wide, n, narrow, &size) == narrow) {
        memcpy(text, narrow, size);
        text[size] = 0;
    }
}

static void read_title(ExifData *data, char title[DESCRY_TITLE_SIZE])
{
    char text[TEXT];
    read_text(data, EXIF_IFD_0, EXIF_TAG_IMAGE_DESCRIPTION, text);
    if (!*text)
        read_xp_title(data, text);
    copy_text(title, DESCRY_TITLE_SIZE, text);
}

/* ---- the block -------------------------------------------------------------------------------------------------- */

static void read_block(descry_metadata *metadata, const uint8_t *exif, size_t size)
{
    ExifData *data = exif_data_new();
    if (!data)
        return;
    /* what it would mend it also makes up: a missing date becomes today's */
    exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
    exif_data_load_data(data, exif, (unsigned)size);
    read_time(data, metadata);
    read_camera(data, metadata->camera);
    read_place(data, metadata);
    read_title(data, metadata->title);
    exif_data_unref(data);
}

void descry_exif_read(descry_metadata *metadata, const uint8_t *exif, size_t size)
{
    static const char mark[6] = "Exif\0";
    *metadata = (descry_metadata){.taken = DESCRY_NO_TIME, .taken_offset = DESCRY_NO_OFFSET, .latitude = NAN,
                                  .longitude = NAN};
    if (size < 8 || size > MAX_SIZE)
        return;
    if (memcmp(exif, mark, sizeof mark) == 0) {
        read_block(metadata, exif, size);
        return;
    }
    uint8_t *marked = descry_alloc(size + sizeof mark, 1); /* libexif wants the mark */
    if (!marked)
        return;
    memcpy(marked, mark, sizeof mark);
    memcpy(marked + sizeof mark, exif, size);
    read_block(metadata, marked, size + sizeof mark);
    free(marked);
}
