/* SPDX-License-Identifier: Apache-2.0 */
#include "image/placeholder.h"

#include "image/convert.h"

#include <string.h>

enum { SIDE = 4, EACH = 16, SAMPLES = SIDE * EACH, MOST_BYTES = 4 };
_Static_assert(SIDE * SIDE * 3 == DESCRY_PLACEHOLDER_SIZE, "three bytes a part");

/* The pixel in the middle of the i-th of SAMPLES equal parts of `size`. */
static size_t middle(int i, int size)
{
    return (size_t)((2 * (int64_t)i + 1) * size / (2 * SAMPLES));
}

/* pixels: SAMPLES x SAMPLES of the picture, in its mode */
static void take_samples(const descry_picture *picture, uint8_t *pixels)
{
    size_t pixel = descry_picture_pixel(picture->mode);
    for (int y = 0; y < SAMPLES; y++) {
        const uint8_t *row = picture->data + middle(y, picture->height) * (size_t)picture->width * pixel;
        for (int x = 0; x < SAMPLES; x++, pixels += pixel)
            memcpy(pixels, row + middle(x, picture->width) * pixel, pixel);
    }
}

void descry_placeholder_make(const descry_picture *picture, uint8_t rgb[DESCRY_PLACEHOLDER_SIZE])
{
    union {
        uint8_t bytes[SAMPLES * SAMPLES * MOST_BYTES];
        int32_t words[SAMPLES * SAMPLES]; /* aligned for them */
    } pixels;
    uint8_t flat[SAMPLES * SAMPLES * 3], stored[DESCRY_PLACEHOLDER_SIZE];
    descry_picture samples = *picture;
    samples.width = samples.height = SAMPLES;
    samples.data = pixels.bytes;
    take_samples(picture, pixels.bytes);
    descry_convert_flat(&samples, flat);
    for (int part = 0; part < SIDE * SIDE; part++)
        for (int b = 0; b < 3; b++) {
            unsigned sum = EACH * EACH / 2;
            for (int y = 0; y < EACH; y++)
                for (int x = 0; x < EACH; x++)
                    sum += flat[((part / SIDE * EACH + y) * SAMPLES + part % SIDE * EACH + x) * 3 + b];
            stored[part * 3 + b] = (uint8_t)(sum / (EACH * EACH));
        }
    descry_turn_upright(stored, 3, SIDE, SIDE, picture->orientation, rgb);
}
