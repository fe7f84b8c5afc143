/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_test.h"

#include "scan/rows.h"
#include "scan/scan.h"
#include "support/tables.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIM = 21, ROWS = 3000 };

static uint16_t rows[ROWS * DIM];
static int64_t ids[ROWS];
static float query[DIM], scores[ROWS];
static char path[64];

/* A generator of our own, so that every run is the same. */
static uint32_t noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Coarse values, so that many scores are equal; ids in no order. */
static int fill(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (size_t i = 0; i < ROWS * DIM; i++) {
        float value = (float)(noise(&seed) % 5) - 2;
        assert_true(descry_row_f16.pack(&value, 1, &rows[i]));
    }
    for (size_t i = 0; i < DIM; i++)
        query[i] = (float)(noise(&seed) % 3) - 1;
    for (size_t i = 0; i < ROWS; i++)
        ids[i] = (int64_t)(i * 1009 % ROWS + 1);
    for (size_t i = 0; i < ROWS; i++) {
        float values[DIM];
        descry_row_f16.unpack(rows + i * DIM, DIM, values);
        scores[i] = 0;
        for (size_t d = 0; d < DIM; d++)
            scores[i] += values[d] * query[d]; /* small whole numbers: exact */
    }
    snprintf(path, sizeof path, "/tmp/descry-scan-%ld", (long)getpid());
    return 0;
}

static int compare(const void *a, const void *b)
{
    size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (scores[i] != scores[j])
        return scores[i] < scores[j] ? 1 : -1;
    return ids[i] < ids[j] ? -1 : 1;
}

static int only_odd(const void *arg, int64_t id)
{
    (void)arg;
    return id % 2 == 1;
}

/* The expected result: sorts everything. */
static void assert_best(const descry_top *top, size_t k, float threshold, int odd, size_t from)
{
    static size_t order[ROWS];
    size_t n = 0, count = 0;
    for (size_t i = from; i < ROWS; i++)
        order[n++] = i;
    qsort(order, n, sizeof *order, compare);
    for (size_t i = 0; i < n && count < k; i++) {
        if (!(scores[order[i]] >= threshold) || (odd && ids[order[i]] % 2 == 0))
            continue;
        assert_true(count < top->count);
        assert_int_equal(top->items[count].id, ids[order[i]]);
        assert_true(top->items[count].score == scores[order[i]]);
        count++;
    }
    assert_int_equal(top->count, count);
}

static descry_scan_query make(size_t k, float threshold, int odd)
{
    return (descry_scan_query){query, DIM, k, threshold, &descry_row_f16, best_table(), odd ? only_odd : NULL, NULL};
}

static void the_best_are_those_of_a_full_sort(void **state)
{
    (void)state;
    const size_t ks[] = {0, 1, 2, 3, 10, 255, 256, 257, 2999, 3000, 3001, SIZE_MAX};
    const float thresholds[] = {-INFINITY, -3, 0, 5, 1000};
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++)
        for (size_t j = 0; j < sizeof thresholds / sizeof *thresholds; j++)
            for (int odd = 0; odd < 2; odd++) {
                descry_scan_query each = make(ks[i], thresholds[j], odd);
                descry_top top = {.k = ks[i]};
                assert_int_equal(descry_scan_block(&each, ids, rows, ROWS, &top, NULL), 0);
                descry_top_finish(&top);
                assert_best(&top, ks[i], thresholds[j], odd, 0);
                descry_top_free(&top);
            }
}

static void what_is_not_a_number_is_dropped(void **state)
{
    (void)state;
    uint16_t row[2 * DIM];
    const int64_t two[] = {1, 2};
    memcpy(row, rows, sizeof row);
    row[DIM + 3] = 0x7E00;
    descry_scan_query each = make(5, -INFINITY, 0);
    descry_top top = {.k = 5};
    assert_int_equal(descry_scan_block(&each, two, row, 2, &top, NULL), 0);
    assert_int_equal(top.count, 1);
    assert_int_equal(top.items[0].id, 1);
    descry_top_free(&top);
    float values[] = {1, NAN};
    assert_false(descry_row_f16.pack(values, 2, row));
    values[1] = 70000;
    assert_false(descry_row_f16.pack(values, 2, row));
    values[1] = 65504;
    assert_true(descry_row_f16.pack(values, 2, row));
}

/* ---- the scan file --------------------------------------------------------------------------------------------- */

typedef struct source {
    size_t at, end;
} source;

static int next(void *arg, int64_t *id, const void **row, descry_error *err)
{
    source *from = arg;
    (void)err;
    if (from->at == from->end)
        return 0;
    *id = ids[from->at];
    *row = rows + from->at++ * DIM;
    return 1;
}

static const descry_rows_key KEY = {"0123456789abcde", "0123456789012345678901234567890123456789012345678901234567890123", DIM,
                                    &descry_row_f16};

static descry_rows *write_rows(size_t n)
{
    source from = {0, n};
    descry_rows_state wanted = {3, (int64_t)n, n};
    descry_error err;
    descry_rows *file = NULL;
    if (descry_rows_write(path, 0600, &KEY, &wanted, next, &from, &err) || descry_rows_open(&file, path, &KEY, &err))
        fail_msg("%s", err.message);
    return file;
}

static void assert_scan(descry_rows *file, unsigned threads, size_t k)
{
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, threads, NULL), 0);
    descry_scan_query each = make(k, -INFINITY, 0);
    descry_top top = {.k = k};
    assert_int_equal(descry_rows_scan(file, pool, &each, &top, NULL), 0);
    descry_top_finish(&top);
    assert_best(&top, k, -INFINITY, 0, 0);
    descry_top_free(&top);
    descry_pool_close(&pool);
}

static void what_is_to_be_avoided_is_left_out(void **state)
{
    (void)state;
    float avoid[2 * DIM], above[2] = {3, 0.5f}, each[2][ROWS];
    for (size_t i = 0; i < 2 * DIM; i++)
        avoid[i] = (float)((int)(i * 7 % 5) - 2);
    for (size_t i = 0; i < 2; i++)
        table_at(0)->dot[DESCRY_F16](rows, ROWS, DIM, avoid + i * DIM, each[i]);
    for (size_t avoids = 0; avoids <= 2; avoids++) {
        descry_scan_query wanted = make(ROWS, -INFINITY, 0);
        wanted.avoid = avoid;
        wanted.avoid_above = above;
        wanted.avoids = avoids;
        descry_top top = {.k = ROWS};
        assert_int_equal(descry_scan_block(&wanted, ids, rows, ROWS, &top, NULL), 0);
        size_t left = 0;
        for (size_t i = 0; i < ROWS; i++)
            left += !(avoids > 0 && each[0][i] > above[0]) && !(avoids > 1 && each[1][i] > above[1]);
        assert_int_equal(top.count, left);
        assert_true(avoids == 0 ? left == ROWS : left > 100 && left < ROWS - 100);
        for (size_t i = 0; i < top.count; i++)
            for (size_t j = 0; j < ROWS; j++)
                if (ids[j] == top.items[i].id)
                    assert_false((avoids > 0 && each[0][j] > above[0]) || (avoids > 1 && each[1][j] > above[1]));
        descry_top_free(&top);
    }
}

static void a_file_is_scanned_alike_by_any_number_of_threads(void **state)
{
    (void)state;
    descry_rows *file = write_rows(ROWS);
    for (unsigned threads = 1; threads < 5; threads++)
        for (size_t k = 1; k < 3000; k *= 7)
            assert_scan(file, threads, k);
    int64_t id;
    const void *row;
    assert_true(descry_rows_last(file, &id, &row));
    assert_int_equal(id, ids[ROWS - 1]);
    assert_memory_equal(row, rows + (ROWS - 1) * DIM, DIM * 2);
    descry_rows_close(&file);
    file = write_rows(0);
    assert_false(descry_rows_last(file, &id, &row));
    descry_rows_close(&file);
}

/* Where a file was opened there may be another one, of as many rows, when it is added to. */
static void another_file_does_not_grow(void **state)
{
    (void)state;
    descry_row_codec codec = descry_row_f16;
    descry_rows_key others[] = {KEY, KEY, KEY};
    codec.id++;
    others[0].codec = &codec;
    others[1].library[0]++;
    others[2].recipe[0]++;
    for (size_t i = 0; i < 3; i++) {
        const descry_rows_state first = {3, 100, 100}, wanted = {3, 120, 120};
        source from = {0, 100};
        descry_error err;
        descry_rows *file = write_rows(100), *other;
        assert_int_equal(descry_rows_write(path, 0600, &others[i], &first, next, &from, &err), 0);
        from = (source){100, 120};
        assert_int_equal(descry_rows_append(file, path, &KEY, &wanted, next, &from, &err), DESCRY_ERR_BUSY);
        assert_int_equal(descry_rows_open(&other, path, &others[i], &err), 0);
        assert_int_equal(descry_rows_get_state(other)->count, 100);
        descry_rows_close(&other);
        descry_rows_close(&file);
    }
}

static void a_file_grows_by_pieces(void **state)
{
    (void)state;
    descry_rows *file = write_rows(100), *old = NULL;
    size_t n = 100, pieces = 0;
    descry_error err;
    while (n < ROWS) {
        size_t more = n + 37 < ROWS ? n + 37 : ROWS;
        source from = {n, more};
        descry_rows_state wanted = {3, (int64_t)more, more};
        int rc = descry_rows_append(file, path, &KEY, &wanted, next, &from, &err);
        if (rc == DESCRY_ERR_LIMIT)
            break;
        assert_int_equal(rc, 0);
        descry_rows_close(&old);
        old = file;
        assert_int_equal(descry_rows_open(&file, path, &KEY, &err), 0);
        assert_int_equal(descry_rows_get_state(file)->count, more);
        n = more;
        pieces++;
    }
    assert_true(n < ROWS && pieces > 60); /* so many pieces that it is to be written anew */
    /* who has an older view cannot add */
    source from = {n, n + 1};
    descry_rows_state wanted = {3, (int64_t)n, n};
    assert_int_equal(descry_rows_append(old, path, &KEY, &wanted, next, &from, &err), DESCRY_ERR_BUSY);
    descry_rows_close(&old);
    descry_rows_close(&file);
    file = write_rows(2000);
    from = (source){2000, ROWS};
    wanted = (descry_rows_state){3, ROWS, ROWS};
    /* what a killed process left behind the published end */
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, rows, 5000), 5000);
    close(fd);
    assert_int_equal(descry_rows_append(file, path, &KEY, &wanted, next, &from, &err), 0);
    descry_rows_close(&file);
    assert_int_equal(descry_rows_open(&file, path, &KEY, &err), 0);
    assert_scan(file, 2, 500);
    /* a source that yields wrong rows is rejected */
    from = (source){0, 10};
    assert_int_equal(descry_rows_write(path, 0600, &KEY, &wanted, next, &from, &err), DESCRY_ERR_FORMAT);
    descry_rows_close(&file);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    descry_rows *file = write_rows(ROWS);
    descry_rows_close(&file);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    size_t size = (size_t)st.st_size;
    uint8_t *bytes = malloc(size);
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, bytes, size, 0), size);
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, 2, NULL), 0);
    for (size_t i = 0; i < size; i += i < 300 || (i >= 4096 && i < 4400) ? 1 : 997) {
        if (i >= 144 && i < 4096) /* nothing is there */
            continue;
        uint8_t wrong = bytes[i] ^ (uint8_t)(1 << i % 8);
        assert_int_equal(pwrite(fd, &wrong, 1, (off_t)i), 1);
        descry_scan_query each = make(5, -INFINITY, 0);
        descry_top top = {.k = 5};
        int rc = descry_rows_open(&file, path, &KEY, NULL);
        if (!rc) {
            rc = descry_rows_scan(file, pool, &each, &top, NULL);
            descry_rows_close(&file);
        }
        descry_top_free(&top);
        int harmless = i >= 4096 && rc == 0 && (i - 4096) < 64 && (i - 4096) >= 16; /* a segment's spare words */
        if (!harmless && rc != DESCRY_ERR_FORMAT)
            fail_msg("byte %zu: %d", i, rc);
        assert_int_equal(pwrite(fd, &bytes[i], 1, (off_t)i), 1);
    }
    for (size_t cut = 0; cut < size; cut += 977) {
        assert_int_equal(ftruncate(fd, (off_t)cut), 0);
        assert_int_equal(descry_rows_open(&file, path, &KEY, NULL), DESCRY_ERR_FORMAT);
        assert_null(file);
        assert_int_equal(pwrite(fd, bytes, size, 0), size);
    }
    descry_rows_key other = KEY;
    other.recipe[63]++;
    assert_int_equal(descry_rows_open(&file, path, &other, NULL), DESCRY_ERR_FORMAT);
    other = KEY;
    other.library[15]++;
    assert_int_equal(descry_rows_open(&file, path, &other, NULL), DESCRY_ERR_FORMAT);
    other = KEY;
    other.dim++;
    assert_int_equal(descry_rows_open(&file, path, &other, NULL), DESCRY_ERR_FORMAT);
    close(fd);
    unlink(path);
    assert_int_equal(descry_rows_open(&file, path, &KEY, NULL), DESCRY_ERR_NOT_FOUND);
    descry_pool_close(&pool);
    free(bytes);
}

/* Rows of bytes, so as to have another size: each value as a bf16, and one byte more. */
static size_t size_odd(size_t dim)
{
    return 2 * dim + 1;
}

static int pack_odd(const float *values, size_t dim, void *row)
{
    for (size_t i = 0; i < dim; i++)
        memcpy((char *)row + 2 * i, &(uint16_t){descry_f32_to_bf16(values[i])}, 2);
    ((uint8_t *)row)[2 * dim] = 0xA5;
    return 1;
}

static void unpack_odd(const void *row, size_t dim, float *values)
{
    descry_to_f32(values, row, DESCRY_BF16, dim);
}

static void dot_odd(const void *row, size_t n, size_t dim, const float *vector, float *out)
{
    for (size_t i = 0; i < n; i++, row = (const char *)row + size_odd(dim)) {
        float values[DIM];
        assert_int_equal(((const uint8_t *)row)[2 * dim], 0xA5);
        unpack_odd(row, dim, values);
        out[i] = 0;
        for (size_t d = 0; d < dim; d++)
            out[i] += values[d] * vector[d];
    }
}

static const descry_row_codec ODD = {"odd", 99, size_odd, pack_odd, unpack_odd, DESCRY_BF16};

static int next_odd(void *arg, int64_t *id, const void **row, descry_error *err)
{
    static uint8_t bytes[2 * DIM + 1];
    const void *halves;
    float values[DIM];
    if (!next(arg, id, &halves, err))
        return 0;
    descry_row_f16.unpack(halves, DIM, values);
    assert_true(ODD.pack(values, DIM, bytes));
    *row = bytes;
    return 1;
}

static void rows_of_another_codec(void **state)
{
    (void)state;
    descry_kernels kernels = *best_table();
    descry_rows_key key = KEY, wrong = KEY;
    key.codec = &ODD;
    kernels.dot[DESCRY_BF16] = dot_odd;
    source from = {0, 2000};
    descry_rows_state wanted = {3, 2000, 2000};
    descry_rows *file;
    assert_int_equal(descry_rows_write(path, 0600, &key, &wanted, next_odd, &from, NULL), 0);
    assert_int_equal(descry_rows_open(&file, path, &KEY, NULL), DESCRY_ERR_FORMAT); /* it is not what was asked for */
    descry_row_codec larger = descry_row_f16;
    larger.id = ODD.id;
    wrong.codec = &larger;
    assert_int_equal(descry_rows_open(&file, path, &wrong, NULL), DESCRY_ERR_FORMAT);
    assert_int_equal(descry_rows_open(&file, path, &key, NULL), 0);
    from = (source){2000, ROWS};
    wanted = (descry_rows_state){3, ROWS, ROWS};
    assert_int_equal(descry_rows_append(file, path, &key, &wanted, next_odd, &from, NULL), 0);
    descry_rows_close(&file);
    assert_int_equal(descry_rows_open(&file, path, &key, NULL), 0);
    descry_pool *pool;
    assert_int_equal(descry_pool_open(&pool, 2, NULL), 0);
    descry_scan_query each = make(500, -INFINITY, 0);
    each.codec = &ODD;
    each.kernels = &kernels;
    descry_top top = {.k = 500};
    assert_int_equal(descry_rows_scan(file, pool, &each, &top, NULL), 0);
    descry_top_finish(&top);
    assert_best(&top, 500, -INFINITY, 0, 0);
    descry_top_free(&top);
    int64_t id;
    const void *row;
    float values[DIM], expected[DIM];
    assert_true(descry_rows_last(file, &id, &row));
    ODD.unpack(row, DIM, values);
    descry_row_f16.unpack(rows + (ROWS - 1) * DIM, DIM, expected);
    assert_memory_equal(values, expected, sizeof values);
    descry_pool_close(&pool);
    descry_rows_close(&file);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_are_those_of_a_full_sort),
        cmocka_unit_test(what_is_not_a_number_is_dropped),
        cmocka_unit_test(what_is_to_be_avoided_is_left_out),
        cmocka_unit_test(a_file_is_scanned_alike_by_any_number_of_threads),
        cmocka_unit_test(another_file_does_not_grow),
        cmocka_unit_test(a_file_grows_by_pieces),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(rows_of_another_codec),
    };
    return cmocka_run_group_tests_name("scan", tests, fill, NULL);
}
