/* SPDX-License-Identifier: Apache-2.0 */
#include "meta/directory.h"

#include <math.h>
#include <string.h>

static uint64_t number(const descry_tiff *tiff, const uint8_t *at, size_t count)
{
    uint64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value |= (uint64_t)at[i] << 8 * (tiff->big ? count - 1 - i : i);
    return value;
}

/* NULL: outside the file. */
static const uint8_t *bytes_at(const descry_tiff *tiff, uint64_t place, uint64_t size)
{
    return place <= tiff->size && size <= tiff->size - place ? tiff->bytes + place : NULL;
}

static size_t size_of(unsigned type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    return type == DESCRY_TIFF_UTF8 ? 1 : type < sizeof sizes ? sizes[type] : 0;
}

bool descry_tiff_open(descry_tiff *tiff, const uint8_t *bytes, size_t size)
{
    *tiff = (descry_tiff){bytes, size, size > 1 && bytes[0] == 'M', false, 0};
    if (size < 8 || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0))
        return false;
    switch (number(tiff, bytes + 2, 2)) {
    case 42: case 0x55: case 0x4F52: case 0x5352:
        tiff->first = number(tiff, bytes + 4, 4);
        return true;
    case 43: /* the size of an offset, 8; 0; the offset */
        tiff->wide = true;
        tiff->first = size >= 16 ? number(tiff, bytes + 8, 8) : 0;
        return size >= 16 && number(tiff, bytes + 4, 2) == 8;
    default:
        return false;
    }
}

static size_t entry_size(const descry_tiff *tiff)
{
    return tiff->wide ? 20 : 12;
}

static size_t prefix_size(const descry_tiff *tiff)
{
    return tiff->wide ? 8 : 2;
}

size_t descry_tiff_entries(const descry_tiff *tiff, uint64_t place, uint64_t *next)
{
    size_t prefix = prefix_size(tiff), step = entry_size(tiff), offset = tiff->wide ? 8 : 4;
    const uint8_t *at = place ? bytes_at(tiff, place, prefix) : NULL;
    if (next)
        *next = 0;
    if (!at)
        return 0;
    uint64_t count = number(tiff, at, prefix), there = (tiff->size - place - prefix) / step;
    if (count > there)
        return (size_t)there;
    const uint8_t *link = bytes_at(tiff, place + prefix + count * step, offset);
    if (next && link)
        *next = number(tiff, link, offset);
    return (size_t)count;
}

descry_tiff_entry descry_tiff_entry_at(const descry_tiff *tiff, uint64_t place, size_t i)
{
    const uint8_t *at = tiff->bytes + place + prefix_size(tiff) + i * entry_size(tiff);
    size_t room = tiff->wide ? 8 : 4;
    descry_tiff_entry entry = {.tag = (unsigned)number(tiff, at, 2), .type = (unsigned)number(tiff, at + 2, 2),
                               .count = number(tiff, at + 4, room)};
    size_t each = size_of(entry.type);
    if (each == 0)
        return entry;
    entry.size = entry.count > UINT64_MAX / each ? UINT64_MAX : entry.count * each;
    entry.value = at + 4 + room;
    if (entry.size > room)
        entry.value = bytes_at(tiff, number(tiff, entry.value, room), entry.size);
    return entry;
}

bool descry_tiff_find(const descry_tiff *tiff, uint64_t place, unsigned tag, descry_tiff_entry *entry)
{
    size_t count = descry_tiff_entries(tiff, place, NULL);
    for (size_t i = 0; i < count; i++) {
        *entry = descry_tiff_entry_at(tiff, place, i);
        if (entry->tag == tag && entry->value)
            return true;
    }
    return false;
}

static const uint8_t *value_at(const descry_tiff_entry *entry, size_t i)
{
    return entry->value && i < entry->count ? entry->value + i * size_of(entry->type) : NULL;
}

bool descry_tiff_integer(const descry_tiff *tiff, const descry_tiff_entry *entry, size_t i, uint64_t *value)
{
    const uint8_t *at = value_at(entry, i);
    switch (entry->type) {
    case DESCRY_TIFF_BYTE: case DESCRY_TIFF_SHORT: case DESCRY_TIFF_LONG: case DESCRY_TIFF_IFD: case DESCRY_TIFF_LONG8:
    case DESCRY_TIFF_IFD8:
        if (at)
            *value = number(tiff, at, size_of(entry->type));
        return at != NULL;
    default:
        return false;
    }
}

/* Two's complement of `size` bytes */
static double signed_number(const descry_tiff *tiff, const uint8_t *at, size_t size)
{
    uint64_t value = number(tiff, at, size), sign = (uint64_t)1 << (8 * size - 1);
    return value & sign ? -(double)(sign - (value & (sign - 1))) : (double)value;
}

double descry_tiff_real(const descry_tiff *tiff, const descry_tiff_entry *entry, size_t i)
{
    const uint8_t *at = value_at(entry, i);
    uint64_t whole;
    if (!at)
        return NAN;
    if (descry_tiff_integer(tiff, entry, i, &whole))
        return (double)whole;
    switch (entry->type) {
    case DESCRY_TIFF_SBYTE: case DESCRY_TIFF_SSHORT: case DESCRY_TIFF_SLONG: case DESCRY_TIFF_SLONG8:
        return signed_number(tiff, at, size_of(entry->type));
    case DESCRY_TIFF_RATIONAL:
        return (double)number(tiff, at, 4) / (double)number(tiff, at + 4, 4);
    case DESCRY_TIFF_SRATIONAL:
        return signed_number(tiff, at, 4) / signed_number(tiff, at + 4, 4);
    case DESCRY_TIFF_FLOAT: {
        uint32_t bits = (uint32_t)number(tiff, at, 4);
        float value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    case DESCRY_TIFF_DOUBLE: {
        uint64_t bits = number(tiff, at, 8);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    default:
        return NAN;
    }
}
