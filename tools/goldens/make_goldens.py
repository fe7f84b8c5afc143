#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/architectures.json: what open_clip computes for real architectures whose weights,
pictures and texts come from a formula, so that the C tests can make the same inputs without downloads.

    python tools/goldens/make_goldens.py [--out tests/golden/architectures.json] [--only NAME ...]

Weights and pictures: openclip_reference.py.  Texts are rows of ids.  Per model: embeddings of the pictures and texts, of
length 1, and the lengths they had; and for some models what stands after each stage: a few values and a sum weighted
with v of the name "probe", which notices any exchange of rows or columns.  Everything is computed in float64; "float32"
says how far open_clip is from that in float32, for pictures and for texts.

Needs open_clip_torch 3.3.0, torch and numpy."""

import argparse
import json
import pathlib

import numpy as np
import open_clip
import torch

import openclip_reference as reference

HERE = pathlib.Path(__file__).resolve().parents[2]
REAL = ("ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-B-32-quickgelu", "ViT-L-14-CLIPA")
TINY = ("vit-gelu", "vit-quickgelu", "clipa", "ls-mlpratio")
TEXTS = ("a photo of a cat", "Hello World!", "a diagram of a very long and winding road that leads to your door", "")
# rows for models with another vocabulary and no end token
OTHER_IDS = [[101, 1037, 6302, 1997, 1037, 4937] + 26 * [0], [101, 7592, 2088, 999] + 28 * [0],
             list(range(1000, 1032)), [101] + 31 * [0]]


def digits(values):
    return [float(f"{v:.8g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def summary(x):
    """x [rows, width]: values of three rows, and the weighted sum with the norm that its error is judged by."""
    x = np.asarray(x, dtype=np.float64)
    rows = [x[0], x[len(x) // 2], x[-1]]
    return {"rows": x.shape[0], "width": x.shape[1], "values": digits([r[:8] for r in rows]),
            "probe": float(x.ravel() @ reference.hashed("probe", x.size)), "norm": float(np.linalg.norm(x))}


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
        x = x[0]
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


def embed(model, images, ids):
    """One at a time, which needs little memory; float64."""
    return (torch.cat([model.encode_image(x[None], normalize=False) for x in images]).double(),
            torch.cat([model.encode_text(x[None], normalize=False) for x in ids]).double())


def golden(model, ids, with_stages, count=4):
    images = reference.pictures(count, reference.image_size(model))
    unit = torch.nn.functional.normalize
    with torch.inference_mode():
        single = embed(model, images, ids)
        model.double()
        double = embed(model, images.double(), ids)
        entry = {"ids": ids.tolist(), "float32": []}
        for kind, x, y in zip(("image", "text"), single, double):
            off, cosines = float((unit(x) - unit(y)).abs().max()), unit(y) @ unit(y).T - 2 * torch.eye(count)
            entry["float32"].append(float(f"{off:.2g}"))
            entry[kind] = [digits(v) for v in unit(y)]
            entry[kind + "_length"] = digits(y.norm(dim=-1))
            print(f"  {kind}: float32 within {off:.1e}, nearest two {float(cosines.max()):.4f}", flush=True)
            assert cosines.max() < 0.999, "inputs are not told apart"
        if with_stages:
            entry["stages"] = stages_of(model, images[:1].double(), ids[:1])
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
        model = reference.fill(reference.build(tiny[name]["cfg"] if name in tiny else name))
        ids = torch.tensor(OTHER_IDS) if "CLIPA" in name else tokenizer(TEXTS, context_length=model.context_length)
        out["models"][name] = golden(model, ids, name in TINY + ("ViT-B-32",))
    args.out.write_text(json.dumps(out, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
