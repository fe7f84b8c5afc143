/* SPDX-License-Identifier: Apache-2.0
 * The scan file: all vectors of one recipe, ready to be scanned.  It is a copy of what the library holds, may be
 * deleted at any time and is believed only when every check passes.
 *
 *     header   4096 bytes: struct header of rows.c, the rest 0
 *     segment  64 bytes: struct segment; ids int64 [count]; rows [count] of the key's codec; each part padded to 64 bytes
 *     segment  ...
 *
 * Segments are only ever added behind the published end; the header that publishes them is written last.  A new file
 * is written beside the old one and renamed over it: nothing that is there already is ever written to but our own file.
 * All numbers little-endian. */
#ifndef DESCRY_SCAN_ROWS_H
#define DESCRY_SCAN_ROWS_H

#include "base/pool.h"
#include "scan/scan.h"

enum { DESCRY_ROWS_SEGMENT = 1024, DESCRY_LIBRARY_ID = 16, DESCRY_RECIPE_HEX = 64 };

/* Whose vectors: a file of another key is of no use. */
typedef struct descry_rows_key {
    uint8_t library[DESCRY_LIBRARY_ID]; /* random, made with the library */
    char recipe[DESCRY_RECIPE_HEX];     /* not terminated */
    uint32_t dim;
    const descry_row_codec *codec;
} descry_rows_key;

/* Which of them: vectors are numbered in the order in which they were added; epoch counts removals. */
typedef struct descry_rows_state {
    int64_t epoch;
    int64_t last; /* number of the newest vector */
    uint64_t count;
} descry_rows_state;

/* Gives vectors in ascending order of number: 1 and a row, 0 at the end, or a negative error. */
typedef int (*descry_rows_source)(void *arg, int64_t *id, const void **row, descry_error *err);

typedef struct descry_rows descry_rows;

/* DESCRY_ERR_NOT_FOUND: no file; DESCRY_ERR_FORMAT: damaged, or of another key. */
int descry_rows_open(descry_rows **rows, const char *path, const descry_rows_key *key, descry_error *err);
void descry_rows_close(descry_rows **rows);
const descry_rows_state *descry_rows_get_state(const descry_rows *rows);
int descry_rows_last(const descry_rows *rows, int64_t *id, const void **row); /* 0 when there is none */

/* Writes a new file with all that `source` gives, which must be state->count rows; `mode`: who may read it. */
int descry_rows_write(const char *path, unsigned mode, const descry_rows_key *key, const descry_rows_state *state,
                      descry_rows_source source, void *arg, descry_error *err);

/* Adds to the file that `rows` was opened from; `source` gives what came after its state.  `rows` still shows what it
 * showed.  DESCRY_ERR_LIMIT: too many small segments, better written anew; DESCRY_ERR_BUSY: another process is
 * adding, or has. */
int descry_rows_append(const descry_rows *rows, const char *path, const descry_rows_key *key,
                       const descry_rows_state *state, descry_rows_source source, void *arg, descry_error *err);

/* The best query->k into *top (empty before).  Each segment's sum is checked when it is first read.
 * DESCRY_ERR_FORMAT: damaged. */
int descry_rows_scan(descry_rows *rows, descry_pool *pool, const descry_scan_query *query, descry_top *top,
                     descry_error *err);

#endif
