/* SPDX-License-Identifier: Apache-2.0
 * In place of libFuzzer's main: runs a target over seeds and over a fixed number of mutations of them, the same ones
 * every time.
 *
 *     repeat RUNS FOUND SEED...
 *
 * An input that ends the program, by a signal or by a sanitizer, is left in the file FOUND. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void));

enum { ROOM = 1 << 16, MOST_EDITS = 8 };

typedef struct input {
    uint8_t *data;
    size_t size;
} input;

static const char *found;
static input current;

static void keep_current(void)
{
    FILE *file = fopen(found, "wb");
    if (!file)
        return;
    fwrite(current.data, 1, current.size, file);
    fclose(file);
}

/* Bytes of exactly this size, so that a read beyond them is seen. */
static void run(const uint8_t *data, size_t size)
{
    current = (input){malloc(size ? size : 1), size};
    if (!current.data)
        abort();
    memcpy(current.data, data, size);
    LLVMFuzzerTestOneInput(current.data, size);
    free(current.data);
    current = (input){0};
}

/* SplitMix64: Steele, Lea and Flood, OOPSLA 2014. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static size_t below(uint64_t *state, size_t count)
{
    return count ? (size_t)(next_random(state) % count) : 0;
}

/* ---- mutations -------------------------------------------------------------------------------------------------- */

/* A number of 1, 2, 4 or 8 bytes in either byte order becomes one at which code goes wrong. */
static void put_number(uint64_t *random, uint8_t *data, size_t size)
{
    static const uint64_t numbers[] = {0, 1, 2, 3, 4, 7, 8, 16, 64, 255, 256, 1000, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF,
                                       0x80000000, 0xFFFFFFF0, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, UINT64_MAX};
    size_t width = (size_t)1 << below(random, 4), at = below(random, size), big = below(random, 2);
    uint64_t value = numbers[below(random, sizeof numbers / sizeof *numbers)] + (below(random, 4) ? 0 : below(random, 3) - 1);
    for (size_t i = 0; i < width && at + i < size; i++)
        data[at + i] = (uint8_t)(value >> 8 * (big ? width - 1 - i : i));
}

/* A part of `from` replaces a part of the data, or is put in before it. */
static size_t splice(uint64_t *random, uint8_t *data, size_t size, const input *from)
{
    size_t begin = below(random, from->size), length = 1 + below(random, 64), at = below(random, size + 1);
    length = length < from->size - begin ? length : from->size - begin;
    length = length < ROOM - at ? length : ROOM - at;
    if (below(random, 2)) {
        size_t rest = size - at;
        rest = rest < ROOM - at - length ? rest : ROOM - at - length;
        memmove(data + at + length, data + at, rest);
        size = at + length + rest;
    } else if (at + length > size)
        size = at + length;
    memcpy(data + at, from->data + begin, length);
    return size;
}

static size_t take_out(uint64_t *random, uint8_t *data, size_t size)
{
    size_t at = below(random, size), length = 1 + below(random, 64);
    length = length < size - at ? length : size - at;
    memmove(data + at, data + at + length, size - at - length);
    return size - length;
}

static size_t mutate(uint64_t *random, uint8_t *data, size_t size, const input *seeds, size_t count)
{
    for (size_t edits = 1 + below(random, MOST_EDITS); edits > 0 && size > 0; edits--)
        switch (below(random, 8)) {
        case 0: case 1: data[below(random, size)] ^= (uint8_t)(1u << below(random, 8)); break;
        case 2: data[below(random, size)] = (uint8_t)next_random(random); break;
        case 3: case 4: put_number(random, data, size); break;
        case 5: size = splice(random, data, size, &seeds[below(random, count)]); break;
        case 6: size = take_out(random, data, size); break;
        default: size = below(random, 4) ? size : 1 + below(random, size); break; /* cut off */
        }
    return size;
}

/* ---- seeds ------------------------------------------------------------------------------------------------------ */

static int read_seed(input *seed, const char *path)
{
    FILE *file = fopen(path, "rb");
    seed->data = malloc(ROOM);
    seed->size = file && seed->data ? fread(seed->data, 1, ROOM, file) : 0;
    if (file)
        fclose(file);
    if (seed->size == 0)
        fprintf(stderr, "%s: cannot be read, or empty\n", path);
    return seed->size > 0;
}

int main(int argc, char **argv)
{
    static uint8_t data[ROOM];
    size_t count = argc > 3 ? (size_t)argc - 3 : 0;
    input *seeds = calloc(count ? count : 1, sizeof *seeds);
    long runs = argc > 1 ? atol(argv[1]) : 0;
    if (count == 0 || !seeds || runs < 1) {
        fprintf(stderr, "usage: repeat RUNS FOUND SEED...\n");
        return 2;
    }
    found = argv[2];
    for (size_t i = 0; i < count; i++)
        if (!read_seed(&seeds[i], argv[3 + i]))
            return 2;
    __sanitizer_set_death_callback(keep_current);
    for (size_t i = 0; i < count; i++)
        run(seeds[i].data, seeds[i].size);
    uint64_t random = 20261128;
    for (long i = 0; i < runs; i++) {
        const input *seed = &seeds[(size_t)i % count];
        memcpy(data, seed->data, seed->size);
        run(data, mutate(&random, data, seed->size, seeds, count));
    }
    for (size_t i = 0; i < count; i++)
        free(seeds[i].data);
    free(seeds);
    return 0;
}
