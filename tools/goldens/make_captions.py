#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes goldens of captions with open_clip 3.3.0 and transformers 4.55.4.

    python tools/goldens/make_captions.py [--only formula|search|rounded|demo] [--out FOLDER] [--threads N]

captions.json: coca_ViT-B-32 filled by the formula, its projection to the vocabulary times sqrt(V / W): embeddings of
length 1 of four pictures and texts, computed in float64; values of a text's tokens and of the logits after some of its ids,
about picture 0; the ids of captions by each rule, and the least margin of the choices.  Takes half an hour on one core, as
nothing is cached there.

search.json: captions with their scores for toys, whose logits are a formula of the last id and its position; and logits of
the tiny CoCa of openclip-golden.json after ids with padding, id 0, amid them.

rounded.json: the tiny CoCa and coca_ViT-B-32 with matrices rounded to bf16: embeddings of length 1, computed in float64,
of two pictures (bytes by the formula) and two texts; ids of captions, computed in float32.

demo-captions.json: the ids that the bundled model gives the sample gallery; to be made again when its weights change:

    python tools/goldens/make_captions.py --only demo"""

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

HERE = pathlib.Path(__file__).resolve().parents[2]
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
    write(args.out / "captions.json", {"open_clip": open_clip.__version__, "texts": TEXTS, "coca_ViT-B-32": entry})


# ---- the search alone ----------------------------------------------------------------

START, END, V = 11, 12, 13
OPTIONS = [  # beams, groups, min_length, max_length, repetition_penalty
    (6, 3, 5, 30, 1.0), (6, 1, 5, 12, 1.0), (4, 2, 2, 20, 1.3), (2, 1, 3, 9, 1.0), (3, 1, 1, 15, 0.8), (5, 1, 8, 10, 1.0)]


def toy(number):
    options = OPTIONS[number % len(OPTIONS)]
    scale, offset, bonus = (1, 3, 8)[number % 3], (0, -4, 3)[number // 3 % 3], (0, 1.5, -1)[number // 9 % 3]
    shape = (options[3], V, V)
    logits = offset + scale * reference.hashed(f"toy{number}", int(np.prod(shape))).reshape(shape)
    logits[:, :, END] += bonus
    return options, scale, offset, bonus, captions.Toy(torch.from_numpy(logits.astype(np.float32)))


def search(args):
    toys, picture = [], torch.zeros(1, 3, 1, 1)
    for number in range(108):
        (beams, groups, least, most, penalty), scale, offset, bonus, model = toy(number)
        more = {"seq_len": most, "min_seq_len": least, "repetition_penalty": penalty}
        found = []
        with captions.scores(found):
            group = captions.group(model, picture, START, END, num_beams=beams, num_beam_groups=groups, **more)[0]
        beam = captions.beam(model, picture, START, END, num_beams=beams, found=found, **more)[0]
        toys.append({"beams": beams, "groups": groups, "min_length": least, "max_length": most, "penalty": penalty,
                     "scale": scale, "offset": offset, "bonus": bonus, "group": group, "beam": beam,
                     "greedy": captions.greedy(model, picture, START, END, **more)[0], "scores": digits(found)})
    cfg = json.loads((HERE / "tests/golden/openclip-golden.json").read_text())["tiny_release"]["coca"]["cfg"]
    model = captions.talkative(reference.fill(reference.build({**cfg, "custom_text": True}))).double()
    ids = torch.tensor([[49406, 320, 0, 1125, 0, 0, 2368]])
    with torch.inference_mode():
        latent, tokens = model._encode_image(reference.pictures(1, (32, 32)).double())
        logits = model(None, ids, image_latent=latent, image_embs=tokens, output_labels=False)["logits"][0]
    ended = [len({len(t[rule]) for t in toys}) for rule in ("group", "beam", "greedy")]
    print(f"{len(toys)} toys, {ended} lengths")
    write(args.out / "search.json", {"start": START, "end": END, "vocabulary": V, "toys": toys,
                                     "padded": {"ids": ids[0].tolist(), "logits": [digits(r[::5000]) for r in logits]}})


# ---- matrices rounded to bf16 --------------------------------------------------------

def byte_pictures(count, size):
    """[count, 3, H, W]: bytes [H, W, 3] of (v + 1) * 128 with the name "image", normalised as CLIP does."""
    shape = (count, *size, 3)
    rgb = np.floor((reference.hashed("image", int(np.prod(shape))) + 1) * 128).reshape(shape)
    mean, std = (np.float32(v) for v in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD))
    return torch.from_numpy(((np.float32(rgb) / np.float32(255) - mean) / std).transpose(0, 3, 1, 2).copy())


def rounded(args):
    out, unit = {}, torch.nn.functional.normalize
    tiny = json.loads((HERE / "tests/golden/openclip-golden.json").read_text())["tiny_release"]["coca"]["cfg"]
    for name, cfg, rules in (("tiny", {**tiny, "custom_text": True}, (captions.group, captions.beam, captions.greedy)),
                             ("coca_ViT-B-32", "coca_ViT-B-32", (captions.group,))):
        model = reference.round_matrices(captions.talkative(reference.fill(reference.build(cfg))))
        pictures = byte_pictures(2, reference.image_size(model))
        entry = {"cfg": reference.config_of(cfg)}
        for rule in rules:
            found = []
            with captions.margins(found):
                entry[rule.__name__] = rule(model, pictures)
            entry[rule.__name__ + "_margin"] = float(f"{min(found):.2g}")
            print(name, rule.__name__, entry[rule.__name__ + "_margin"], entry[rule.__name__], flush=True)
        with torch.inference_mode():
            model.double()
            ids = open_clip.get_tokenizer("coca_ViT-B-32")(TEXTS[:2])
            entry["image"] = [digits(unit(model.encode_image(x[None].double()))) for x in pictures]
            entry["text"] = [digits(unit(model.encode_text(x[None]))) for x in ids]
        out[name] = entry
    write(args.out / "rounded.json", {"open_clip": open_clip.__version__, "texts": TEXTS[:2], **out})


def write(path, value):
    text = json.dumps(value, separators=(",", ":"))
    path.write_text(text.replace("},{", "},\n{").replace('},"', '},\n"') + "\n")


# ---- the bundled model ---------------------------------------------------------------

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
    write(args.out / "demo-captions.json", out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", default=HERE / "tests/golden", type=pathlib.Path)
    parser.add_argument("--only", choices=("formula", "search", "rounded", "demo"))
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for what in (formula, search, rounded, demo):
        if args.only in (None, what.__name__):
            what(args)


if __name__ == "__main__":
    main()
