#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/immich.json: pictures preprocessed as Immich's machine learning service does it, by Pillow.

Immich makes a picture RGB first (Image.convert, so that transparency is dropped), does not rotate it, resizes its shorter side to
S and the other to int(ratio * S), ratio the quotient of both in double, and crops S x S at int(w / 2 - S / 2), int(h / 2 - S / 2);
or, with resize_mode "squash", resizes to S x S.  Shapes of which Pillow 13 takes the passes in another order than older ones, which
Immich has, are left out.

Needs Pillow and numpy."""
import json
import pathlib
import zlib

import numpy
from PIL import Image

SHAPES = [(640, 480, 224), (480, 641, 224), (333, 500, 224), (501, 333, 336), (223, 224, 224), (224, 225, 224), (100, 77, 256),
          (1000, 30, 32), (31, 997, 32), (299, 299, 224), (45, 31, 24), (49, 30, 10), (30, 49, 10)]
MODES = ["RGB", "L", "LA", "RGBA", "CMYK", "P", "1", "I;16", "I"]


def source(w, h, bands):
    """As in tests/golden/test_resize.c."""
    x, y, k = numpy.meshgrid(numpy.arange(w), numpy.arange(h), numpy.arange(bands), indexing="xy")
    return (7 * x + 13 * y + 29 * k + x * y % 31 + (x * x + 3 * (k + 1) * y * y) // 17) & 255


def picture(mode, w, h):
    bands = {"RGB": 3, "LA": 2, "RGBA": 4, "CMYK": 4}.get(mode, 1)
    values = source(w, h, bands)
    if mode == "1":
        return Image.fromarray(((values[..., 0] > 127) * 255).astype("uint8"), "L").convert("1", dither=Image.Dither.NONE)
    if mode == "I;16":
        return Image.frombytes("I;16", (w, h), (3 * values[..., 0]).astype("<u2").tobytes())
    if mode == "I":
        return Image.frombytes("I", (w, h), (2 * values[..., 0] - 100).astype("<i4").tobytes())
    image = Image.frombytes(mode, (w, h), values.astype("uint8").tobytes())
    if mode == "P":
        image.putpalette([value & 255 for i in range(256) for value in (i + 7, 3 * i + 7, 5 * i + 7)])
    return image


def prepare(image, size, squash):
    image = image.convert("RGB")
    w, h = image.size
    if squash:
        return image.resize((size, size), Image.Resampling.BICUBIC)
    if w < h:
        image = image.resize((size, int((h / w) * size)), Image.Resampling.BICUBIC)
    else:
        image = image.resize((int((w / h) * size), size), Image.Resampling.BICUBIC)
    left, top = int(image.width / 2 - size / 2), int(image.height / 2 - size / 2)
    return image.crop((left, top, left + size, top + size))


def main():
    rows = []
    for i, (w, h, size) in enumerate(SHAPES):
        for mode in MODES if i in (2, 10) else ["RGB"]:
            for squash in (False, True):
                if squash and h > size and h - size > 2 * (w - size):
                    continue
                pixels = prepare(picture(mode, w, h), size, squash).tobytes()
                rows.append({"mode": mode, "width": w, "height": h, "size": size, "resize_mode": "squash" if squash else "shortest",
                             "crc32": f"{zlib.crc32(pixels):08x}"})
    out = pathlib.Path(__file__).parents[2] / "tests/golden/immich.json"
    out.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    print(f"{out}: {len(rows)} rows")


if __name__ == "__main__":
    main()
