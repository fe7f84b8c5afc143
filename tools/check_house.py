#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house that no compiler knows (docs/architecture.md):

- includes point down: a file includes only its own room and the rooms below it;
- files with headers of their own do not need each other's, in a circle;
- each header compiles alone, as C;
- each source file names its licence in its first lines and stays under 600 lines (generated tables and the installed
  header excepted, which there is one of);
- the library neither exits, aborts nor prints;
- with BUILD, a folder with a finished build, the library has no mutable globals, and exports what its headers declare:
  descry.h's names as DESCRY_0, descry_dev.h's as DESCRY_PRIVATE.

    python tools/check_house.py [BUILD]

Prints what is wrong and exits with 1.  It first makes sure, on trees of its own, that each check can fail."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

MAY_INCLUDE = {  # room: rooms below it; every room may use itself and base
    "base": "", "kern": "", "text": "", "meta": "", "net": "", "query": "kern meta",
    "npz": "kern", "image": "meta", "scan": "kern", "tensors": "kern", "layers": "tensors kern", "generate": "kern", "model": "generate layers tensors kern", "store": "scan text", "hub": "net", "clip": "generate model layers text image kern hub",
    "heads": "kern tensors", "label": "api kern", "eval": "kern npz",
    "decoders": "image meta", "decode": "decoders image meta", "pictures": "decoders image", "api": "pictures decoders clip heads eval image kern meta net hub",
    "library": "api query store kern", "thumbs": "library api decoders image",
    "search": "library api query net decoders image heads kern", "caption": "library pictures decoders api image meta store",
    "index": "caption library pictures", "exchange": "library decoders api image npz",
}
LIMIT = 600
FORBIDDEN = re.compile(r"\b(exit|_exit|_Exit|quick_exit|abort|raise|printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|"
                       r"perror|putchar|assert)\s*\(|\b(stdout|stderr|STDOUT_FILENO|STDERR_FILENO)\b")
PARTS = ("body.h",)  # after what it needs, not alone
NOT_OURS = re.compile(r"build|\.git$|\.venv$|\.cache$|__pycache__$")  # folders


def files(root):
    """Paths below root, without what builds leave behind.  Not from git, which a copy of the tree may not have."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not NOT_OURS.match(name))
        yield from (pathlib.Path(folder, name) for name in sorted(names))


def sources(root, room, suffixes):
    return [path for path in files(root / room) if path.suffix in suffixes.split()]


def room_of(path, root):
    parts = path.relative_to(root).parts
    if parts[0] != "src":
        return parts[0]
    return parts[1] if len(parts) > 2 else "src"


def check_includes(root):
    for path in [path for room in ("src", "decode", "cmd", "serve", "examples")
                 for path in sources(root, room, ".c .h")]:
        room = room_of(path, root)
        for bracket, name in re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', path.read_text(), re.M):
            if bracket == "<" and not (root / "src" / name).is_file():
                continue  # the system's
            if room in ("cmd", "serve", "examples"):
                beside = ".." not in name and any((folder / name).is_file() for folder in (path.parent, root / room))
                good = name in ("descry.h", "descry_dev.h", "serve/serve.h") or beside or (room == "serve" and name == "ui/json.h")
            elif name in ("descry.h", "descry_dev.h"):
                good = True  # the vocabulary of errors and options
            else:
                target = os.path.normpath(name).split("/")[0] if "/" in name else room_of(path.parent / name, root)
                good = target in {room, "base"} | set(MAY_INCLUDE.get(room, "").split())
            if not good:
                yield f"{path.relative_to(root)} includes {name}"


def included(path, root):
    """The files of the house that `path` includes."""
    for name in re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', path.read_text(), re.M):
        for folder in (root / "src", root / "cmd", path.parent):
            if (folder / name).is_file():
                yield pathlib.Path(os.path.normpath(folder / name))
                break


def check_circles(root):
    """A file and its header are one; a header alone, which several files share, is whoever includes it."""
    paths = [path for room in ("src", "cmd") for path in sources(root, room, ".c .h")]
    needs = {}
    for path in paths:
        needs.setdefault(path.with_suffix(""), set()).update(other.with_suffix("") for other in included(path, root))
    whole = {path.with_suffix("") for path in paths if path.suffix == ".c" and path.with_suffix(".h") in paths}
    reach = {}
    for start in needs:
        seen, left = set(), [start]
        while left:
            new = needs.get(left.pop(), set()) - seen
            seen |= new
            left += new
        reach[start] = seen
    for one in sorted(whole):
        for other in sorted(reach[one] & whole):
            if one < other and one in reach[other]:
                yield f"{one.relative_to(root)} and {other.relative_to(root)} need each other"


def check_headers(root):
    for path in sources(root, "include", ".h") + sources(root, "src", ".h"):
        if path.name in PARTS:
            continue
        done = subprocess.run(["cc", "-std=c11", "-D_XOPEN_SOURCE=700", "-fsyntax-only", "-Wno-unused", f"-I{root}/include",
                               f"-I{root}/src", "-x", "c", str(path)], capture_output=True, text=True)
        if done.returncode:
            yield f"{path.relative_to(root)} does not compile alone:\n{done.stderr}"


def check_files(root):
    for path in files(root):
        if path.suffix not in (".c", ".h", ".py", ".sh") and path.name not in ("run", "meson.build", "meson_options.txt"):
            continue
        lines = path.read_text(errors="replace").splitlines()
        if "SPDX-License-Identifier: Apache-2.0" not in "".join(lines[:3]):
            yield f"{path.relative_to(root)} does not name its licence"
        if len(lines) > LIMIT and path.name != "descry.h" and "do not edit" not in "".join(lines[:5]):
            yield f"{path.relative_to(root)} has {len(lines)} lines"


def check_library(root):
    for path in sources(root, "src", ".c .h"):
        text = re.sub(r"/\*.*?\*/|\"(\\.|[^\"\\\n])*\"", "", path.read_text(), flags=re.S)
        for match in FORBIDDEN.finditer(text):
            yield f"{path.relative_to(root)} uses {match.group(1) or match.group(2)}"


def check_globals(root, objects):
    """Variables in the writable sections of the objects; constants that hold addresses are in .data.rel.ro."""
    if not objects:
        yield "no objects to look for globals in"
    for path in objects:
        table = subprocess.run(["objdump", "-t", path], capture_output=True, text=True, check=True).stdout
        for section, name in re.findall(r" O (\.data|\.bss|\.tdata|\.tbss|\*COM\*|\.data\.(?!rel\.ro)\S+|\.bss\.\S+)\t\S+ +(?:\.hidden )?(\S+)",
                                        table):
            yield f"{path.name}: {name} is a mutable global ({section})"


def declared(header):
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
    return set(re.findall(r"DESCRY_API\b[^;(]*?\b(descry_\w+)\s*\(", text))


def check_exports(root, listing):
    """`listing`: what nm -D --defined-only prints of the library."""
    exported = {tuple(line.split()[-1].split("@@")) for line in listing.splitlines() if " A " not in line}
    wanted = {(name, "DESCRY_0") for name in declared(root / "include/descry.h")}
    wanted |= {(name, "DESCRY_PRIVATE") for name in declared(root / "include/descry_dev.h")}
    for name, *node in sorted(exported ^ wanted):
        yield f"{name} is {'exported' if (name, *node) in exported else 'not exported'} as {' '.join(node) or 'nothing'}"


CHECKS = (check_includes, check_circles, check_headers, check_files, check_library)
GOOD = "/* SPDX-License-Identifier: Apache-2.0 */\n"
FAULTS = [  # (check, file, what is wrong with it)
    (check_includes, "src/kern/a.c", GOOD + '#include "model/b.h"\n'),  # up
    (check_includes, "src/text/a.h", GOOD + '#include "image/b.h"\n'),  # sideways
    (check_includes, "src/base/a.c", GOOD + '#include "kern/b.h"\n'),
    (check_includes, "src/store/sub/a.c", GOOD + '#include "clip/b.h"\n'),
    (check_includes, "src/search/a.c", GOOD + '#include "index/b.h"\n'),  # a neighbour's
    (check_includes, "src/a.c", GOOD + '#include "store/b.h"\n'),  # no room
    (check_includes, "src/clip/a.c", GOOD + '#include "../store/b.h"\n'),
    (check_includes, "src/clip/a.c", GOOD + " #  include <clip/../store/b.h>\n"),
    (check_includes, "cmd/a.c", GOOD + '#include "base/error.h"\n'),  # past descry.h
    (check_includes, "cmd/a.c", GOOD + '#include "../src/base/error.h"\n'),
    (check_circles, "src/base/a.h", GOOD + '#include "base/error.h"\n'),
    (check_circles, "src/base/a.h", GOOD + '#include "base/b.h"\n'),  # around a header that has no file
    (check_headers, "src/base/a.h", GOOD + "unknown_t f(void);\n"),
    (check_files, "src/base/b.c", "int x;\n"),
    (check_files, "tools/b.py", "import this\n"),
    (check_files, "src/base/b.c", GOOD + "\n" * LIMIT),
    (check_library, "src/base/c.c", GOOD + "void f(void) { abort(); }\n"),
    (check_library, "src/base/c.c", GOOD + 'void f(void) { fprintf(stream, "x"); }\n'),
    (check_library, "src/base/c.c", GOOD + "void f(void) { use(stderr); }\n"),
]


def self_test():
    """Every check finds the faults that are there for it, and nothing in a good tree."""
    for check, name, text in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for other, start in ((name, ""), ("src/store/b.h", ""), ("src/base/b.h", '#include "base/error.h"\n'),
                                 ("src/base/error.h", ""), ("src/base/a.c", '#include "base/a.h"\n'),
                                 ("src/base/a.h", ""), ("src/base/error.c", '#include "base/a.h"\n')):
                (root / other).parent.mkdir(parents=True, exist_ok=True)
                (root / other).write_text((GOOD if other.endswith((".c", ".h")) else "# " + GOOD) + start)
            if list(check(root)):
                sys.exit(f"{check.__name__} objects to a good file")
            (root / name).write_text(text)
            if not list(check(root)):
                sys.exit(f"{check.__name__} does not see what is wrong with {name}: {text}")
    with tempfile.TemporaryDirectory() as folder:
        for text, bad in (("static const char *const a[] = {\"x\"}; const char *const *f(void) { return a; }", 0),
                          ("int f(void) { static int a; return ++a; }", 1), ("int a = 1;", 1)):
            pathlib.Path(folder, "a.c").write_text(text)
            subprocess.run(["cc", "-fPIC", "-c", "a.c"], cwd=folder, check=True)
            if len(list(check_globals(folder, [pathlib.Path(folder, "a.o")]))) != bad:
                sys.exit(f"check_globals is wrong about {text}")
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "include").mkdir()
        (root / "include/descry.h").write_text("DESCRY_API const char *descry_a(void); /* DESCRY_API int descry_x(void); */")
        (root / "include/descry_dev.h").write_text("DESCRY_API int\ndescry_b(int x);")
        good = ["0 T descry_a@@DESCRY_0", "0 T descry_b@@DESCRY_PRIVATE", "0 A DESCRY_0@@DESCRY_0"]
        if list(check_exports(root, "\n".join(good))):
            sys.exit("check_exports objects to what is declared")
        for bad in (good[:1], [*good, "0 T descry_c@@DESCRY_0"], [good[0], "0 T descry_b@@DESCRY_0"], ["0 T descry_a", good[1]]):
            if not list(check_exports(root, "\n".join(bad))):
                sys.exit(f"check_exports sees nothing wrong with {bad}")


def main():
    self_test()
    root = pathlib.Path(__file__).resolve().parent.parent
    wrong = [line for check in CHECKS for line in check(root)]
    if len(sys.argv) > 1:
        wrong += check_globals(root, sorted(pathlib.Path(sys.argv[1]).glob("lib*.a.p/**/*.o")) +
                               sorted(pathlib.Path(sys.argv[1]).glob("src/**/lib*.a.p/**/*.o")))
        wrong += check_exports(root, subprocess.run(["nm", "-D", "--defined-only", pathlib.Path(sys.argv[1], "libdescry.so")],
                                                    capture_output=True, text=True, check=True).stdout)
    print("\n".join(wrong), end="\n" if wrong else "")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
