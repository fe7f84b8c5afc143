#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/mojibake_tables.h from ftfy's data: its regular expression for text that looks wrongly decoded, its
classes of characters that look like bytes of UTF-8, and the encodings that it tries.

    python tools/tables/make_mojibake_tables.py

Needs ftfy."""

import pathlib
import re
import sys
from re import _constants as op
from re import _parser as parser

import ftfy  # noqa: F401  (registers the sloppy encodings)
import ftfy.badness
import ftfy.chardata
from make_unicode_tables import wrapped

OUT = pathlib.Path(__file__).resolve().parents[2] / "src/text/mojibake_tables.h"
CLUES = ["utf8_first_of_2", "utf8_first_of_3", "utf8_first_of_4", "utf8_continuation", "utf8_continuation_strict"]
SPACE, WORD, OTHER = "\u2003", "\u4e00", "\u2603"  # stand for every character that no pattern names
WORD_BITS = 64


def alternatives(pattern):
    """The pattern's alternatives as (only at the beginning, [test of one character, ...])."""
    (branch, (_, choices)), = parser.parse(pattern.pattern, pattern.flags)
    assert branch is op.BRANCH
    for choice in choices:
        forms = [(False, [])]
        for item in choice:
            if item[0] is op.AT:
                assert item[1] is op.AT_BEGINNING
                forms = [(True, tests) for _, tests in forms]
            elif item[0] is op.MAX_REPEAT:
                low, high, (inner,) = item[1]
                assert (low, high) == (0, 1)
                forms += [(begin, [*tests, inner]) for begin, tests in forms]
            else:
                forms = [(begin, [*tests, item]) for begin, tests in forms]
        yield from forms


def named(item):
    """The characters that a test of one character names."""
    kind, value = item
    if kind in (op.LITERAL, op.NOT_LITERAL):
        return {value}
    if kind is op.RANGE:
        return set(range(value[0], value[1] + 1))
    if kind is op.IN:
        return set().union(*map(named, value))
    assert kind in (op.ANY, op.NEGATE, op.CATEGORY)
    return set()


def accepts(item, c):
    kind, value = item
    if kind is op.ANY:
        return c != 0x0A
    if kind is op.CATEGORY:
        return bool(re.match({op.CATEGORY_WORD: r"\w", op.CATEGORY_SPACE: r"\s"}[value], chr(c)))
    if kind is op.IN and value[0][0] is op.NEGATE:
        return not any(accepts(inner, c) for inner in value[1:])
    if kind is op.IN:
        return any(accepts(inner, c) for inner in value)
    assert kind in (op.LITERAL, op.RANGE)
    return c in named(item)


def placed(forms):
    """The tests in order, none of an alternative across two words, and bits where alternatives begin and end."""
    tests, anywhere, beginning, last = [], 0, 0, 0
    for begin, items in forms:
        if len(tests) // WORD_BITS != (len(tests) + len(items) - 1) // WORD_BITS:
            tests += [None] * (-len(tests) % WORD_BITS)
        beginning |= 1 << len(tests)
        anywhere |= (not begin) << len(tests)
        tests += items
        last |= 1 << len(tests) - 1
    return tests, anywhere, beginning, last


def hexes(bits, words):
    return ", ".join(f"0x{bits >> WORD_BITS * i & (1 << WORD_BITS) - 1:016x}" for i in range(words))


def encoding_table(name):
    """Sorted (character, byte) of the bytes that are no ASCII."""
    rows = sorted((ord(bytes([b]).decode(name)), b) for b in range(0x80, 0x100))
    assert rows[0][0] >= 0x80 and rows[-1][0] < 0xFFFD and len({c for c, _ in rows}) == 128
    assert ord(b"\x1a".decode(name)) == (0xFFFD if name.startswith("sloppy") else 0x1A)
    return "    {\n" + wrapped([f"{{{c:#x},{b:#x}}}," for c, b in rows], " " * 8) + "\n    },"


def main():
    clues = [{ord(c) for c in map(chr, range(0x10000)) if re.match(f"[{ftfy.chardata.UTF8_CLUES[name]}]", c)}
             for name in CLUES]
    tests, anywhere, beginning, last = placed(list(alternatives(ftfy.badness.BADNESS_RE)))
    words = -(-len(tests) // WORD_BITS)

    def signature(c):
        return (sum((t is not None and accepts(t, c)) << i for i, t in enumerate(tests)),
                sum((c in clue) << i for i, clue in enumerate(clues)))

    classes = {}
    for c in (SPACE, WORD, OTHER):
        classes.setdefault(signature(ord(c)), len(classes))
    assert len(classes) == 3
    rows = []
    for c in sorted({0x0A, ord("_")}.union(*clues, *(named(t) for t in tests if t))):
        kind = classes.setdefault(signature(c), len(classes))
        if rows and rows[-1][1:] == [c - 1, kind]:
            rows[-1][1] = c
        else:
            rows.append([c, c, kind])
    encodings = ftfy.chardata.CHARMAP_ENCODINGS
    assert encodings[0] == "latin-1" and len(classes) < 256 and rows[-1][1] < 0x10000
    tables = "\n".join(f"    /* {name} */\n{encoding_table(name)}" for name in encodings[1:])
    kinds = "\n".join(f"    {{{{{hexes(bits, words)}}}, {flags}}}," for bits, flags in classes)
    OUT.write_text(f"""/* SPDX-License-Identifier: Apache-2.0
 * Made by tools/tables/make_mojibake_tables.py from the data of ftfy {ftfy.__version__} (badness, chardata); do not edit. */
#ifndef DESCRY_TEXT_MOJIBAKE_TABLES_H
#define DESCRY_TEXT_MOJIBAKE_TABLES_H

#include <stdint.h>

/* Characters that the patterns cannot tell apart are of one kind.  Those that no pattern names: */
enum {{ KIND_SPACE, KIND_WORD, KIND_OTHER }};

typedef struct kind_range {{
    uint16_t first, last;
    uint8_t kind;
}} kind_range;

static const kind_range kind_ranges[{len(rows)}] = {{
{wrapped([f"{{{a:#x},{b:#x},{k}}}," for a, b, k in rows])}
}};

enum {{ {", ".join(f"{name.upper()} = {1 << i}" for i, name in enumerate(CLUES))} }};

/* A bit for each place in each of ftfy's patterns: which places a kind fits; and what it looks like as UTF-8. */
enum {{ PATTERN_WORDS = {words} }};

typedef struct kind {{
    uint64_t fits[PATTERN_WORDS];
    uint8_t clues;
}} kind;

static const kind kinds[{len(classes)}] = {{
{kinds}
}};

static const uint64_t pattern_first[PATTERN_WORDS] = {{{hexes(beginning, words)}}};
static const uint64_t pattern_first_anywhere[PATTERN_WORDS] = {{{hexes(anywhere, words)}}};
static const uint64_t pattern_last[PATTERN_WORDS] = {{{hexes(last, words)}}};

/* The encodings that are tried after Latin-1, in this order: their bytes from 0x80, sorted by what they stand for.
 * Sloppy ones let unassigned bytes stand for themselves, and 0x1A for U+FFFD. */
enum {{ ENCODINGS = {len(encodings) - 1}, SLOPPY_ENCODINGS = {sum(e.startswith("sloppy") for e in encodings)}, \
ENCODING_MACROMAN = {encodings.index("macroman") - 1} }};

typedef struct encoded {{
    uint16_t character;
    uint8_t byte;
}} encoded;

static const encoded encodings[ENCODINGS][128] = {{
{tables}
}};

#endif
""")
    assert [e.startswith("sloppy") for e in encodings[1:]] == sorted((e.startswith("sloppy") for e in encodings[1:]), reverse=True)


if __name__ == "__main__":
    sys.exit(main())
