# SPDX-License-Identifier: Apache-2.0
"""Small pictures in the formats beside JPEG and PNG that Pillow reads, for make_pictures.py: written by Pillow,
ImageMagick (convert) and libtiff's tools (tiffcp), and by hand where these do not write a kind."""

import io
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image


def saved(picture, kind, **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def converted(data, ending, *options, tool="/usr/bin/convert"):
    """What ImageMagick, or tiffcp, makes of `data`."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "in"), pathlib.Path(folder, "out." + ending)
        source.write_bytes(data)
        subprocess.run([tool, *options, source, target] if tool == "tiffcp" else [tool, source, *options, target], check=True)
        return target.read_bytes()


# ---- BMP ---------------------------------------------------------------------------------------------------------

def rows(a, bits):
    """Rows of whole numbers (h, w) or pixels of bytes (h, w, n), packed and padded to 4 bytes."""
    for row in a:
        if bits < 8:
            packed = np.packbits(np.unpackbits(row[:, None], axis=1)[:, 8 - bits:].ravel()).tobytes()
        else:
            packed = row.astype({8: "u1", 16: "<u2", 24: "u1", 32: "<u4"}[bits]).tobytes()
        yield packed + bytes(-len(packed) % 4)


def bmp(w, h, bits, pixels, colours=(), compression=0, masks=(), header=40, top_down=False):
    entry = 3 if header == 12 else 4
    palette = b"".join(bytes(c[::-1]) + bytes(entry - 3) for c in colours)
    tail = b"".join(struct.pack("<I", m) for m in masks)
    if header == 12:
        head = struct.pack("<IHHHH", 12, w, h, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", header, w, -h if top_down else h, 1, bits, compression, len(pixels), 2835, 2835,
                           len(colours), 0)
        head += (tail + bytes(header))[:header - 40] if header > 40 else tail
    offset = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + head + palette + pixels


def runs(a, bits):
    """RLE8 or RLE4 of (h, w), from below: rows in turn as runs, as they are, and with steps over zeros."""
    out = b""
    for y, row in enumerate(a[::-1]):
        if y % 3 == 0:
            x = 0
            while x < len(row):
                n = 1
                while x + n < len(row) and n < 255 and row[x + n] == row[x]:
                    n += 1
                out += bytes([n, int(row[x]) * (17 if bits == 4 else 1)])
                x += n
        elif y % 3 == 1:
            part = [int(v) for v in row] + [0] * (len(row) % 2)
            data = bytes(part[:len(row)]) if bits == 8 else bytes(part[i] << 4 | part[i + 1] for i in range(0, len(part), 2))
            out += bytes([0, len(row)]) + data + bytes(len(data) % 2)
        else:
            for x in range(0, len(row), 5):
                if row[x:x + 5].any():
                    for v in row[x:x + 5]:
                        out += bytes([1, int(v) * (17 if bits == 4 else 1)])
                else:
                    out += bytes([0, 2, len(row[x:x + 5]), 0])
        out += b"\0\0"
    return out + b"\0\1"


def bmps(source):
    a = source()
    h, w = a.shape[:2]
    wide = a.astype(np.uint32)
    palette = [(37 * i % 256, 91 * i % 256, 255 - i) for i in range(256)]
    index = source(bands=1)[..., 0]
    sparse = index * (index % 3 == 0)
    join = lambda a, bits, up=True: b"".join(rows(a[::-1] if up else a, bits))
    yield "bits1.bmp", bmp(w, h, 1, join(index & 1, 1), [(200, 10, 30), (5, 180, 220)])
    yield "bilevel.bmp", bmp(w, h, 1, join(index & 1, 1), [(0, 0, 0), (255, 255, 255)])
    yield "bits4.bmp", bmp(w, h, 4, join(index & 15, 4), palette[:16])
    yield "bits8.bmp", bmp(w, h, 8, join(index, 8), palette)
    yield "few8.bmp", bmp(w, h, 8, join(index % 5, 8), palette[:5])
    yield "grey8.bmp", bmp(w, h, 8, join(index, 8), [(i, i, i) for i in range(256)])
    yield "core8.bmp", bmp(w, h, 8, join(index, 8), palette, header=12)
    yield "core24.bmp", bmp(w, h, 24, b"".join(rows(a[::-1, :, ::-1].reshape(h, -1), 24)), header=12)
    five = (wide[..., 0] >> 3) << 10 | (wide[..., 1] >> 3) << 5 | wide[..., 2] >> 3
    six = (wide[..., 0] >> 3) << 11 | (wide[..., 1] >> 2) << 5 | wide[..., 2] >> 3
    yield "bits16.bmp", bmp(w, h, 16, join(five, 16))
    yield "fields16.bmp", bmp(w, h, 16, join(six, 16), compression=3, masks=(0xF800, 0x7E0, 0x1F))
    yield "bits24.bmp", bmp(w, h, 24, b"".join(rows(a[::-1, :, ::-1].reshape(h, -1), 24)))
    yield "down24.bmp", bmp(w, h, 24, b"".join(rows(a[:, :, ::-1].reshape(h, -1), 24)), top_down=True)
    rgbx = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2] | 0x77000000
    yield "bits32.bmp", bmp(w, h, 32, join(rgbx, 32))
    alpha = source(bands=4).astype(np.uint32)
    abgr = alpha[..., 0] << 24 | alpha[..., 1] << 16 | alpha[..., 2] << 8 | alpha[..., 3]
    yield "fields32.bmp", bmp(w, h, 32, join(abgr, 32), compression=3, masks=(0xFF000000, 0xFF0000, 0xFF00, 0xFF), header=108)
    yield "rle8.bmp", bmp(w, h, 8, runs(sparse, 8), palette, compression=1)
    yield "rle4.bmp", bmp(w, h, 4, runs(sparse & 15, 4), palette[:16], compression=2)
    yield "rle8-magick.bmp", converted(saved(Image.fromarray(a).quantize(40), "PNG"), "bmp", "-compress", "RLE")


# ---- PNM ---------------------------------------------------------------------------------------------------------

def pnms(source):
    a, grey = source(), source(bands=1)[..., 0]
    h, w = grey.shape
    size = b"# a comment\n%d %d\n" % (w, h)
    text = lambda a: b"\n".join(b" ".join(b"%d" % v for v in row.ravel()) for row in a) + b"\n"
    yield "plain.pbm", b"P1\n" + size + b"\n".join(b"".join(b"%d" % v for v in row) for row in grey & 1)
    yield "plain.pgm", b"P2\n" + size + b"200 # another\n" + text(grey % 201)
    yield "plain16.pgm", b"P2\n" + size + b"1000\n" + text(grey.astype(int) * 3)
    yield "plain.ppm", b"P3\n" + size + b"255\n" + text(a)
    yield "raw.pbm", b"P4\n" + size + b"".join(np.packbits(row & 1).tobytes() for row in grey)
    yield "raw.pgm", b"P5 %d %d 255 " % (w, h) + grey.tobytes()
    yield "raw15.pgm", b"P5\n" + size + b"15\n" + (grey & 15).tobytes()
    yield "raw16.pgm", b"P5\n" + size + b"65535\n" + (grey.astype(">u2") * 251).tobytes()
    yield "raw12.pgm", b"P5\n" + size + b"4095\n" + (grey.astype(int) * 16).astype(">u2").tobytes()
    yield "raw.ppm", b"P6\n" + size + b"255\n" + a.tobytes()
    yield "raw100.ppm", b"P6\n" + size + b"100\n" + (a % 101).tobytes()
    yield "raw16.ppm", b"P6\n" + size + b"65535\n" + (a.astype(int) * 257).astype(">u2").tobytes()


# ---- GIF, WebP, JPEG 2000 ----------------------------------------------------------------------------------------

def others(source):
    rgb, rgba, grey = (Image.fromarray(a) for a in (source(), source(bands=4), source(bands=1)[..., 0]))
    palette = rgb.quantize(60)
    yield "palette.gif", saved(palette, "GIF", interlace=0)
    yield "interlaced.gif", saved(palette, "GIF", interlace=1)
    yield "clear.gif", saved(palette, "GIF", transparency=3)
    yield "grey.gif", saved(grey, "GIF")
    yield "animated.gif", saved(palette, "GIF", save_all=True, append_images=[grey.rotate(180)])
    yield "offset.gif", converted(saved(palette, "PNG"), "gif", "-repage", "60x40+7+5")
    yield "offset-clear.gif", converted(saved(rgb.quantize(60), "PNG", transparency=3), "gif", "-repage", "60x40+7+5")
    yield "lossless.webp", saved(rgb, "WEBP", lossless=True)
    yield "lossless-alpha.webp", saved(rgba, "WEBP", lossless=True, exact=True)
    yield "lossy.webp", saved(rgb, "WEBP", quality=80)
    yield "lossy-alpha.webp", saved(rgba, "WEBP", quality=80, exact=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "turned6.webp", saved(rgb, "WEBP", lossless=True, exif=exif)
    yield "animated.webp", saved(rgba, "WEBP", save_all=True, lossless=True, append_images=[rgba.rotate(180)])
    yield "rgb.jp2", saved(rgb, "JPEG2000")
    yield "grey.jp2", saved(grey, "JPEG2000")
    yield "rgba.jp2", saved(rgba, "JPEG2000")
    yield "grey-alpha.jp2", saved(rgba.convert("LA"), "JPEG2000")
    yield "grey16.jp2", saved(Image.fromarray(source(bands=1)[..., 0].astype(np.uint16) * 250), "JPEG2000")
    yield "rgb.j2k", saved(rgb, "JPEG2000", no_jp2=True, tile_size=(16, 16))


# ---- TIFF --------------------------------------------------------------------------------------------------------

def tiffs(source):
    rgb, rgba, grey = (Image.fromarray(a) for a in (source(), source(bands=4), source(bands=1)[..., 0]))
    wide = Image.fromarray(source(bands=1)[..., 0].astype(np.uint16) * 250)
    plain = saved(rgb, "TIFF")
    yield "rgb.tif", plain
    yield "rgba.tif", saved(rgba, "TIFF", compression="tiff_lzw")
    yield "grey.tif", saved(grey, "TIFF", compression="packbits")
    yield "grey-alpha.tif", saved(rgba.convert("LA"), "TIFF")
    yield "palette.tif", saved(rgb.quantize(60), "TIFF", compression="tiff_adobe_deflate")
    yield "cmyk.tif", saved(rgb.convert("CMYK"), "TIFF", compression="tiff_lzw")
    yield "bilevel.tif", saved(rgb.convert("1"), "TIFF")
    yield "fax4.tif", saved(rgb.convert("1"), "TIFF", compression="group4")
    yield "grey16.tif", saved(wide, "TIFF")
    yield "grey16-lzw.tif", saved(wide, "TIFF", compression="tiff_lzw")
    yield "signed32.tif", saved(Image.fromarray(source(bands=1)[..., 0].astype(np.int32) * 8000000 - 500000000), "TIFF")
    yield "jpeg.tif", saved(rgb, "TIFF", compression="jpeg", quality=90)
    yield "big.tif", saved(rgb, "TIFF", big_tiff=True)
    yield "pages.tif", saved(rgb, "TIFF", save_all=True, append_images=[grey.rotate(180)])
    for orientation in range(2, 9):
        yield f"turned{orientation}.tif", saved(rgb, "TIFF", compression="tiff_lzw", tiffinfo={274: orientation})
    yield "turned6-grey16.tif", saved(wide, "TIFF", tiffinfo={274: 6})
    yield "turned8-bilevel.tif", saved(rgb.convert("1"), "TIFF", tiffinfo={274: 8})
    cp = lambda data, *options: converted(data, "tif", *options, tool="tiffcp")
    yield "tiled.tif", cp(plain, "-t", "-w", "16", "-l", "16")
    yield "planes.tif", cp(plain, "-p", "separate", "-r", "7")
    yield "planes-tiled.tif", cp(plain, "-p", "separate", "-t", "-w", "16", "-l", "32", "-c", "lzw")
    yield "msb.tif", cp(saved(rgb.quantize(60), "TIFF"), "-B")
    yield "lsb-first.tif", cp(saved(rgb.convert("1"), "TIFF"), "-f", "lsb2msb")
    magick = lambda p, *options: converted(saved(p, "PNG"), "tif", *options)
    yield "rgb16.tif", magick(rgb, "-depth", "16", "-compress", "none")
    yield "rgba16-msb.tif", magick(rgba, "-depth", "16", "-endian", "MSB", "-compress", "lzw")
    yield "grey4.tif", magick(grey, "-colorspace", "gray", "-depth", "4", "-compress", "none")
    yield "white-is-0.tif", magick(grey, "-define", "quantum:polarity=min-is-white", "-compress", "zip")
    yield "palette4.tif", magick(rgb.quantize(9), "-type", "palette", "-depth", "4", "-compress", "none")
    yield "premultiplied.tif", magick(rgba, "-define", "tiff:alpha=associated", "-compress", "zip")


def more_pictures(source):
    for kind in (bmps, pnms, others, tiffs):
        yield from kind(source)
