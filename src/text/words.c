/* SPDX-License-Identifier: Apache-2.0
 * Scripts, categories, decompositions, foldings: the Unicode Character Database, as libunistring has it. */
#include "text/words.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unictype.h>
#include <unistr.h>

enum { IDEOGRAPHIC_FIRST = 0x3000, IDEOGRAPHIC_LAST = 0x33FF, WIDE_FIRST = 0xFF00, WIDE_LAST = 0xFFEF, TATWEEL = 0x640 };

/* Letters with a mark that Unicode does not take apart: a stroke, or a dot that lacks. */
static const struct {
    ucs4_t marked, plain;
} STROKES[] = {{0xD8, 'O'},  {0xF8, 'o'},  {0x110, 'D'}, {0x111, 'd'}, {0x126, 'H'}, {0x127, 'h'},
               {0x131, 'i'}, {0x141, 'L'}, {0x142, 'l'}, {0x166, 'T'}, {0x167, 't'}};

/* ---- scripts --------------------------------------------------------------------------------------------------- */

typedef enum kind {
    COMMON, /* digits, signs, what goes with any script */
    PLAIN,  /* marks are left out */
    MARKED, /* they are not */
    UNSPACED
} kind;

static const char *const plain[] = {"Latin", "Greek", "Cyrillic", "Hebrew", "Arabic"};
static const char *const unspaced[] = {"Han",     "Hiragana", "Katakana",    "Hangul",   "Bopomofo", "Thai",     "Lao",
                                       "Khmer",   "Myanmar",  "Balinese",    "Javanese", "Tai_Le",   "Tai_Tham", "Tai_Viet",
                                       "Yi",      "Nushu",    "New_Tai_Lue", "Tangut"};

static int is_among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return 1;
    return 0;
}

#define IS_AMONG(name, names) is_among(name, names, sizeof names / sizeof *names)

static int is_inherited(const uc_script_t *script)
{
    return script && strcmp(script->name, "Inherited") == 0;
}

static kind kind_of(ucs4_t c, const uc_script_t *script)
{
    if (!script || strcmp(script->name, "Common") == 0 || is_inherited(script))
        return c >= IDEOGRAPHIC_FIRST && c <= IDEOGRAPHIC_LAST ? UNSPACED : COMMON; /* the mark of long vowels, and such */
    if (IS_AMONG(script->name, plain))
        return PLAIN;
    return IS_AMONG(script->name, unspaced) ? UNSPACED : MARKED;
}

static int is_mark(ucs4_t c)
{
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Me);
}

/* ---- normal forms ---------------------------------------------------------------------------------------------- */

typedef struct text {
    uint32_t *data; /* [size], NULL: memory was short */
    size_t size;
} text;

static void replace(text *to, uint32_t *data, size_t size)
{
    free(to->data);
    *to = (text){data, size};
}

/* Without what is not seen: joiners, directions, selectors of variants.  U+FFFD for what is ill-formed. */
static text decode(const char *bytes, size_t size)
{
    text to = {descry_alloc(size + 1, sizeof(uint32_t)), 0};
    for (size_t i = 0; to.data && i < size;) {
        ucs4_t c;
        int length = u8_mbtouc(&c, (const uint8_t *)bytes + i, size - i), tag;
        ucs4_t usual[UC_DECOMPOSITION_MAX_LENGTH];
        i += length > 0 ? (size_t)length : 1;
        if (c >= WIDE_FIRST && c <= WIDE_LAST && uc_decomposition(c, &tag, usual) == 1)
            c = usual[0];
        if (c < 0x80 || !(uc_is_property_default_ignorable_code_point(c) ||
                          uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cf)))
            to.data[to.size++] = c;
    }
    return to;
}

static ucs4_t without_stroke(ucs4_t c)
{
    for (size_t i = 0; c >= STROKES[0].marked && i < sizeof STROKES / sizeof *STROKES; i++)
        if (STROKES[i].marked == c)
            return STROKES[i].plain;
    return c;
}

/* Of a text in NFD; in place. */
static void drop_marks(text *of)
{
    size_t n = 0;
    int keep = 0;
    for (size_t i = 0; i < of->size; i++) {
        uint32_t c = without_stroke(of->data[i]);
        if (c == TATWEEL) /* it only makes a word longer */
            continue;
        if (c >= 0x80 || !is_mark(c)) {
            const uc_script_t *script = uc_script(c);
            kind what = kind_of(c, script);
            int mark = is_mark(c);
            if (!mark)
                keep = what == MARKED || what == UNSPACED;
            else if (is_inherited(script) ? !keep : what == PLAIN)
                continue;
        }
        of->data[n++] = c;
    }
    of->size = n;
}

/* Marks go before case is folded, as folding makes letters of some (U+0345). */
static int normalise(text *to, const char *bytes, size_t size, descry_error *err)
{
    size_t length = 0;
    *to = decode(bytes, size);
    if (!to->data)
        return descry_fail_memory(err);
    if (to->size == 0)
        return 0;
    uint32_t *data = u32_normalize(UNINORM_NFD, to->data, to->size, NULL, &length);
    replace(to, data, length);
    if (data)
        drop_marks(to);
    if (!data || to->size == 0)
        return data ? 0 : descry_fail_memory(err);
    data = u32_casefold(to->data, to->size, NULL, UNINORM_NFC, NULL, &length);
    replace(to, data, length);
    return data ? 0 : descry_fail_memory(err);
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

/* Characters of one word, or of one run of a script without spaces. */
typedef struct run {
    size_t begin, end;
    kind what;
} run;

static int is_of_words(ucs4_t c)
{
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M);
}

/* The next run from `at` on; 0: there is none. */
static int next_run(const text *of, size_t at, run *found)
{
    const uc_script_t *script = NULL; /* of the run: that of its first letter that has one */
    while (at < of->size && !is_of_words(of->data[at]))
        at++;
    *found = (run){at, at, COMMON};
    for (; found->end < of->size && is_of_words(of->data[found->end]); found->end++) {
        const uc_script_t *own = uc_script(of->data[found->end]);
        kind what = kind_of(of->data[found->end], own);
        if (found->end > found->begin && is_inherited(own))
            continue;
        if (found->end > found->begin && (what == UNSPACED) != (found->what == UNSPACED))
            break;
        if (what == COMMON || what == UNSPACED) {
            found->what = what == UNSPACED ? what : found->what;
            continue;
        }
        if (script && script != own)
            break;
        script = own;
        found->what = what;
    }
    return found->end > found->begin;
}

static int append_word(descry_buf *words, const text *of, size_t begin, size_t end, size_t *count, descry_error *err)
{
    int rc = words->size > 0 ? descry_buf_append(words, " ", 1, err) : 0;
    for (size_t i = begin; i < end && !rc; i++) {
        uint8_t bytes[6];
        int size = u8_uctomb(bytes, of->data[i], sizeof bytes);
        rc = size > 0 ? descry_buf_append(words, bytes, (size_t)size, err) : 0;
    }
    *count += 1;
    return rc;
}

/* The words of a run; of one without spaces, the last character's own only when `closed`. */
static int put_run(descry_buf *words, const text *of, const run *from, int closed, size_t *count, descry_error *err)
{
    int rc = 0;
    if (from->what != UNSPACED)
        return append_word(words, of, from->begin, from->end, count, err);
    for (size_t i = from->begin; i + 1 < from->end && !rc; i++)
        rc = append_word(words, of, i, i + 2, count, err);
    return rc || !closed ? rc : append_word(words, of, from->end - 1, from->end, count, err);
}

int descry_words_index(descry_buf *words, const char *bytes, size_t size, descry_error *err)
{
    text of;
    run found = {0};
    size_t count = 0;
    int rc = normalise(&of, bytes, size, err);
    while (!rc && next_run(&of, found.end, &found))
        rc = put_run(words, &of, &found, 1, &count, err);
    free(of.data);
    return rc;
}

int descry_words_phrase(descry_buf *words, const char *part, size_t size, size_t *count, int *begins, descry_error *err)
{
    text of;
    run found = {0}, next;
    *count = 0;
    *begins = 0;
    int rc = normalise(&of, part, size, err);
    int more = !rc && next_run(&of, 0, &found);
    while (more && !rc) {
        more = next_run(&of, found.end, &next);
        *begins = !more && found.what == UNSPACED && found.end - found.begin == 1;
        rc = put_run(words, &of, &found, more || *begins, count, err);
        found = next;
    }
    free(of.data);
    return rc;
}
