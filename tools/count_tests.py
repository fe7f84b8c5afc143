#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the results of a test run and prints "N passed, N failed" as its last line.

    python tools/count_tests.py FOLDER

FOLDER holds *.tap (lines "ok ..." and "not ok ...") and *.json (Meson's testlog.json).  Of a cmocka or TAP program each
case counts; a program that fails without a failed case, one without cases, and every skip, counts as a failure; but skips
reported as "not run: " and what the system lacks count as neither.  Exit status 1 on any failure."""

import json
import pathlib
import re
import sys


NOT_RUN = r"^not run: (.*)"


def cases(text):
    """The passed and failed cases in a program's output."""
    passed = len(re.findall(r"^\[       OK \]", text, re.M)) + len(re.findall(r"^ok\b(?!.*# *(?i:skip))", text, re.M))
    failed = len(re.findall(r"^\[ RUN      \]", text, re.M)) - len(re.findall(r"^\[       OK \]", text, re.M))
    failed -= len(re.findall(NOT_RUN, text, re.M))
    return passed, failed + len(re.findall(r"^not ok\b|^ok\b.*# *(?i:skip)", text, re.M))


def main():
    folder = pathlib.Path(sys.argv[1])
    passed = failed = missing = 0
    for path in sorted(folder.glob("*.tap")):
        good, bad = cases(path.read_text())
        passed, failed = passed + good, failed + bad
        for line in re.findall(r"^not ok.*", path.read_text(), re.M):
            print(f"FAILED {line[7:]}")
    for path in sorted(folder.glob("*.json")):
        lines = path.read_text().splitlines()
        if not lines:
            print(f"FAILED {path.stem}: no tests ran")
            failed += 1
        for line in lines:
            test = json.loads(line)
            good, bad = cases(test.get("stdout") or "")
            for what in re.findall(NOT_RUN, test.get("stdout") or "", re.M):
                print(f"NOT RUN {path.stem} {test['name']}: {what}")
                missing += 1
            if test["result"] != "OK" and bad == 0:
                bad = 1
            if good + bad == 0:
                # a program without TAP is one case; but a TAP plan without any case tested nothing
                empty = re.search(r"^\[={10}\]|^1\.\.", test.get("stdout") or "", re.M)
                good, bad = (0, 1) if empty else (1, 0)
            if bad:
                print(f"FAILED {path.stem} {test['name']}: {test['result']}")
                print((test.get("stdout") or "")[-3000:], (test.get("stderr") or "")[-3000:], sep="\n")
            passed, failed = passed + good, failed + bad
    if missing:
        print(f"{missing} not run")
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
