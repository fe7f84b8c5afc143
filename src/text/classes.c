/* SPDX-License-Identifier: Apache-2.0 */
#include "text/classes.h"

#include "text/unicode_tables.h"

int descry_in_ranges(const uint32_t (*ranges)[2], size_t count, uint32_t c)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ranges[middle][1] < c)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ranges[low][0] <= c;
}

int descry_is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    return DESCRY_IN_RANGES(letters, c);
}

int descry_is_number(uint32_t c)
{
    if (c < 0x80)
        return c >= '0' && c <= '9';
    return DESCRY_IN_RANGES(numbers, c);
}

int descry_is_space(uint32_t c)
{
    return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

int descry_is_piece(uint32_t c)
{
    return !descry_is_space(c) && (c < 0x80 || !DESCRY_IN_RANGES(unmatched, c));
}
