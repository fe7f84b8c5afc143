/* SPDX-License-Identifier: Apache-2.0 */
#include "ui/visible.h"

#include <stdint.h>
#include <string.h>
#include <unictype.h>

/* ---- UTF-8 ----------------------------------------------------------------------------------------------------- */

size_t cmd_next_character(const char *text, size_t size, int32_t *character)
{
    const unsigned char *s = (const unsigned char *)text;
    *character = -1;
    if (s[0] < 0x80) {
        *character = s[0];
        return 1;
    }
    size_t length = s[0] >= 0xc2 && s[0] <= 0xdf ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4 : 1;
    int32_t value = s[0] & (0xff >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        unsigned char low = 0x80, high = 0xbf;
        if (i == 1) {
            low = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : low;
            high = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : high;
        }
        if (i >= size || s[i] < low || s[i] > high)
            return i;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (length > 1)
        *character = value;
    return length;
}

/* ---- characters that are printed ------------------------------------------------------------------------------- */

enum { ZWNJ = 0x200c, ZWJ = 0x200d, CGJ = 0x34f, KEYCAP = 0x20e3, BLACK_FLAG = 0x1f3f4, TAG_END = 0xe007f, TAGS_MAX = 8 };

/* Control characters, line separators, bidi controls ("txt.exe" shown as "exe.txt"), and characters without a glyph:
 * Unicode's Bidi_Control and Default_Ignorable_Code_Point, and annotations (U+FFF9 to B). */
static bool is_invisible(int32_t c)
{
    if (c < 0xa0)
        return c < 0x20 || c >= 0x7f;
    return c == 0x2028 || c == 0x2029 || (c >= 0xfff9 && c <= 0xfffb) || uc_is_property_bidi_control((ucs4_t)c) ||
           uc_is_property_default_ignorable_code_point((ucs4_t)c);
}

static bool is_emoji(int32_t c)
{
    return c >= 0 && (uc_is_property_emoji((ucs4_t)c) || uc_is_property_extended_pictographic((ucs4_t)c));
}

static bool is_selector(int32_t c)
{
    return c >= 0 && uc_is_property_variation_selector((ucs4_t)c);
}

static bool is_in_word(int32_t c)
{
    return c >= 0 && !is_invisible(c) &&
           uc_is_general_category_withtable((ucs4_t)c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N);
}

/* A letter of a script (from U+0600, Arabic) in which joiners shape letters, also at the end of a word. */
static bool is_shaped(int32_t c)
{
    return c >= 0x600 && is_in_word(c);
}

/* The character before text[at]; -1: none, or ill-formed. */
static int32_t character_before(const char *text, size_t at, size_t *start)
{
    int32_t c = -1;
    *start = at;
    while (*start > 0 && at - *start < 4) {
        --*start;
        if (((unsigned char)text[*start] & 0xc0) != 0x80)
            break;
    }
    if (*start < at && cmd_next_character(text + *start, at - *start, &c) != at - *start)
        c = -1;
    return c;
}

static bool is_operator(int32_t c)
{
    return c >= 0 && uc_is_general_category_withtable((ucs4_t)c, UC_CATEGORY_MASK_Sm);
}

static bool is_tag(int32_t c)
{
    return (c >= 0xe0030 && c <= 0xe0039) || (c >= 0xe0061 && c <= 0xe007a);
}

/* Is the tag at text[at] one of a flag's, of England's for instance?  A black flag, letters or digits as tags, and their
 * end (Unicode Technical Standard 51, ED-14a). */
static bool is_in_flag(const char *text, size_t size, size_t at)
{
    int32_t c;
    size_t start = at, tags = 0;
    do
        c = character_before(text, start, &start);
    while (is_tag(c) && tags++ < TAGS_MAX);
    if (c != BLACK_FLAG)
        return false;
    tags = 0;
    for (start += 4; start < size; tags++) {
        start += cmd_next_character(text + start, size - start, &c);
        if (!is_tag(c))
            break;
    }
    return c == TAG_END && tags > 0 && tags <= TAGS_MAX;
}

/* Invisible characters are printed only where they have a function: a selector after a character with variants, a joiner within
 * a word or an emoji, tags in a flag. */
bool cmd_is_shown(const char *text, size_t size, size_t at)
{
    int32_t c;
    size_t next = at + cmd_next_character(text + at, size - at, &c);
    if (c < 0 || !is_invisible(c))
        return c >= 0;
    size_t start;
    int32_t before = character_before(text, at, &start), after = -1;
    if (next < size)
        cmd_next_character(text + next, size - next, &after);
    if (is_selector(c))
        return before < 0x80 ? is_emoji(before) && after == KEYCAP : is_emoji(before) || is_shaped(before) || is_operator(before);
    if (c == ZWJ || c == ZWNJ || c == CGJ)
        return (is_in_word(before) && (is_in_word(after) || is_shaped(before))) ||
               ((is_emoji(before) || is_selector(before) || before == TAG_END) && is_emoji(after));
    return (is_tag(c) || c == TAG_END) && is_in_flag(text, size, at);
}

static void print_escaped(FILE *file, const char *text, bool backslash)
{
    for (size_t size = strlen(text), at = 0, step; at < size; at += step) {
        int32_t c;
        step = cmd_next_character(text + at, size - at, &c);
        if (c == '\n')
            fputs("\\n", file);
        else if (c == '\t')
            fputs("\\t", file);
        else if (c == '\r')
            fputs("\\r", file);
        else if (c == '\\' && backslash)
            fputs("\\\\", file);
        else if (!cmd_is_shown(text, size, at))
            for (size_t i = at; i < at + step; i++)
                fprintf(file, "\\x%02x", (unsigned char)text[i]);
        else
            fwrite(text + at, 1, step, file);
    }
}

void cmd_print_path(FILE *file, const char *path)
{
    print_escaped(file, path, true);
}

void cmd_print_visible(FILE *file, const char *text)
{
    print_escaped(file, text, false);
}
