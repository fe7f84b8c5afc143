/* SPDX-License-Identifier: Apache-2.0
 * The scan file: whatever is in it, rows that lie in it and the best of them, or an error.  The input is a file without the
 * padding of its header; its sums are made right, and the key is its own, so that no input ends there. */
#include "fuzz.h"

#include "scan/rows.c" /* its structs and sums */

#include <math.h>

enum { DIMS = 64 }; /* of what is scanned: more take longer and show nothing new */

static void add_sums(uint8_t *file, size_t size, uint32_t dim)
{
    header *head = (header *)file;
    head->sum = sum_of(head, offsetof(header, sum));
    for (size_t at = HEADER; size - at >= sizeof(segment);) {
        segment *each = (segment *)(file + at);
        size_t left = size - at - sizeof *each;
        if (each->count == 0 || each->count > DESCRY_ROWS_SEGMENT || payload_size((size_t)each->count, descry_row_f16.size(dim)) > left)
            break;
        size_t payload = payload_size((size_t)each->count, descry_row_f16.size(dim));
        each->sum = sum_of(each + 1, payload);
        at += sizeof *each + payload;
    }
}

static void check_last(const descry_rows *rows, uint32_t dim)
{
    int64_t id;
    const void *row;
    if (descry_rows_last(rows, &id, &row)) {
        require((const uint8_t *)row >= rows->map.data + HEADER);
        require((const uint8_t *)row + descry_row_f16.size(dim) <= rows->map.data + rows->map.size);
        fuzz_read(row, descry_row_f16.size(dim));
    } else
        require(descry_rows_get_state(rows)->count == 0);
}

static int accept(const void *arg, int64_t id)
{
    (void)arg;
    return id % 3 != 0;
}

static void check_scan(descry_rows *rows, descry_pool *pool, uint32_t dim)
{
    float vector[DIMS];
    descry_kernels kernels;
    descry_kernels_fill(&kernels, 0);
    for (size_t d = 0; d < dim; d++)
        vector[d] = d % 2 ? -0.5f : 0.25f;
    for (size_t k = 0; k < 5; k += 4) {
        const descry_scan_query query = {.vector = vector, .dim = dim, .k = k, .threshold = -2, .codec = &descry_row_f16, .kernels = &kernels,
                                         .accept = accept, .avoid = vector, .avoid_above = &(float){0.9f}, .avoids = 1};
        descry_top top = {.k = k};
        descry_error err = {0};
        require(descry_rows_scan(rows, pool, &query, &top, &err) == 0); /* its sums are right */
        descry_top_finish(&top);
        require(top.count <= k && top.count <= descry_rows_get_state(rows)->count);
        for (size_t i = 0; i < top.count; i++) {
            require(top.items[i].score >= -2 && !(top.items[i].score > 0.9f) && accept(NULL, top.items[i].id));
            require(i == 0 || top.items[i - 1].score >= top.items[i].score);
        }
        descry_top_free(&top);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static descry_pool *pool;
    if (!pool)
        require(descry_pool_open(&pool, 1, NULL) == 0);
    size_t first = size < sizeof(header) ? size : sizeof(header), all = HEADER + size - first;
    uint8_t *file = descry_alloc_aligned(all, 1);
    require(file != NULL);
    memset(file, 0, HEADER);
    memcpy(file, data, first);
    memcpy(file + HEADER, data + first, size - first);
    const header *head = (const header *)file;
    descry_rows_key key = {.dim = head->dim, .codec = &descry_row_f16};
    memcpy(key.library, head->library, sizeof key.library);
    memcpy(key.recipe, head->recipe, sizeof key.recipe);
    add_sums(file, all, key.dim);
    descry_rows *rows;
    descry_error err = {0};
    int rc = descry_rows_open(&rows, fuzz_file(file, all), &key, &err);
    if (rc)
        require(rc == err.code && rc == DESCRY_ERR_FORMAT && !rows && !strpbrk(err.message, "\n\r"));
    else {
        check_last(rows, key.dim);
        if (key.dim <= DIMS)
            check_scan(rows, pool, key.dim);
    }
    descry_rows_close(&rows);
    free(file);
    return 0;
}
