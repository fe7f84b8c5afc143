/* SPDX-License-Identifier: Apache-2.0 */
#include "compat/compat.h"

#include <stdlib.h>
#include <string.h>

void serve_number_print(char text[SERVE_NUMBER_SIZE], float x)
{
    enum { USUAL = 8, ALWAYS = 9 }; /* significant digits: nine are enough for any float */
    snprintf(text, SERVE_NUMBER_SIZE, "%.*g", USUAL, (double)x);
    if (strtof(text, NULL) != x) {
        snprintf(text, SERVE_NUMBER_SIZE, "%.*g", ALWAYS, (double)x);
        return;
    }
    for (int digits = USUAL - 1; digits > 0; digits--) {
        char shorter[SERVE_NUMBER_SIZE];
        snprintf(shorter, sizeof shorter, "%.*g", digits, (double)x);
        if (strtof(shorter, NULL) != x)
            return;
        strcpy(text, shorter);
    }
}

void serve_numbers_write(FILE *to, const float *x, size_t n)
{
    char text[SERVE_NUMBER_SIZE];
    putc('[', to);
    for (size_t i = 0; i < n; i++) {
        if (i)
            putc(',', to);
        serve_number_print(text, x[i]);
        fputs(text, to);
    }
    putc(']', to);
}

char *serve_numbers_base64(const float *x, size_t n)
{
    uint8_t *bytes = malloc(n * 4 + 1);
    for (size_t i = 0; bytes && i < n; i++) {
        uint32_t word;
        memcpy(&word, x + i, sizeof word);
        for (size_t b = 0; b < 4; b++)
            bytes[4 * i + b] = (uint8_t)(word >> 8 * b);
    }
    char *text = bytes ? serve_base64(bytes, n * 4) : NULL;
    free(bytes);
    return text;
}
