#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/zeroshot.json: the classifiers that open_clip.build_zero_shot_classifier makes with a tiny model whose
weights come from the formula (openclip_reference.py), for both of CLIP's sets of templates.

    python tools/goldens/make_zeroshot_golden.py

Needs open_clip_torch 3.3.0, torch and numpy."""

import json
import pathlib

import open_clip
import torch
from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES, SIMPLE_IMAGENET_TEMPLATES

import openclip_reference as reference

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "tests/golden"
MODEL, CLASSES = "vit-gelu", ["tench", "great white shark", "Siamese cat", "crème brûlée"]


def main():
    config = json.loads((GOLDEN / "openclip-golden.json").read_text())["tiny_release"][MODEL]["cfg"]
    model, tokenizer = reference.fill(reference.build(config)), open_clip.get_tokenizer("ViT-B-32")
    out = {"open_clip": open_clip.__version__, "model": MODEL, "classes": CLASSES}
    length = model.context_length
    for name, templates in (("simple", SIMPLE_IMAGENET_TEMPLATES), ("openai", OPENAI_IMAGENET_TEMPLATES)):
        with torch.inference_mode():
            weights = open_clip.build_zero_shot_classifier(
                model, lambda texts: tokenizer(texts, context_length=length), CLASSES, templates)
        out[name] = [[float(f"{v:.9g}") for v in column] for column in weights.T.tolist()]
    (GOLDEN / "zeroshot.json").write_text(json.dumps(out, separators=(",", ":"), ensure_ascii=False).replace('],"', '],\n"') + "\n")


if __name__ == "__main__":
    main()
