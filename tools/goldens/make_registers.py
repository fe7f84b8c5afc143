#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/families/registers.json: what timm's VisionTransformer with registers and mean pooling computes, in float64,
for a tiny model filled by the formula of openclip_reference.py.

    python tools/goldens/make_registers.py [--out tests/families/registers.json]"""

import argparse
import json
import pathlib

import timm
import torch
from timm.models.vision_transformer import VisionTransformer

import openclip_reference as reference

HERE = pathlib.Path(__file__).resolve().parents[2]
CFG = {"embed_dim": 24,
       "vision_cfg": {"registers": 3, "image_size": 40, "patch_size": 8, "width": 48, "heads": 3, "layers": 2},
       "text_cfg": {"context_length": 12, "width": 32, "heads": 2, "layers": 1}}
PICTURES = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=HERE / "tests/families/registers.json", type=pathlib.Path)
    out = parser.parse_args().out
    v = CFG["vision_cfg"]
    model = VisionTransformer(img_size=v["image_size"], patch_size=v["patch_size"], embed_dim=v["width"],
                              depth=v["layers"], num_heads=v["heads"], reg_tokens=v["registers"], class_token=False,
                              no_embed_class=True, global_pool="avg", num_classes=CFG["embed_dim"])
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(reference.values("visual.trunk." + name, parameter.shape))
    pictures = 2 * reference.hashed("image", PICTURES * 3 * v["image_size"] ** 2)
    pictures = torch.from_numpy(pictures.astype("float32")).double().view(PICTURES, 3, v["image_size"], v["image_size"])
    with torch.no_grad():
        image = model.eval().double()(pictures)
    golden = {"source": f"timm {timm.__version__}, torch {torch.__version__}, float64", "cfg": CFG,
              "parameters": sum(p.numel() for p in model.parameters()), "image": image.tolist()}
    out.write_text(json.dumps(golden, indent=1) + "\n")


main()
