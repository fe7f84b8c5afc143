/* SPDX-License-Identifier: Apache-2.0
 * CIE L*a*b* of D50 to sRGB. */
#ifndef DESCRY_IMAGE_LAB_H
#define DESCRY_IMAGE_LAB_H

#include <stddef.h>
#include <stdint.h>

/* Encoding of samples: L* = l * sample; a* and b* = scale * (sample - zero). */
typedef struct descry_lab {
    double l, scale[2], zero[2];
    int twos; /* a and b are two's complement of so many bits; 0: unsigned */
} descry_lab;

/* `count` pixels of 3 samples, or of L alone when `bands` is 1, from `wide` or, when that is NULL, from `out` itself.
 * 0 or DESCRY_ERR_MEMORY, without a message. */
int descry_lab_to_srgb(const descry_lab *lab, const uint16_t *wide, size_t count, size_t bands, uint8_t *out);

#endif
