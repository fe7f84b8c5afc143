#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the towers of every architecture of open_clip's published weights with open_clip's own, on weights as open_clip
initialises them, with noise on all vectors and on what is initialised with zeros or nearly so, and batch norms that have seen
the pictures: 3 pictures, 6 texts (rows of ids, so that no vocabulary is needed).

    python tools/coverage.py [--build build] [--only WORD ...] [--most PARAMETERS] [--keep] [--size N]

Transformers with more than --most (1e9) parameters keep their width; their depth is cut to 4.  What is worse than the bound
(2e-6 up to size B, 5e-6 above) is compared with open_clip in float64, too: then descry's float32 must not be further from that
than open_clip's.  Prints a line for each, the smallest first; exit status 1 when one fails.

--keep keeps a row for each architecture in docs/coverage.json, which tools/models_page.py reads; those that it has already are
passed over, unless they are asked for by --only.

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

import coverage_file
import hf_configs

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "data/open_clip_configs.json"
PUBLISHED = ROOT / "data/open_clip_pretrained.json"
VERSIONS = {module.__name__: module.__version__ for module in (open_clip, timm, torch)}
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
    """depth: of timm's and Hugging Face's transformers."""
    vision = {key: value for key, value in config["vision_cfg"].items() if key != "image_seq_len"}  # not known to 3.3.0
    open_clip.factory._MODEL_CONFIGS[name] = config | {"vision_cfg": vision}
    torch.manual_seed(7)
    create = timm.create_model
    hf_configs.use(hf_configs.CONFIGS, depth)
    if depth and config["vision_cfg"].get("timm_model_name"):
        open_clip.timm_model.timm.create_model = lambda *args, **more: create(*args, **more, depth=depth)
    try:
        model = open_clip.create_model(name, pretrained_text=False).eval()
    finally:
        open_clip.timm_model.timm.create_model = create
    with torch.no_grad():
        for key, tensor in model.state_dict().items():
            if not tensor.is_floating_point() or key.startswith("logit_") or key.endswith(("running_mean", "running_var")):
                continue
            if tensor.squeeze().ndim < 2:
                tensor.add_(0.1 * torch.randn_like(tensor))
            elif not tensor.any():
                tensor.add_(0.02 * torch.randn_like(tensor))
            elif tensor.std() < 0.001: # heads of EVA's
                tensor.mul_(0.02 / tensor.std())
    return model


def pictures_for(height, width, rng):
    """Large patches of colour and some noise: means over white noise would be the same in all pictures."""
    coarse = rng.normal(0, 1, (PICTURES, 3, 1, 1)) + rng.normal(0, 1, (PICTURES, 3, 4, 4))
    fine = coarse.repeat(-(-height // 4), 2).repeat(-(-width // 4), 3)[:, :, :height, :width]
    return (fine + 0.3 * rng.normal(0, 1, fine.shape)).astype(np.float32)


def hf_texts(config, length, rng):
    """Padded, one with padding amid its ids, one without any."""
    rows = np.full((TEXTS, length), config.pad_token_id, np.int32)
    for i, row in enumerate(rows):
        n = length if i == TEXTS - 1 else 3 + i * 5
        row[:n] = rng.integers(3, config.vocab_size, n)
    rows[2, 5] = config.pad_token_id
    return rows


def texts_for(config, rng):
    text = config["text_cfg"]
    if "hf_model_name" in text:
        return hf_texts(hf_configs.CONFIGS[text["hf_model_name"]](), text.get("context_length", 77), rng)
    length, vocabulary = text.get("context_length", 77), text.get("vocab_size", 49408)
    rows = np.zeros((TEXTS, length), np.int32)
    for i, row in enumerate(rows):
        n = min(length, 3 + i * 5)
        row[:n] = rng.integers(3, vocabulary - 2, n)
        row[n - 1] = vocabulary - 1 if text.get("pool_type", "argmax") != "eos" else text.get("eos_id", 2)
    return rows


def settle(model, pictures):
    """Gives batch norms the means and variances of these pictures: with others, a deep network's output is all bias."""
    norms = [m for m in model.visual.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.train()
        norm.momentum = 1
    if norms:
        with torch.no_grad():
            model.encode_image(torch.from_numpy(pictures))
    model.eval()


def encode(model, pictures, ids, dtype=torch.float32):
    model = model.to(dtype)
    with torch.inference_mode():
        out = [model.encode_image(torch.from_numpy(pictures).to(dtype), normalize=True),
               model.encode_text(torch.from_numpy(ids).long(), normalize=True)]
    return [x.double().numpy() for x in out]


def published():
    """[(architecture, parameters)], the smallest first."""
    sizes = {}
    for row in json.loads(PUBLISHED.read_text())["weights"]:
        name = row["name"].split("/")[0]
        sizes[name] = max(sizes.get(name, 0), row.get("parameters") or 0)
    return sorted(sizes.items(), key=lambda pair: pair[1])


def compare(args, name, config, parameters, folder):
    words = []
    is_cut = parameters > args.most and not config["vision_cfg"].get("timm_model_name", "").startswith(("convnext", "fastvit"))
    if is_cut:
        config, words = cut(config), [str(DEPTH)]
    model = build(name, config, DEPTH if is_cut else None)
    size = args.size or model.visual.image_size
    height, width = size if isinstance(size, (tuple, list)) else (size, size)
    rng = np.random.default_rng(5)
    pictures = pictures_for(height, width, rng)
    settle(model, pictures)
    ids = texts_for(config, rng)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    if args.size:
        model = open_clip.create_model(name, str(folder / "open_clip_model.safetensors"), force_image_size=args.size).eval()
        config["vision_cfg"]["image_size"] = args.size
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    done = subprocess.run([args.build / "towers", folder, str(PICTURES), str(TEXTS), *words], input=pictures.tobytes() + ids.tobytes(),
                          capture_output=True)
    if done.returncode:
        return {"name": name, "good": False, "why": done.stderr.decode().strip()}
    got = np.frombuffer(done.stdout, np.float32).reshape(PICTURES + TEXTS, -1).astype(np.float64)
    got /= np.linalg.norm(got, axis=1, keepdims=True)
    ours, theirs = np.split(got, [PICTURES]), encode(model, pictures, ids)
    off = [float(np.abs(a - b).max()) for a, b in zip(ours, theirs)]
    spread = [float(min(np.abs(x[i] - x[j]).max() for i in range(len(x)) for j in range(i))) for x in theirs]
    bound = BASE if parameters < 2.1e8 else LARGE
    row = {"name": name, "good": max(off) <= bound, "bound": bound, "picture": off[0], "text": off[1],
           "spread": spread}
    if is_cut:
        row["depth"] = DEPTH
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
    parser.add_argument("--size", type=int, help="of pictures, in place of the models' own (force_image_size)")
    parser.add_argument("--keep", action="store_true")
    args = parser.parse_args()
    configs = json.loads(CONFIGS.read_text())["configs"]
    known = subprocess.run([args.build / "cmd/descry", "models"], capture_output=True, check=True, text=True).stdout
    known = {words[0] for words in map(str.split, known.splitlines()) if words}
    kept = {row["name"] for row in coverage_file.read()["architectures"]} if args.keep else ()
    bad = False
    for name, parameters in published():
        if name not in known or (not any(word in name for word in args.only) if args.only else name in kept):
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = compare(args, name, configs[name], parameters, pathlib.Path(folder))
        bad |= not row["good"]
        print(f"{'ok    ' if row['good'] else 'FAILED'} {json.dumps({k: v for k, v in row.items() if k != 'good'})}", flush=True)
        if args.keep:
            coverage_file.keep("architectures", row, VERSIONS)
    return bad


sys.exit(main())
