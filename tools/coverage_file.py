# SPDX-License-Identifier: Apache-2.0
"""docs/coverage.json: what was compared with open_clip, a row for each architecture and each kind of tokenizer; of coverage.py,
parity.py and parity_tokenizers.py, for models_page.py."""

import json
import pathlib

PATH = pathlib.Path(__file__).resolve().parent.parent / "docs/coverage.json"


def read():
    return json.loads(PATH.read_text()) if PATH.exists() else {"versions": {}, "architectures": [], "tokenizers": []}


def keep(key, row, versions=None):
    """Puts the row in place of the one of its name."""
    kept = read()
    kept["versions"] |= versions or {}
    kept[key] = sorted([r for r in kept[key] if r["name"] != row["name"]] + [row], key=lambda r: r["name"])
    lists = [f'"{name}": [\n{",".join(chr(10) * (i > 0) + json.dumps(r) for i, r in enumerate(kept[name]))}\n]'
             for name in ("architectures", "tokenizers")]
    PATH.write_text(f'{{"versions": {json.dumps(kept["versions"])},\n' + ",\n".join(lists) + "}\n")
