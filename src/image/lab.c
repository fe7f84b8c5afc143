/* SPDX-License-Identifier: Apache-2.0 */
#include "image/lab.h"

#include "base/memory.h"
#include "descry.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS = 65535 }; /* from black to white, in linear light: a twentieth of a level where sRGB is steepest */

/* Linear light to sRGB: IEC 61966-2-1 */
static uint8_t *make_curve(void)
{
    uint8_t *curve = descry_alloc(STEPS + 1, 1);
    for (int i = 0; curve && i <= STEPS; i++) {
        double x = (double)i / STEPS;
        curve[i] = (uint8_t)lround(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055));
    }
    return curve;
}

/* CIE 15, 8.2.1: the inverse of L*a*b*'s function */
static double cubed(double t)
{
    return t > 6.0 / 29 ? t * t * t : 3 * (6.0 / 29) * (6.0 / 29) * (t - 4.0 / 29);
}

static uint8_t level(const uint8_t *curve, double x)
{
    return curve[x <= 0 ? 0 : x >= 1 ? STEPS : (int)(x * STEPS + 0.5)];
}

static double opponent(const descry_lab *lab, unsigned sample, int opponent_index)
{
    int value = (int)sample;
    if (lab->twos && value >= 1 << (lab->twos - 1))
        value -= 1 << lab->twos;
    return lab->scale[opponent_index] * (value - lab->zero[opponent_index]);
}

int descry_lab_to_srgb(const descry_lab *lab, const uint16_t *wide, size_t count, size_t bands, uint8_t *out)
{
    /* Of D50, whose white is that of ICC profiles; to the primaries of sRGB, adapted by Bradford's matrix */
    static const double white[3] = {0.9642, 1, 0.8249};
    static const double matrix[3][3] = {{3.1338561, -1.6168667, -0.4906146},
                                        {-0.9787684, 1.9161415, 0.0334540},
                                        {0.0719453, -0.2289914, 1.4052427}};
    uint8_t *curve = make_curve();
    if (!curve)
        return DESCRY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++, out += bands) {
        unsigned in[3] = {0};
        for (size_t b = 0; b < bands; b++)
            in[b] = wide ? wide[i * bands + b] : out[b];
        double y = (lab->l * in[0] + 16) / 116;
        if (bands < 3) {
            out[0] = level(curve, cubed(y));
            continue;
        }
        double xyz[3] = {white[0] * cubed(y + opponent(lab, in[1], 0) / 500), cubed(y),
                         white[2] * cubed(y - opponent(lab, in[2], 1) / 200)};
        for (size_t b = 0; b < 3; b++)
            out[b] = level(curve, matrix[b][0] * xyz[0] + matrix[b][1] * xyz[1] + matrix[b][2] * xyz[2]);
    }
    free(curve);
    return 0;
}
