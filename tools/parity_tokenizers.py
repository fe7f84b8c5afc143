#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares descry's ids with those of open_clip's HFTokenizer.

usage: parity_tokenizers.py [--build BUILD] [--count N] [--show N] [--keep] FOLDER...

Each folder holds a tokenizer.json, or a model of SentencePiece (and a tokenizer_config.json).  N texts (2400), the same in
every run: words, characters of 50 blocks of Unicode, mixtures, emoji, odd spaces, special tokens spelled out; and the texts of
tests/golden.  Each with every way of cleaning, at 64, 32 and 16 ids.  --keep puts a row into docs/coverage.json, named as the
folder.
"""
import argparse
import json
import os
import random
import subprocess
import sys

import coverage_file

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

BLOCKS = [
    (0x61, 0x7A), (0xC0, 0xFF), (0x100, 0x24F), (0x250, 0x2AF), (0x370, 0x3FF), (0x400, 0x4FF), (0x531, 0x587),
    (0x5D0, 0x5EA), (0x620, 0x64F), (0x710, 0x72F), (0x780, 0x7B1), (0x900, 0x97F), (0x985, 0x9D7), (0xA05, 0xA4D),
    (0xA85, 0xACD), (0xB05, 0xB4D), (0xB85, 0xBCD), (0xC05, 0xC4D), (0xC85, 0xCCD), (0xD05, 0xD4D), (0xD85, 0xDD6),
    (0xE01, 0xE3A), (0xE81, 0xEB9), (0xF40, 0xF84), (0x1000, 0x104F), (0x10A0, 0x10FF), (0xAC00, 0xD7A3), (0x1100, 0x11FF),
    (0x1200, 0x137F), (0x13A0, 0x13F5), (0x1780, 0x17D3), (0x1820, 0x1878), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF),
    (0x2000, 0x206F), (0x2070, 0x209C), (0x2100, 0x214F), (0x2190, 0x21FF), (0x2200, 0x22FF), (0x2460, 0x24FF),
    (0x2700, 0x27BF), (0x3041, 0x309F), (0x30A0, 0x30FF), (0x3105, 0x312F), (0x4E00, 0x9FFF), (0x3300, 0x33FF),
    (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F300, 0x1F64F), (0x1F900, 0x1FAFF),
    (0x20000, 0x2A6DF), (0x300, 0x36F),
]
WORDS = (
    "a photo of the red apple on table cat dog running in park sunset over mountains it's don't they're we've I'm she'll "
    "he'd child playing with ball beach people Café naïve über straße 2024 3.14 100% e-mail user@example.com "
    "http://x.org/a?b=c&d=e #tag C++ 50€ <b>bold</b> &amp; &lt;3 _under_score_ ALLCAPS CamelCase $5.99 (brackets) [UNK] "
    "</s> <s> <pad> [SEP] [MASK] <mask> <eos> <unk> ▁ ▁▁ ... --- !!! ?? \"quoted\" ‘single’ “double” 日本語 中文字符 한국어 "
    "русский текст עברית العربية हिन्दी ไทย 👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️ e\u0301 ﬁ ² ½ Ⅷ ㍿ ｶﾞ İstanbul ΣΊΣΥΦΟΣ ς \u200b \u00ad \u200d "
    "\ufeff x\u0300\u0301"
).split(" ")
SPACES = [" "] * 12 + ["  ", "   ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2003", "\u2028", "\u0085", " \n ", ""]


def made_texts(count, seed):
    """Texts of words, of characters of one block, of both."""
    rng = random.Random(seed)
    texts = []
    for i in range(count):
        kind, text = rng.random(), ""
        for _ in range(rng.randint(0, 14) if rng.random() < 0.9 else rng.randint(20, 60)):
            if kind < 0.35 or (kind > 0.75 and rng.random() < 0.4):
                word = rng.choice(WORDS)
            elif kind < 0.75:
                word = "".join(chr(rng.randint(*BLOCKS[i % len(BLOCKS)])) for _ in range(rng.randint(1, 9)))
            else:
                word = "".join(chr(rng.randint(*rng.choice(BLOCKS))) for _ in range(rng.randint(1, 6)))
            text += (word.upper() if rng.random() < 0.05 else word) + rng.choice(SPACES)
        texts.append(text)
    return texts


def golden_texts():
    with open(os.path.join(ROOT, "tests/golden/openclip-golden.json"), encoding="utf-8") as file:
        return [row["text"] for row in json.load(file)["tokenizer"]]


def ours(program, folder, clean, strip, length, texts):
    data = b"".join(text.encode() + b"\0" for text in texts)
    result = subprocess.run([program, folder, clean, "STRIP" if strip else "KEEP", str(length)], input=data,
                            capture_output=True, check=False)
    if result.returncode:
        sys.exit(f"{folder}: {result.stderr.decode().strip()}")
    return [[int(id) for id in line.split()] for line in result.stdout.decode().splitlines()], result.stderr.decode().strip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    from open_clip.tokenizer import HFTokenizer

    texts = [text for text in made_texts(options.count, 18) + golden_texts() if "\0" not in text]
    program = os.path.join(options.build, "tests/golden/hub_ids")
    failed = 0
    for folder in options.folders:
        unequal = set()
        for clean, strip, length in [("canonicalize", False, 64), ("whitespace", True, 32), ("lower", False, 16)]:
            reference = HFTokenizer(folder, context_length=length, clean=clean, strip_sep_token=strip)
            strip = strip and reference.tokenizer.sep_token_id is not None
            reference.strip_sep_token = strip
            theirs = reference(texts).tolist()
            mine, said = ours(program, folder, clean, strip, length, texts)
            other = [i for i in range(len(texts)) if mine[i] != theirs[i]]
            failed += len(other)
            unequal.update(other)
            print(f"{folder}: {clean}{' without separators' if strip else ''}, {length}: "
                  f"{len(texts) - len(other)} of {len(texts)} texts equal; {said}")
            for i in other[: options.show]:
                print(f"  {texts[i]!r}\n    theirs {reference.tokenizer.convert_ids_to_tokens(theirs[i])}\n"
                      f"    ours   {reference.tokenizer.convert_ids_to_tokens(mine[i])}")
        if options.keep:
            coverage_file.keep("tokenizers", {"name": os.path.basename(folder), "vocabulary": len(reference.tokenizer),
                                              "texts": len(texts), "equal": len(texts) - len(unequal)})
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
