#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a folder of synthetic photos, each of its own colours and shape, with dates, cameras and places in their EXIF, for
measurements on large libraries.

    bench/make_library.py FOLDER [COUNT]     100,000 of them take 0.5 GB and some minutes

They are 240 x 160 pixels or upright, in 100 folders, taken between 2005 and 2024."""
import datetime
import pathlib
import random
import sys

import numpy as np
from PIL import Image

CAMERAS = [("NIKON", "NIKON D90"), ("Canon", "Canon EOS 5D"), ("FUJIFILM", "X-T3"), ("Apple", "iPhone 12")]


def picture(rng, number):
    """A gradient between two colours with a bright box somewhere."""
    width, height = (240, 160) if number % 4 else (160, 240)
    a, b, c = (rng.integers(0, 256, 3) for _ in range(3))
    ramp = np.linspace(0, 1, width)[None, :, None]
    pixels = np.broadcast_to(a * (1 - ramp) + b * ramp, (height, width, 3)).astype(np.uint8).copy()
    x, y = rng.integers(0, width - 40), rng.integers(0, height - 40)
    pixels[y:y + 40, x:x + 40] = c
    return Image.fromarray(pixels)


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 100000
    rng, choose = np.random.default_rng(1), random.Random(1)
    begin = datetime.datetime(2005, 1, 1)
    for number in range(count):
        into = folder / f"{number * 100 // count:03}"
        into.mkdir(parents=True, exist_ok=True)
        make, model = choose.choice(CAMERAS)
        exif = Image.Exif()
        exif[271], exif[272] = make, model
        exif.get_ifd(0x8769)[0x9003] = (begin + datetime.timedelta(seconds=choose.randrange(20 * 365 * 86400))).strftime("%Y:%m:%d %H:%M:%S")
        picture(rng, number).save(into / f"{number:06}.jpg", quality=80, exif=exif)


if __name__ == "__main__":
    main()
