#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/cases/heif: HEIC and AVIF files as phones write them and none as they should be.

    python tools/goldens/make_heif_cases.py SOURCES tests/data/cases/heif

SOURCES holds pictures of 64 x 64 pixels, made with libheif's and libavif's programs; grey.png goes from black above to white
below, deep.png is rgb.png in 16 bits:

    heif-enc -q 30 rgb.png -o rgb.heic            avifenc --min 40 --max 45 rgb.png rgb.avif
    heif-enc -q 30 -b 10 deep.png -o deep.heic    avifenc --min 40 --max 45 -d 10 rgb.png deep.avif
    heif-enc -q 30 grey.png -o grey.heic          avifenc --min 40 --max 45 -y 400 grey.png grey.avif
                                                  avifenc --min 40 --max 45 -y 400 -r l grey.png limited.avif

Only their coded pictures are used; all that is around them is written here.  Files that are to be refused begin with
"bad-", those that are of a kind which is not read with "other-"; tests/unit/test_heif.c says what the others show."""

import pathlib
import struct
import sys


def box(kind, *body):
    data = b"".join(body)
    return struct.pack(">I", 8 + len(data)) + kind.encode("latin1") + data


def full(kind, version, flags, *body):
    return box(kind, struct.pack(">I", version << 24 | flags), *body)


def boxes(data, start=0, end=None):
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        yield kind.decode("latin1"), start + 8, start + size
        start += size


def find(data, path, start=0, end=None):
    for kind, at, to in boxes(data, start, end):
        if kind == path[0]:
            return data[at:to] if len(path) == 1 else find(data, path[1:], at + (4 if kind == "meta" else 0), to)
    raise KeyError(path)


def ispe(w, h):
    return full("ispe", 0, 0, struct.pack(">II", w, h))


ALPHA = full("auxC", 0, 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
GAIN = full("auxC", 0, 0, b"urn:com:apple:photo:2020:aux:hdrgainmap\0")
DEPTH = full("auxC", 0, 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth\0")


class Coded:
    """The first coded picture of a file that libheif or libavif wrote."""

    def __init__(self, path):
        data = path.read_bytes()
        self.heic = path.suffix == ".heic"
        self.type = "hvc1" if self.heic else "av01"
        kind = "hvcC" if self.heic else "av1C"
        ipco = find(data, ["meta", "iprp", "ipco"])
        self.config = box(kind, find(ipco, [kind]))
        self.colour = b"".join(box(k, ipco[a:b]) for k, a, b in boxes(ipco) if k == "colr" and ipco[a:a + 4] == b"nclx")[:19]
        iloc = find(data, ["meta", "iloc"])
        version, sizes, at = iloc[0], iloc[4] << 8 | iloc[5], 8
        at += 2 + (2 if version else 0) + 2
        base = int.from_bytes(iloc[at:at + (sizes >> 4 & 15)], "big")
        at += (sizes >> 4 & 15) + 2 + (sizes & 15 if version else 0)
        n, m = sizes >> 12, sizes >> 8 & 15
        offset, size = base + int.from_bytes(iloc[at:at + n], "big"), int.from_bytes(iloc[at + n:at + n + m], "big")
        self.data = data[offset:offset + size]

    def item(self, *more, data=None, size=(64, 64)):
        return self.type, [self.config, self.colour, ispe(*size) if size else b"", *more], self.data if data is None else data


def grid(rows, columns, w, h):
    return bytes([0, 0, rows - 1, columns - 1]) + struct.pack(">HH", w, h)


def overlay(w, h, *places):
    return b"\0\0" + struct.pack(">4H", 0x2000, 0x4000, 0x8000, 0xFFFF) + struct.pack(">HH", w, h) + b"".join(
        struct.pack(">hh", *place) for place in places)


def make(items, refs=(), primary=1, brands=("mif1", "heic", "avif"), groups=b"", inside=(), beyond=0, wide=False, tail=b""):
    """items: id to (type, properties, data); inside: ids whose data lies in idat; wide: the widest versions of all boxes."""
    n = 4 if wide else 2
    number = lambda value: value.to_bytes(n, "big")
    properties, ipma = [], b""
    for i, (_, props, _) in items.items():
        which = []
        for p in props:
            if p:
                properties += [] if p in properties else [p]
                which.append(properties.index(p) + 1)
        ipma += number(i) + bytes([len(which)]) + b"".join(struct.pack(">H", 0x8000 | k) if wide else bytes([0x80 | k]) for k in which)
    ipma = full("ipma", 1 if wide else 0, 1 if wide else 0, struct.pack(">I", len(items)), ipma)
    infe = b"".join(full("infe", 3 if wide else 2, 0, number(i), b"\0\0", (t + "\0").encode("latin1") if len(t) == 4 else t.encode("latin1"))
                    for i, (t, _, _) in items.items())
    iinf = full("iinf", 1 if wide else 0, 0, struct.pack(">I" if wide else ">H", len(items)), infe)
    iref = full("iref", 1 if wide else 0, 0, *(box(kind, number(a), struct.pack(">H", len(to)), *map(number, to)) for kind, a, to in refs))
    idat = b"".join(items[i][2] for i in inside)

    def meta(start):
        iloc, at, within = b"", start, 0
        for i, (_, _, data) in items.items():
            extents = [(within if i in inside else at, len(data) + beyond)]
            if wide and len(data) > 9 and i not in inside:  # in three pieces
                extents = [(at, 4), (at + 4, 0), (at + 4, len(data) - 4)]
            if i in inside:
                within += len(data)
            else:
                at += len(data)
            iloc += number(i) + struct.pack(">HH", 1 if i in inside else 0, 0) + struct.pack(">H", len(extents))
            iloc += b"".join(struct.pack(">QQ" if wide else ">II", *e) for e in extents)
        iloc = full("iloc", 2 if wide else 1, 0, b"\x88\0" if wide else b"\x44\0", struct.pack(">I" if wide else ">H", len(items)), iloc)
        return full("meta", 0, 0, full("hdlr", 0, 0, b"\0\0\0\0pict" + bytes(13)), full("pitm", 1 if wide else 0, 0, number(primary)), iinf,
                    iref, box("iprp", box("ipco", *properties), ipma), iloc, box("idat", idat) if idat else b"", groups)

    ftyp = box("ftyp", brands[0].encode(), b"\0\0\0\0", *(b.encode() for b in brands))
    head = len(ftyp) + len(meta(0)) + 8
    mdat = b"".join(data for i, (_, _, data) in items.items() if i not in inside)
    return ftyp + meta(head) + box("mdat", mdat) + tail


def exif(size=0):
    """A date, and before it in the block as many bytes as a large maker note has."""
    date = b"2019:07:21 14:03:59\0"
    ifd0 = struct.pack(">H", 1) + struct.pack(">HHII", 0x8769, 4, 1, 26 + size) + bytes(4)
    sub = struct.pack(">H", 1) + struct.pack(">HHII", 0x9003, 2, 20, 26 + size + 18) + bytes(4)
    return b"\0\0\0\0" + b"MM\0*" + struct.pack(">I", 8) + ifd0 + bytes(size) + sub + date


XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
       b'rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:DateTimeOriginal="2021-05-06T07:08:09"/></rdf:RDF></x:xmpmeta>')


def track(coded, kind="vide", number=1, more=b"", before=b"", sync=2):
    """A track of two samples in one chunk, of which the second stands for itself, at the end of the file."""
    entry = box(coded.type, bytes(6), b"\0\1", bytes(16), struct.pack(">HH", 64, 64), bytes(50), coded.config, coded.colour, more)
    junk = b"\xFF" * 40
    return lambda at: (box("trak", full("tkhd", 0, 3, bytes(8), struct.pack(">I", number), bytes(68)), before,
                           box("mdia", full("hdlr", 0, 0, b"\0\0\0\0", kind.encode(), bytes(13)),
                               box("minf", box("stbl", full("stsd", 0, 0, struct.pack(">I", 1), entry),
                                               full("stss", 0, 0, struct.pack(">II", 1, sync)),
                                               full("stsc", 0, 0, struct.pack(">IIII", 1, 1, 2, 1)),
                                               full("stsz", 0, 0, struct.pack(">IIII", 0, 2, len(junk), len(coded.data))),
                                               full("stco", 0, 0, struct.pack(">II", 1, at)))))), junk + coded.data)


def sequence(*tracks, brand="avis"):
    ftyp = box("ftyp", brand.encode(), b"\0\0\0\0", brand.encode(), b"iso8")
    moov, mdat = b"", b""
    for _ in range(2):  # sizes do not depend on places
        at, parts, mdat = len(ftyp) + 8 + len(moov), [], b""
        for t in tracks:
            trak, data = t(at + 8 + len(mdat) if moov else 0)
            parts.append(trak)
            mdat += data
        moov = moov or bytes(8 + sum(map(len, parts)))
        at = len(ftyp) + len(moov) + 8
    parts, mdat = [], b""
    for t in tracks:
        trak, data = t(at + len(mdat))
        parts.append(trak)
        mdat += data
    return ftyp + box("moov", *parts) + box("mdat", mdat)


def leb(value):
    out = b""
    while True:
        out += bytes([value & 127 | (128 if value > 127 else 0)])
        value >>= 7
        if not value:
            return out


def cases(ext, c, g, deep):
    """c: a coded picture in colour, g: one in grey, deep: one of 10 bits."""
    im = lambda axis: box("imir", bytes([axis]))
    rot = lambda n: box("irot", bytes([n]))
    clap = lambda *v: box("clap", struct.pack(">8i", *v))
    one = {1: c.item()}
    alpha = g.item(ALPHA)
    tmap = ("tmap", [ispe(64, 64)], bytes(62))
    altr = box("grpl", full("altr", 0, 0, struct.pack(">IIII", 100, 2, 4, 1)))
    yield "plain", make(one)
    yield "wide", make(one, wide=True)
    if c.heic:  # lengths of 2 bytes before its units
        pieces, rest = b"", c.data
        while rest:
            size = int.from_bytes(rest[:4], "big")
            pieces, rest = pieces + struct.pack(">H", size) + rest[4:4 + size], rest[4 + size:]
        config = bytearray(c.config)
        config[8 + 21] = config[8 + 21] & 0xFC | 1
        yield "short-lengths", make({1: ("hvc1", [bytes(config), ispe(64, 64)], pieces)})
    yield "no-ispe", make({1: c.item(size=None)})
    # references to several, or to what is not known
    yield "gain-of-two", make({1: c.item(), 3: g.item(GAIN), 4: tmap}, [("dimg", 4, [1, 3]), ("auxl", 3, [1, 4])], groups=altr,
                              brands=("heic", "mif1", "tmap"))
    yield "gain-no-auxC", make({1: c.item(), 3: g.item()}, [("auxl", 3, [1])])
    yield "depth-of-none", make({1: c.item(), 3: g.item(DEPTH)}, [("auxl", 3, [77])])
    yield "thumb-of-two", make({1: c.item(), 3: g.item(), 4: c.item()}, [("thmb", 3, [1, 4]), ("thmb", 4, [99])])
    yield "exif-of-two", make({1: c.item(), 2: ("Exif", [], exif()), 3: g.item(GAIN), 4: tmap},
                              [("cdsc", 2, [1, 4]), ("dimg", 4, [1, 3]), ("auxl", 3, [1])], groups=altr)
    yield "exif-of-map", make({1: c.item(), 2: ("Exif", [], exif()), 3: g.item(GAIN), 4: tmap}, [("cdsc", 2, [4]), ("dimg", 4, [1, 3])])
    yield "exif-of-none", make({1: c.item(), 2: ("Exif", [], exif())}, [("cdsc", 2, [55, 1])])
    yield "exif-alone", make({1: c.item(), 2: ("Exif", [], exif())})
    yield "exif-of-other", make({1: c.item(), 2: ("Exif", [], exif()), 3: c.item()}, [("cdsc", 2, [3])])
    yield "exif-inside", make({1: c.item(), 2: ("Exif", [], exif())}, [("cdsc", 2, [1])], inside=(2,))
    yield "xmp-of-two", make({1: c.item(), 2: ("mime\0application/rdf+xml\0", [], XMP), 4: tmap}, [("cdsc", 2, [1, 4])])
    yield "xmp-packed", make({1: c.item(), 2: ("mime\0application/rdf+xml\0deflate\0", [], XMP)}, [("cdsc", 2, [1])])
    yield "map-first", make({1: c.item(), 3: g.item(GAIN), 4: tmap}, [("dimg", 4, [1, 3])], primary=4)
    # alpha
    yield "alpha", make({1: c.item(), 2: alpha}, [("auxl", 2, [1])])
    yield "alpha-of-two", make({1: c.item(), 2: alpha, 4: tmap}, [("auxl", 2, [4, 1, 88])])
    yield "alpha-turned", make({1: c.item(rot(1)), 2: g.item(ALPHA, rot(1))}, [("auxl", 2, [1])])
    yield "premultiplied", make({1: c.item(), 2: alpha}, [("auxl", 2, [1]), ("prem", 1, [2])])
    # turns
    yield "mirror-across", make({1: c.item(im(1))})
    yield "mirror-down", make({1: c.item(im(0))})
    yield "turn-mirror", make({1: c.item(rot(1), im(1))})
    yield "crop-turn", make({1: c.item(clap(40, 1, 24, 1, 4, 1, -8, 1), rot(3))})
    yield "deep", make({1: deep.item()})
    yield "deep-mirror-across", make({1: deep.item(im(1))})
    yield "deep-mirror-down", make({1: deep.item(im(0))})
    yield "deep-turn-mirror", make({1: deep.item(rot(1), im(1))})
    yield "deep-crop-mirror", make({1: deep.item(clap(40, 1, 24, 1, 4, 1, -8, 1), im(1))})
    # composed
    four = [2, 2, 2, 2]
    tiled = lambda w, h: {1: ("grid", [ispe(w, h)], grid(2, 2, w, h)), 2: c.item()}
    yield "grid", make(tiled(128, 128), [("dimg", 1, four)])
    yield "grid-part", make(tiled(65, 100), [("dimg", 1, four)], inside=(1,))
    yield "grid-mirror", make({1: ("grid", [ispe(128, 128), im(1)], grid(2, 2, 128, 128)), 2: deep.item()}, [("dimg", 1, four)])
    yield "grid-of-turned", make({1: ("grid", [ispe(128, 64)], grid(1, 2, 128, 64)), 2: c.item(rot(2))}, [("dimg", 1, [2, 2])])
    yield "grid-alpha", make({1: ("grid", [ispe(128, 64)], grid(1, 2, 128, 64)), 2: c.item(), 3: ("grid", [ispe(128, 64), ALPHA], grid(1, 2, 128, 64)), 4: g.item()},
                             [("dimg", 1, [2, 2]), ("dimg", 3, [4, 4]), ("auxl", 3, [1])])
    yield "grid-of-alpha", make({1: ("grid", [ispe(128, 64)], grid(1, 2, 128, 64)), 2: c.item(), 3: alpha, 4: c.item()},
                                [("dimg", 1, [2, 4]), ("auxl", 3, [2])])
    yield "overlay", make({1: ("iovl", [ispe(96, 80)], overlay(96, 80, (8, 10))), 2: c.item()}, [("dimg", 1, [2])])
    yield "overlay-outside", make({1: ("iovl", [ispe(96, 80)], overlay(96, 80, (-20, -30), (90, 60), (200, 0))), 2: c.item()}, [("dimg", 1, [2, 2, 2])])
    yield "overlay-alpha", make({1: ("iovl", [ispe(64, 64)], overlay(64, 64, (0, 0))), 2: c.item(), 3: alpha}, [("dimg", 1, [2]), ("auxl", 3, [2])])
    yield "identity", make({1: ("iden", [ispe(64, 64), im(1)], b""), 2: c.item()}, [("dimg", 1, [2])])
    yield "identity-of-grid", make({1: ("iden", [ispe(128, 128)], b""), 2: ("grid", [ispe(128, 128)], grid(2, 2, 128, 128)), 3: c.item()},
                                   [("dimg", 1, [2]), ("dimg", 2, [3] * 4)])
    # derived from themselves, in chains and in fans
    iden = lambda: ("iden", [ispe(64, 64)], b"")
    yield "bad-self", make({1: iden()}, [("dimg", 1, [1])])
    yield "bad-ring", make({1: iden(), 2: iden(), 3: iden()}, [("dimg", 1, [2]), ("dimg", 2, [3]), ("dimg", 3, [1])])
    yield "bad-grid-self", make(tiled(128, 128), [("dimg", 1, [2, 2, 1, 2])])
    yield "bad-overlay-self", make({1: ("iovl", [ispe(64, 64)], overlay(64, 64, (0, 0), (1, 1))), 2: c.item()}, [("dimg", 1, [2, 1])])
    yield "bad-chain", make({**{i: iden() for i in range(1, 20)}, 20: c.item()}, [("dimg", i, [i + 1]) for i in range(1, 20)])
    yield "bad-alpha-ring", make({1: c.item(), 2: ("iden", [ispe(64, 64), ALPHA], b"")}, [("auxl", 2, [1]), ("dimg", 2, [2])])
    fan = [("iovl", [ispe(8, 8)], overlay(8, 8, *[(0, 0)] * 60)) for _ in range(4)]
    yield "bad-fan", make({**{i + 1: f for i, f in enumerate(fan)}, 5: c.item()}, [("dimg", i, [i + 1] * 60) for i in range(1, 5)])
    wide_fan = ("grid", [ispe(64, 64)], grid(1, 1, 64, 64))
    yield "bad-fan-of-grids", make({1: ("iovl", [ispe(128, 128)], overlay(128, 128, *[(0, 0)] * 100)), 2: wide_fan, 3: c.item()},
                                   [("dimg", 1, [2] * 100), ("dimg", 2, [3])])
    yield "bad-identity-of-two", make({1: iden(), 2: c.item()}, [("dimg", 1, [2, 2])])
    yield "bad-identity-of-none", make({1: iden()})
    if c.heic:
        yield "bad-many-small", make({1: ("grid", [ispe(1040, 1040)], grid(65, 65, 1040, 1040)), 2: c.item(box("clap", struct.pack(">8i", 16, 1, 16, 1, 0, 1, 0, 1)))},
                                 [("dimg", 1, [2] * 4225)])
    # payloads that lie
    yield "bad-grid-larger", make({1: ("grid", [ispe(64, 64)], grid(2, 2, 128, 128)), 2: c.item()}, [("dimg", 1, four)])
    yield "bad-grid-smaller", make({1: ("grid", [ispe(128, 128)], grid(2, 2, 64, 64)), 2: c.item()}, [("dimg", 1, four)])
    yield "bad-grid-spare", make(tiled(64, 128), [("dimg", 1, four)])
    yield "bad-grid-short", make(tiled(129, 128), [("dimg", 1, four)])
    yield "bad-grid-few", make(tiled(128, 128), [("dimg", 1, [2, 2, 2])])
    yield "bad-grid-many", make(tiled(128, 128), [("dimg", 1, four + [2])])
    yield "bad-grid-none", make(tiled(128, 128))
    yield "bad-grid-missing", make(tiled(128, 128), [("dimg", 1, [2, 2, 2, 9])])
    yield "bad-grid-cut", make({1: ("grid", [ispe(128, 128)], grid(2, 2, 128, 128)[:7]), 2: c.item()}, [("dimg", 1, four)])
    yield "bad-grid-uneven", make({**tiled(128, 128), 3: c.item(clap(32, 1, 64, 1, 0, 1, 0, 1))}, [("dimg", 1, [2, 3, 2, 2])])
    yield "bad-grid-huge", make({1: ("grid", [], b"\0\1\0\0" + struct.pack(">II", 60000, 60000)), 2: c.item()}, [("dimg", 1, [2])])
    yield "bad-overlay-size", make({1: ("iovl", [ispe(64, 64)], overlay(6000, 6000, (0, 0))), 2: c.item()}, [("dimg", 1, [2])])
    yield "bad-overlay-few", make({1: ("iovl", [ispe(64, 64)], overlay(64, 64, (0, 0))), 2: c.item()}, [("dimg", 1, [2, 2])])
    yield "bad-overlay-of-large", make({1: ("iovl", [ispe(16, 16)], overlay(16, 16, (0, 0))), 2: c.item()}, [("dimg", 1, [2])])
    yield "bad-ispe-small", make({1: ("grid", [ispe(16, 16)], grid(1, 1, 16, 16)), 2: c.item(size=(16, 16))}, [("dimg", 1, [2])])
    yield "bad-ispe-tiny", make({1: c.item(size=(1, 1))})
    yield "bad-ispe-large", make({1: c.item(size=(640, 640))})
    yield "bad-ispe-vast", make({1: c.item(size=(60000, 60000))})
    yield "bad-ispe-two", make({1: c.item(ispe(64, 65))})
    yield "bad-ispe-none", make({1: c.item(size=(0, 64))})
    yield "bad-crop", make({1: c.item(clap(40, 1, 24, 1, 900, 1, 0, 1))})
    yield "bad-crop-zero", make({1: c.item(clap(40, 0, 24, 1, 0, 1, 0, 1))})
    yield "bad-extent", make(one, beyond=1 << 20)
    yield "bad-no-data", make({1: c.item(data=b"")})
    yield "bad-pictures", make({1: c.item(data=9 * c.data)})
    yield "bad-no-config", make({1: (c.type, [ispe(64, 64)], b"\x12\0")})
    yield "bad-primary", make(one, primary=7)
    if c.heic:
        at = c.config.index(b"\x21", 31)  # the array of sequence parameter sets
        yield "bad-unit", make({1: c.item(data=struct.pack(">I", 1 << 30) + c.data[4:])})
        yield "bad-config-count", make({1: ("hvc1", [c.config[:at + 1] + b"\xFF\xFF" + c.config[at + 3:at + 20], ispe(64, 64)], c.data)})
        yield "bad-config-cut", make({1: ("hvc1", [box("hvcC", c.config[8:at + 10]), ispe(64, 64)], c.data)})
    else:
        head = c.data.index(b"\x0a")
        other = bytearray(c.data[head:head + 2 + c.data[head + 1]])
        other[4] ^= 0x10  # of the width, in the header of a still picture
        yield "bad-second-header", make({1: c.item(data=bytes(c.data[:head]) + bytes(other) + bytes(c.data[head:]))})
        yield "bad-unit", make({1: c.item(data=b"\x12\0\x0a" + leb(1 << 40) + c.data[4:])})
        yield "bad-header-cut", make({1: c.item(data=b"\x12\0\x0a\x03" + c.data[head + 2:head + 5])})
    # of another kind
    for kind in ("vvc1", "jpeg", "unci"):
        yield "other-" + kind, make({1: (kind, [ispe(64, 64)], bytes(64))})
    yield "other-version", make({1: ("grid", [ispe(128, 128)], b"\1" + grid(2, 2, 128, 128)[1:]), 2: c.item()}, [("dimg", 1, four)])
    # tracks
    kind = "hevc" if c.heic else "avis"
    yield "still-and-brand", make(one, brands=(kind, "msf1"))
    yield "track", sequence(track(c), brand=kind)
    yield "track-pict", sequence(track(c, kind="pict"), brand=kind)
    yield "track-turned", sequence(track(c, more=im(1)), brand=kind)
    auxi = full("auxi", 0, 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
    yield "track-alpha", sequence(track(g, "auxv", 2, auxi, box("tref", box("auxl", struct.pack(">I", 1)))), track(c), brand=kind)
    yield "track-sound", sequence(track(c, "soun", 5), track(c), brand=kind)
    yield "bad-track-sync", sequence(track(c, sync=3), brand=kind)
    yield "bad-track-none", sequence(track(c, "soun"), brand=kind)


def main():
    sources, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    for ext in ("heic", "avif"):
        parts = [Coded(sources / f"{name}.{ext}") for name in ("rgb", "grey", "deep")]
        for name, data in cases(ext, *parts):
            (out / f"{name}.{ext}").write_bytes(data)
    limited, grey = Coded(sources / "limited.avif"), Coded(sources / "grey.avif")
    (out / "grey.avif").write_bytes(make({1: grey.item()}))
    (out / "grey-limited.avif").write_bytes(make({1: limited.item()}))
    limited.colour = b""
    (out / "grey-limited-stream.avif").write_bytes(make({1: limited.item()}))
    coded = Coded(sources / "grey.heic")
    coded.colour = box("colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 128))
    (out / "grey.heic").write_bytes(make({1: coded.item()}))
    coded.colour = box("colr", b"nclx", struct.pack(">HHHB", 1, 13, 6, 0))
    (out / "grey-limited.heic").write_bytes(make({1: coded.item()}))


if __name__ == "__main__":
    main()
