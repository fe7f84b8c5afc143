#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares descry with open_clip, live: tokens of random strings, pixels of random pictures in every mode, embeddings of
real architectures with random weights and of the bundled model; captions; the cache of models; then makes the goldens again
and compares them with the committed ones.  `./run parity` prepares what this needs.

    python tools/parity.py [--descry build/cmd/descry] [--strings N] [--pictures N] [--models NAME ...] [--no-goldens]
                           [--only tokens|pixels|models|captions|hub|goldens] [--tiny N] [--captions N] [--large-captions N]
                           [--keep]

Prints a line for each comparison; exit status 1 when one fails."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import ftfy
import numpy as np
import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from open_clip.transform import PreprocessCfg, image_transform, image_transform_v2
from PIL import Image, ImageFile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/goldens"))
import openclip_reference as reference
import coverage_file
import parity_captions
import parity_hub

BASE, LARGE = 2e-6, 5e-6
MODELS = {"ViT-B-32": BASE, "ViT-B-16": BASE, "ViT-B-32-quickgelu": BASE, "ViT-L-14": LARGE, "ViT-L-14-CLIPA": LARGE}
TYPES = {"ViT-B-32": ("float32", "float16", "bfloat16")}
CLIPA = {"mean": [.485, .456, .406], "std": [.229, .224, .225], "interpolation": "bilinear", "resize_mode": "squash"}
TEXTS = ["two cats", "A Photo of a <b>dog</b>!", "", "naïve café, 日本語 and 🐈", "x" * 400]
failures = 0
ImageFile.MAXBLOCK = 1 << 24  # Pillow's encoder wants room for a whole progressive JPEG


def report(name, good, detail):
    global failures
    failures += not good
    print(f"{'ok    ' if good else 'FAILED'} {name}: {detail}", flush=True)


def descry(args, *words, **more):
    return subprocess.run([args.descry, *map(str, words)], capture_output=True, check=True, **more).stdout


# ---- tokens --------------------------------------------------------------------------

def random_string(rng):
    """Strings of what has gone wrong elsewhere: scripts, marks, entities, quotes, controls, all planes."""
    pools = [
        lambda: chr(rng.randint(0x20, 0x7E)), lambda: chr(rng.randint(0xA0, 0x24F)),
        lambda: chr(rng.randint(0x300, 0x36F)), lambda: chr(rng.randint(0x370, 0x1FFF)),
        lambda: chr(rng.randint(0x2000, 0x2BFF)), lambda: chr(rng.randint(0x3000, 0xD7FF)),
        lambda: chr(rng.randint(0xF900, 0xFFEF)), lambda: chr(rng.randint(0x1F000, 0x1FAFF)),
        lambda: chr(rng.randint(0x10000, 0x10FFFF)), lambda: chr(rng.choice([*range(1, 10), *range(11, 32), *range(127, 160)])),
        lambda: rng.choice(["&amp;", "&lt;", "&#39;", "&#x1F600;", "&eacute", "&NotEqualTilde;", "&EACUTE;", "&#150;", "&bogus;"]),
        lambda: rng.choice(["'s", "'LL", "’re", "don't", "ſ", "ﬁ", "Σας", "İ", "<end_of_text>", "<start_of_text>", "...", "\t"]),
        lambda: rng.choice(["a photo of ", "the ", "cat", "Kitty", "2024", "photographed", " ", " "]),
    ]
    chosen = rng.sample(pools, rng.randint(1, 4))
    text = "".join(rng.choice(chosen)() for _ in range(rng.randint(0, 30)))
    return "".join(c for c in text if c not in "\n\r" and not 0xD800 <= ord(c) <= 0xDFFF)


def check_tokens(args):
    rng, tokenizer = random.Random(1), SimpleTokenizer()
    strings = [random_string(rng) for _ in range(args.strings)]
    lines = descry(args, "tokenize", "--stdin", "--json", input="".join(s + "\n" for s in strings).encode()).splitlines()
    wrong = []
    for text, line in zip(strings, lines, strict=True):
        row = tokenizer([text])[0].tolist()
        expected = row[:row.index(tokenizer.eot_token_id, 1) + 1] if row[-1] != tokenizer.eot_token_id else row
        ids = json.loads(line)["ids"]
        if ids + [0] * (77 - len(ids)) != row:
            wrong.append((text, ids, expected))
    for text, ids, expected in wrong[:5]:
        print(f"  {text!r}\n    {ids}\n    {expected}")
    if args.keep:
        coverage_file.keep("tokenizers", {"name": "clip", "vocabulary": tokenizer.vocab_size, "texts": len(strings),
                                          "equal": len(strings) - len(wrong)})
    report("tokens", not wrong, f"{len(strings)} strings, {len(wrong)} differ")


# ---- pixels --------------------------------------------------------------------------

SETTINGS = [("shortest", "bicubic", 96), ("squash", "bicubic", 96), ("squash", "bilinear", 224), ("longest", "bicubic", 96),
            ("shortest", "bilinear", 224)]


def model_folder(folder, size, mode, interpolation):
    """The bundled model with other preprocessing."""
    config = json.loads((ROOT / "models/demo/open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"]["image_size"] = size
    config["preprocess_cfg"].update(resize_mode=mode, interpolation=interpolation)
    folder.mkdir()
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    for name in ("open_clip_model.safetensors", "bpe_demo.txt.gz"):
        os.symlink(ROOT / "models/demo" / name, folder / name)
    return folder


def random_picture(rng, path):
    """A noisy picture of a random size and mode in `path`, whose suffix this gives; the plain ones can be read both ways."""
    mode = rng.choice(["RGB"] * 4 + ["JPEG"] * 4 + ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK", "grey JPEG"])
    w, h = (int(2 ** rng.uniform(2, 10.3)) for _ in range(2))
    noise = np.random.default_rng(rng.getrandbits(32))
    smooth = Image.fromarray(noise.integers(0, 256, (max(2, h // 9), max(2, w // 9), 4), np.uint8), "RGBA").resize((w, h))
    pixels = (np.asarray(smooth, np.int16) + noise.integers(-40, 40, (h, w, 4))).clip(0, 255).astype(np.uint8)
    if mode in ("JPEG", "CMYK", "grey JPEG"):
        picture = Image.fromarray(pixels[..., :3]).convert({"JPEG": "RGB", "CMYK": "CMYK", "grey JPEG": "L"}[mode])
        path = path.with_suffix(".jpg")
        picture.save(path, quality=rng.randint(40, 98), subsampling=rng.choice([0, 1, 2]) if mode == "JPEG" else -1,
                     progressive=rng.random() < .3)
    else:
        if mode == "I;16":
            picture = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
        elif mode == "LA":
            picture = Image.fromarray(pixels).convert("LA")
        else:
            picture = Image.fromarray(pixels if mode == "RGBA" else pixels[..., :3])
            picture = picture if mode in ("RGB", "RGBA") else picture.convert(mode)
        path = path.with_suffix(".png")
        picture.save(path)
    return path, mode in ("RGB", "JPEG")


def check_pixels(args, folder):
    rng = random.Random(2)
    models = [model_folder(folder / f"model{i}", size, mode, interpolation)
              for i, (mode, interpolation, size) in enumerate(SETTINGS)]
    wrong, tried = 0, 0
    for i in range(args.pictures):
        k = i % len(SETTINGS)
        mode, interpolation, size = SETTINGS[k]
        path, plain = random_picture(rng, folder / f"{i}")
        transform = image_transform(size, False, resize_mode=mode, interpolation=interpolation).transforms
        picture = Image.open(path)
        try:
            for step in transform[:-2]:  # up to the tensor
                picture = step(picture)
        except ValueError:  # so narrow that nothing would be left of it: descry must refuse it, too
            words = [args.descry, "preprocess", "--model", models[k], "--reference", "--npy", folder / "out.npy", path]
            wrong += subprocess.run(words, capture_output=True).returncode == 0
            continue
        expected = np.asarray(picture)
        for words in [["--reference"], []] if plain else [["--reference"]]:
            descry(args, "preprocess", "--model", models[k], "--rgb", *words, "--npy", folder / "out.npy", path)
            got = np.load(folder / "out.npy").reshape(expected.shape)
            tried += 1
            if (got != expected).any():
                wrong += 1
                if wrong <= 5:
                    print(f"  {path.name} {Image.open(path).mode} {Image.open(path).size} {SETTINGS[k]} {words}: "
                          f"{int((got != expected).sum())} samples differ")
        path.unlink()
    report("pixels", not wrong, f"{args.pictures} pictures, read {tried} times, {wrong} differ")


# ---- embeddings ----------------------------------------------------------------------

def compare_embeddings(args, name, model, preprocess, tokenizer, folder, bound, *words):
    """Without a tokenizer, pictures only."""
    gallery = sorted((ROOT / "samples/gallery").glob("*.jpg"))[:8]
    texts, worst = TEXTS if tokenizer else [], []
    with torch.inference_mode():
        pixels = torch.stack([preprocess(Image.open(p)) for p in gallery])
        expected = [model.encode_image(pixels, normalize=True).numpy()]
        if tokenizer:
            expected.insert(0, model.encode_text(tokenizer(texts), normalize=True).numpy())
    descry(args, "embed", "--model", folder, *words, "--npy", folder.parent / "e.npy", *texts, *gallery)
    got = np.load(folder.parent / "e.npy")
    parts = np.split(got, [len(texts)])[0 if tokenizer else 1:]
    for what, ours, theirs in zip(("texts", "pictures")[-len(parts):], parts, expected, strict=True):
        worst.append((what, float(np.abs(ours - theirs).max()) if ours.shape == theirs.shape else np.inf))
    report(name, all(w <= bound for _, w in worst),
           ", ".join(f"{what} within {w:.1e}" for what, w in worst) + f" (bound {bound:.0e})")


def check_models(args, folder):
    for name in args.models:
        if name in parity_captions.LARGE:
            continue
        for dtype in TYPES.get(name, ("float32",)):
            torch.manual_seed(3)
            clipa = "CLIPA" in name  # its texts need another tokenizer
            model = reference.build(name)
            model.load_state_dict({k: v.to(getattr(torch, dtype)) for k, v in model.state_dict().items()})
            size = model.visual.image_size
            preprocess = image_transform_v2(PreprocessCfg(size=size, **(CLIPA if clipa else {})), is_train=False)
            there = reference.save(folder / f"{name}-{dtype}", model, name, getattr(torch, dtype),
                                   CLIPA if clipa else None)
            compare_embeddings(args, f"{name}, random {dtype} weights", model, preprocess,
                               None if clipa else open_clip.get_tokenizer(name), there, MODELS.get(name, LARGE))
            (there / "open_clip_model.safetensors").unlink()
    demo = ROOT / "models/demo"
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{demo}")
    tokenizer = SimpleTokenizer(str(demo / "bpe_demo.txt.gz"), context_length=32)
    (folder / "demo").symlink_to(demo)
    compare_embeddings(args, "the bundled model", model.eval(), preprocess, tokenizer, folder / "demo", BASE)


def distance(a, b):
    """Of two JSON values, by their size where that is more than 1; without what depends on this machine's float32."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return max((distance(a[k], b[k]) for k in a if k != "float32"), default=0.)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return max(map(distance, a, b), default=0.)
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) / max(1, abs(a))
    return 0. if a == b else np.inf


def check_goldens(folder):
    for tool, name in (("make_goldens.py", "architectures.json"), ("make_variants.py", "variants.json")):
        done = subprocess.run([sys.executable, ROOT / "tools/goldens" / tool, "--out", folder / name],
                              capture_output=True, text=True)
        if done.returncode:
            report(f"{name} made again", False, done.stderr.strip().splitlines()[-1])
            continue
        new, old = (json.loads((where / name).read_text()) for where in (folder, ROOT / "tests/golden"))
        off = distance(old, new)
        report(f"{name} made again", off <= 1e-6, f"within {off:.1e}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--descry", default=ROOT / "build/cmd/descry")
    parser.add_argument("--strings", type=int, default=20000)
    parser.add_argument("--pictures", type=int, default=500)
    parser.add_argument("--models", nargs="*", default=[*MODELS, *parity_captions.LARGE])
    parser.add_argument("--keep", action="store_true", help="keep the result of tokens in docs/coverage.json")
    parser.add_argument("--no-goldens", action="store_true")
    parser.add_argument("--only", choices=("tokens", "pixels", "models", "captions", "hub", "goldens"))
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch")
    parity_captions.add_arguments(parser)
    args = parser.parse_args()
    print(f"open_clip {open_clip.__version__}, torch {torch.__version__}, Pillow {Image.__version__}, ftfy {ftfy.__version__}")
    if args.threads:
        torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        checks = {"tokens": lambda: check_tokens(args), "pixels": lambda: check_pixels(args, folder),
                  "models": lambda: check_models(args, folder),
                  "captions": lambda: parity_captions.check(args, folder, ROOT, report, descry, compare_embeddings),
                  "hub": lambda: parity_hub.check(args.descry, folder / "cache", report),
                  "goldens": lambda: None if args.no_goldens else check_goldens(folder)}
        for name, check in checks.items():
            if args.only in (None, name):
                check()
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
