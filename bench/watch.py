#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a program and reports the resources of its process tree:

    python bench/watch.py MILLISECONDS PROGRAM [ARGUMENT...]

prints {"seconds": from exec to exit, "cpu": seconds of processors, "memory": [[when, bytes], ...], "output": its last line}.
Memory is sampled every so many milliseconds, not at all with 0 (a sample takes as long as decoding a small picture): the sum
over all processes of their proportional set sizes (Pss), or, where that is unreadable, as decoders' are but for root, of their
resident set sizes (Rss), which count shared pages several times.  `when` is by CLOCK_MONOTONIC."""

import ctypes
import json
import os
import pathlib
import resource
import subprocess
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36


def descendants():
    """All processes below this one."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):  # it is gone
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = list(children.get(os.getpid(), ()))
    for process in found:  # grows
        found += children.get(process, ())
    return found


def held(process):
    """Bytes."""
    try:
        lines = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except PermissionError:
        pages = pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, StopIteration):  # it is gone
        return 0


def look(samples, pause, over):
    while not over.wait(pause):
        samples.append((time.monotonic(), sum(map(held, descendants()))))


def main():
    pause, command = int(sys.argv[1]) / 1000, sys.argv[2:]
    # orphaned descendants are reaped here, and so counted
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    samples, over = [], threading.Event()
    watcher = threading.Thread(target=look, args=(samples, pause, over))
    start = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if pause:
            watcher.start()
        lines = process.stdout.read().splitlines()
        status = process.wait()
    seconds = time.monotonic() - start
    over.set()
    if pause:
        watcher.join()
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass
    if status:
        sys.exit(f"{command[0]}: exit status {status}")
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory": samples,
                      "output": lines[-1] if lines else ""}))


if __name__ == "__main__":
    main()
