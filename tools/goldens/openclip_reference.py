#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""open_clip's models with weights from a formula, and the folders that open_clip and descry read them from.

    python tools/goldens/openclip_reference.py NAME|CONFIG.json FOLDER [--dtype float32|float16|bfloat16]

writes open_clip_config.json and open_clip_model.safetensors of an architecture that open_clip knows, or of a
configuration of one's own, so that both programs can be run on equal weights without a download.

Element i of tensor `name`: v = 2 u - 1, u = hash(crc32(name) xor i * 0x9E3779B1) / 2^32, computed in double, stored as
float32.  logit_scale is 2.5, logit_bias -10; a vector `.weight` or `.running_var` is 1 + 0.2 v, any other vector 0.1 v; what has more
dimensions is v * sqrt(3 / (elements / rows)).  Pictures are [n, 3, H, W] of 2 v with the name "image".

Needs open_clip_torch 3.3.0, safetensors, torch and numpy."""

import argparse
import json
import math
import pathlib
import zlib

import numpy as np
import open_clip
import torch
from open_clip.coca_model import CoCa
from open_clip.model import CLIP, CustomTextCLIP
from safetensors.torch import save_file

CHUNK = 1 << 22


def hashed(name, count, start=0):
    """v of elements start .. start + count, float64."""
    x = np.arange(start, start + count, dtype=np.uint32)
    x *= np.uint32(0x9E3779B1)
    x ^= np.uint32(zlib.crc32(name.encode()))
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return 2 * (x / 4294967296.0) - 1


def values(name, shape):
    """The tensor `name` by the formula, float32."""
    out = torch.empty(shape)
    flat, count = out.view(-1), out.numel()
    if name in ("logit_scale", "logit_bias"):
        return out.fill_(2.5 if name == "logit_scale" else -10.)
    for start in range(0, count, CHUNK):
        v = hashed(name, min(CHUNK, count - start), start)
        if out.ndim >= 2:
            v *= math.sqrt(3 / (count / out.shape[0]))
        elif name.endswith((".weight", ".running_var")):
            v = 1 + 0.2 * v
        else:
            v *= 0.1
        flat[start:start + len(v)] = torch.from_numpy(v.astype(np.float32))
    return out


def fill(model):
    """Sets every parameter by the formula."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(values(name, parameter.shape))
    return model.eval()


def round_matrices(model):
    """What descry's --precision bf16 does: matrices that vectors are multiplied by become the nearest bf16, nothing else;
    arithmetic stays as it is."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1 and not name.endswith(("token_embedding.weight", "positional_embedding", "pool.query")):
                parameter.copy_(parameter.bfloat16())
    return model


def config_of(model):
    """A model's configuration: of an architecture by name, or as given."""
    return open_clip.get_model_config(model) if isinstance(model, str) else json.loads(json.dumps(model))


def build(model):
    """The model of a name or configuration, as open_clip chooses its class; with open_clip's own random weights."""
    config = config_of(model)
    custom = config.pop("custom_text", False)
    return (CoCa if custom and "multimodal_cfg" in config else CustomTextCLIP if custom else CLIP)(**config).eval()


def save_weights(path, model, dtype=torch.float32, prefix=""):
    save_file({prefix + k: v.detach().to(dtype).contiguous() for k, v in model.state_dict().items()}, path)


def save(folder, model, config, dtype=torch.float32, preprocess=None):
    """A folder that open_clip takes as local-dir:FOLDER and descry as --model FOLDER."""
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(folder / "open_clip_model.safetensors", model, dtype)
    (folder / "open_clip_config.json").write_text(
        json.dumps({"model_cfg": config_of(config), "preprocess_cfg": preprocess or {}}, indent=1) + "\n")
    return folder


def image_size(model):
    """(height, width)"""
    size = model.visual.image_size
    return tuple(size) if isinstance(size, (tuple, list)) else (size, size)


def pictures(count, size):
    """float32 [count, 3, height, width]"""
    shape = (count, 3, *size)
    return torch.from_numpy((2 * hashed("image", math.prod(shape))).astype(np.float32).reshape(shape))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--dtype", choices=("float32", "float16", "bfloat16"), default="float32")
    args = parser.parse_args()
    path = pathlib.Path(args.model)
    config = args.model
    if path.suffix == ".json":
        config = json.loads(path.read_text())
        config = config.get("model_cfg", config)
    elif config_of(config) is None:
        parser.error(f"open_clip knows no architecture {args.model}")
    save(args.folder, fill(build(config)), config, getattr(torch, args.dtype))


if __name__ == "__main__":
    main()
