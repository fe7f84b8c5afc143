/* SPDX-License-Identifier: Apache-2.0
 * The directories of TIFF files, the format of EXIF blocks and many camera RAW files: read in place, bounds checked.
 * TIFF 6.0, section 2; BigTIFF by its design document (libtiff's), with the same functions. */
#ifndef DESCRY_META_DIRECTORY_H
#define DESCRY_META_DIRECTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct descry_tiff {
    const uint8_t *bytes;
    size_t size;
    bool big, wide; /* byte order; BigTIFF */
    uint64_t first; /* offset of the first directory */
} descry_tiff;

enum {
    DESCRY_TIFF_BYTE = 1,
    DESCRY_TIFF_ASCII,
    DESCRY_TIFF_SHORT,
    DESCRY_TIFF_LONG,
    DESCRY_TIFF_RATIONAL,
    DESCRY_TIFF_SBYTE,
    DESCRY_TIFF_UNDEFINED,
    DESCRY_TIFF_SSHORT,
    DESCRY_TIFF_SLONG,
    DESCRY_TIFF_SRATIONAL,
    DESCRY_TIFF_FLOAT,
    DESCRY_TIFF_DOUBLE,
    DESCRY_TIFF_IFD,
    DESCRY_TIFF_LONG8 = 16,
    DESCRY_TIFF_SLONG8,
    DESCRY_TIFF_IFD8,
    DESCRY_TIFF_UTF8 = 129 /* Exif 3.0 */
};

typedef struct descry_tiff_entry {
    unsigned tag, type;
    uint64_t count;       /* of values, as declared */
    const uint8_t *value; /* NULL: of an unknown type, or outside the file */
    uint64_t size;        /* bytes of the values, as declared; 0: of an unknown type */
} descry_tiff_entry;

/* False: not the header of a TIFF or BigTIFF, or of Panasonic's and Olympus's RAW, which differ in it only. */
bool descry_tiff_open(descry_tiff *tiff, const uint8_t *bytes, size_t size);

/* The number of entries of the directory at offset `place`, as many as lie in the file; 0: no directory.  *next (may be
 * NULL): offset of the next one, 0: none. */
size_t descry_tiff_entries(const descry_tiff *tiff, uint64_t place, uint64_t *next);

/* Entry i < descry_tiff_entries(tiff, place). */
descry_tiff_entry descry_tiff_entry_at(const descry_tiff *tiff, uint64_t place, size_t i);

/* The first entry with this tag whose value is in the file; false: none. */
bool descry_tiff_find(const descry_tiff *tiff, uint64_t place, unsigned tag, descry_tiff_entry *entry);

/* Value i of an entry of unsigned integers; false: there is none. */
bool descry_tiff_integer(const descry_tiff *tiff, const descry_tiff_entry *entry, size_t i, uint64_t *value);

/* Value i of an entry of any kind of number; NaN: there is none, or it is 0/0.  Other rationals over 0 are infinite. */
double descry_tiff_real(const descry_tiff *tiff, const descry_tiff_entry *entry, size_t i);

#endif
