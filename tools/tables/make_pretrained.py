#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/open_clip_pretrained.json: the weights that open_clip has names for, in the order of these.

    python tools/tables/make_pretrained.py PRETRAINED.JSON

PRETRAINED.JSON has {"source", "pairs": [{"architecture", "tag", "hub", "url", "quick_gelu", "mean", "std", "interpolation",
"resize_mode", "params_m", "licence", and scores}]}, as taken from open_clip's pretrained.py and its tables of results."""

import json
import pathlib
import sys

OUT = pathlib.Path(__file__).resolve().parents[2] / "data/open_clip_pretrained.json"
SCORES = {"coco_text_to_image_r1": "coco", "flickr_text_to_image_r1": "flickr", "imagenet_1k": "imagenet"}


def row(pair):
    organisation, name, *file = [part for part in pair["hub"].split("/") if part]
    out = {"name": f"{pair['architecture']}/{pair['tag']}", "repository": f"{organisation}/{name}"}
    if file:
        out["file"] = "/".join(file)
    for key in ("url", "licence"):
        if pair.get(key):
            out[key] = pair[key]
    if pair.get("quick_gelu"):
        out["quick_gelu"] = True
    if "mean" in pair:
        out["preprocess"] = {key: pair[key] for key in ("mean", "std", "interpolation", "resize_mode")}
    if "params_m" in pair:
        out["parameters"] = round(pair["params_m"] * 1e6)
    out |= {key: pair[given] for given, key in SCORES.items() if pair.get(given) is not None}
    return out


def main():
    given = json.loads(pathlib.Path(sys.argv[1]).read_text())
    rows = sorted((row(pair) for pair in given["pairs"]), key=lambda r: r["name"])
    lines = ",\n".join(json.dumps(r) for r in rows)
    OUT.write_text(f'{{"source": {json.dumps(given["source"])},\n"weights": [\n{lines}\n]}}\n')


main()
