#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/architectures.json: what open_clip computes for real architectures whose weights,
pictures and texts come from a formula, so that the C tests can make the same inputs without downloads.

    python tools/make_goldens.py [--out tests/golden/architectures.json] [--only NAME ...]

Element i of tensor `name` is v = 2 u - 1, u = hash(crc32(name) xor i * 0x9E3779B1) / 2^32, scaled by the kind of
tensor (see fill).  Pictures are [4, 3, S, S] of 2 v with the name "image"; texts are rows of ids.  Per model: embeddings
of the pictures and texts, of length 1, and for the models of STAGES also what stands after each stage: a few values and
a sum weighted with v of the name "probe", which notices any exchange of rows or columns.

Needs open_clip_torch 3.3.0, torch and numpy."""

import argparse
import json
import math
import pathlib
import zlib

import numpy as np
import open_clip
import torch

HERE = pathlib.Path(__file__).resolve().parent.parent
REAL = ("ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-B-32-quickgelu", "ViT-L-14-CLIPA")
TINY = ("vit-gelu", "vit-quickgelu", "clipa", "ls-mlpratio")
TEXTS = ("a photo of a cat", "Hello World!", "a diagram of a very long and winding road that leads to your door", "")
# rows for models with another vocabulary and no end token
OTHER_IDS = [[101, 1037, 6302, 1997, 1037, 4937] + 26 * [0], [101, 7592, 2088, 999] + 28 * [0],
             list(range(1000, 1032)), [101] + 31 * [0]]


def hashed(name, count, start=0):
    """v of elements start .. start + count, float64."""
    with np.errstate(over="ignore"):
        x = np.uint32(zlib.crc32(name.encode())) ^ (np.arange(start, start + count, dtype=np.uint32)
                                                    * np.uint32(0x9E3779B1))
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return 2 * (x / 4294967296.0) - 1


def fill(model):
    """Sets every parameter by the formula."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            count = p.numel()
            if name == "logit_scale":
                p.fill_(2.5)
                continue
            if name == "logit_bias":
                p.fill_(-10.)
                continue
            flat = p.view(-1)
            for start in range(0, count, 1 << 24):
                v = hashed(name, min(1 << 24, count - start), start)
                if p.ndim >= 2:
                    v = v * math.sqrt(3 / (count / p.shape[0]))
                elif name.endswith(".weight"):
                    v = 1 + 0.2 * v
                else:
                    v = 0.1 * v
                flat[start:start + len(v)] = torch.from_numpy(v.astype(np.float32))
    return model.eval()


def pictures(count, size):
    values = (2 * hashed("image", count * 3 * size * size)).astype(np.float32)
    return torch.from_numpy(values.reshape(count, 3, size, size))


def digits(values):
    return [float(f"{v:.8g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def summary(x):
    """x [rows, width]: values of three rows, and the weighted sum with the norm that its error is judged by."""
    x = np.asarray(x, dtype=np.float64)
    rows = [x[0], x[len(x) // 2], x[-1]]
    return {"rows": x.shape[0], "width": x.shape[1], "values": digits([r[:8] for r in rows]),
            "probe": float(x.ravel() @ hashed("probe", x.size)), "norm": float(np.linalg.norm(x))}


def record(module, stages, name):
    """Notes what `module` returns, or what it is given."""
    return module.register_forward_hook(lambda m, i, o: stages.__setitem__(name, o.detach()))


def stages_of(model, image, ids):
    """The stages of picture 0 and text 0, under the names of the C towers' trace."""
    seen, hooks = {}, []
    visual = model.visual
    hooks.append(record(visual.conv1, seen, "vision patches"))
    hooks.append(record(visual.ln_pre, seen, "vision embedded"))
    for i, block in enumerate(visual.transformer.resblocks):
        hooks.append(record(block, seen, f"vision block {i}"))
    hooks.append(visual.transformer.register_forward_pre_hook(
        lambda m, a: seen.setdefault("vision embedded", a[0].detach())))
    text = model
    hooks.append(text.transformer.register_forward_pre_hook(
        lambda m, a: seen.__setitem__("text embedded", a[0].detach())))
    for i, block in enumerate(text.transformer.resblocks):
        hooks.append(record(block, seen, f"text block {i}"))
    hooks.append(record(visual.ln_post, seen, "ln_post"))
    hooks.append(record(text.ln_final, seen, "ln_final"))
    seen["vision projected"] = model.encode_image(image)
    seen["text projected"] = model.encode_text(ids)
    for hook in hooks:
        hook.remove()
    position = int(ids[0].argmax()) if text.text_pool_type == "argmax" else ids.shape[1] - 1
    needed = position + 1 if text.attn_mask is not None else ids.shape[1]
    out = {}
    for name, x in seen.items():
        x = x[0].float()
        if name == "vision patches":
            x = x.flatten(1).T
        elif name == "ln_post":
            name, x = "vision pooled", x if x.ndim == 1 else x[0]
        elif name == "ln_final":
            name, x = "text pooled", x[position]
        elif name.startswith("text") and x.ndim == 2:
            x = x[:needed]
        if name.split()[1] == "block" and int(name.split()[2]) not in (
                0, len((visual if name[0] == "v" else text).transformer.resblocks) // 2,
                len((visual if name[0] == "v" else text).transformer.resblocks) - 1):
            continue
        out[name] = summary(x.reshape(-1, x.shape[-1]) if x.ndim > 1 else x[None])
    return out


def golden(model, ids, size, with_stages, count=4):
    images = pictures(count, size)
    with torch.inference_mode():
        image = model.encode_image(images, normalize=True)
        text = torch.cat([model.encode_text(row[None], normalize=True) for row in ids])
        cosines = image @ image.T
        entry = {"ids": [[int(i) for i in row] for row in ids],
                 "image": [digits(v) for v in image], "text": [digits(v) for v in text]}
        if with_stages:
            entry["stages"] = stages_of(model, images[:1], ids[:1])
    print(f"  nearest pictures {float((cosines - torch.eye(count)).max()):.4f}, "
          f"texts {float((text @ text.T - torch.eye(len(text))).max()):.4f}", flush=True)
    return entry


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=HERE / "tests/golden/architectures.json", type=pathlib.Path)
    parser.add_argument("--only", nargs="*", default=REAL + TINY)
    args = parser.parse_args()
    torch.manual_seed(0)
    tokenizer = open_clip.get_tokenizer("ViT-B-32")
    tiny = json.loads((HERE / "tests/golden/openclip-golden.json").read_text())["tiny_release"]
    out = {"open_clip": open_clip.__version__, "texts": TEXTS, "models": {}}
    for name in args.only:
        print(name, flush=True)
        if name in tiny:
            model = open_clip.model.CLIP(**tiny[name]["cfg"])
            size, length = tiny[name]["image_size"], tiny[name]["context_length"]
        else:
            model = open_clip.create_model(name)
            size = model.visual.image_size
            size, length = size[0] if isinstance(size, tuple) else size, model.context_length
        ids = torch.tensor(OTHER_IDS) if "CLIPA" in name else tokenizer(TEXTS, context_length=length)
        out["models"][name] = golden(fill(model), ids, size, name in TINY + ("ViT-B-32",))
    args.out.write_text(json.dumps(out, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
