/* SPDX-License-Identifier: Apache-2.0 */
#include "exif_fixture.h"

#include <assert.h>
#include <string.h>

static void put(const exif *e, uint8_t *to, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(value >> 8 * (e->big ? size - 1 - i : i));
}

static exif_entry *add(exif *e, int directory, unsigned tag)
{
    assert(e->counts[directory] < EXIF_ENTRIES);
    exif_entry *entry = &e->entries[directory][e->counts[directory]++];
    entry->tag = tag;
    return entry;
}

void exif_text(exif *e, int directory, unsigned tag, const char *text)
{
    exif_entry *entry = add(e, directory, tag);
    entry->type = 2;
    entry->size = entry->count = (unsigned)strlen(text) + 1;
    assert(entry->size <= EXIF_VALUE);
    memcpy(entry->value, text, entry->size);
}

void exif_value(exif *e, int directory, unsigned tag, unsigned type, unsigned count, const void *bytes, size_t size)
{
    exif_entry *entry = add(e, directory, tag);
    entry->type = type;
    entry->count = count;
    entry->size = size;
    assert(size <= EXIF_VALUE);
    memcpy(entry->value, bytes, size);
}

void exif_bytes(exif *e, int directory, unsigned tag, const void *bytes, size_t size)
{
    exif_value(e, directory, tag, 1, (unsigned)size, bytes, size);
}

void exif_rationals(exif *e, unsigned tag, const uint32_t *pairs, size_t count)
{
    exif_entry *entry = add(e, EXIF_GPS, tag);
    entry->type = 5;
    entry->count = (unsigned)count;
    entry->size = 8 * count;
    assert(entry->size <= EXIF_VALUE);
    for (size_t i = 0; i < 2 * count; i++)
        put(e, entry->value + 4 * i, pairs[i], 4);
}

/* Entries, 12 bytes each, at `at`; values of more than four bytes behind them. */
static size_t write_directory(exif *e, uint8_t *tiff, size_t at, int directory)
{
    size_t n = e->counts[directory], data = at + 2 + 12 * n + 4;
    put(e, tiff + at, (uint32_t)n, 2);
    for (size_t i = 0; i < n; i++) {
        const exif_entry *entry = &e->entries[directory][i];
        uint8_t *to = tiff + at + 2 + 12 * i;
        put(e, to, entry->tag, 2);
        put(e, to + 2, entry->type, 2);
        put(e, to + 4, entry->count, 4);
        if (entry->size <= 4) {
            memcpy(to + 8, entry->value, entry->size);
            continue;
        }
        put(e, to + 8, (uint32_t)data, 4);
        memcpy(tiff + data, entry->value, entry->size);
        data += entry->size + entry->size % 2;
    }
    return data;
}

void exif_make(exif *e, int marked)
{
    static const unsigned pointers[] = {[EXIF_SUB] = 0x8769, [EXIF_GPS] = 0x8825};
    memset(e->bytes, 0, sizeof e->bytes);
    uint8_t *tiff = e->bytes + (marked ? 6 : 0);
    if (marked)
        memcpy(e->bytes, "Exif\0", 6);
    memcpy(tiff, e->big ? "MM" : "II", 2);
    put(e, tiff + 2, 42, 2);
    put(e, tiff + 4, 8, 4);
    exif_entry *links[EXIF_DIRECTORIES] = {0};
    for (int d = EXIF_SUB; d <= EXIF_GPS; d++)
        if (e->counts[d]) {
            links[d] = add(e, EXIF_MAIN, pointers[d]);
            links[d]->type = 4;
            links[d]->count = 1;
            links[d]->size = 4;
        }
    size_t end = write_directory(e, tiff, 8, EXIF_MAIN);
    for (int d = EXIF_SUB; d <= EXIF_GPS; d++)
        if (links[d]) {
            put(e, links[d]->value, (uint32_t)end, 4);
            end = write_directory(e, tiff, end, d);
        }
    write_directory(e, tiff, 8, EXIF_MAIN); /* again, with the links */
    e->size = (size_t)(tiff - e->bytes) + end;
    assert(e->size <= EXIF_ROOM);
}

void exif_full(exif *e, int big, int marked)
{
    static const uint32_t north[] = {48, 1, 8, 1, 1320, 100}, east[] = {11, 1, 345, 10, 0, 1};
    *e = (exif){.big = big};
    exif_text(e, EXIF_MAIN, 0x010F, "NIKON CORPORATION");
    exif_text(e, EXIF_MAIN, 0x0110, "NIKON D90 ");
    exif_text(e, EXIF_MAIN, 0x0132, "2022:02:02 02:02:02");
    exif_text(e, EXIF_SUB, 0x9003, "2019:07:21 14:03:59");
    exif_text(e, EXIF_SUB, 0x9004, "2021:01:01 01:01:01");
    exif_text(e, EXIF_SUB, 0x9011, "+02:00");
    exif_text(e, EXIF_SUB, 0x9291, "25");
    exif_text(e, EXIF_GPS, 1, "N");
    exif_rationals(e, 2, north, 3);
    exif_text(e, EXIF_GPS, 3, "E");
    exif_rationals(e, 4, east, 3);
    exif_make(e, marked);
}
