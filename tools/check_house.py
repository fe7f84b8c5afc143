#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house that no compiler knows (docs/architecture.md):

- includes point down: a file includes only its own room and the rooms below it;
- each header compiles alone, as C;
- each source file names its licence in its first lines and stays under 600 lines (generated tables excepted);
- the library neither exits, aborts nor prints.

    python tools/check_house.py [ROOT]

Prints what is wrong and exits with 1.  It first makes sure, on a tree of its own, that each check can fail."""

import pathlib
import re
import subprocess
import sys
import tempfile

VERBS = "query store clip meta net"
MAY_INCLUDE = {  # room: rooms below it; every room may use itself and base
    "base": "", "kern": "", "text": "", "image": "", "meta": "", "net": "", "query": "",
    "model": "kern", "scan": "kern", "store": "scan", "clip": "model text image",
    "eval": VERBS + " kern", "verbs": VERBS + " image",
}
LIMIT = 600
FORBIDDEN = re.compile(r"\b(exit|_exit|abort|printf|puts|perror|putchar|assert)\s*\(")


def sources(root, *patterns):
    tracked = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard", *patterns],
                             capture_output=True, text=True)
    return [root / name for name in tracked.stdout.splitlines() if (root / name).is_file()]


def room_of(path, root):
    parts = path.relative_to(root).parts
    if parts[0] != "src":
        return parts[0]
    return parts[1] if len(parts) > 2 else "verbs"


def check_includes(root):
    for path in sources(root, "src/*.[ch]", "cmd/*.[ch]", "serve/*.[ch]", "examples/*.c"):
        room = room_of(path, root)
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
            if room in ("cmd", "serve", "examples"):
                good = name in ("descry.h", "descry_dev.h") or (path.parent / name).exists()
            elif name == "descry.h":
                good = True  # the vocabulary of errors and options
            else:
                target = name.split("/")[0] if "/" in name else "verbs"
                good = target in {room, "base"} | set(MAY_INCLUDE.get(room, "").split())
            if not good:
                yield f"{path.relative_to(root)} includes {name}"


def check_headers(root):
    for path in sources(root, "include/*.h", "src/*.h"):
        if path.name in ("body.h", "attention.h"):  # parts of a file, included in its middle
            continue
        done = subprocess.run(["cc", "-std=c11", "-D_XOPEN_SOURCE=700", "-fsyntax-only", "-Wno-unused", f"-I{root}/include",
                               f"-I{root}/src", "-x", "c", str(path)], capture_output=True, text=True)
        if done.returncode:
            yield f"{path.relative_to(root)} does not compile alone:\n{done.stderr}"


def check_files(root):
    for path in sources(root, "*.c", "*.h", "*.py", "*.sh", "run", ".ci/run", "*meson.build"):
        lines = path.read_text(errors="replace").splitlines()
        if "SPDX-License-Identifier: Apache-2.0" not in "".join(lines[:3]):
            yield f"{path.relative_to(root)} does not name its licence"
        if len(lines) > LIMIT and "do not edit" not in "".join(lines[:5]):
            yield f"{path.relative_to(root)} has {len(lines)} lines"


def check_library(root):
    for path in sources(root, "src/*.[ch]"):
        text = re.sub(r"/\*.*?\*/|\"(\\.|[^\"\\])*\"", "", path.read_text(), flags=re.S)
        for match in FORBIDDEN.finditer(text):
            yield f"{path.relative_to(root)} calls {match.group(1)}()"


CHECKS = (check_includes, check_headers, check_files, check_library)


def self_test():
    """Every check finds the fault that is there for it, and nothing in a good tree."""
    good = "/* SPDX-License-Identifier: Apache-2.0 */\n"
    faults = {
        check_includes: ("src/kern/a.c", good + '#include "model/b.h"\n'),
        check_headers: ("src/base/a.h", good + "unknown_t f(void);\n"),
        check_files: ("src/base/b.c", "int x;\n"),
        check_library: ("src/base/c.c", good + "void f(void) { abort(); }\n"),
    }
    for check, (name, text) in faults.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "-C", folder, "init", "-q"], check=True)
            (root / name).parent.mkdir(parents=True)
            (root / name).write_text(good)
            if list(check(root)):
                sys.exit(f"{check.__name__} objects to a good file")
            (root / name).write_text(text)
            if not list(check(root)):
                sys.exit(f"{check.__name__} cannot fail")


def main():
    self_test()
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if len(sys.argv) > 1 else root.parent.parent
    wrong = [line for check in CHECKS for line in check(root)]
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
