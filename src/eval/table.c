/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/table.h"

#include "base/error.h"
#include "base/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (UINT64_C(1) << 30)

/* ---- comma-separated values ------------------------------------------------------------------------------------ */

/* One cell from *at, unquoted in place; *at is then behind its end.  Returns the character that ended it, 0 at the end
 * of the text, -1 for quotes that do not end or that something follows. */
static int read_cell(char **at, const char **cell)
{
    char *from = *at, *to = from;
    int quoted = *from == '"', closed = !quoted;
    from += quoted;
    *cell = to;
    for (;;) {
        if (quoted && from[0] == '"' && from[1] == '"') {
            *to++ = '"';
            from += 2;
        } else if (quoted && *from == '"') {
            from++;
            closed = 1;
            break;
        } else if (!*from || (!quoted && (*from == ',' || *from == '\n'))) {
            break;
        } else {
            *to++ = *from++;
        }
    }
    int ended = (unsigned char)*from;
    if (!closed)
        return -1;
    if (quoted && ended == '\r' && from[1] == '\n')
        ended = (unsigned char)*++from;
    if (ended && ended != ',' && ended != '\n')
        return -1;
    if (!quoted && ended == '\n' && to > *cell && to[-1] == '\r')
        to--;
    *at = from + (ended != 0);
    *to = 0;
    return ended;
}

static int add_cell(descry_table *t, const char *cell, size_t *count, size_t *room, descry_error *err)
{
    if (*count == *room) {
        size_t wider = *room ? 2 * *room : 1024;
        const char **cells = descry_realloc(t->cells, wider, sizeof *cells);
        if (!cells)
            return descry_fail_memory(err);
        t->cells = cells;
        *room = wider;
    }
    t->cells[(*count)++] = cell;
    return 0;
}

static int read_rows(descry_table *t, descry_error *err)
{
    size_t count = 0, room = 0, line = 1;
    char *at = t->text.data;
    while (at && *at) {
        size_t start = count;
        int ended = ',';
        while (ended == ',') {
            const char *cell;
            ended = read_cell(&at, &cell);
            if (ended < 0)
                return descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu: quotes out of place", t->path, line);
            int rc = add_cell(t, cell, &count, &room, err);
            if (rc)
                return rc;
        }
        if (line == 1)
            t->columns = count;
        else if (count - start != t->columns)
            return descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu has %zu cells, not %zu", t->path, line,
                               count - start, t->columns);
        line++;
    }
    if (t->columns == 0)
        return descry_fail(err, DESCRY_ERR_FORMAT, "%s: empty", t->path);
    t->rows = count / t->columns - 1;
    return 0;
}

static int read_text(descry_buf *text, const char *path, descry_error *err)
{
    int rc = descry_file_read(text, path, LIMIT, err);
    if (!rc && text->size > 0 && memchr(text->data, 0, text->size))
        rc = descry_fail(err, DESCRY_ERR_FORMAT, "%s: not a text", path);
    return rc;
}

int descry_table_read(descry_table *t, const char *path, descry_error *err)
{
    *t = (descry_table){.path = strdup(path)};
    int rc = t->path ? read_text(&t->text, path, err) : descry_fail_memory(err);
    if (!rc)
        rc = read_rows(t, err);
    if (rc)
        descry_table_free(t);
    return rc;
}

void descry_table_free(descry_table *t)
{
    descry_buf_free(&t->text);
    free(t->cells);
    free(t->path);
    *t = (descry_table){0};
}

int descry_table_column(const descry_table *t, const char *name, size_t *column, descry_error *err)
{
    for (*column = 0; *column < t->columns; ++*column)
        if (strcmp(t->cells[*column], name) == 0)
            return 0;
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: no column \"%s\"", t->path, name);
}

const char *descry_table_cell(const descry_table *t, size_t row, size_t column)
{
    return t->cells[(row + 1) * t->columns + column];
}

static int bad_cell(const descry_table *t, size_t row, size_t column, const char *wanted, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: row %zu: %s is \"%.40s\", not %s", t->path, row + 2,
                       t->cells[column], descry_table_cell(t, row, column), wanted);
}

int descry_table_index(const descry_table *t, size_t row, size_t column, size_t end, size_t *out, descry_error *err)
{
    const char *cell = descry_table_cell(t, row, column);
    size_t value = 0;
    int good = *cell != 0;
    for (; *cell && good; cell++)
        good = *cell >= '0' && *cell <= '9' && !__builtin_mul_overflow(value, 10, &value) &&
               !__builtin_add_overflow(value, (size_t)(*cell - '0'), &value);
    *out = value;
    if (!good)
        return bad_cell(t, row, column, "a number", err);
    return value < end ? 0 : bad_cell(t, row, column, "small enough", err);
}

int descry_table_positive(const descry_table *t, size_t row, size_t column, double *out, descry_error *err)
{
    const char *cell = descry_table_cell(t, row, column);
    char *end;
    *out = strtod(cell, &end);
    return end != cell && !*end && *out > 0 && isfinite(*out) ? 0 : bad_cell(t, row, column, "a number above 0", err);
}

/* ---- lines ----------------------------------------------------------------------------------------------------- */

int descry_lines_read(descry_lines *lines, const char *path, descry_error *err)
{
    *lines = (descry_lines){0};
    int rc = read_text(&lines->text, path, err);
    size_t most = 1;
    for (size_t i = 0; !rc && i < lines->text.size; i++)
        most += lines->text.data[i] == '\n';
    if (!rc && !(lines->items = descry_alloc(most, sizeof *lines->items)))
        rc = descry_fail_memory(err);
    char *at = lines->text.data;
    while (!rc && at && *at) {
        char *end = strchr(at, '\n'), *next = end ? end + 1 : at + strlen(at);
        lines->items[lines->count++] = at;
        if (end && end > at && end[-1] == '\r')
            end--;
        if (end)
            *end = 0;
        at = next;
    }
    if (rc)
        descry_lines_free(lines);
    return rc;
}

void descry_lines_free(descry_lines *lines)
{
    descry_buf_free(&lines->text);
    free(lines->items);
    *lines = (descry_lines){0};
}
