# SPDX-License-Identifier: Apache-2.0
"""Says whether an expression is true of a program's output: check.py json|npy FILE EXPRESSION"""
import ast
import base64
import json
import math
import struct
import sys


def refuse(name):
    raise ValueError(f"not JSON: {name}")


def read_json(path):
    with open(path, "rb") as f:
        text = f.read().decode("utf-8")  # strictly
    assert text == "" or text.endswith("\n")
    rows = [json.loads(line, parse_constant=refuse) for line in text.split("\n")[:-1]]
    assert rows, f"{path}: no rows, of which all may be said"
    assert all(isinstance(row, dict) for row in rows)
    return {"rows": rows, "row": rows[0]}


def read_npy(path):
    with open(path, "rb") as f:
        data = f.read()
    assert data[:8] == b"\x93NUMPY\x01\x00", data[:8]
    size, = struct.unpack("<H", data[8:10])
    assert (10 + size) % 64 == 0 and data[9 + size:10 + size] == b"\n"
    header = ast.literal_eval(data[10:10 + size].decode("ascii").strip())
    assert header["fortran_order"] is False
    code = {"<f4": "f", "|u1": "B"}[header["descr"]]
    count = math.prod(header["shape"])
    body = data[10 + size:]
    assert len(body) == count * struct.calcsize(code), (len(body), header)
    return {"a": struct.unpack(f"<{count}{code}", body), "shape": header["shape"], "descr": header["descr"]}


def close(a, b, tolerance):
    return len(a) == len(b) and all(abs(x - y) <= tolerance for x, y in zip(a, b))


values = (read_json if sys.argv[1] == "json" else read_npy)(sys.argv[2])
values.update(close=close, math=math, base64=base64, json=json, read_json=read_json, read_npy=read_npy)
result = eval(f"({sys.argv[3]})", values)
assert isinstance(result, bool), f"neither true nor false: {result!r}"
if not result:
    print("false:", sys.argv[3], str(values.get("rows", values.get("shape")))[:2000])
    sys.exit(1)
