#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes damaged files from small good ones and runs descry on them: bits flipped, truncated at every boundary of a part, and wrong
values in every field of a length, count, size or offset, in every container format.  The same seed makes the same
files.

    python tools/odd_files.py [--descry build/cmd/descry] [--keep FOLDER] [--seed N] [--flips N] [--slow S] FILE...

Without files: those of tests/data.  Each odd file is given to `descry preprocess`.  Reports how many were read and how many
refused, the most memory and time that a file of each format took, and by name every file that crashed the program, made it
hang for a minute, or took more than 200 MB.  Exit status 1 when there was one."""
import argparse
import collections
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIES = (0, 1, 2, 3, 0x7F, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF, 1 << 63)
SPARE_MB = 200


class Parts:
    """Offsets of a file's parts, and its fields of lengths and offsets: (offset, bytes, byte order)."""

    def __init__(self):
        self.borders, self.fields = set(), set()

    def number(self, data, at, size, order="big"):
        if at + size > len(data):
            return 0
        self.fields.add((at, size, order))
        return int.from_bytes(data[at:at + size], order)


def jpeg(data, parts, at=2):
    while at + 4 <= len(data) and data[at] == 0xFF:
        parts.borders.add(at)
        marker, length = data[at + 1], parts.number(data, at + 2, 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            for where, size in ((4, 1), (5, 2), (7, 2), (9, 1), (10, 1), (11, 1), (12, 1)):
                parts.number(data, at + where, size)
        if marker in (0xC4, 0xDB, 0xDD, 0xDA):
            for i in range(4, min(24, 2 + length)):
                parts.number(data, at + i, 1)
        if marker == 0xE1 and data[at + 4:at + 10] == b"Exif\0\0":
            tiff(data, parts, at + 10)
        at += 2 + length
        if marker == 0xDA:
            while at + 2 <= len(data) and not (data[at] == 0xFF and data[at + 1] not in (0, *range(0xD0, 0xD8))):
                at += 1


def png(data, parts):
    at = 8
    while at + 12 <= len(data):
        parts.borders.update((at, at + 8))
        length = parts.number(data, at, 4)
        for i in range(0, min(length, 13), 4 if data[at + 4:at + 8] == b"IHDR" else 13):
            parts.number(data, at + 8 + i, 4)
        at += 12 + length


def webp(data, parts):
    parts.number(data, 4, 4, "little")
    at = 12
    while at + 8 <= len(data):
        parts.borders.update((at, at + 8))
        length = parts.number(data, at + 4, 4, "little")
        for i in range(0, 12, 3):
            parts.number(data, at + 8 + i, 3, "little")
        at += 8 + length + length % 2


def gif(data, parts):
    for at in range(6, 13, 2):
        parts.number(data, at, 2, "little")
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while at < len(data):
        parts.borders.add(at)
        if data[at] == 0x2C:
            for i in (1, 3, 5, 7):
                parts.number(data, at + i, 2, "little")
            parts.number(data, at + 9, 1)
            at += 11 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0)
        elif data[at] == 0x21:
            at += 2
        else:
            return
        while at < len(data) and (length := parts.number(data, at, 1)):
            at += 1 + length
        at += 1


def tiff(data, parts, base=0):
    if data[base:base + 2] not in (b"II", b"MM"):
        return
    order = "big" if data[base:base + 2] == b"MM" else "little"
    sizes = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
    todo, seen = [parts.number(data, base + 4, 4, order)], set()
    while todo:
        place = todo.pop()
        if place in seen or not 0 < place or base + place + 2 > len(data):
            continue
        seen.add(place)
        at = base + place
        parts.borders.add(at)
        count = parts.number(data, at, 2, order)
        for i in range(min(count, 60)):
            entry = at + 2 + 12 * i
            tag = parts.number(data, entry, 2, order)
            kind, n = parts.number(data, entry + 2, 2, order), parts.number(data, entry + 4, 4, order)
            value = parts.number(data, entry + 8, 4, order)
            parts.number(data, entry + 8, 2, order)
            where = base + value if sizes.get(kind, 0) * n > 4 else entry + 8
            parts.borders.add(where)
            for k in range(min(n, 3) if kind in (3, 4) else 0):
                parts.number(data, where + k * sizes[kind], sizes[kind], order)
            if tag in (34665, 34853, 330):
                todo += [parts.number(data, where + 4 * k, 4, order) for k in range(min(n, 4))] if n > 1 else [value]
        todo.append(parts.number(data, at + 2 + 12 * count, 4, order))


FULL = {b"meta": 4, b"uuid": 16}
HOLDERS = {b"meta", b"iprp", b"ipco", b"moov", b"trak", b"mdia", b"minf", b"stbl", b"jp2h", b"dinf", b"grpl", b"iref"}
CANON = b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"


def boxes(data, parts, begin=0, end=None, depth=0):
    at, end = begin, len(data) if end is None else end
    while at + 8 <= end:
        parts.borders.update((at, at + 8))
        length, kind = parts.number(data, at, 4), data[at + 4:at + 8]
        length = length if 8 <= length <= end - at else end - at
        body = at + 8 + FULL.get(kind, 0)
        if kind in HOLDERS and depth < 8:
            boxes(data, parts, body + (4 if kind == b"iref" else 0), at + length, depth + 1)
        elif kind == b"uuid" and data[at + 8:at + 24] == CANON:
            boxes(data, parts, body, at + length, depth + 1)
        elif kind in (b"CMT1", b"CMT2", b"CMT4"):
            tiff(data, parts, at + 8)
        elif kind in (b"mdat", b"jxlc", b"jp2c", b"idat"):
            if kind == b"jp2c":
                j2k(data, parts, at + 8)
            else:
                for i in range(0, 16, 2):
                    parts.number(data, at + 8 + i, 2)
        else:
            for i in range(8, min(length, 72), 2):
                parts.number(data, at + i, 2)
                if i % 4 == 0:
                    parts.number(data, at + i, 4)
        at += length


def j2k(data, parts, at=0):
    at += 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        parts.borders.add(at)
        length = parts.number(data, at + 2, 2)
        for i in range(4, min(length + 2, 50)):
            parts.number(data, at + i, 1)
            if i % 2 == 0:
                parts.number(data, at + i, 4)
        if data[at + 1] == 0x93:
            return
        at += 2 + length


def jxl(data, parts):
    if data[:2] == b"\xFF\x0A":
        for i in range(2, min(40, len(data))):
            parts.number(data, i, 1)
    else:
        boxes(data, parts)


def header(data, parts):
    for i in range(2, min(70, len(data))):
        parts.number(data, i, 1)
        parts.number(data, i, 4, "little")


def raf(data, parts):
    for at in range(84, 108, 4):
        parts.number(data, at, 4)
    jpeg(data, parts, int.from_bytes(data[84:88], "big") + 2)


def mrw(data, parts):
    parts.number(data, 4, 4)
    at = 8
    while at + 8 <= len(data):
        parts.borders.update((at, at + 8))
        length = parts.number(data, at + 4, 4)
        if data[at:at + 4] == b"\0TTW":
            tiff(data, parts, at + 8)
        for i in range(8, min(length, 48), 2):
            parts.number(data, at + i, 2)
        at += 8 + length


WALKERS = {"jpg": jpeg, "png": png, "webp": webp, "gif": gif, "tif": tiff, "dng": tiff, "heic": boxes, "avif": boxes, "jxl": jxl,
           "jp2": boxes, "j2k": j2k, "bmp": header, "pbm": header, "pgm": header, "ppm": header,
           "cr3": boxes, "raf": raf, "mrw": mrw}


def odd_files(name, data, chance, flips):
    """(what was done, bytes) for each odd file of one good one."""
    parts = Parts()
    WALKERS[name.rsplit(".", 1)[1]](data, parts)
    for _ in range(flips):
        odd = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(min(len(odd), 1 << chance.randrange(5, 24)))
            odd[at] ^= 1 << chance.randrange(8)
        yield "flip", bytes(odd)
    for at in sorted(parts.borders):
        for where in (at, at + 1, at + 4):
            if 0 < where < len(data):
                yield f"cut-{where}", data[:where]
    for at, size, order in sorted(parts.fields):
        now = int.from_bytes(data[at:at + size], order)
        lies = {lie for lie in (*LIES, now + 1, now - 1, 2 * now, now + 1000) if 0 <= lie < 1 << 8 * size and lie != now}
        for lie in chance.sample(sorted(lies), min(4, len(lies))):
            yield f"lie-{at}-{size}-{lie:x}", data[:at] + lie.to_bytes(size, order) + data[at + size:]


def attempt(descry, path, work):
    """Exit status, peak MB, seconds."""
    start = time.monotonic()
    with open(work / "err", "wb") as err:
        child = subprocess.Popen([descry, "preprocess", "--model", "demo", "--rgb", "--npy", work / "npy", path],
                                 stdout=subprocess.DEVNULL, stderr=err)
        timer = threading.Timer(60, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss / 1024, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--descry", default=ROOT / "build/cmd/descry")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for those that break something")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, default=40, help="files with flipped bits for each good one")
    parser.add_argument("--most", type=int, default=400, help="odd files for each good one")
    parser.add_argument("--slow", type=float, default=5, help="name files that take so many seconds")
    options = parser.parse_args()
    files = options.files or [path for path in sorted((ROOT / "tests/data").rglob("*.*"))
                              if path.suffix[1:] in WALKERS and path.stat().st_size < 20000 and "bombs" not in path.parts]
    table, findings = collections.defaultdict(lambda: [0, 0, 0.0, 0.0]), []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        for path in files:
            chance = random.Random(f"{options.seed} {path.name}")
            odd = list(odd_files(path.name, path.read_bytes(), chance, options.flips))
            for what, data in chance.sample(odd, min(options.most, len(odd))):
                trial = work / f"{path.stem}-{what}{path.suffix}"
                trial.write_bytes(data)
                status, peak, seconds = attempt(options.descry, trial, work)
                row = table[path.suffix[1:]]
                row[0] += 1
                row[1] += status == 0
                row[2], row[3] = max(row[2], peak), max(row[3], seconds)
                if status not in (0, 1, 3) or peak > SPARE_MB or seconds > options.slow:
                    findings.append(f"{trial.name}: status {status}, {peak:.0f} MB, {seconds:.1f} s: "
                                    + (work / "err").read_text(errors="replace").strip()[-200:])
                    if options.keep:
                        options.keep.mkdir(parents=True, exist_ok=True)
                        (options.keep / trial.name).write_bytes(data)
                trial.unlink()
    print(f"{'format':8}{'files':>8}{'read':>8}{'most MB':>9}{'most s':>8}")
    for name, (count, read, peak, seconds) in sorted(table.items()):
        print(f"{name:8}{count:8}{read:8}{peak:9.0f}{seconds:8.2f}")
    print(f"{sum(row[0] for row in table.values())} odd files of {len(files)}, {len(findings)} findings")
    print("\n".join(findings))
    return len(findings) > 0


if __name__ == "__main__":
    sys.exit(main())
