#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times programs from exec to exit, repeatedly, and measures the peak memory of each:

    python bench/cold.py ROUNDS PROGRAM [ARGUMENT...] [--- PROGRAM [ARGUMENT...]]...

prints {"seconds": [...], "kilobytes": n} for each, which take turns.  A process of its own, because Linux counts a
parent's peak as the child's until it calls exec, and a parent with PyTorch needs more than descry ever does."""

import json
import os
import subprocess
import sys
import time

commands = [[]]
for word in sys.argv[2:]:
    if word == "---":
        commands.append([])
    else:
        commands[-1].append(word)
results = [{"seconds": [], "kilobytes": 0} for _ in commands]
for _ in range(int(sys.argv[1])):
    for command, result in zip(commands, results):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        result["seconds"].append(time.perf_counter() - start)
        result["kilobytes"] = max(result["kilobytes"], usage.ru_maxrss)
        if status:
            sys.exit(f"{command[0]} failed")
for result in results:
    print(json.dumps(result))
