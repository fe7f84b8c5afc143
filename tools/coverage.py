#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the towers of every architecture of open_clip that this build can run with open_clip's own, on weights as
open_clip initialises them, with noise on all vectors and on what is initialised with zeros, and with batch norms measured: 3
pictures, 6 texts (rows of ids, so that no vocabulary is needed).

    python tools/coverage.py [--build build] [--only WORD ...] [--most PARAMETERS] [--json FILE]

Architectures with more than --most (1e9) parameters keep their width; their depth is cut to 4.  What is worse than the bound
(2e-6 up to size B, 5e-6 above) is compared with open_clip in float64, too: then descry's float32 must not be further from that
than open_clip's.  Prints a line for each; exit status 1 when one fails.

Needs `ninja -C build towers`, open_clip_torch, torch and numpy."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import open_clip
import timm
import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "data/open_clip_configs.json"
PICTURES, TEXTS, DEPTH = 3, 6, 4
BASE, LARGE = 2e-6, 5e-6


def cut(config):
    """Full width, less depth."""
    config = json.loads(json.dumps(config))
    for section in ("vision_cfg", "text_cfg", "multimodal_cfg"):
        part = config.get(section, {})
        if isinstance(part.get("layers"), int):
            part["layers"] = min(part["layers"], DEPTH)
    return config


def build(name, config, depth=None):
    """depth: of timm's transformers."""
    open_clip.factory._MODEL_CONFIGS[name] = config
    torch.manual_seed(7)
    create = timm.create_model
    if depth and config["vision_cfg"].get("timm_model_name"):
        open_clip.timm_model.timm.create_model = lambda *args, **more: create(*args, **more, depth=depth)
    try:
        model = open_clip.create_model(name).eval()
    finally:
        open_clip.timm_model.timm.create_model = create
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if not tensor.is_floating_point() or key.startswith("logit_"):
                continue
            vector = tensor.numel() == tensor.shape[0] if tensor.ndim else True  # a column of a map, too: [C, 1, 1]
            if vector and key.endswith("running_var"):
                tensor.mul_(1 + 0.2 * torch.rand_like(tensor))
            elif vector:
                tensor.add_(0.1 * torch.randn_like(tensor))
            elif not tensor.any():
                tensor.add_(0.02 * torch.randn_like(tensor))
    return model


def measure_norms(model, pictures):
    """Gives batch norms the statistics of these pictures, with noise on the variances: with any other statistics, hardly anything
    of a picture may be left after many of them."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    if not norms:
        return
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.inference_mode():
        model.encode_image(torch.from_numpy(pictures))
    for norm in norms:
        norm.eval().running_var.mul_(1 + 0.2 * torch.rand_like(norm.running_var))


def texts_for(config, rng):
    text = config["text_cfg"]
    length, vocabulary = text.get("context_length", 77), text.get("vocab_size", 49408)
    rows = np.zeros((TEXTS, length), np.int32)
    for i, row in enumerate(rows):
        n = min(length, 3 + i * 5)
        row[:n] = rng.integers(3, vocabulary - 2, n)
        row[n - 1] = vocabulary - 1 if text.get("pool_type", "argmax") != "eos" else text.get("eos_id", 2)
    return rows


def encode(model, pictures, ids, dtype=torch.float32):
    model = model.to(dtype)
    with torch.inference_mode():
        out = [model.encode_image(torch.from_numpy(pictures).to(dtype), normalize=True),
               model.encode_text(torch.from_numpy(ids).long(), normalize=True)]
    return [x.double().numpy() for x in out]


def compare(args, name, config, folder):
    parameters = None
    model = build(name, config)
    parameters = sum(p.numel() for p in model.parameters())
    words = []
    if parameters > args.most:
        config, words = cut(config), [str(DEPTH)]
        del model
        model = build(name, config, DEPTH)
    size = model.visual.image_size
    height, width = size if isinstance(size, (tuple, list)) else (size, size)
    rng = np.random.default_rng(5)
    pictures = rng.normal(0, 1, (PICTURES, 3, height, width)).astype(np.float32)
    measure_norms(model, pictures)
    ids = texts_for(config, rng)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    done = subprocess.run([args.build / "towers", folder, str(PICTURES), str(TEXTS), *words], input=pictures.tobytes() + ids.tobytes(),
                          capture_output=True)
    if done.returncode:
        return {"name": name, "parameters": parameters, "good": False, "why": done.stderr.decode().strip()}
    got = np.frombuffer(done.stdout, np.float32).reshape(PICTURES + TEXTS, -1).astype(np.float64)
    got /= np.linalg.norm(got, axis=1, keepdims=True)
    ours, theirs = np.split(got, [PICTURES]), encode(model, pictures, ids)
    off = [float(np.abs(a - b).max()) for a, b in zip(ours, theirs)]
    bound = BASE if parameters < 2.1e8 else LARGE
    row = {"name": name, "parameters": parameters, "cut": parameters > args.most, "picture": off[0], "text": off[1],
           "good": max(off) <= bound}
    if not row["good"]:
        exact = encode(model, pictures, ids, torch.float64)
        row["ours64"] = [float(np.abs(a - b).max()) for a, b in zip(ours, exact)]
        row["theirs64"] = [float(np.abs(a - b).max()) for a, b in zip(theirs, exact)]
        row["good"] = all(a <= max(b, bound) for a, b in zip(row["ours64"], row["theirs64"]))
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=[], help="words of names")
    parser.add_argument("--most", type=float, default=1e9)
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    configs = json.loads(CONFIGS.read_text())["configs"]
    known = subprocess.run([args.build / "cmd/descry", "models"], capture_output=True, check=True, text=True).stdout
    known = {words[0] for words in map(str.split, known.splitlines()) if words}
    rows = []
    for name in sorted(known & configs.keys()):
        if args.only and not any(word in name for word in args.only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = compare(args, name, configs[name], pathlib.Path(folder))
        rows.append(row)
        print(f"{'ok    ' if row['good'] else 'FAILED'} {json.dumps({k: v for k, v in row.items() if k != 'good'})}", flush=True)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return not all(row["good"] for row in rows)


sys.exit(main())
