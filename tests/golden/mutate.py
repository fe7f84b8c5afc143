#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A copy of a source file with one mistake in it, for tests that must notice it.

    python mutate.py SOURCE COPY RIGHT WRONG

RIGHT is replaced by WRONG everywhere; it has to be there."""

import pathlib
import sys

source, copy, right, wrong = sys.argv[1:]
text = pathlib.Path(source).read_text()
if right not in text:
    sys.exit(f"{source} has no {right!r}")
pathlib.Path(copy).write_text(text.replace(right, wrong))
