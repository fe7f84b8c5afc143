/* SPDX-License-Identifier: Apache-2.0
 * Rules and order of the attempts: ftfy 6.3, fix_encoding. */
#include "text/mojibake.h"

#include "base/error.h"
#include "text/classes.h"
#include "text/mojibake_tables.h"
#include "text/unicode_tables.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

enum { SUBSTITUTE = 0x1A, REPLACEMENT = 0xFFFD };

/* ---- what looks like mojibake -------------------------------------------------------------------------------------- */

static const kind *kind_of(uint32_t c)
{
    size_t low = 0, high = sizeof kind_ranges / sizeof *kind_ranges;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (kind_ranges[middle].last < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof kind_ranges / sizeof *kind_ranges && kind_ranges[low].first <= c)
        return &kinds[kind_ranges[low].kind];
    return &kinds[descry_is_space(c) ? KIND_SPACE : descry_is_letter(c) || descry_is_number(c) ? KIND_WORD : KIND_OTHER];
}

/* 1: a sequence of characters that hardly occurs but in mojibake (ftfy.badness.is_bad).  All patterns are matched in
 * parallel: a bit is set when the characters up to here match a pattern up to that position. */
static int is_mojibake(const uint32_t *in, size_t size)
{
    uint64_t state[PATTERN_WORDS] = {0};
    for (size_t i = 0; i < size; i++) {
        const kind *k = kind_of(in[i]);
        for (int w = 0; w < PATTERN_WORDS; w++) {
            uint64_t first = i == 0 ? pattern_first[w] : pattern_first_anywhere[w];
            state[w] = ((state[w] << 1 & ~pattern_first[w]) | first) & k->fits[w];
            if (state[w] & pattern_last[w])
                return 1;
        }
    }
    return 0;
}

/* The length of the run at in[at] that looks like UTF-8 decoded in a single-byte encoding; 0: none begins there. */
static size_t utf8_shaped(const uint32_t *in, size_t size, size_t at)
{
    if (at > 0 && kind_of(in[at - 1])->clues & UTF8_CONTINUATION_STRICT)
        return 0; /* not from the middle of a longer run */
    size_t i = at, length = 0;
    do {
        i += length;
        int clues = i < size ? kind_of(in[i])->clues : 0;
        size_t follow = 0;
        while (follow < 3 && i + follow + 1 < size && kind_of(in[i + follow + 1])->clues & UTF8_CONTINUATION)
            follow++;
        length = clues & UTF8_FIRST_OF_2 && follow >= 1   ? 2
                 : clues & UTF8_FIRST_OF_3 && follow >= 2 ? 3
                 : clues & UTF8_FIRST_OF_4 && follow >= 3 ? 4
                                                          : 0;
    } while (length);
    return i - at;
}

/* ---- bytes --------------------------------------------------------------------------------------------------------- */

/* Encodes the text in a single-byte encoding (-1: Latin-1); 0 when it lacks a character. */
static int encode(uint8_t *out, const uint32_t *in, size_t size, int encoding)
{
    int sloppy = encoding >= 0 && encoding < SLOPPY_ENCODINGS;
    for (size_t i = 0; i < size; i++) {
        uint32_t c = in[i];
        if (c < 0x80 ? c != SUBSTITUTE || !sloppy : encoding < 0 && c < 0x100) {
            out[i] = (uint8_t)c;
            continue;
        }
        if (c == REPLACEMENT && sloppy) {
            out[i] = SUBSTITUTE; /* the byte is lost */
            continue;
        }
        if (c < 0x80 || encoding < 0)
            return 0;
        const encoded *table = encodings[encoding];
        size_t low = 0, high = 128;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (table[middle].character < c)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == 128 || table[low].character != c)
            return 0;
        out[i] = table[low].byte;
    }
    return 1;
}

static int in_range(uint8_t byte, int low, int high)
{
    return byte >= low && byte <= high;
}

static int is_continuation(uint8_t byte) /* a continuation byte beside one that became a space */
{
    return in_range(byte, 0x80, 0xBF) && byte != 0x85 && byte != 0xA0;
}

/* The length of a UTF-8 sequence at b[0..size) that would be one if a space in it were the byte A0; 0: there is none. */
static size_t altered_length(const uint8_t *b, size_t size)
{
    if (size >= 2 && b[1] == ' ' && b[0] && strchr("\xC2\xC3\xC5\xCE\xD0\xD9", b[0]))
        return 2;
    if (size >= 3 && ((in_range(b[0], 0xE2, 0xE3) && b[1] == ' ' && is_continuation(b[2])) ||
                      (in_range(b[0], 0xE0, 0xE3) && is_continuation(b[1]) && b[2] == ' ')))
        return 3;
    if (size < 4 || b[0] != 0xF0)
        return 0;
    int spaces = 0;
    for (int i = 1; i < 4; i++) {
        spaces += b[i] == ' ';
        if (b[i] != ' ' && !in_range(b[i], 0x80, 0xBF))
            return 0;
    }
    return spaces == 1 ? 4 : 0;
}

/* Restores bytes A0 that were replaced by spaces.  in [size] -> out [3 * size / 2 at most]; returns its size. */
static size_t restore_a0(uint8_t *out, const uint8_t *in, size_t size)
{
    static const char *const not_alone[] = {" ", "quele", "quela", "quilo", "s "};
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        out[n++] = in[i];
        if (in[i] != 0xC3 || i + 1 >= size || in[i + 1] != ' ')
            continue;
        int alone = 1; /* "Ã la mode": a word of its own, which keeps its space */
        for (size_t k = 0; k < sizeof not_alone / sizeof *not_alone; k++) {
            size_t length = strlen(not_alone[k]);
            alone &= size - i - 2 < length || memcmp(in + i + 2, not_alone[k], length) != 0;
        }
        if (alone)
            out[n++] = 0xA0;
    }
    for (size_t i = 0; i < n;) {
        size_t length = altered_length(out + i, n - i);
        for (size_t k = 0; k < length; k++)
            if (out[i + k] == ' ')
                out[i + k] = 0xA0;
        i += length ? length : 1;
    }
    return n;
}

static int is_lost(uint8_t byte)
{
    return byte == SUBSTITUTE || byte == '?';
}

static int is_lost_or_continuation(uint8_t byte)
{
    return byte == SUBSTITUTE || in_range(byte, 0x80, 0xBF);
}

/* The length of a UTF-8 sequence at b[0..size) with bytes missing, SUBSTITUTE or at most one '?' in their place. */
static size_t lossy_length(const uint8_t *b, size_t size)
{
    if (size >= 2 && in_range(b[0], 0xC2, 0xDF) && (b[1] == SUBSTITUTE || (b[0] <= 0xC3 && b[1] == '?')))
        return 2;
    if (size >= 6 && b[0] == 0xED && in_range(b[1], 0xA0, 0xAF) && b[3] == 0xED && in_range(b[4], 0xB0, 0xBF) &&
        ((is_lost(b[2]) && (is_lost(b[5]) || in_range(b[5], 0x80, 0xBF))) || (in_range(b[2], 0x80, 0xBF) && is_lost(b[5]))))
        return 6;
    size_t length = in_range(b[0], 0xE0, 0xEF) ? 3 : in_range(b[0], 0xF0, 0xF4) ? 4 : 0;
    if (length && size >= length) {
        size_t missing = 0, questions = 0, well = 1;
        for (size_t i = 1; i < length; i++) {
            missing += is_lost(b[i]);
            questions += b[i] == '?';
            well += b[i] == '?' || is_lost_or_continuation(b[i]);
        }
        if (well == length && missing > 0 && questions <= 1)
            return length;
    }
    return b[0] == SUBSTITUTE;
}

/* in [size] -> out [3 * size at most]: lossy sequences become U+FFFD. */
static size_t replace_lossy(uint8_t *out, const uint8_t *in, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < size;) {
        size_t length = lossy_length(in + i, size - i);
        if (length) {
            memcpy(out + n, "\xEF\xBF\xBD", 3);
            n += 3;
            i += length;
        } else {
            out[n++] = in[i++];
        }
    }
    return n;
}

/* Java's and Oracle's variants of UTF-8 at b[0..size): C0 80 for U+0000, surrogate pairs of three bytes each.  A newline
 * at the end of the text counts as the last byte, as in ftfy ('$' in its pattern).  0: neither. */
static size_t variant_length(const uint8_t *b, size_t size, uint32_t *c)
{
    *c = 0;
    if (size >= 2 && b[0] == 0xC0 && (b[1] == 0x80 || (size == 2 && b[1] == '\n')))
        return 2;
    if (size < 6 || b[0] != 0xED || !in_range(b[1], 0xA0, 0xAF) || !in_range(b[2], 0x80, 0xBF) || b[3] != 0xED ||
        !in_range(b[4], 0xB0, 0xBF) || !(in_range(b[5], 0x80, 0xBF) || (size == 6 && b[5] == '\n')))
        return 0;
    *c = 0x10000u + ((b[1] & 0x0Fu) << 16 | (b[2] & 0x3Fu) << 10 | (b[4] & 0x0Fu) << 6 | (b[5] & 0x3Fu));
    return 6;
}

/* 1: out is the decoded text; 0: not UTF-8. */
static int decode(descry_text *out, const uint8_t *in, size_t size, descry_error *err)
{
    int rc = 0;
    out->size = 0;
    for (size_t i = 0; i < size && !rc;) {
        ucs4_t c;
        int n = u8_mbtoucr(&c, in + i, size - i);
        if (n < 0)
            n = (int)variant_length(in + i, size - i, &c);
        if (n <= 0)
            return 0;
        rc = descry_text_put(out, c, err);
        i += (size_t)n;
    }
    return rc ? rc : 1;
}

/* ---- the attempts -------------------------------------------------------------------------------------------------- */

/* 1: *out is the whole text, encoded and decoded as UTF-8; 0: it is not UTF-8 in any encoding. */
static int decode_whole(descry_text *out, const uint32_t *in, size_t size, descry_error *err)
{
    uint8_t *bytes = descry_alloc(size, 1), *restored = descry_alloc(size, 2), *replaced = descry_alloc(size, 6);
    int rc = bytes && restored && replaced ? 0 : descry_fail_memory(err);
    for (int e = -1; e < ENCODINGS && rc == 0; e++) {
        if (!encode(bytes, in, size, e))
            continue;
        const uint8_t *now = bytes;
        size_t n = size;
        if (e != ENCODING_MACROMAN) { /* whose C3 and so on are common signs, before spaces too */
            n = restore_a0(restored, now, n);
            now = restored;
        }
        if (e >= 0 && e < SLOPPY_ENCODINGS) {
            n = replace_lossy(replaced, now, n);
            now = replaced;
        }
        rc = decode(out, now, n, err);
    }
    free(bytes);
    free(restored);
    free(replaced);
    return rc;
}

/* Repairs each run that looks like UTF-8 by itself.  1: *out differs from the text. */
static int decode_runs(descry_text *out, const uint32_t *in, size_t size, descry_effort *effort, descry_error *err)
{
    int rc = 0, changed = 0;
    out->size = 0;
    for (size_t i = 0; i < size && !rc;) {
        size_t length = utf8_shaped(in, size, i);
        descry_text run = {0};
        size_t n = length ? length : 1;
        if (length && length < size && is_mojibake(in + i, length)) {
            rc = descry_text_put_all(&run, in + i, length, err);
            if (!rc)
                rc = descry_text_repair(&run, effort, err);
            changed |= !rc && !descry_text_same(&run, &(descry_text){.data = (uint32_t *)in + i, .size = length});
            if (!rc)
                rc = descry_text_put_all(out, run.data, run.size, err);
            descry_text_free(&run);
        } else {
            rc = descry_text_put_all(out, in + i, n, err);
        }
        i += n;
    }
    return rc ? rc : changed;
}

/* Replaces C1 controls by windows-1252's characters of the same bytes.  1: there were some. */
static int fix_c1(descry_text *text)
{
    int changed = 0;
    for (size_t i = 0; i < text->size; i++)
        for (size_t k = 0; k < sizeof c1_controls / sizeof *c1_controls; k++)
            if (text->data[i] == c1_controls[k].from) {
                text->data[i] = c1_controls[k].to[0];
                changed = 1;
                break;
            }
    return changed;
}

int descry_text_repair(descry_text *text, descry_effort *effort, descry_error *err)
{
    int again = 1;
    while (again > 0) {
        descry_text next = {0};
        again = descry_effort_spend(effort, text->size, err);
        if (again || !is_mojibake(text->data, text->size))
            break;
        again = decode_whole(&next, text->data, text->size, err);
        if (again == 0)
            again = decode_runs(&next, text->data, text->size, effort, err);
        if (again == 0)
            again = fix_c1(text);
        else if (again == 1 && (again = !descry_text_same(text, &next))) /* two U+FFFD stay what they are */
            descry_text_take(text, &next);
        descry_text_free(&next);
    }
    return again < 0 ? again : 0;
}
