/* SPDX-License-Identifier: Apache-2.0 */
#include "meta/place.h"

#include <math.h>
#include <string.h>

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static double parse_number(const char **text)
{
    double value = 0, scale = 1;
    for (; is_digit(**text); ++*text)
        value = value * 10 + (**text - '0');
    if (**text == '.')
        for (++*text; is_digit(**text); ++*text)
            value += (**text - '0') * (scale /= 10);
    return value;
}

size_t descry_place_numbers(const char *text, double parts[DESCRY_PLACE_PARTS])
{
    size_t count = 0;
    for (; count < DESCRY_PLACE_PARTS && *(text += strcspn(text, "0123456789")); count++) {
        parts[count] = parse_number(&text);
        if (text[0] == '/' && is_digit(text[1])) { /* a fraction */
            text++;
            parts[count] /= parse_number(&text);
        }
    }
    return count;
}

double descry_place_angle(const double *parts, size_t count, int negative, const char *hemisphere, const char letters[2],
                          double most)
{
    double degrees = 0, unit = 1;
    char letter = (char)(hemisphere[0] >= 'a' && hemisphere[0] <= 'z' ? hemisphere[0] - 32 : hemisphere[0]);
    if (count == 0 || (letter != letters[0] && letter != letters[1]) || strlen(hemisphere) == 2) /* no word has 2 */
        return NAN;
    for (size_t i = 0; i < count; i++, unit /= 60) {
        if (i > 0 && !(parts[i] < 61)) /* 60.03 seconds occur and are valid */
            return NAN;
        degrees += parts[i] * unit;
    }
    if (!(degrees <= most))
        return NAN;
    return negative || letter == letters[1] ? -degrees : degrees;
}

void descry_place_set(descry_metadata *metadata, double latitude, double longitude)
{
    if (isnan(latitude) || isnan(longitude) || (latitude == 0 && longitude == 0))
        return;
    metadata->latitude = latitude + 0.0; /* no negative zero */
    metadata->longitude = longitude + 0.0;
}
