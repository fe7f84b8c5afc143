#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes goldens of captions with open_clip 3.3.0 and transformers 4.55.4.

    python tools/make_captions.py [--out tests/golden/captions.json] [--demo tests/golden/demo-captions.json]
                                  [--only formula|demo] [--threads N]

captions.json: coca_ViT-B-32 filled by the formula, its projection to the vocabulary times sqrt(V / W): embeddings of
length 1 of four pictures and texts, computed in float64; values of a text's tokens and of the logits after some of its ids,
about picture 0; the ids of captions by each rule, and the least margin of the choices.  Takes half an hour on one core, as
nothing is cached there.

demo-captions.json: the ids that the bundled model gives the sample gallery; to be made again when its weights change:

    python tools/make_captions.py --only demo"""

import argparse
import hashlib
import json
import pathlib

import numpy as np
import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image

import caption_reference as captions
import openclip_reference as reference

HERE = pathlib.Path(__file__).resolve().parent.parent
TEXTS = ("a photo of a cat", "Hello World!", "a diagram of a very long and winding road that leads to your door", "")
POSITIONS = (0, 3, 6)


def digits(values):
    return [float(f"{v:.8g}") for v in np.asarray(values, dtype=np.float64).ravel()]


def stages(model, pictures, ids):
    """Embeddings of all, tokens and logits of picture 0 and text 0."""
    unit = torch.nn.functional.normalize
    with torch.inference_mode():
        model.double()
        out = {"ids": ids.tolist()}
        for name, encode, inputs in (("image", model.encode_image, pictures.double()), ("text", model.encode_text, ids)):
            out[name] = [digits(unit(encode(x[None], normalize=False))) for x in inputs]
        short = ids[:1, :int(ids[0].argmax()) + 1]
        _, text_tokens = model._encode_text(short)
        latent, picture_tokens = model._encode_image(pictures[:1].double())
        logits = model(None, short, image_latent=latent, image_embs=picture_tokens, output_labels=False)["logits"][0]
        out["picture_tokens"] = [digits(picture_tokens[0, i, :16]) for i in (0, 100, 254)]
        out["text_tokens"] = [digits(text_tokens[0, i, :16]) for i in POSITIONS]
        out["positions"] = POSITIONS
        out["logits"] = [digits(logits[i, ::1000]) for i in POSITIONS]
        out["logits_top"] = [int(logits[i].argmax()) for i in POSITIONS]
        model.float()
    return out


def formula(args):
    model = captions.talkative(reference.fill(reference.build("coca_ViT-B-32")))
    pictures = reference.pictures(4, reference.image_size(model))
    ids = open_clip.get_tokenizer("coca_ViT-B-32")(TEXTS)
    entry = {"cfg": reference.config_of("coca_ViT-B-32"), **stages(model, pictures, ids)}
    for rule in (captions.group, captions.beam, captions.greedy):
        found = []
        with captions.margins(found):
            entry[rule.__name__] = rule(model, pictures)
        entry[rule.__name__ + "_margin"] = float(f"{min(found):.2g}")
        print(rule.__name__, entry[rule.__name__ + "_margin"], entry[rule.__name__], flush=True)
    text = json.dumps({"open_clip": open_clip.__version__, "texts": TEXTS, "coca_ViT-B-32": entry}, separators=(",", ":"))
    args.out.write_text(text.replace(',"', ',\n"') + "\n")


def demo(args):
    folder = HERE / "models/demo"
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    model.eval()
    tokenizer = SimpleTokenizer(str(folder / "bpe_demo.txt.gz"), context_length=model.context_length)
    start, end = tokenizer.sot_token_id, tokenizer.eot_token_id
    files = sorted((HERE / "samples/gallery").glob("*.jpg"))
    out = {"weights": hashlib.sha256((folder / "open_clip_model.safetensors").read_bytes()).hexdigest(), "captions": {}}
    found = []
    with captions.margins(found), torch.inference_mode():
        for path in files:
            picture = preprocess(Image.open(path))[None]
            out["captions"][path.name] = {rule.__name__: rule(model, picture, start, end)[0]
                                          for rule in (captions.group, captions.beam, captions.greedy)}
    out["margin"] = float(f"{min(found):.2g}")
    print(f"{len(files)} pictures, least margin {out['margin']}")
    args.demo.write_text(json.dumps(out, separators=(",", ":")).replace(',"0', ',\n"0') + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=HERE / "tests/golden/captions.json", type=pathlib.Path)
    parser.add_argument("--demo", default=HERE / "tests/golden/demo-captions.json", type=pathlib.Path)
    parser.add_argument("--only", choices=("formula", "demo"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.only != "demo":
        formula(args)
    if args.only != "formula":
        demo(args)


if __name__ == "__main__":
    main()
