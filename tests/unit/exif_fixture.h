/* SPDX-License-Identifier: Apache-2.0
 * Makes EXIF blocks, entry by entry. */
#ifndef DESCRY_TESTS_EXIF_FIXTURE_H
#define DESCRY_TESTS_EXIF_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

enum { EXIF_MAIN, EXIF_SUB, EXIF_GPS, EXIF_DIRECTORIES, EXIF_ENTRIES = 12, EXIF_VALUE = 64, EXIF_ROOM = 4096 };

typedef struct exif_entry {
    unsigned tag, type, count;
    size_t size;
    uint8_t value[EXIF_VALUE];
} exif_entry;

typedef struct exif {
    int big; /* byte order */
    exif_entry entries[EXIF_DIRECTORIES][EXIF_ENTRIES];
    size_t counts[EXIF_DIRECTORIES];
    uint8_t bytes[EXIF_ROOM];
    size_t size;
} exif;

/* In ascending order of tag within a directory. */
void exif_text(exif *e, int directory, unsigned tag, const char *text);
void exif_bytes(exif *e, int directory, unsigned tag, const void *bytes, size_t size);
/* Values of any type, `count` as the directory says it, bytes as they are. */
void exif_value(exif *e, int directory, unsigned tag, unsigned type, unsigned count, const void *bytes, size_t size);
void exif_rationals(exif *e, unsigned tag, const uint32_t *pairs, size_t count); /* [count, 2], of the GPS directory */
void exif_make(exif *e, int marked); /* bytes, size; 1: begins with "Exif\0\0" */

/* A picture with everything: taken 2019-07-21 14:03:59.250 at +02:00 by a NIKON D90 at 48.137, 11.575. */
void exif_full(exif *e, int big, int marked);

#endif
