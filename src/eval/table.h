/* SPDX-License-Identifier: Apache-2.0
 * Comma-separated values with a heading (RFC 4180), and lists of lines. */
#ifndef DESCRY_EVAL_TABLE_H
#define DESCRY_EVAL_TABLE_H

#include "base/memory.h"

typedef struct descry_table {
    descry_buf text;       /* the cells' bytes */
    const char **cells;    /* [(rows + 1) * columns], the heading first */
    size_t rows, columns;
    char *path;
} descry_table;

/* DESCRY_ERR_FORMAT names the line: a row of another length, quotes that do not end. */
int descry_table_read(descry_table *table, const char *path, descry_error *err);
void descry_table_free(descry_table *table);

int descry_table_column(const descry_table *table, const char *name, size_t *column, descry_error *err);
const char *descry_table_cell(const descry_table *table, size_t row, size_t column);

/* DESCRY_ERR_FORMAT names the line when a cell is not a whole number below `end`, or a number above 0. */
int descry_table_index(const descry_table *table, size_t row, size_t column, size_t end, size_t *out,
                       descry_error *err);
int descry_table_positive(const descry_table *table, size_t row, size_t column, double *out, descry_error *err);

/* The lines of a text file; ends of lines (\n, \r\n) are cut off, an unfinished last one counts. */
typedef struct descry_lines {
    descry_buf text;
    const char **items;
    size_t count;
} descry_lines;

int descry_lines_read(descry_lines *lines, const char *path, descry_error *err);
void descry_lines_free(descry_lines *lines);

#endif
