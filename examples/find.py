#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Indexes a folder and searches it, in Python, with nothing but ctypes.

    python3 find.py demo pictures.db ~/Pictures "a red apple beside a dog"
"""

import ctypes
import os
import sys

descry = ctypes.CDLL("libdescry.so.0")


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char * 1000)]


class Match(ctypes.Structure):  # as far as it is used: members are only ever added at the end
    _fields_ = [("rank", ctypes.c_uint64), ("score", ctypes.c_float), ("id", ctypes.c_int64), ("path", ctypes.c_char_p)]


def call(function, *args):
    """Calls a function whose last argument is a descry_error *."""
    err = Error()
    rc = function(*args, ctypes.byref(err))
    if rc < 0:
        sys.exit(f"find: {err.message.decode()}")
    return rc


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: find.py MODEL LIBRARY FOLDER QUERY")
    name, file, folder, query = map(os.fsencode, sys.argv[1:])
    ctx, model, library, results = (ctypes.c_void_p() for _ in range(4))
    call(descry.descry_context_open, ctypes.byref(ctx), None)
    call(descry.descry_model_open, ctypes.byref(model), ctx, name, None)
    call(descry.descry_library_open, ctypes.byref(library), ctx, file, None)

    folders = (ctypes.c_char_p * 1)(folder)
    call(descry.descry_index, library, model, folders, ctypes.c_size_t(1), None, None)

    call(descry.descry_search, ctypes.byref(results), library, model, query, None)
    match = ctypes.POINTER(Match)()
    while call(descry.descry_results_next, results, ctypes.byref(match)) == 1:
        found = match.contents
        print(f"{found.rank}  {found.score:.4f}  {os.fsdecode(found.path)}")

    descry.descry_results_close(ctypes.byref(results))
    descry.descry_library_close(ctypes.byref(library))
    descry.descry_model_close(ctypes.byref(model))
    descry.descry_context_close(ctypes.byref(ctx))


main()
