/* SPDX-License-Identifier: Apache-2.0
 * Prints a query with a caret under the position of an error. */
#include "ui/common.h"
#include "ui/visible.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uniwidth.h>

enum { BEFORE = 60, AFTER = 40 }; /* characters shown of a long query */

/* Decodes the character at query[at], returns its size; ill-formed and unprintable ones become '?'. */
static size_t decode_character(const char *query, size_t at, uint32_t *code)
{
    const unsigned char *byte = (const unsigned char *)query + at;
    size_t size = byte[0] >= 0xF0 ? 4 : byte[0] >= 0xE0 ? 3 : byte[0] >= 0xC0 ? 2 : 1;
    *code = size == 1 ? byte[0] : byte[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            *code = '?';
            return 1;
        }
        *code = *code << 6 | (byte[i] & 0x3F);
    }
    if (!cmd_is_shown(query, strlen(query), at))
        *code = *code == '\t' || *code == '\n' ? ' ' : '?';
    return size;
}

/* Approximate width on a terminal. */
static int columns(uint32_t code)
{
    int width = uc_width(code, "UTF-8");
    return width > 0 ? width : 0;
}

static void print_character(const char *text, size_t size, uint32_t code)
{
    if (code == '?' || code == ' ')
        fputc((int)code, stderr);
    else
        fwrite(text, 1, size, stderr);
}

void cmd_print_caret(const char *query, size_t position)
{
    size_t count = 0, before = 0, at = 0;
    uint32_t code;
    for (at = 0; query[at] && at < position; before++)
        at += decode_character(query, at, &code);
    const char *prefix = before > BEFORE ? "  ..." : "  ";
    int width = (int)strlen(prefix);
    fputs(prefix, stderr);
    for (at = 0; query[at] && count < before + AFTER; count++) {
        size_t size = decode_character(query, at, &code);
        if (count + BEFORE >= before) {
            print_character(query + at, size, code);
            width += at < position ? columns(code) : 0;
        }
        at += size;
    }
    fprintf(stderr, "%s\n%*s^\n", query[at] ? "..." : "", width, "");
}
