#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/jxl: lossy JPEG XL with profiles that libjxl has no name for, each with the plain picture (sRGB, as
PNG) that it shows; boxes that Brotli packed.

Needs Pillow, numpy and, from Debian: libjxl-tools brotli.
"""
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/data/jxl"

SRGB = np.array([[0.4360747, 0.3850649, 0.1430804], [0.2225045, 0.7168786, 0.0606169], [0.0139322, 0.0971045, 0.7141733]])
ADOBE = np.array([[0.6097559, 0.2052401, 0.1492240], [0.3111242, 0.6256560, 0.0632197], [0.0194811, 0.0608902, 0.7448387]])
WIDE = np.array([[0.7976749, 0.1351917, 0.0313534], [0.2880402, 0.7118741, 0.0000857], [0.0, 0.0, 0.8252100]])


def s15(*values):
    return b"XYZ \0\0\0\0" + struct.pack(f">{len(values)}i", *(round(v * 65536) for v in values))


def gamma(g):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(g * 256)) + b"\0\0"


def profile(g, primaries=None):
    """ICC.1:2001: matrix and gamma, relative to D50; grey without primaries."""
    text = b"odd\0"
    tags = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78 + 1), b"cprt": b"text\0\0\0\0none\0\0\0\0",
            b"wtpt": s15(0.9642, 1, 0.8249)}
    if primaries is None:
        tags[b"kTRC"] = gamma(g)
    else:
        for i, c in enumerate(b"rgb"):
            tags[bytes([c]) + b"XYZ"] = s15(*primaries[:, i])
            tags[bytes([c]) + b"TRC"] = gamma(g)
    table, data = struct.pack(">I", len(tags)), b""
    for tag, value in tags.items():
        value += bytes(-len(value) % 4)
        table += tag + struct.pack(">II", 132 + 12 * len(tags) + len(data), len(value))
        data += value
    kind = b"GRAY" if primaries is None else b"RGB "
    size = 128 + len(table) + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02100000, b"mntr", kind, b"XYZ ") + struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    head += b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + data


def linear(levels):
    v = np.asarray(levels) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def encoded(levels, g, primaries=None):
    """The same colours as of sRGB's levels, in another space."""
    light = linear(levels)
    if primaries is not None:
        light = np.clip(light @ (np.linalg.inv(primaries) @ SRGB).T, 0, 1)
    return np.round(255 * light ** (1 / g)).astype(np.uint8)


def cjxl(picture, icc, *options):
    with tempfile.TemporaryDirectory() as folder:
        picture.save(f"{folder}/a.png", icc_profile=icc)
        subprocess.run(["cjxl", *options, f"{folder}/a.png", f"{folder}/a.jxl"], check=True, capture_output=True)
        return pathlib.Path(f"{folder}/a.jxl").read_bytes()


def brotli(data):
    return subprocess.run(["brotli", "-c", "-q", "9", "-w", "24"], input=data, stdout=subprocess.PIPE, check=True).stdout


def main():
    HERE.mkdir(exist_ok=True)
    with Image.open(ROOT / "tests/data/formats/scene.png") as picture:
        scene = picture.convert("RGB")
    levels, grey = np.asarray(scene), np.asarray(scene.convert("L"))
    alpha = np.full(grey.shape, 255, np.uint8)
    alpha[:10] = 100
    files = {
        "adobe": Image.fromarray(encoded(levels, 2.2, ADOBE)), "wide": Image.fromarray(encoded(levels, 1.8, WIDE)),
        "grey": Image.fromarray(encoded(grey, 1.8)), "alpha": Image.fromarray(np.dstack([encoded(levels, 2.2, ADOBE), alpha])),
    }
    profiles = {"adobe": profile(2.2, ADOBE), "wide": profile(1.8, WIDE), "grey": profile(1.8), "alpha": profile(2.2, ADOBE)}
    for name, picture in files.items():
        (HERE / f"{name}.jxl").write_bytes(cjxl(picture, profiles[name], "-d", "1"))
    # without loss, the profile is ignored, as in every format
    (HERE / "lossless.jxl").write_bytes(cjxl(files["adobe"], profiles["adobe"], "-d", "0"))
    files["adobe"].save(HERE / "lossless.png", optimize=True)
    tiff = (ROOT / "tests/data/formats/dated.jxl").read_bytes()
    at = tiff.index(b"Exif\0\0\0\0") + 8
    tiff = tiff[at:at + struct.unpack(">I", tiff[at - 12:at - 8])[0] - 12]
    (HERE / "exif.br").write_bytes(brotli(bytes(4) + tiff))
    (HERE / "exif-large.br").write_bytes(brotli(bytes(4) + tiff + bytes(300000)))
    (HERE / "bomb.br").write_bytes(brotli(bytes(4) + tiff + bytes(300 << 20)))
    (HERE / "xmp.br").write_bytes(brotli(
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description rdf:about='' xmlns:exif='http://ns.adobe.com/exif/1.0/' "
        b"exif:DateTimeOriginal='2019-07-21T14:03:59+02:00'/></rdf:RDF></x:xmpmeta>"))


if __name__ == "__main__":
    main()
