/* SPDX-License-Identifier: Apache-2.0 */
#include "text/merges.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { MAX_FILE = 16 << 20, MAX_SYMBOL = 1024 };

static int is_printable(int byte)
{
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

int descry_byte_id(uint8_t byte)
{
    int id = 0, printable = is_printable(byte);
    for (int b = 0; b < 256; b++)
        if (is_printable(b) ? printable && b < byte : !printable && b < byte)
            id++;
    return printable ? id : id + 188; /* 188 printable ones */
}

/* ---- symbols: a table from spelling to id, for as long as the file is parsed --------------------------------------- */

typedef struct symbol {
    const char *text; /* spelled with one character for each byte, "</w>" at the end of a word; in `arena` */
    size_t size;
    uint16_t id;
} symbol;

typedef struct symbols {
    symbol *slots;
    size_t mask;
    descry_arena arena;
} symbols;

static symbol *symbol_slot(const symbols *s, const char *text, size_t size)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    size_t at = hash & s->mask;
    while (s->slots[at].text && (s->slots[at].size != size || memcmp(s->slots[at].text, text, size) != 0))
        at = (at + 1) & s->mask;
    return &s->slots[at];
}

static int symbol_add(symbols *s, const char *text, size_t size, size_t id, descry_error *err)
{
    char *copy = descry_arena_alloc(&s->arena, size, 1);
    if (!copy)
        return descry_fail_memory(err);
    *symbol_slot(s, text, size) = (symbol){memcpy(copy, text, size), size, (uint16_t)id};
    return 0;
}

static size_t put_utf8(char *out, unsigned c) /* below U+0800 */
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
}

/* The 256 bytes, inside and at the end of a word: printable ones are spelled as they are, the others from U+0100 on. */
static int add_bytes(symbols *s, descry_error *err)
{
    unsigned other = 0x100;
    int rc = 0;
    for (int b = 0; b < 256 && !rc; b++) {
        char text[8];
        size_t size = put_utf8(text, is_printable(b) ? (unsigned)b : other++);
        size_t id = (size_t)descry_byte_id((uint8_t)b);
        rc = symbol_add(s, text, size, id, err);
        memcpy(text + size, "</w>", 4);
        if (!rc)
            rc = symbol_add(s, text, size + 4, id + 256, err);
    }
    return rc;
}

/* ---- lines --------------------------------------------------------------------------------------------------------- */

static int bad_line(const char *name, size_t line, const char *why, descry_error *err)
{
    return descry_fail(err, DESCRY_ERR_FORMAT, "%s: line %zu: %s", name, line, why);
}

static int parse_line(symbols *s, descry_merge *merge, size_t id, const char *line, size_t size, const char *name,
                      size_t number, descry_error *err)
{
    const char *space = memchr(line, ' ', size);
    size_t left = space ? (size_t)(space - line) : 0, right = space ? size - left - 1 : 0;
    char joined[2 * MAX_SYMBOL];
    if (left == 0 || right == 0 || left > MAX_SYMBOL || right > MAX_SYMBOL)
        return bad_line(name, number, "not two symbols", err);
    const symbol *a = symbol_slot(s, line, left), *b = symbol_slot(s, space + 1, right);
    if (!a->text || !b->text)
        return bad_line(name, number, "joins a symbol that no line before it makes", err);
    *merge = (descry_merge){a->id, b->id};
    memcpy(joined, line, left);
    memcpy(joined + left, space + 1, right);
    if (symbol_slot(s, joined, left + right)->text)
        return bad_line(name, number, "makes a symbol that is there already", err);
    return symbol_add(s, joined, left + right, id, err);
}

static int parse_lines(symbols *s, descry_merge *merges, size_t *count, const char *text, size_t size, const char *name,
                       descry_error *err)
{
    const char *end = text + size, *line = memchr(text, '\n', size); /* the first line is a heading */
    size_t number = 1;
    int rc = 0;
    *count = 0;
    while (line && ++line < end && *count < DESCRY_MAX_MERGES && !rc) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t length = (size_t)((stop ? stop : end) - line);
        if (length > 0 && line[length - 1] == '\r')
            length--;
        rc = parse_line(s, &merges[*count], DESCRY_BYTE_IDS + *count, line, length, name, ++number, err);
        line = stop;
        ++*count;
    }
    return rc;
}

static int parse(descry_merge **out, size_t *count, const char *text, size_t size, const char *name,
                 descry_error *err)
{
    enum { SLOTS = 1 << 17 }; /* more than twice the symbols there can be */
    symbols s = {.slots = calloc(SLOTS, sizeof *s.slots), .mask = SLOTS - 1};
    descry_merge *merges = descry_alloc(DESCRY_MAX_MERGES, sizeof *merges);
    int rc = s.slots && merges ? add_bytes(&s, err) : descry_fail_memory(err);
    if (!rc)
        rc = parse_lines(&s, merges, count, text, size, name, err);
    descry_arena_free(&s.arena);
    free(s.slots);
    if (rc) {
        free(merges);
        merges = NULL;
    }
    *out = merges;
    return rc;
}

int descry_merges_read(descry_merge **merges, size_t *count, const char *path, descry_error *err)
{
    descry_buf text = {0};
    *merges = NULL;
    gzFile file = gzopen(path, "rb");
    if (!file)
        return descry_fail_errno(err, errno ? errno : ENOMEM, "%s", path);
    int rc = 0, n = 0;
    do {
        rc = descry_buf_reserve(&text, 1 << 16, err);
        if (rc)
            break;
        n = gzread(file, text.data + text.size, 1 << 16);
        if (n > 0)
            text.size += (size_t)n;
        if (text.size > MAX_FILE)
            rc = descry_fail(err, DESCRY_ERR_LIMIT, "%s: more than %d bytes when decompressed", path, MAX_FILE);
    } while (n > 0 && !rc);
    int state;
    const char *reason = gzerror(file, &state);
    if (!rc && (n < 0 || state != Z_OK))
        rc = state == Z_MEM_ERROR ? descry_fail_memory(err)
                                  : descry_fail(err, DESCRY_ERR_FORMAT, "%s: damaged gzip file: %s", path,
                                                state == Z_BUF_ERROR ? "truncated" : reason);
    gzclose(file);
    if (!rc)
        rc = parse(merges, count, text.data, text.size, path, err);
    descry_buf_free(&text);
    return rc;
}
