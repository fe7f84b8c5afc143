# SPDX-License-Identifier: Apache-2.0
"""Gives a JPEG an EXIF block: exif.py FROM TO TIME CAMERA LATITUDE LONGITUDE [TITLE] ("" leaves one out)."""
import struct
import sys

source, to, time, camera, latitude, longitude, title = (sys.argv[1:] + [""])[:7]


def text(tag, value):
    return tag, 2, len(value) + 1, value.encode() + b"\0"


def angle(tag, value):
    degrees = abs(float(value))
    numbers = [int(degrees), 1, int(degrees % 1 * 60), 1, round(degrees * 60 % 1 * 60 * 1000), 1000]
    return tag, 5, 3, struct.pack("<6I", *numbers)


def directory(entries, at):
    """Its bytes at this offset, values behind it."""
    body, data = struct.pack("<H", len(entries)), b""
    behind = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        where = struct.pack("<I", behind + len(data)) if len(value) > 4 else value.ljust(4, b"\0")
        body += struct.pack("<HHI", tag, kind, count) + where
        data += value + b"\0" * (len(value) % 2) if len(value) > 4 else b""
    return body + struct.pack("<I", 0) + data


def link(tag, at):
    return tag, 4, 1, struct.pack("<I", at)


main = ([text(0x010E, title)] if title else []) + ([text(0x0110, camera)] if camera else [])
taken = [text(0x9003, time)] if time else []
place = [text(1, "NS"[float(latitude) < 0]), angle(2, latitude), text(3, "EW"[float(longitude) < 0]),
         angle(4, longitude)] if latitude else []
first = len(directory(main + [link(0x8769, 0), link(0x8825, 0)], 8)) + 8
second = first + len(directory(taken, first))
block = b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory(main + [link(0x8769, first), link(0x8825, second)], 8)
block += directory(taken, first) + directory(place, second)
with open(source, "rb") as f:
    jpeg = f.read()
assert jpeg[:2] == b"\xff\xd8"
with open(to, "wb") as f:
    f.write(jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:])
