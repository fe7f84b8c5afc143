#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes data/open_clip_pretrained.json: the weights that open_clip has names for, in the order of these.

    python tools/tables/make_pretrained.py PRETRAINED.JSON

Needs open_clip_torch and timm: parameters that PRETRAINED.JSON does not have are counted.

PRETRAINED.JSON has {"source", "pairs": [{"architecture", "tag", "hub", "url", "quick_gelu", "mean", "std", "interpolation",
"resize_mode", "params_m", "licence", and scores}]}, as taken from open_clip's pretrained.py and its tables of results."""

import json
import pathlib
import sys

import open_clip
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))
import hf_configs  # noqa: E402

OUT = ROOT / "data/open_clip_pretrained.json"
CONFIGS = json.loads((ROOT / "data/open_clip_configs.json").read_text())["configs"]
MORE = "; parameters that these do not have counted; COCO of SigLIP 2 from arXiv:2502.14786, of PE-Core from arXiv:2504.13181"
COCO = {"ViT-B-32-SigLIP2-256": 0.472, "ViT-B-16-SigLIP2": 0.521, "ViT-SO400M-16-SigLIP2-384": 0.560,
        "PE-Core-B-16": 0.509, "PE-Core-L-14-336": 0.571}
SCORES = {"coco_text_to_image_r1": "coco", "flickr_text_to_image_r1": "flickr", "imagenet_1k": "imagenet"}


def parameters(architecture):
    """None: this version of open_clip cannot build it."""
    try:
        config = CONFIGS[architecture]
        config.get("vision_cfg", {}).pop("image_seq_len", None)  # of later versions
        open_clip.factory._MODEL_CONFIGS[architecture] = config
        hf_configs.use(hf_configs.CONFIGS, None)
        with torch.device("meta"):
            model = open_clip.create_model(architecture, device="meta", pretrained_text=False)
        return sum(p.numel() for p in model.parameters())
    except (KeyError, RuntimeError, TypeError, AssertionError) as error:
        print(f"{architecture}: {error}", file=sys.stderr)
        return None


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
    elif count := parameters(pair["architecture"]):
        out["parameters"] = count
    if pair["architecture"] in COCO:
        out["coco"] = COCO[pair["architecture"]]
    out |= {key: pair[given] for given, key in SCORES.items() if pair.get(given) is not None}
    return out


def main():
    given = json.loads(pathlib.Path(sys.argv[1]).read_text())
    rows = sorted((row(pair) for pair in given["pairs"]), key=lambda r: r["name"])
    lines = ",\n".join(json.dumps(r) for r in rows)
    OUT.write_text(f'{{"source": {json.dumps(given["source"] + MORE)},\n"weights": [\n{lines}\n]}}\n')


main()
