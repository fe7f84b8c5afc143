#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/formats: one scene, a part of a picture of the gallery, in every format and kind, lying in eight ways
where the format can say so; and matrix.json: which picture each should look like, and how much (cosine of embeddings).

    python tools/goldens/make_scenes.py

Needs Pillow, numpy and, from Debian: imagemagick webp libheif-examples libjxl-tools libopenjp2-tools libtiff-tools
libimage-exiftool-perl."""

import io
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/data/formats"
LOSSLESS, LOSSY = 0.9999, 0.99
# the operation that turns an upright picture into what is stored with this orientation
STORED = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
          5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
          8: Image.Transpose.ROTATE_270}
matrix = {}


def lying(picture, orientation):
    return picture if orientation == 1 else picture.transpose(STORED[orientation])


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def keep(name, cosine, data=None, like="scene.png"):
    if data is not None:
        (HERE / name).write_bytes(data)
    assert (HERE / name).stat().st_size > 0
    matrix[name] = {"like": like, "cosine": cosine}


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def tool(name, cosine, *command, like="scene.png"):
    """Runs a command whose last word, the output, is added."""
    subprocess.run([*map(str, command), str(HERE / name)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    keep(name, cosine, like=like)


def by_pillow(scene, grey):
    palette = scene.quantize(200, dither=Image.Dither.NONE)
    keep("palette.png", LOSSY, saved(palette, "PNG"))
    keep("palette.gif", LOSSY, saved(palette, "GIF"))
    keep("q90.jpg", LOSSY, saved(scene, "JPEG", quality=90))
    keep("progressive.jpg", LOSSY, saved(scene, "JPEG", quality=90, progressive=True))
    keep("cmyk.jpg", LOSSY, saved(scene.convert("CMYK"), "JPEG", quality=92))
    keep("scene.bmp", LOSSLESS, saved(scene, "BMP"))
    keep("palette.bmp", LOSSY, saved(palette, "BMP"))
    keep("scene.ppm", LOSSLESS, saved(scene, "PPM"))
    keep("grey.pgm", LOSSLESS, saved(grey, "PPM"), like="grey.png")
    keep("cmyk.tif", LOSSLESS, saved(scene.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"))
    keep("palette.tif", LOSSY, saved(palette, "TIFF", compression="tiff_lzw"))
    keep("jpeg.tif", LOSSY, saved(scene, "TIFF", compression="jpeg", quality=90))
    keep("alpha.webp", LOSSLESS, saved(scene.convert("RGBA"), "WEBP", lossless=True, exact=True))
    keep("animated.webp", LOSSY, saved(scene, "WEBP", save_all=True, append_images=[grey.convert("RGB")], quality=90))
    keep("animated.gif", LOSSY, saved(palette, "GIF", save_all=True, append_images=[grey]))
    for o in range(1, 9):
        turned = lying(scene, o)
        keep(f"turned{o}.jpg", LOSSY, saved(turned, "JPEG", quality=90, exif=exif(o)))
        keep(f"turned{o}.png", LOSSY, saved(lying(scene.quantize(150), o), "PNG", exif=exif(o)))
        keep(f"turned{o}.webp", LOSSY, saved(turned, "WEBP", quality=90, exif=exif(o)))
        keep(f"turned{o}.tif", LOSSY, saved(turned, "TIFF", compression="jpeg", quality=80, tiffinfo={274: o}))
        keep(f"turned{o}.avif", LOSSY, saved(turned, "AVIF", quality=85, exif=exif(o)))


def by_magick(scene, grey):
    convert = lambda name, cosine, *options, like="scene.png": tool(name, cosine, "/usr/bin/convert", HERE / like, *options,
                                                                     like=like)
    convert("rgb16.png", LOSSLESS, "-depth", "16", "-define", "png:bit-depth=16", "-define", "png:color-type=2")
    convert("grey16.png", LOSSLESS, "-depth", "16", "-define", "png:bit-depth=16", "-define", "png:color-type=0", like="grey.png")
    convert("grey16.tif", LOSSLESS, "-depth", "16", "-compress", "lzw", like="grey.png")
    convert("grey16.pgm", LOSSLESS, "-depth", "16", like="grey.png")
    convert("rgb16.tif", LOSSLESS, "-depth", "16", "-endian", "MSB", "-compress", "zip")
    convert("tiled.tif", LOSSLESS, "-define", "tiff:tile-geometry=32x32", "-compress", "lzw")
    convert("planes.tif", LOSSLESS, "-interlace", "plane", "-compress", "zip")
    convert("rle8.bmp", LOSSY, "-colors", "200", "-compress", "RLE")
    convert("interlaced.png", LOSSLESS, "-interlace", "PNG")
    convert("interlaced.gif", LOSSY, "-interlace", "GIF")


def by_others(scene, folder):
    tool("q85.webp", LOSSY, "cwebp", "-q", "85", HERE / "scene.png", "-o")
    tool("lossless.webp", LOSSLESS, "cwebp", "-lossless", HERE / "scene.png", "-o")
    tool("lossless.jp2", LOSSLESS, "opj_compress", "-i", HERE / "scene.png", "-o")
    tool("lossy.jp2", LOSSY, "opj_compress", "-r", "8", "-I", "-i", HERE / "scene.png", "-o")
    tool("tiled.j2k", LOSSLESS, "opj_compress", "-t", "64,64", "-i", HERE / "scene.png", "-o")
    cjxl = lambda name, cosine, source, *options: tool(name, cosine, "cjxl", *options, source)
    cjxl("lossless.jxl", LOSSLESS, HERE / "scene.png", "-d", "0")
    cjxl("lossy.jxl", LOSSY, HERE / "scene.png", "-d", "1")
    tool("q80.heic", LOSSY, "heif-enc", "-q", "80", HERE / "scene.png", "-o")
    tool("q80.avif", LOSSY, "heif-enc", "-A", "-q", "80", HERE / "scene.png", "-o")
    tool("lossless.heic", LOSSLESS, "heif-enc", "-L", "-p", "chroma=444", "--matrix_coefficients=0", HERE / "scene.png", "-o")
    for o in range(1, 9):
        source = folder / f"turned{o}.jpg"
        source.write_bytes(saved(lying(scene, o), "JPEG", quality=90, exif=exif(o)))
        cjxl(f"turned{o}.jxl", LOSSY, source)
        source.write_bytes(saved(lying(scene, o), "JPEG", quality=98, subsampling=0, exif=exif(o)))
        # heif-enc does not say how a picture lies, so the properties of the AVIF are put in; its EXIF contradicts them
        tool(f"turned{o}.heic", LOSSY, "heif-enc", "-q", "92", source, "-o")
        turned = with_transforms((HERE / f"turned{o}.heic").read_bytes(), transforms_of((HERE / f"turned{o}.avif").read_bytes()))
        keep(f"turned{o}.heic", LOSSY, turned)


# ---- HEIC, turned -------------------------------------------------------------------------------------------------

def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def boxes(data):
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8:at + size]
        at += size


def with_transforms(heic, transforms):
    """A HEIC as heif-enc makes it of one picture, with these properties (boxes) added to what the item has."""
    added = b"".join(transforms)
    out = b""
    for kind, body in boxes(heic):
        if kind == b"meta":
            meta = b""
            for inner, data in boxes(body[4:]):
                if inner == b"iprp":
                    (_, ipco), (_, ipma) = boxes(data)
                    count = len(list(boxes(ipco)))
                    assert ipma[:8] == bytes(7) + b"\1"  # version 0, one item
                    more = ipma[11:] + bytes(0x80 | count + 1 + i for i in range(len(transforms)))
                    data = box(b"ipco", ipco + added) + box(b"ipma", ipma[:10] + bytes([len(more)]) + more)
                elif inner == b"iloc":
                    # version 0; offset, length and base offset of 4 bytes; items of one extent
                    assert data[:6] == b"\0\0\0\0\x44\x40" and len(data) == 8 + 18 * data[7]
                    for i in range(data[7]):
                        base = struct.unpack_from(">I", data, 12 + 18 * i)[0] + len(added) + len(transforms)
                        data = data[:12 + 18 * i] + struct.pack(">I", base) + data[16 + 18 * i:]
                meta += box(inner, data)
            body = body[:4] + meta
        out += box(kind, body)
    return out


def transforms_of(avif):
    """The boxes that say how an AVIF lies."""
    return [avif[avif.index(kind) - 4:avif.index(kind) + 5] for kind in (b"irot", b"imir") if kind in avif]


# ---- camera RAW ---------------------------------------------------------------------------------------------------

def ifd(entries, offset, next_ifd=0):
    """A directory at `offset`, its longer values behind it."""
    sizes = {1: "B", 2: "B", 3: "H", 4: "I", 5: "I", 7: "B", 10: "i"}
    head, tail = struct.pack("<H", len(entries)), b""
    at = offset + 2 + 12 * len(entries) + 4
    for tag, (kind, values) in sorted(entries.items()):
        count = len(values) // (2 if kind in (5, 10) else 1)
        data = struct.pack(f"<{len(values)}{sizes[kind]}", *values)
        if len(data) > 4:
            head += struct.pack("<HHII", tag, kind, count, at + len(tail))
            tail += data + bytes(len(data) % 2)
        else:
            head += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
    return head + struct.pack("<I", next_ifd) + tail


def dng(sensor, orientation, preview=None, preview_size=None):
    """A minimal DNG: sensor uint8 [h, w], RGGB, of sRGB's tone curve and colours; a JPEG as preview."""
    h, w = sensor.shape
    level = np.arange(256) / 255
    linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    pixels = {
        254: (4, [0]), 256: (4, [w]), 257: (4, [h]), 258: (3, [8]), 259: (3, [1]), 262: (3, [32803]), 277: (3, [1]),
        278: (4, [h]), 279: (4, [w * h]), 33421: (3, [2, 2]), 33422: (1, [0, 1, 1, 2]),
        50712: (3, [int(v) for v in np.round(linear * 65535)]), 50717: (4, [65535]), 50714: (4, [0]),
    }
    xyz_to_srgb = [3.2406, -1.5372, -0.4986, -0.9689, 1.8758, 0.0415, 0.0557, -0.2040, 1.0570]
    camera = {
        271: (2, list(b"descry\0")), 272: (2, list(b"test camera\0")), 274: (3, [orientation]),
        50706: (1, [1, 4, 0, 0]), 50707: (1, [1, 1, 0, 0]), 50708: (2, list(b"descry test camera\0")),
        50721: (10, [n for v in xyz_to_srgb for n in (round(v * 10000), 10000)]), 50728: (5, [1, 1, 1, 1, 1, 1]), 50778: (3, [21]),
    }
    at = 8
    if preview is None:
        first = {**pixels, **camera, 273: (4, [0])}
        second = None
    else:
        first = {**camera, 254: (4, [1]), 256: (4, [preview_size[0]]), 257: (4, [preview_size[1]]), 258: (3, [8, 8, 8]),
                 259: (3, [7]), 262: (3, [6]), 273: (4, [0]), 277: (3, [3]), 278: (4, [preview_size[1]]),
                 279: (4, [len(preview)]), 330: (4, [0])}
        second = {**pixels, 273: (4, [0])}
    size = len(ifd(first, at))
    if second is None:
        first[273] = (4, [at + size])
        return b"II*\0" + struct.pack("<I", at) + ifd(first, at) + sensor.tobytes()
    second_at = at + size
    data_at = second_at + len(ifd(second, second_at))
    first[330], first[273] = (4, [second_at]), (4, [data_at + w * h])
    second[273] = (4, [data_at])
    return b"II*\0" + struct.pack("<I", at) + ifd(first, at) + ifd(second, second_at) + sensor.tobytes() + preview


def mosaic(picture):
    a = np.asarray(picture)
    out = a[..., 1].copy()
    out[0::2, 0::2] = a[0::2, 0::2, 0]
    out[1::2, 1::2] = a[1::2, 1::2, 2]
    return out


def raws(scene):
    for o in range(1, 9):
        turned = lying(scene, o)
        # of another picture, so that it shows which of the two was taken
        grey = np.full((turned.height // 2, turned.width // 2), 90, np.uint8)
        keep(f"preview{o}.dng", LOSSY, dng(grey, o, saved(turned, "JPEG", quality=90), turned.size))
        twice = turned.resize((2 * turned.width, 2 * turned.height), Image.Resampling.LANCZOS)  # developed at half the size
        keep(f"sensor{o}.dng", LOSSY, dng(mosaic(twice), o))


# ---- what a picture says of itself ---------------------------------------------------------------------------------

def dated():
    """A picture of every format that can say when, where and with what it was taken."""
    tags = ("-DateTimeOriginal=2019:07:21 14:03:59", "-OffsetTimeOriginal=+02:00", "-Make=NIKON", "-Model=NIKON D90",
            "-GPSLatitude=48.137", "-GPSLatitudeRef=N", "-GPSLongitude=11.575", "-GPSLongitudeRef=E")
    for name in ("q90.jpg", "scene.png", "q85.webp", "q80.heic", "q80.avif", "lossy.jxl", "turned1.tif", "preview1.dng"):
        new = f"dated{name[name.index('.'):]}"
        (HERE / new).write_bytes((HERE / name).read_bytes())
        subprocess.run(["exiftool", "-q", "-q", "-m", "-overwrite_original", *tags, HERE / new], check=True)
        keep(new, matrix[name]["cosine"] if name in matrix else LOSSLESS)


def main():
    HERE.mkdir(parents=True, exist_ok=True)
    for old in HERE.iterdir():
        old.unlink()
    with Image.open(ROOT / "samples/gallery/0007.jpg") as picture:
        scene = picture.convert("RGB").crop((16, 40, 208, 184)).resize((128, 96), Image.Resampling.LANCZOS)
    grey = scene.convert("L")
    scene.save(HERE / "scene.png", optimize=True)
    grey.save(HERE / "grey.png", optimize=True)
    with tempfile.TemporaryDirectory() as folder:
        by_pillow(scene, grey)
        by_magick(scene, grey)
        by_others(scene, pathlib.Path(folder))
        raws(scene)
    dated()
    (HERE / "matrix.json").write_text(json.dumps(matrix, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
