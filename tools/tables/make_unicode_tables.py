#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/entities.h and src/text/unicode_tables.h from the tables that the reference uses: Python's
html.entities, ftfy's chardata, and the letters and numbers of the `regex` package.

    python tools/tables/make_unicode_tables.py

Needs ftfy and regex."""

import html.entities
import pathlib
import sys

import ftfy.chardata
import regex

HERE = pathlib.Path(__file__).resolve().parents[2] / "src/text"
HTML, FTFY = 1, 2


def wrapped(items, indent="    "):
    lines, line = [], indent
    for item in items:
        if len(line) + len(item) + 1 > 118:
            lines.append(line.rstrip())
            line = indent
        line += item + " "
    return "\n".join([*lines, line.rstrip()])


def entities():
    """Sorted names without '&', each with up to three characters and who knows it."""
    table = {}
    for name, value in html.entities.html5.items():
        table[name] = [value, HTML]
    for name, value in ftfy.chardata.HTML_ENTITIES.items():
        entry = table.setdefault(name[1:], [value, 0])
        assert entry[0] == value and name[0] == "&"
        entry[1] |= FTFY
    rows = sorted(table.items(), key=lambda item: item[0].encode())
    offsets, at = [], 0
    for name, _ in rows:
        offsets.append(at)
        at += len(name) + 1
    assert at < 65536 and all(len(v) <= 3 for _, (v, _) in rows)
    return f"""/* SPDX-License-Identifier: Apache-2.0
 * Made by tools/tables/make_unicode_tables.py from Python's html.entities (HTML 5's names) and ftfy's chardata (which adds
 * upper-cased ones); do not edit. */
#ifndef DESCRY_TEXT_ENTITIES_H
#define DESCRY_TEXT_ENTITIES_H

#include <stdint.h>

enum {{ ENTITIES = {len(rows)}, ENTITY_HTML = {HTML}, ENTITY_FTFY = {FTFY} }};

/* Names without '&', in byte order, each ended by NUL. */
static const char entity_names[] =
{wrapped([f'"{name}' + chr(92) + '0"' for name, _ in rows])};

static const uint16_t entity_offsets[ENTITIES] = {{
{wrapped([f"{o}," for o in offsets])}
}};

static const uint8_t entity_known_to[ENTITIES] = {{
{wrapped([f"{flags}," for _, (_, flags) in rows])}
}};

static const uint32_t entity_values[ENTITIES][3] = {{
{wrapped(["{" + ",".join(f"{ord(c):#x}" for c in value) + "}," for _, (value, _) in rows])}
}};

#endif
"""


def ranges(pattern):
    """Ranges of the characters that match, as first and last."""
    out, match = [], regex.compile(pattern, regex.IGNORECASE).match
    for c in range(sys.maxunicode + 1):
        if 0xD800 <= c <= 0xDFFF or not match(chr(c)):
            continue
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def range_table(name, rows):
    return f"""static const uint32_t {name}[{len(rows)}][2] = {{
{wrapped([f"{{{a:#x},{b:#x}}}," for a, b in rows])}
}};
"""


def replacements(name, table):
    rows = sorted((c, v) for c, v in table.items())
    assert all(1 <= len(v) <= 3 for _, v in rows)
    return f"""static const replacement {name}[{len(rows)}] = {{
{wrapped(["{" + f"{c:#x},{{" + ",".join(f"{ord(x):#x}" for x in v) + "}}," for c, v in rows])}
}};
"""


def unicode_tables():
    c1 = {}
    for byte in range(0x80, 0xA0):
        try:
            c1[byte] = bytes([byte]).decode("windows-1252")
        except UnicodeDecodeError:
            pass
    controls, run = [], None
    for c in sorted(ftfy.chardata.CONTROL_CHARS):
        if run and run[1] == c - 1:
            run[1] = c
        else:
            run = [c, c]
            controls.append(run)
    # classes as the reference's pattern sees them, which ignores case
    parts = [range_table("letters", ranges(r"[\p{L}]")), range_table("numbers", ranges(r"[\p{N}]")),
             range_table("unmatched", ranges(r"(?![\p{L}])(?![\p{N}])(?![^\s\p{L}\p{N}])\S")),
             range_table("controls", controls), replacements("c1_controls", c1),
             replacements("ligatures", ftfy.chardata.LIGATURES), replacements("widths", ftfy.chardata.WIDTH_MAP)]
    return f"""/* SPDX-License-Identifier: Apache-2.0
 * Made by tools/tables/make_unicode_tables.py from the regex package {regex.__version__} (letters, numbers) and ftfy's
 * chardata; do not edit. */
#ifndef DESCRY_TEXT_UNICODE_TABLES_H
#define DESCRY_TEXT_UNICODE_TABLES_H

#include <stdint.h>

/* A character and what it becomes, ended by 0 when shorter than three. */
typedef struct replacement {{
    uint32_t from, to[3];
}} replacement;

""" + "\n".join(parts) + "\n#endif\n"


def main():
    (HERE / "entities.h").write_text(entities())
    (HERE / "unicode_tables.h").write_text(unicode_tables())


if __name__ == "__main__":
    main()
