#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the goldens with mutated sources, each of which they must notice: not by a crash, but by a test that fails.

    python mutants.py NAME PROGRAM TEST ...   (in threes; TEST "-": all of the program's)"""

import subprocess
import sys

words = sys.argv[1:]
print(f"1..{len(words) // 3}")
bad = 0
for number, (name, program, test) in enumerate(zip(words[::3], words[1::3], words[2::3]), 1):
    done = subprocess.run([program] + [test] * (test != "-"), capture_output=True, text=True)
    noticed = 1 <= done.returncode <= 50 and "FAILED" in done.stdout + done.stderr
    bad += not noticed
    print(f"{'ok' if noticed else 'not ok'} {number} - noticed: {name.replace('_', ' ')}")
    if not noticed:
        print("".join(f"# {line}\n" for line in (done.stdout + done.stderr).splitlines()[-10:]), end="")
sys.exit(bad > 0)
