# SPDX-License-Identifier: Apache-2.0
"""Measure the demo model on scenes it never saw, by the way pictures really come in.

Every picture is painted at 256 pixels, packed as JPEG, and read with open_clip's own
preprocessing.  Needs what train_demo.py needs.

    python tools/demo/eval_demo.py --scenes 200 --captions 200
    python tools/demo/eval_demo.py --gallery samples
"""

import argparse
import io
import json
import pathlib
import random

import open_clip
import torch
from PIL import Image

import demo_world as world


def preprocess(size=96):
    """The steps of open_clip's preprocessing: to a square picture, then to numbers."""
    steps = open_clip.image_transform(
        size, is_train=False, interpolation="bicubic", resize_mode="shortest").transforms
    return steps[:-2], steps[-2:]


def apply(steps, value):
    for step in steps:
        value = step(value)
    return value


def read(data, square, numbers):
    """A JPEG as the model's input."""
    return apply(numbers, apply(square, Image.open(io.BytesIO(data))))


def unique_query(rng, facts, gallery, tries=40):
    """A caption true of these facts and of nothing else in the gallery, or None."""
    for _ in range(tries):
        caption = world.describe(rng, facts)
        claim = world.parse(caption)
        if sum(world.holds(claim, other) for other in gallery) == 1:
            return caption
    return None


@torch.no_grad()
def embed_images(model, jpegs, batch=50):
    """Unit image embeddings and the tokens for the decoder."""
    steps = preprocess()
    parts = [model._encode_image(torch.stack([read(d, *steps) for d in jpegs[i:i + batch]]))
             for i in range(0, len(jpegs), batch)]
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


@torch.no_grad()
def embed_texts(model, tokenizer, texts, batch=100):
    """Unit text embeddings."""
    return torch.cat([model.encode_text(tokenizer(texts[i:i + batch]))
                      for i in range(0, len(texts), batch)])


@torch.no_grad()
def greedy(model, tokenizer, image_tokens):
    """A caption for every picture, the likeliest token at each step."""
    start, end = tokenizer.sot_token_id, tokenizer.eot_token_id
    text = torch.full((len(image_tokens), 1), start)
    while text.shape[1] < model.context_length and not (text == end).any(1).all():
        _, seen = model._encode_text(text)
        best = model.text_decoder(image_tokens, seen)[:, -1].argmax(-1, keepdim=True)
        text = torch.cat([text, best.where(~(text == end).any(1, keepdim=True), end)], 1)
    return [tokenizer.decode([t for t in row.tolist() if t < start]).strip() for row in text]


def retrieval(model, tokenizer, scenes, embeddings, rng):
    """Text to image: how often the picture meant comes first, and among the first five."""
    gallery = [s["facts"] for s in scenes]
    wanted = [(i, unique_query(rng, facts, gallery)) for i, facts in enumerate(gallery)]
    wanted = [(i, query) for i, query in wanted if query]
    scores = embed_texts(model, tokenizer, [q for _, q in wanted]) @ embeddings.T
    order = scores.argsort(1, descending=True)
    at = [order[row].tolist().index(i) for row, (i, _) in enumerate(wanted)]
    return {"queries": len(at), "recall@1": sum(a < 1 for a in at) / len(at),
            "recall@5": sum(a < 5 for a in at) / len(at)}


def choice(model, tokenizer, groups, rng):
    """How often a caption picks its picture out of near alike ones."""
    right = total = 0
    for scenes, queries in groups:
        images, _ = embed_images(model, [world.jpeg(world.render(s, 256)) for s in scenes])
        best = (embed_texts(model, tokenizer, queries) @ images.T).argmax(1)
        right += (best == torch.arange(len(best))).sum().item()
        total += len(best)
    return right / total


def hard_groups(kind, rng, count):
    """Groups of pictures alike but for relation, count or size, each with a telling caption."""
    groups = []
    while len(groups) < count:
        ground, thing = rng.choice(tuple(world.COLOURS)), rng.choice(world.THINGS)
        if kind == "relation":
            a, b = world.sample_pair(rng, unseen=True)
            scenes = [world.make(rng, {a: 1, b: 1}, [a, how, b], None, ground)
                      for how in world.OPPOSITE]
        elif kind == "count":
            scenes = [world.make(rng, {thing: n}, None, None, ground) for n in (1, 2, 3, 4)]
        else:
            scenes = [world.make(rng, {thing: 1}, None, size, ground) for size in ("small", "big")]
        facts = [s["facts"] for s in scenes]
        queries = [unique_query(rng, f, facts) for f in facts]
        if all(queries):
            groups.append((scenes, queries))
    return groups


def evaluate(model, tokenizer, scenes=200, captions=100, seed="evaluation"):
    """All figures, as a dictionary."""
    figures = {}
    for name, kind in (("unseen scenes", None), ("unseen pairs", "unseen pair")):
        rng = random.Random(f"descry {seed} {name}")
        drawn = [world.sample(rng, kind) for _ in range(scenes)]
        images, tokens = embed_images(model, [world.jpeg(world.render(s, 256)) for s in drawn])
        result = {"scenes": scenes, **retrieval(model, tokenizer, drawn, images, rng)}
        words = greedy(model, tokenizer, tokens[:captions])
        true = [world.is_true(w, s["facts"]) for w, s in zip(words, drawn)]
        result.update({"captions": len(true), "captions true": sum(true) / len(true)})
        figures[name] = {k: round(v, 4) for k, v in result.items()}
    rng = random.Random(f"descry {seed} choices")
    for kind in ("relation", "count", "size"):
        groups = hard_groups(kind, rng, max(10, scenes // 8))
        figures[f"{kind} chosen right"] = round(choice(model, tokenizer, groups, rng), 4)
    return figures


def evaluate_gallery(model, tokenizer, folder):
    """The figures of the sample gallery."""
    rows = json.loads((folder / "facts.json").read_text())
    jpegs = [(folder / row["file"]).read_bytes() for row in rows]
    images, tokens = embed_images(model, jpegs)
    rng = random.Random("descry gallery queries")
    figures = retrieval(model, tokenizer, [{"facts": row} for row in rows], images, rng)
    words = greedy(model, tokenizer, tokens)
    figures["captions true"] = sum(map(world.is_true, words, rows)) / len(rows)
    return {"scenes": len(rows), **{k: round(v, 4) for k, v in figures.items()}}


def load(folder):
    """The model in a directory, ready to use, and its tokenizer."""
    name = f"local-dir:{folder}"
    model, _, _ = open_clip.create_model_and_transforms(name)
    tokenizer = open_clip.get_tokenizer(name, bpe_path=str(folder / "bpe_demo.txt.gz"))
    return model.eval(), tokenizer


def table(figures):
    """The figures as lines of text."""
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict):
            value = "  ".join(f"{k} {v}" for k, v in value.items())
        lines.append(f"{name:22} {value}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Measure the demo model.")
    parser.add_argument("--model", default="models/demo", type=pathlib.Path)
    parser.add_argument("--scenes", type=int, default=200, help="pictures in each gallery")
    parser.add_argument("--captions", type=int, default=200, help="captions to judge in each")
    parser.add_argument("--gallery", type=pathlib.Path, help="measure this folder's pictures too")
    parser.add_argument("--out", type=pathlib.Path, help="write the figures here as JSON")
    args = parser.parse_args()
    torch.set_num_threads(2)
    model, tokenizer = load(args.model)
    figures = evaluate(model, tokenizer, args.scenes, args.captions)
    if args.gallery:
        figures["sample gallery"] = evaluate_gallery(model, tokenizer, args.gallery)
    print(table(figures))
    if args.out:
        args.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
