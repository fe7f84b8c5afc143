#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/text/bert_tables.h: classes of characters as the `tokenizers` package has them, whose tables are older than
Unicode's, asked character by character.

usage: make_bert_tables.py > src/text/bert_tables.h
"""
from tokenizers import normalizers, pre_tokenizers

CHARACTERS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
OFF = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}


def ranges(matches):
    found = []
    for c in filter(matches, CHARACTERS):
        if found and found[-1][1] == c - 1:
            found[-1][1] = c
        else:
            found.append([c, c])
    return found


def table(name, what, matches):
    print(f"\n/* {what} */\nstatic const uint32_t {name}[][2] = {{")
    line = ""
    for low, high in ranges(matches):
        item = f"{{0x{low:X}, 0x{high:X}}},"
        if len(line) + len(item) > 110:
            print("   " + line)
            line = ""
        line += " " + item
    print("   " + line + "\n};")


clean = normalizers.BertNormalizer(**{**OFF, "clean_text": True})
strip = normalizers.BertNormalizer(**{**OFF, "strip_accents": True})
cut = pre_tokenizers.BertPreTokenizer()
print("/* SPDX-License-Identifier: Apache-2.0\n * Made by tools/tables/make_bert_tables.py with tokenizers 0.21.  Do not edit. */")
print("#ifndef DESCRY_TEXT_BERT_TABLES_H\n#define DESCRY_TEXT_BERT_TABLES_H\n\n#include <stdint.h>")
table("bert_removed", "what clean_text takes away", lambda c: clean.normalize_str(chr(c)) == "")
table("bert_accents", "what strip_accents takes away, of what is decomposed", lambda c: strip.normalize_str(chr(c)) == "")
table("bert_punctuation", "what is a word by itself", lambda c: len(cut.pre_tokenize_str(f"a{chr(c)}a")) == 3)
print("\n#endif")
