#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/pictures: a small picture of every kind that descry reads, and expected.json, the CRC-32 of the RGB
bytes that open_clip's transform (shortest, bicubic, 24 pixels) gives for each: "reference", of the file as it is, and
"upright", of the picture turned by EXIF and made RGB first.

    python tools/goldens/make_pictures.py

Needs Pillow, numpy, torch and open_clip_torch, and what picture_formats.py names.  Where Pillow cannot resize a mode,
"reference" is null."""

import io
import json
import pathlib
import zlib

import numpy as np
from open_clip.transform import image_transform
from PIL import Image, ImageOps

from picture_formats import more_pictures

HERE = pathlib.Path(__file__).resolve().parents[2] / "tests/data/pictures"
SIZE = 24


def source(w=45, h=31, bands=3):
    y, x, k = np.mgrid[0:h, 0:w, 0:bands]
    return ((9 * x + 5 * y + 60 * k + (x * y) % 23 + (x // 8 + y // 8 + k) % 2 * 90) & 255).astype(np.uint8)


def pictures():
    """Names, pictures and how to save them."""
    rgb = Image.fromarray(source())
    yield "rgb.png", rgb, {}
    yield "rgb.jpg", rgb, {"quality": 90}
    yield "subsampled.jpg", rgb, {"quality": 75, "subsampling": 2}
    yield "progressive.jpg", rgb, {"quality": 80, "progressive": True}
    yield "grey.jpg", rgb.convert("L"), {"quality": 90}
    yield "cmyk.jpg", rgb.convert("CMYK"), {"quality": 95}
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"turned{orientation}.jpg", rgb, {"quality": 95, "exif": exif}
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned6.png", rgb, {"exif": exif}
    yield "grey.png", rgb.convert("L"), {}
    yield "grey-alpha.png", Image.fromarray(source(bands=4)).convert("LA"), {}
    yield "rgba.png", Image.fromarray(source(bands=4)), {}
    yield "palette.png", rgb.quantize(200), {}
    yield "palette4.png", rgb.quantize(5), {"bits": 4}
    yield "palette-clear.png", rgb.quantize(9), {"transparency": 3}
    yield "bilevel.png", rgb.convert("1"), {}
    yield "grey16.png", Image.fromarray(source(bands=1)[..., 0].astype(np.uint16) * 250), {}
    yield "tiny.png", Image.fromarray(source(1, 1)), {}
    yield "narrow.png", Image.fromarray(source(2, 90)), {}


def chunk(name, data):
    body = name + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def raw_png(w, h, depth, colour, rows, interlace=0):
    """A PNG of kinds that Pillow does not write."""
    head = w.to_bytes(4, "big") + h.to_bytes(4, "big") + bytes([depth, colour, 0, 0, interlace])
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def raw_pictures():
    grey = source(bands=1)[..., 0]
    packed = lambda bits: b"".join(b"\0" + np.packbits(np.unpackbits(row[:, None] >> (8 - bits), axis=1)[:, 8 - bits:].ravel())
                                   .tobytes() for row in grey)
    yield "grey2.png", raw_png(45, 31, 2, 0, packed(2))
    yield "grey4.png", raw_png(45, 31, 4, 0, packed(4))
    for name, colour, bands in (("rgb16.png", 2, 3), ("grey-alpha16.png", 4, 2), ("rgba16.png", 6, 4)):
        wide = source(bands=bands).astype(">u2") * 251
        yield name, raw_png(45, 31, 16, colour, b"".join(b"\0" + row.astype(">u2").tobytes() for row in wide))


def crc(picture, steps):
    try:
        for step in steps:
            picture = step(picture)
    except ValueError:
        return None
    return f"{zlib.crc32(np.asarray(picture).tobytes()):08x}"


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    files = {name: data for name, data in raw_pictures()}
    for name, picture, options in pictures():
        out = io.BytesIO()
        picture.save(out, "JPEG" if name.endswith("jpg") else "PNG", **options)
        files[name] = out.getvalue()
    files.update(more_pictures(source))
    steps = image_transform(SIZE, False).transforms[:-2]
    expected = {}
    for name, data in sorted(files.items()):
        (HERE / name).write_bytes(data)
        picture = Image.open(io.BytesIO(data))
        mode = picture.mode
        upright = ImageOps.exif_transpose(picture)
        if mode.startswith("I"):  # its high byte, where Pillow's own conversion would clip
            high = 23 if name.startswith("signed") else 8
            upright = Image.fromarray(np.clip(np.asarray(upright).astype(int) >> high, 0, 255).astype(np.uint8))
        expected[name] = {"mode": mode, "reference": crc(picture, steps), "upright": crc(upright.convert("RGB"), steps)}
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
