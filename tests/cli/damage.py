# SPDX-License-Identifier: Apache-2.0
"""Arrays that are not what they should be, for damage.sh.

    damage.py pairs             in this folder: NAME/images.npy, NAME/texts.npy, and NAME.npz of both
    damage.py spoil FROM TO HOW"""
import io
import pathlib
import struct
import sys
import zipfile

import numpy as np


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def shaped(data, shape):
    """The header's shape changed, its length kept."""
    header = data[:128].replace(b"(40, 6)", shape)
    return header.rstrip(b" \n")[:127].ljust(127) + b"\n" + data[128:]


def make_pairs():
    rng = np.random.default_rng(3)
    images, texts = (rng.normal(size=(40, 6)).astype(np.float32) for _ in range(2))
    whole = npy(images)

    def save(name, **other):
        folder = pathlib.Path(name)
        folder.mkdir()
        with zipfile.ZipFile(name + ".npz", "w") as archive:
            for key, value in {"images": images, "texts": texts, **other}.items():
                data = value if isinstance(value, bytes) else npy(value)
                archive.writestr(key + ".npy", data)
                (folder / (key + ".npy")).write_bytes(data)

    def row(number, value):
        array = texts.copy()
        array[number] = value
        return array

    save("good")
    save("cut", images=whole[:-8])
    save("long", images=whole + bytes(8))
    save("stub", images=whole[:20])
    save("text", images=b"these are no vectors, but a text")
    save("integers", images=np.ones((40, 6), "<i8"))
    save("complex", texts=np.ones((40, 6), "<c16"))
    save("words", texts=np.array([["word"] * 6] * 40))
    save("objects", texts=np.array([[None] * 6] * 40, object))
    save("fortran", texts=np.asfortranarray(texts))
    save("header", images=b"\x93NUMPY\x02\x00" + struct.pack("<I", 0x7FFFFFF0) + b"{'descr': '<f4', " + bytes(64))
    save("huge", images=shaped(whole, b"(99999999999, 6)"))
    save("impossible", images=shaped(whole, b"(9223372036854775807, 9)"))
    save("flat", images=np.ones(240, np.float32))
    save("deep", images=np.ones((40, 3, 2), np.float32))
    save("thin", images=np.ones((40, 0), np.float32))
    save("fewer", texts=texts[:39])
    save("narrow", texts=texts[:, :5].copy())
    save("nan", texts=row(7, np.nan))
    save("infinite", texts=row(39, np.inf))
    save("zero", texts=row(0, 0))
    save("three", images=images[:3], texts=texts[:3])
    with zipfile.ZipFile("one.npz", "w") as archive:
        archive.writestr("images.npy", whole)
    good = pathlib.Path("good.npz").read_bytes()
    assert whole[200:240] in good
    pathlib.Path("packed.npz").write_bytes(good[:-40])
    pathlib.Path("flipped.npz").write_bytes(good.replace(whole[200:240], bytes(40)))
    pathlib.Path("plain.npz").write_text("no archive")


def spoil(source, to, how):
    a = np.load(source)
    if how == "cut":
        pathlib.Path(to).write_bytes(pathlib.Path(source).read_bytes()[:-4])
        return
    if how in ("nan", "zero"):
        a[5] = np.nan if how == "nan" else 0
    np.save(to, {"integers": (a * 9).astype(int), "less": a[:-1], "narrow": a[:, :-1].copy()}.get(how, a))


if sys.argv[1] == "pairs":
    make_pairs()
else:
    spoil(*sys.argv[2:])
