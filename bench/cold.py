#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times a program from exec to exit, again and again, and takes the most memory it held:

    python bench/cold.py ROUNDS PROGRAM [ARGUMENT...]

prints {"seconds": [...], "kilobytes": n}.  A process of its own, because Linux counts what a parent held as the child's
until it calls exec, and a parent with PyTorch in it holds more than descry ever does."""

import json
import os
import subprocess
import sys
import time

seconds, kilobytes = [], 0
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds.append(time.perf_counter() - start)
    kilobytes = max(kilobytes, usage.ru_maxrss)
    if status:
        sys.exit(f"{sys.argv[2]} failed")
print(json.dumps({"seconds": seconds, "kilobytes": kilobytes}))
