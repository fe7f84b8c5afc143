#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/variants.json: what open_clip computes for tiny models that differ in one setting each, and for
files that it changes while loading: other names, other types, positions for another size.

    python tools/goldens/make_variants.py [--out tests/golden/variants.json]

Each variant is saved by open_clip's model of `file` (the configuration the file was made for), loaded by open_clip's
own load_checkpoint into the model of `cfg`, and run in float64.  No two variants may give the same results, unless one
says `same` as the other: a setting without effect would prove nothing.  Weights and pictures: openclip_reference.py."""

import argparse
import copy
import json
import pathlib
import tempfile

import numpy as np
import open_clip
import torch

import openclip_reference as reference

HERE = pathlib.Path(__file__).resolve().parents[2]
START, END, EOS = 498, 499, 2
BASE = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "patch_size": 8, "width": 48, "head_width": 16, "layers": 2},
    "text_cfg": {"context_length": 12, "vocab_size": 500, "width": 32, "heads": 2, "layers": 2},
}
COCA = {"custom_text": True,
        "vision_cfg": {"attentional_pool": True, "attn_pooler_queries": 5, "attn_pooler_heads": 4,
                       "output_tokens": True},
        "text_cfg": {"embed_cls": True, "output_tokens": True},
        "multimodal_cfg": {"context_length": 12, "vocab_size": 500, "width": 32, "heads": 4, "layers": 2}}
# an ordinary text; padding inside, EOS and the end token twice; a full row; nothing but start and end
TEXTS = [[START, 17, 230, 5, 301, END], [START, 9, 0, EOS, 44, END, 3, END, 0, 71],
         [START, *range(7, 13), EOS, 400, 33, 81, END], [START, END]]


def ids(length):
    return [(row + length * [0])[:length - 1] + [row[length - 1] if len(row) >= length else 0] for row in TEXTS]


def merged(*parts):
    out = {}
    for part in parts:
        for key, value in part.items():
            out[key] = merged(out.get(key, {}), value) if isinstance(value, dict) and key.endswith("_cfg") else value
    return copy.deepcopy(out)


def vision(**settings):
    return {"vision_cfg": settings}


def text(**settings):
    return {"text_cfg": settings}


def both(**settings):
    return {"vision_cfg": settings, "text_cfg": settings}


TANH, CUSTOM, BIAS = {"act_kwargs": {"approximate": "tanh"}}, {"custom_text": True}, {"init_logit_bias": -10}

# name: settings over BASE, and for some what the file was made for, its type, the prefix of its names
VARIANTS = {
    "base": ({},),
    # arithmetic of the blocks
    "quick_gelu": ({"quick_gelu": True},),
    "act_kwargs tanh": (both(**TANH),),
    "norm_kwargs eps 1e-6": (both(norm_kwargs={"eps": 1e-6}),),
    "norm_kwargs eps 1e-2": (both(norm_kwargs={"eps": 1e-2}),),
    "ls_init_value": (both(ls_init_value=0.1),),
    "mlp_ratio": (both(mlp_ratio=2.7),),
    "head_width that does not divide": (vision(head_width=20),),
    # pictures
    "image_size and patch_size as pairs": (vision(image_size=[32, 48], patch_size=[16, 8]),),
    "pixels beyond the last patch": (vision(image_size=[35, 46]),),
    "no_ln_pre": (vision(no_ln_pre=True),),
    "pool_type avg": (vision(pool_type="avg"),),
    "pool_type avg, final_ln_after_pool": (vision(pool_type="avg", final_ln_after_pool=True),),
    "final_ln_after_pool of the class token": (vision(final_ln_after_pool=True), {"same": "base"}),
    "CLIPA": (merged(vision(pool_type="avg", final_ln_after_pool=True, no_ln_pre=True, pos_embed_type="sin_cos_2d"),
                     text(no_causal_mask=True, pool_type="last")),),
    "attentional_pool without CoCa": (vision(attentional_pool=True, attn_pooler_queries=3, attn_pooler_heads=2),),
    # texts
    "text pool_type last": (text(pool_type="last"),),
    "text pool_type first": (text(pool_type="first"),),
    "text pool_type eos": (text(pool_type="eos", eos_id=EOS),),
    "text pool_type eos, another id": (text(pool_type="eos", eos_id=END), {"same": "base"}),
    "no_causal_mask": (text(no_causal_mask=True),),
    "no_causal_mask, pool_type first": (text(no_causal_mask=True, pool_type="first"),),
    "proj_bias": (text(proj_bias=True),),
    "proj_type none": (merged({"embed_dim": 32}, text(proj_type="none")),),
    # names and shapes in the file
    "custom_text": (CUSTOM,),
    "custom_text, other settings": (merged(CUSTOM, text(proj_bias=True, no_causal_mask=True, pool_type="last",
                                                         norm_kwargs={"eps": 1e-6}, **TANH)),),
    "custom_text, embed_cls": (merged(CUSTOM, text(embed_cls=True, pad_id=3)),),
    "custom_text, text at the top of the file": (CUSTOM, {"file": {}, "same": "base"}),
    "names with module.": ({}, {"prefix": "module.", "same": "base"}),
    "custom_text, names with module., text at the top": (CUSTOM, {"file": {}, "prefix": "module.", "same": "base"}),
    "nonscalar_logit_scale": ({"nonscalar_logit_scale": True}, {"same": "base"}),
    "logit_scale of one number for none": ({}, {"file": {"nonscalar_logit_scale": True}, "same": "base"}),
    "logit_scale of no number for one": ({"nonscalar_logit_scale": True}, {"file": {}, "same": "base"}),
    "init_logit_bias": (BIAS, {"same": "base"}),
    "init_logit_bias, none in the file": (BIAS, {"file": {}, "same": "base"}),
    "float16": ({}, {"dtype": "float16"}),
    "bfloat16": ({}, {"dtype": "bfloat16"}),
    # positions for another size
    "a larger grid": (vision(image_size=56), {"file": {}}),
    "a smaller grid": (vision(image_size=16), {"file": {}}),
    "an oblong grid": (vision(image_size=[24, 56]), {"file": {}}),
    "a much smaller grid": (vision(image_size=24), {"file": vision(image_size=88)}),
    "a longer context": (text(context_length=17), {"file": {}}),
    "a shorter context": (text(context_length=7), {"file": {}}),
    "a longer context, custom_text": (merged(CUSTOM, text(context_length=20)), {"file": CUSTOM}),
    # CoCa's towers
    "CoCa": (COCA,),
    "CoCa, quick_gelu": (merged(COCA, {"quick_gelu": True}),),
    "CoCa, width equal to embed_dim": (merged(COCA, {"embed_dim": 48}),),
    "CoCa, another pad_id": (merged(COCA, text(pad_id=9)),),
    "CoCa, one query, one head": (merged(COCA, vision(attn_pooler_queries=1, attn_pooler_heads=1)),),
    "CoCa, ls_init_value": (merged(COCA, both(ls_init_value=0.1), {"multimodal_cfg": {"ls_init_value": 0.1}}),),
    "CoCa, norm_kwargs, act_kwargs": (merged(COCA, both(norm_kwargs={"eps": 1e-3}, **TANH)),),
    "CoCa, a longer context and a larger grid": (merged(COCA, text(context_length=18), vision(image_size=40)),
                                                 {"file": COCA}),
}


def digits(values):
    return [float(f"{v:.9g}") for v in values]


def golden(settings, more, folder):
    """The entry of a variant, and its results."""
    config = merged(BASE, settings)
    source = merged(BASE, more.get("file", settings))
    path = folder / "open_clip_model.safetensors"
    reference.save_weights(path, reference.fill(reference.build(source)), getattr(torch, more.get("dtype", "float32")),
                           more.get("prefix", ""))
    model = reference.build(config)
    open_clip.load_checkpoint(model, str(path))
    length = config["text_cfg"]["context_length"]
    images, rows = reference.pictures(4, reference.image_size(model)), torch.tensor(ids(length))
    with torch.inference_mode():
        single = [model.encode_image(images, normalize=False), model.encode_text(rows, normalize=False)]
        model.double()
        image, texts = model.encode_image(images.double(), normalize=False), model.encode_text(rows, normalize=False)
    off = max(float((a - b).abs().max()) for a, b in zip(single, (image, texts)))
    cosines = [unit @ unit.T for unit in (torch.nn.functional.normalize(x, dim=-1) for x in (image, texts))]
    # with "first", all texts are their start token, and so are those without EOS with "eos"
    pool = config["text_cfg"].get("pool_type", "argmax")
    assert (cosines[0] - 2 * torch.eye(4)).max() < 0.9999, "pictures are not told apart"
    assert pool in ("first", "eos") or (cosines[1] - 2 * torch.eye(4)).max() < 0.9999, "texts are not told apart"
    entry = {"cfg": config}
    if "file" in more:
        entry["file"] = source
    entry.update({k: more[k] for k in ("dtype", "prefix", "same") if k in more})
    bias = 0. if model.logit_bias is None else float(model.logit_bias.reshape(()))
    entry.update(ids=rows.tolist(), logit_scale=float(f"{float(model.logit_scale.exp().reshape(())):.9g}"),
                 logit_bias=bias, image=[digits(v) for v in image.tolist()], text=[digits(v) for v in texts.tolist()])
    return entry, [image.numpy(), texts.numpy()], off


def equal(a, b):
    return a.shape == b.shape and np.abs(a - b).max() < 3e-5


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=HERE / "tests/golden/variants.json", type=pathlib.Path)
    args = parser.parse_args()
    torch.manual_seed(0)
    out, seen, worst = {"open_clip": open_clip.__version__, "variants": {}}, {}, 0.
    for name, (settings, *more) in VARIANTS.items():
        more = more[0] if more else {}
        with tempfile.TemporaryDirectory() as folder:
            entry, results, off = golden(settings, more, pathlib.Path(folder))
        worst = max(worst, off)
        twins = [other for other, theirs in seen.items() if all(map(equal, results, theirs))]
        # a text tower under text. has other names, and so other values, than one at the top of the file
        assert twins[:1] == ([more["same"]] if "same" in more else []), f"{name}: the same results as {twins}"
        seen[name] = results
        out["variants"][name] = entry
    args.out.write_text("{\n" + ",\n".join(
        f"{json.dumps(key)}: " + (json.dumps(value) if key != "variants" else "{\n" + ",\n".join(
            f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in value.items()) + "\n}")
        for key, value in out.items()) + "\n}\n")
    print(f"{len(VARIANTS)} variants, {args.out.stat().st_size} bytes; open_clip in float32 is within {worst:.1e}")


if __name__ == "__main__":
    main()
