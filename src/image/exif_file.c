/* SPDX-License-Identifier: Apache-2.0
 * What a file that is a TIFF itself says of the picture: its first directory, and those of EXIF and GPS, wherever they are
 * (libtiff writes a directory behind the pixels), as a small TIFF of their own, which is what libexif reads.
 *
 * TIFF 6.0, section 2; BigTIFF: bigtiff.org; CIPA DC-008 (Exif 2.32), section 4.6.3. */
#include "image/codecs.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    EXIF_LINK = 0x8769, GPS_LINK = 0x8825, /* entries that say where the other directories are */
    LINKED_TWICE = 0xA005, MAKER_NOTE = 0x927C, /* not taken along: they hold places in the file of their own */
    MOST_ENTRIES = 256, MOST_VALUE = 1024, MOST = 65536, HEADER = 8, ENTRY = 12
};

typedef struct file {
    const uint8_t *bytes;
    size_t size;
    int big;       /* big-endian */
    size_t wide;   /* bytes of a place: 4; BigTIFF: 8 */
} file;

typedef struct entry {
    uint16_t tag, type;
    uint32_t count;
    const uint8_t *value; /* [size] */
    uint32_t size;
} entry;

typedef struct directory {
    entry entries[MOST_ENTRIES];
    size_t count;
    uint64_t link[2]; /* where those of EXIF and GPS are; 0: there is none */
} directory;

/* A whole number of `size` bytes. */
static uint64_t number(const file *f, const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)at[f->big ? size - 1 - i : i] << 8 * i;
    return value;
}

static void put(const file *f, uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[f->big ? size - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/* `size` bytes at a place in the file; NULL when they are not all there. */
static const uint8_t *bytes_at(const file *f, uint64_t place, uint64_t size)
{
    return place <= f->size && size <= f->size - place ? f->bytes + place : NULL;
}

/* Bytes of a value of each type: BYTE, ASCII, SHORT, LONG, RATIONAL, and so on to DOUBLE. */
static size_t size_of(uint64_t type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
    return type < sizeof sizes ? sizes[type] : 0;
}

static int is_link(uint64_t type)
{
    return type == 4 || type == 13 || type == 16 || type == 18; /* LONG, IFD, LONG8, IFD8 */
}

/* `at`: tag, type, number of values, the values or where they are. */
static void read_entry(const file *f, directory *d, const uint8_t *at)
{
    uint64_t tag = number(f, at, 2), type = number(f, at + 2, 2), count = number(f, at + 4, f->wide);
    const uint8_t *value = at + 4 + f->wide;
    if (tag == EXIF_LINK || tag == GPS_LINK) {
        if (is_link(type) && count == 1)
            d->link[tag == GPS_LINK] = number(f, value, type < 16 ? 4 : f->wide);
        return;
    }
    uint64_t size = size_of(type) * (count <= MOST_VALUE ? count : 0);
    if (size > f->wide)
        value = bytes_at(f, number(f, value, f->wide), size);
    if (size == 0 || size > MOST_VALUE || !value || tag == MAKER_NOTE || tag == LINKED_TWICE || d->count == MOST_ENTRIES)
        return;
    d->entries[d->count++] = (entry){(uint16_t)tag, (uint16_t)type, (uint32_t)count, value, (uint32_t)size};
}

/* As many of its entries as are in the file. */
static void read_directory(const file *f, uint64_t place, directory *d)
{
    size_t prefix = f->wide == 8 ? 8 : 2, step = 4 + 2 * f->wide;
    const uint8_t *at = place ? bytes_at(f, place, prefix) : NULL;
    d->count = 0;
    d->link[0] = d->link[1] = 0;
    if (!at)
        return;
    uint64_t count = number(f, at, prefix), there = (f->size - (size_t)(at - f->bytes) - prefix) / step;
    count = count < there ? count : there;
    for (uint64_t i = 0; i < count && i < 4 * MOST_ENTRIES; i++)
        read_entry(f, d, at + prefix + i * step);
}

static void write_entry(const file *f, uint8_t *at, unsigned tag, unsigned type, uint32_t count)
{
    put(f, at, tag, 2);
    put(f, at + 2, type, 2);
    put(f, at + 4, count, 4);
}

/* Bytes from the beginning of a directory to the end of its values, which stand behind it. */
static size_t written_size(const directory *d, size_t links)
{
    size_t size = 2 + ENTRY * (d->count + links) + 4;
    for (size_t i = 0; i < d->count; i++)
        size += d->entries[i].size > 4 ? d->entries[i].size + d->entries[i].size % 2 : 0;
    return size;
}

/* At out + place, with links to other directories, 0 for none; the room there is zero. */
static void write_directory(const file *f, const directory *d, uint8_t *out, size_t place, const size_t link[2])
{
    static const unsigned tags[] = {EXIF_LINK, GPS_LINK};
    size_t links = (link[0] > 0) + (size_t)(link[1] > 0), values = place + 2 + ENTRY * (d->count + links) + 4;
    uint8_t *at = out + place;
    put(f, at, d->count + links, 2);
    at += 2;
    for (size_t i = 0; i < d->count; i++, at += ENTRY) {
        const entry *e = &d->entries[i];
        write_entry(f, at, e->tag, e->type, e->count);
        memcpy(e->size > 4 ? out + values : at + 8, e->value, e->size);
        if (e->size <= 4)
            continue;
        put(f, at + 8, values, 4);
        values += e->size + e->size % 2;
    }
    for (int i = 0; i < 2; i++)
        if (link[i]) {
            write_entry(f, at, tags[i], 4, 1);
            put(f, at + 8, link[i], 4);
            at += ENTRY;
        }
}

/* Values are left out from the end until all fit into a block. */
static void shorten(directory *d, size_t most)
{
    while (d->count > 0 && written_size(d, 2) > most)
        d->count--;
}

static void gather(descry_picture *picture, const file *f, uint64_t place, directory d[3])
{
    size_t at[4] = {HEADER};
    read_directory(f, place, &d[0]);
    for (int i = 1; i < 3; i++)
        read_directory(f, d[0].link[i - 1], &d[i]);
    for (int i = 0; i < 3; i++) {
        shorten(&d[i], (MOST - HEADER) / 3);
        at[i + 1] = at[i] + (i == 0 || d[i].count > 0 ? written_size(&d[i], i == 0 ? 2 : 0) : 0);
    }
    uint8_t *out = d[0].count + d[1].count + d[2].count > 0 ? calloc(at[3], 1) : NULL;
    if (!out)
        return;
    memcpy(out, f->big ? "MM" : "II", 2);
    put(f, out + 2, 42, 2);
    put(f, out + 4, HEADER, 4);
    for (int i = 0; i < 3; i++) {
        const size_t none[2] = {0}, link[2] = {d[1].count ? at[1] : 0, d[2].count ? at[2] : 0};
        if (i == 0 || d[i].count > 0)
            write_directory(f, &d[i], out, at[i], i == 0 ? link : none);
    }
    descry_picture_keep_exif(picture, out, at[3]);
    free(out);
}

void descry_picture_keep_exif_file(descry_picture *picture, const uint8_t *bytes, size_t size)
{
    file f = {bytes, size, size > 1 && bytes[0] == 'M', 4};
    if (size < HEADER || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0))
        return;
    uint64_t kind = number(&f, bytes + 2, 2), place = number(&f, bytes + 4, 4);
    if (kind == 43) { /* BigTIFF: 8, 0, then the place */
        if (size < 16 || number(&f, bytes + 4, 2) != 8)
            return;
        f.wide = 8;
        place = number(&f, bytes + 8, 8);
    } else if (kind != 42 && kind != 0x55 && kind != 0x4F52 && kind != 0x5352) {
        return; /* the last three: Panasonic's and Olympus's RAW, otherwise the same */
    }
    directory *d = descry_alloc(3, sizeof *d);
    if (d)
        gather(picture, &f, place, d);
    free(d);
}
