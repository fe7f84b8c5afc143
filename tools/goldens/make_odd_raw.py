#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/raw: camera RAW files with JPEGs that are previews and JPEGs that are not; lossy DNG; CR3, RAF and MRW
with what they say of their picture.

A preview is green, a thumbnail blue, what is no preview red; the sensor's data shows tests/data/formats/scene.png or, of
the others, grey.  Needs Pillow, numpy and, from Debian: libimage-exiftool-perl.
"""
import io
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

from make_scenes import ifd

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/data/raw"
GREEN, BLUE, RED = (40, 200, 60), (40, 60, 200), (200, 40, 60)
XYZ_TO_SRGB = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570]
MATRIX = {50721: (10, [n for v in XYZ_TO_SRGB for n in (round(v * 10000), 10000)]), 50778: (3, [21])}
CAMERA = {271: (2, list(b"descry\0")), 272: (2, list(b"test camera\0")), 274: (3, [1]), 50706: (1, [1, 4, 0, 0]),
          50707: (1, [1, 4, 0, 0]), 50708: (2, list(b"descry test camera\0")), **MATRIX, 50728: (5, [1, 1, 1, 1, 1, 1])}
TAGS = ("-DateTimeOriginal=2019:07:21 14:03:59", "-OffsetTimeOriginal=+02:00", "-Make=NIKON", "-Model=NIKON D90",
        "-GPSLatitude=48.137", "-GPSLatitudeRef=N", "-GPSLongitude=11.575", "-GPSLongitudeRef=E")


def jpeg(picture, **options):
    out = io.BytesIO()
    picture.save(out, "JPEG", **{"quality": 90, **options})
    return out.getvalue()


def plain(colour, width, height):
    return jpeg(Image.new("RGB", (width, height), colour), quality=75)


def directory(kind, width, height, compression, parts, photometric, bands=3, bits=8, tile=None):
    """Entries, and the parts that they are to point to."""
    entries = {254: (4, [kind]), 256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * bands), 259: (3, [compression]),
               262: (3, [photometric]), 277: (3, [bands]), 284: (3, [1])}
    lengths = [len(part) for part in parts]
    if tile:
        entries |= {322: (4, [tile[0]]), 323: (4, [tile[1]]), 324: (4, [0] * len(parts)), 325: (4, lengths)}
    else:
        entries |= {273: (4, [0] * len(parts)), 278: (4, [-(-height // len(parts))]), 279: (4, lengths)}
    return entries, parts


def build(first, *subs):
    """A TIFF: its first directory, those of SubIFDs, the data."""
    places, at = [], 8
    if subs:
        first[0][330] = (4, [0] * len(subs))
    for entries, _ in (first, *subs):
        places.append(at)
        at += len(ifd(entries, at))
        at += at % 2
    if subs:
        first[0][330] = (4, places[1:])
    data = b""
    for entries, parts in (first, *subs):
        offsets = []
        for part in parts:
            offsets.append(at + len(data))
            data += part + bytes(len(part) % 2)
        entries[324 if 324 in entries else 273] = (4, offsets)
    out = b"II*\0" + struct.pack("<I", 8)
    for place, (entries, _) in zip(places, (first, *subs)):
        out = out.ljust(place, b"\0") + ifd(entries, place)
    return out.ljust(at, b"\0") + data


def grey_sensor():
    entries, parts = directory(0, 96, 64, 1, [bytes([90]) * (96 * 64)], 32803, 1)
    return entries | {33421: (3, [2, 2]), 33422: (1, [0, 1, 1, 2]), 50714: (4, [0]), 50717: (4, [255])}, parts


def preview(colour, width, height, kind=1, photometric=6, parts=1):
    return directory(kind, width, height, 7, [plain(colour, width, height // parts)] * parts, photometric)


def camera(d):
    d[0].update(CAMERA)
    return d


def previews():
    thumbnail = lambda: camera(preview(BLUE, 96, 64))
    red = plain(RED, 1024, 768)
    lossy = directory(0, 2048, 768, 34892, [red, red], 34892, tile=(1024, 768))
    yield "lossy-and-preview.dng", build(thumbnail(), lossy, preview(GREEN, 640, 520))
    cfa = directory(0, 1024, 768, 7, [red], 32803, 1)
    cfa[0].update({33421: (3, [2, 2]), 33422: (1, [0, 1, 1, 2])})
    yield "cfa-and-preview.dng", build(thumbnail(), cfa, preview(GREEN, 640, 520))
    linear = directory(0, 1024, 768, 7, [red], 34892)
    yield "linear-and-preview.dng", build(thumbnail(), linear, preview(GREEN, 640, 520))
    # without the lengths of its tiles
    bare = directory(0, 2048, 768, 34892, [red, red], 34892, tile=(1024, 768))
    del bare[0][325]
    yield "no-lengths-and-preview.dng", build(thumbnail(), bare, preview(GREEN, 640, 520))
    mask = preview(RED, 1024, 768, 65540, 52527)
    yield "mask-and-preview.dng", build(thumbnail(), grey_sensor(), mask, preview(GREEN, 640, 520))
    # a preview in strips is not seen as one of them
    yield "strips-and-preview.dng", build(thumbnail(), grey_sensor(), preview(RED, 640, 2080, parts=2), preview(GREEN, 640, 520))
    # of two, the larger is cut off
    broken = preview(RED, 800, 600)
    broken = broken[0], [broken[1][0][:-900]]
    yield "broken-and-preview.dng", build(thumbnail(), grey_sensor(), preview(GREEN, 640, 520), broken)
    four = jpeg(Image.new("CMYK", (512, 64), (10, 200, 30, 40)))
    yield "four-components.dng", build(thumbnail(), directory(0, 512, 64, 34892, [four], 34892, tile=(512, 64)))
    # nothing but thumbnails beside sensor data that nobody can read
    unread = directory(0, 96, 64, 52546, [b"\xFF\x0A" + bytes(64)], 34892)
    yield "thumbnail-only.dng", build(thumbnail(), unread)


# ---- lossy DNG -----------------------------------------------------------------------------------------------------

def linear(levels):
    v = np.asarray(levels, float) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def tiles(levels, side):
    h, w = levels.shape[:2]
    levels = np.pad(levels, [(0, -h % side), (0, -w % side)] + [(0, 0)] * (levels.ndim - 2), "edge")
    return [jpeg(Image.fromarray(levels[y:y + side, x:x + side]), quality=95, subsampling=0)
            for y in range(0, h, side) for x in range(0, w, side)]


def lossy(scene):
    levels = np.asarray(scene)
    h, w = levels.shape[:2]
    table = [int(v) for v in np.round(linear(np.arange(256)) * 65535)]
    white = {50717: (4, [65535] * 3), 50714: (3, [0] * 3)}

    def dng(levels, more, side=64, camera_more=()):
        bands = 3 if levels.ndim == 3 else 1
        if side:
            d = directory(0, w, h, 34892, tiles(levels, side), 34892, bands, tile=(side, side))
        else:
            d = directory(0, w, h, 34892, [jpeg(Image.fromarray(levels), quality=95, subsampling=0)], 34892, bands)
            d[0][278] = (4, [0xFFFFFFFF])  # rows in it: all
        d[0].update(more)
        thumbnail = camera(preview(BLUE, 32, 24))
        thumbnail[0].update(camera_more)
        return build(thumbnail, d)

    yield "table.dng", dng(levels, {50712: (3, table), **white})
    yield "strip.dng", dng(levels, {50712: (3, table), **white}, side=None)
    # of gamma 2, which a polynomial of degree 2 undoes
    root = np.round(255 * np.sqrt(linear(levels))).astype(np.uint8)
    opcode = struct.pack(">8I", 0, 0, h, w, 0, 3, 1, 1) + struct.pack(">I3d", 2, 0, 0, 1)
    yield "polynomial.dng", dng(root, {51009: (7, list(struct.pack(">5I", 1, 8, 0x01030000, 0, len(opcode)) + opcode))})
    # its black is not 0, its grey not grey
    balance, black = np.array([0.5, 1.0, 0.8]), 16
    shot = np.round(black + (255 - black) * np.sqrt(linear(levels) * balance)).astype(np.uint8)
    square = [round(65535 * max(0, (i - black) / (255 - black)) ** 2 * 0.9 + 6553.5) for i in range(256)]
    yield "balance.dng", dng(shot, {50712: (3, square), 50717: (4, [65535] * 3), 50714: (5, [65535, 10] * 3)},
                             camera_more={50728: (5, [5, 10, 1, 1, 8, 10])})
    yield "grey.dng", dng(np.asarray(scene.convert("L")), {50712: (3, table), 50717: (4, [65535]), 50714: (3, [0])})


# ---- not TIFF ------------------------------------------------------------------------------------------------------

def box(kind, *data):
    body = b"".join(data)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def exif_of(picture, *tags):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.jpg"
        path.write_bytes(picture)
        subprocess.run(["exiftool", "-q", "-q", "-m", "-n", "-overwrite_original", *tags, path], check=True)
        return path.read_bytes()


def ascii(text):
    return (2, list(text.encode() + b"\0"))


def tiff(entries):
    return b"II*\0" + struct.pack("<I", 8) + ifd(entries, 8)


def others():
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    preview_id = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
    cmt1 = tiff({271: ascii("NIKON"), 272: ascii("NIKON D90"), 274: (3, [6]), 306: ascii("2020:01:01 00:00:00")})
    cmt2 = tiff({36867: ascii("2019:07:21 14:03:59"), 36881: ascii("+02:00")})
    cmt4 = tiff({1: ascii("N"), 2: (5, [48137, 1000, 0, 1, 0, 1]), 3: ascii("E"), 4: (5, [11575, 1000, 0, 1, 0, 1])})
    small = plain(BLUE, 160, 120)
    thumbnail = box(b"THMB", struct.pack(">IHHIHH", 0, 160, 120, len(small), 1, 0), small)
    large = plain(GREEN, 640, 520)
    shown = box(b"uuid", preview_id, bytes(8), box(b"PRVW", struct.pack(">IHHHHI", 0, 1, 640, 520, 1, len(large)), large))
    ftyp = box(b"ftyp", b"crx \0\0\0\1crx isom")
    said = box(b"CCTP", bytes(12)), box(b"CMT1", cmt1), box(b"CMT2", cmt2), box(b"CMT3", tiff({1: (3, [1])})), box(b"CMT4", cmt4)
    yield "canon.cr3", ftyp + box(b"moov", box(b"uuid", canon, *said, thumbnail)) + shown + box(b"mdat", bytes(400))
    # in another order, with long sizes and a full-size JPEG in mdat
    long = lambda kind, data: struct.pack(">I4sQ", 1, kind, 16 + len(data)) + data
    yield "canon-full.cr3", (ftyp + box(b"free", b"x") + long(b"moov", box(b"uuid", preview_id) + box(
        b"uuid", canon, thumbnail, *said[::-1])) + shown.replace(large, plain(RED, 600, 512).ljust(len(large), b"\0")) +
        struct.pack(">I4s", 0, b"mdat") + bytes(100) + large)
    shot = exif_of(plain(GREEN, 640, 520), *TAGS, "-Orientation=6")
    head = b"FUJIFILMCCD-RAW 0201FF389501X-T0".ljust(84, b"\0") + struct.pack(">II", 148, len(shot))
    yield "fuji.raf", head.ljust(148, b"\0") + shot + bytes(500)
    # only a small preview, and sensor data that nobody can read
    shot = exif_of(plain(BLUE, 160, 120), *TAGS, "-Orientation=6")
    head = b"FUJIFILMCCD-RAW 0201FF389501X-T0".ljust(84, b"\0") + struct.pack(">II", 148, len(shot))
    yield "fuji-small.raf", head.ljust(148, b"\0") + shot + bytes(500)
    whole = exif_of(plain(BLUE, 96, 64), *TAGS, "-Orientation=6")
    at = whole.index(b"Exif\0\0")
    ttw = whole[at + 6:at - 2 + struct.unpack(">H", whole[at - 2:at])[0]]
    blocks = b"\0PRD" + struct.pack(">I", 24) + bytes(24) + b"\0TTW" + struct.pack(">I", len(ttw)) + ttw
    yield "minolta.mrw", b"\0MRM" + struct.pack(">I", len(blocks)) + blocks + plain(GREEN, 640, 520)


def main():
    HERE.mkdir(exist_ok=True)
    with Image.open(ROOT / "tests/data/formats/scene.png") as picture:
        scene = picture.convert("RGB")
    for name, data in (*previews(), *lossy(scene), *others()):
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
