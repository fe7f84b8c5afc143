#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the binary interface that descry.h describes with the recorded one, descry.abi beside this file.

The header's declarations are compiled as if they were the library: tools/check_house.py sees to it that the real one
exports just these.  So the record holds types and functions of the header, and none of what happens to be behind it.  (Constants
that no function has in its types, such as the numbers of errors, it does not hold.)

    python tests/abi/check.py [--record]

A difference is an error until it is recorded, on purpose, with --record: in the same commit as the change.  What a program
that was built before can live with: functions more, and members more at the end of a struct."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEADER = HERE.parent.parent / "include/descry.h"
RECORD = HERE / "descry.abi"
ABIDW = ["abidw", "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--no-architecture",
         "--type-id-style", "hash"]
MUTANTS = [  # each is a change that a program built before would not survive
    ("    int dim;               /* E", "    int64_t dim;           /* E"),
    ("    const char *cpu;", "    const char *other;\n    const char *cpu;"),
    ("    DESCRY_DECODE_BEAM,", "    DESCRY_DECODE_OTHER,\n    DESCRY_DECODE_BEAM,"),
    ("DESCRY_API void descry_free(void *memory);", ""),
    ("    char message[1000];", "    char message[2000];"),
]


def record(header, folder):
    """The interface of a header's text, as abidw writes it."""
    text = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
    text, functions = re.subn(r"(DESCRY_API\b[^;{}]*?\));", r"\1 { __builtin_unreachable(); }", text)
    if functions != len(re.findall(r"^DESCRY_API ", text, re.M)):
        sys.exit("not all functions of descry.h were found")
    (folder / "descry.c").write_text(text)
    library = folder / "libdescry.so"
    subprocess.run(["gcc", "-std=c11", "-w", "-g", "-O0", "-shared", "-fPIC", "-fno-eliminate-unused-debug-types",
                    "-Wl,-soname,libdescry.so.0", "-o", library, folder / "descry.c"], check=True)
    made = folder / "descry.abi"
    subprocess.run([*ABIDW, "--out-file", made, library], check=True)
    return made


def difference(made):
    """What abidiff has to say; "": nothing."""
    done = subprocess.run(["abidiff", "--harmless", RECORD, made], capture_output=True, text=True)
    if done.returncode & 3:
        sys.exit(f"abidiff: {done.stderr}")
    return done.stdout if done.returncode else ""


def main():
    header = HEADER.read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        made = record(header, folder)
        if sys.argv[1:] == ["--record"]:
            shutil.copyfile(made, RECORD)
            return 0
        changes = difference(made)
        if changes:
            print(f"{changes}\nThe binary interface has changed: when that is meant, record it with\n"
                  "    python3 tests/abi/check.py --record")
        missed = 0
        for before, after in MUTANTS:
            if header.count(before) != 1:
                sys.exit(f"{before!r} is not in descry.h once")
            if not difference(record(header.replace(before, after), folder)):
                print(f"not seen: {before!r} -> {after!r}")
                missed += 1
        return 1 if changes or missed else 0


if __name__ == "__main__":
    sys.exit(main())
