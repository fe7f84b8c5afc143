#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the seeds in tests/fuzz/corpus that are made: files of weights, pickles, merges, NumPy's arrays, scan files,
sidecars, edits of libraries.

    python tools/goldens/make_fuzz_seeds.py

Needs nothing but Python.  The same files every time."""

import gzip
import io
import json
import pathlib
import struct
import zipfile

CORPUS = pathlib.Path(__file__).resolve().parents[2] / "tests/fuzz/corpus"


def save(target, name, data):
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    (CORPUS / target / name).write_bytes(data)


# ---- weights -------------------------------------------------------------------------------------------------------


def safetensors(tensors, metadata=None, pad=0):
    """`tensors`: name, type, shape, bytes of each."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, kind, shape, values in tensors:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode() + b" " * pad
    return struct.pack("<Q", len(text)) + text + data


def make_safetensors():
    save("safetensors", "none", safetensors([]))
    save("safetensors", "scalar", safetensors([("logit_scale", "F32", [], b"\0\0\x80?")]))
    save("safetensors", "types", safetensors(
        [("a", "F32", [2, 3], bytes(24)), ("b", "F16", [5], bytes(range(10))), ("c", "BF16", [1, 1, 2], bytes(4)),
         ("d", "I64", [1], bytes(8)), ("e", "F64", [2], bytes(16)), ("f", "BOOL", [3], bytes(3)), ("g", "F8_E4M3", [2], bytes(2))],
        {"format": "pt"}, pad=3))
    save("safetensors", "empty", safetensors([("a", "F32", [0, 7], b""), ("b", "F32", [7, 0], b""), ("c", "U8", [1], b"x")]))
    save("safetensors", "deep", safetensors([("a", "I8", [1, 2, 1, 2, 1, 2, 1, 1], bytes(8)), ("visual.b", "I16", [2, 2], bytes(8))]))
    save("safetensors", "names", safetensors([(f"transformer.resblocks.{i}.mlp.c_fc.weight", "F16", [2, 2], bytes([i] * 8))
                                              for i in range(12)]))


# ---- pickles -------------------------------------------------------------------------------------------------------


def make_pickles():
    """Those of the archives in tests/data/torch, which make_torch.py makes, and one of each instruction's kind."""
    for path in sorted((CORPUS.parents[1] / "data/torch").glob("*")):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                save("pickle", path.stem, archive.read(next(n for n in archive.namelist() if n.endswith("/data.pkl"))))
    save("pickle", "numbers", b"\x80\x02(K\x01M\x01\x02J\xff\xff\xff\xff\x8a\x02\x00\x80G?\xf0\0\0\0\0\0\0N\x88\x89t.")
    save("pickle", "refused", b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.")


# ---- merges --------------------------------------------------------------------------------------------------------


def make_merges():
    save("merges", "words", b"#version: 0.2\ni n\nt h\na n\nr e\na r\ne r\nth e</w>\nin g</w>\n")
    save("merges", "windows", b"heading\r\na b\r\nab c</w>\r\n")
    save("merges", "bytes", "heading\nÃ ©\nÃ© </w>\nĠ a\n£ £</w>\n".encode())
    save("merges", "open-end", b"heading\na b\nab ab")
    save("merges", "chain", b"heading\n" + b"".join(b"a" * i + b" a\n" for i in range(1, 40)))
    save("merges", "words.gz", gzip.compress(b"#version: 0.2\ni n\nt h\nth e</w>\nin g</w>\n", mtime=0))
    save("merges", "two.gz", gzip.compress(b"heading\ni n\n", mtime=0) + gzip.compress(b"t h\n", mtime=0))


# ---- arrays --------------------------------------------------------------------------------------------------------


def npy(kind, shape, values, version=1, fortran=False):
    text = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {shape}, }}".encode()
    prefix = b"\x93NUMPY" + bytes([version, 0])
    text += b" " * (-(len(prefix) + (2 if version == 1 else 4) + len(text) + 1) % 64) + b"\n"
    return prefix + struct.pack("<H" if version == 1 else "<I", len(text)) + text + values


def archive(members, compression):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as zipped:
        for name, data in members:
            zipped.writestr(zipfile.ZipInfo(name + ".npy"), data, compression)
    return out.getvalue()


def make_arrays():
    singles = npy("<f4", (2, 3), struct.pack("<6f", 1, 2, 3, -4, 0.5, 1e9))
    doubles = npy(">f8", (2,), struct.pack(">2d", 1.5, -2), version=2)
    halves = npy("<f2", (2, 2, 1), bytes(range(8)), version=3, fortran=True)
    texts = npy("<U3", (2,), "aé\0\udc80bc".encode("utf-32-le", "surrogatepass"))
    strings = npy("|S4", (3,), b"a\0\0\0bcd\0efgh")
    for name, data in (("singles", singles), ("doubles", doubles), ("halves", halves), ("texts", texts), ("strings", strings),
                       ("single", npy("<f4", (), bytes(4))), ("nothing", npy("<f4", (0, 512), b"")),
                       ("bigtexts", npy(">U2", (1,), "ab".encode("utf-32-be"))), ("objects", npy("|O", (1,), b"\x80\x04N.")),
                       ("dimensions", npy("<f4", (1, 1, 1, 1, 1), bytes(4)))):
        save("npz", name + ".npy", data)
    save("npz", "stored.npz", archive([("a", singles), ("b", texts), ("c", doubles)], zipfile.ZIP_STORED))
    save("npz", "deflated.npz", archive([("a", npy("<f4", (512, 4), bytes(8192))), ("b", strings)], zipfile.ZIP_DEFLATED))
    save("npz", "folder.npz", archive([("../a", halves), ("a", singles)], zipfile.ZIP_DEFLATED))


# ---- scan files: src/scan/rows.h says what is in them; sums are 0, as the target makes them ------------------------------


def scan_file(dim, counts):
    """Without the padding of its header."""
    def padded(data):
        return data + bytes(-len(data) % 64)
    body, first = b"", 1
    for count in counts:
        ids = struct.pack(f"<{count}q", *range(first, first + count))
        rows = struct.pack(f"<{count * dim}e", *((i * 7 % 13 - 6) / 8 for i in range(count * dim)))
        body += struct.pack("<QQ6Q", count, *[0] * 7) + padded(ids) + padded(rows)
        first += count
    header = struct.pack("<8sIIII16s64sqqQQQ", b"DESCRYSC", 2, dim, 1, 2 * dim, bytes(range(16)), b"0123456789abcdef" * 4, 0, first - 1,
                         first - 1, 4096 + len(body), 0)
    return header + body


def make_scan_files():
    save("scan", "none", scan_file(4, []))
    save("scan", "one", scan_file(8, [1]))
    save("scan", "segments", scan_file(4, [3, 1, 9]))
    save("scan", "odd", scan_file(7, [33, 2]))
    save("scan", "block", scan_file(1, [300]))


# ---- sidecars ------------------------------------------------------------------------------------------------------

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
OWN = "urn:x-descry:caption/1.0/"


def packet(inside, rdf="rdf"):
    return (f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <{rdf}:RDF xmlns:{rdf}="{RDF}">\n{inside}\n </{rdf}:RDF>\n'
            "</x:xmpmeta>\n")


def holder(inside, attributes="", about=""):
    return (f'  <rdf:Description rdf:about="{about}" xmlns:dc="{DC}" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
            f' xmlns:descry="{OWN}"{attributes}>\n{inside}\n  </rdf:Description>')


def alternatives(texts):
    items = "".join(f'\n     <rdf:li xml:lang="{lang}">{text}</rdf:li>' for lang, text in texts)
    return f"   <dc:description>\n    <rdf:Alt>{items}\n    </rdf:Alt>\n   </dc:description>"


def own(**values):
    return "\n".join(f"   <descry:{name}>{text}</descry:{name}>" for name, text in values.items())


def make_sidecars():
    person = alternatives([("x-default", "My &amp; &quot;words&quot;"), ("de", "Meine &#xe4;")])
    comment = "   <!-- mine --><xmp:Rating>3</xmp:Rating>"
    mine = own(description="a dog", model="m", date="2026-01-01T00:00:00Z")
    for name, text in (
            ("none", packet("")), ("closed", packet("").replace(">\n\n </rdf:RDF>", "/>")),
            ("person", packet(holder(person + "\n" + comment))),
            ("german", packet(holder(alternatives([("de", "Hund")])))),
            ("open", packet(holder("   <dc:description><rdf:Alt/></dc:description>\n" + comment))),
            ("item", packet(holder("   <dc:description><rdf:Alt><rdf:li xml:lang='x-default'/></rdf:Alt></dc:description>"))),
            ("text", packet(holder("   <dc:description>a text</dc:description>"))),
            ("attribute", packet(holder(comment, " dc:description='said &lt;so&gt;' xmp:Label=\"x\""))),
            ("own", packet(holder(alternatives([("x-default", "a dog")]) + "\n" + mine, about="uuid:1"))),
            ("changed", packet(holder(person) + "\n" + holder(mine + "\n" + own(replaced="old", created="True")))),
            ("former", packet(holder(alternatives([("x-default", "a dog")]) + "\n" + mine + "\n" + own(replaced="words") +
                                     "\n   <descry:former><rdf:Seq><rdf:li>one</rdf:li></rdf:Seq></descry:former>"))),
            ("two", packet(holder("   <dc:title><rdf:Alt><rdf:li xml:lang='x-default'>T</rdf:li></rdf:Alt></dc:title>") + "\n" +
                           holder("   <dc:subject><rdf:Bag><rdf:li>x</rdf:li><rdf:li>y</rdf:li></rdf:Bag></dc:subject>"))),
            ("prefix", packet("", "r")),
            ("wrapped", "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?>\n" + packet(holder(comment)) + "<?xpacket end='w'?>")):
        save("sidecar", name + ".xmp", text.encode())
    save("sidecar", "lines.xmp", packet(holder(person)).replace("\n", "\r\n").encode())
    save("sidecar", "mark.xmp", b"\xef\xbb\xbf" + packet(holder(person)).encode())
    save("sidecar", "little.xmp", ("\ufeff<?xml version='1.0' encoding='UTF-16'?>" + packet(holder(comment))).encode("utf-16-le"))
    save("sidecar", "big.xmp", ("\ufeff" + packet(holder(person))).encode("utf-16-be"))


# ---- libraries: bytes of a file of SQLite (sqlite.org/fileformat2.html) to be edited, as tests/fuzz/fuzz_library.c says ---


def make_edits():
    page = 4096
    for name, edits in (
            ("page-size", [(16, b"\x02\x00\x01\x01")]), ("pages", [(28, b"\x00\x00\x00\x02")]),
            ("free", [(32, b"\x00\x00\x00\x03"), (36, b"\x00\x00\x00\x09")]),
            ("version", [(60, b"\x00\x00\x00\xff")]), ("root", [(100, b"\x05\x00\x00\x00")]),
            ("cells", [(n * page + 3, b"\xff\xff\x00\x01") for n in range(1, 12)]),
            ("kinds", [(n * page, b"\x0a\x00\x00\x00") for n in range(3, 9)]),
            ("content", [(n * page - 40, b"\x7f\xff\xff\xff") for n in range(2, 30)]),
            ("cut", [(0, b"SQLi"), (28, b"\xff\xff\xff\xff")])):
        save("library", "edit-" + name, b"\0" + b"".join(at.to_bytes(4, "little") + what for at, what in edits))


def main():
    make_safetensors()
    make_pickles()
    make_merges()
    make_arrays()
    make_scan_files()
    make_sidecars()
    make_edits()


if __name__ == "__main__":
    main()
