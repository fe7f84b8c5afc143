#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small SIMAT over the demo world, in the benchmark's own format, and what `descry eval simat` says of it.

    python tools/demo/demo_simat.py build/demo-simat [--descry build/cmd/descry] [--model demo] [--adapt]

writes transfos.csv, triplets.csv, captions.txt, oscar.npy, images.txt and the pictures; with --descry it then runs the
evaluation; with --adapt it also trains a head (on other scenes of the world, written to FOLDER/train) and runs it with
that, and the list of analogies samples/analogies.jsonl with and without.  The scenes are pairs of things in a relation,
each shown by several pictures on different backgrounds.  Whether a picture shows what a caption says is known exactly,
so that oscar.npy has 0 and 1 only.  Half of the changes, by picture, are the test split.

Needs what demo_world.py needs."""

import argparse
import collections
import csv
import json
import os
import pathlib
import random
import subprocess

import numpy as np

import demo_world as world

THINGS = ("cat", "dog", "apple", "car", "guitar", "star", "umbrella", "fish")
RELATIONS = {"to the left of": "left", "above": "above"}
COPIES = 2


def scenes():
    return [(a, r, b) for a in THINGS for r in RELATIONS for b in THINGS if a != b and not world.held_out(a, b)]


def article(word):
    return "an" if word[0] in "aeiou" and not word.startswith("uni") else "a"


def caption(scene):
    a, r, b = scene
    return f"{article(a)} {a} {r} {article(b)} {b}"


def paint(path, rng, scene):
    a, r, b = scene
    picture = world.make(rng, {a: 1, b: 1}, [a, RELATIONS[r], b])
    path.write_bytes(world.jpeg(world.render(picture, 256)))


def rows_of(pictures, index):
    """The changes: one word, to a scene that there is."""
    for number, scene in enumerate(pictures):
        for field, choices in enumerate((THINGS, tuple(RELATIONS), THINGS)):
            for word in choices:
                wanted = scene[:field] + (word,) + scene[field + 1:]
                if word != scene[field] and wanted in index:
                    yield number, ("subj", "rel", "obj")[field], scene[field], word, index[wanted]


def write_csv(path, heading, rows):
    with open(path, "w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(heading)
        write.writerows(rows)


def write(folder):
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rng = random.Random("descry simat")
    kinds = scenes()
    index = {scene: i for i, scene in enumerate(kinds)}
    pictures = [scene for scene in kinds for _ in range(COPIES)]
    for i, scene in enumerate(pictures):
        paint(folder / f"pictures/{i:04}.jpg", rng, scene)
    (folder / "images.txt").write_text("".join(f"pictures/{i:04}.jpg\n" for i in range(len(pictures))))
    (folder / "captions.txt").write_text("".join(caption(s).capitalize() + ".\n" for s in kinds))
    np.save(folder / "oscar.npy", np.array([[s == p for s in kinds] for p in pictures], dtype=np.float32))
    write_csv(folder / "triplets.csv", ["region_id", "subj", "rel", "obj", "dataset_id"],
              [[1000 + i, *scene, i] for i, scene in enumerate(pictures)])
    changes = list(rows_of(pictures, index))
    often = collections.Counter(change[1:4] for change in changes)  # as norm2: how often a change of words is asked for
    write_csv(folder / "transfos.csv", ["", "transfo_id", "region_id", "field", "value", "target", "norm", "query_ids",
                                        "target_ids", "dataset_id", "norm2", "is_test"],
              [[n, n, 1000 + i, field, old, new, 1, index[pictures[i]], target, i, often[field, old, new], i % 2 == 1]
               for n, (i, field, old, new, target) in enumerate(changes)])
    print(f"{len(pictures)} pictures of {len(kinds)} scenes, {len(changes)} changes in {folder}")


def write_training(folder, count):
    """Scenes of the whole world with captions, for adapt."""
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    rng = random.Random("descry simat training")
    with open(folder / "captions.jsonl", "w") as file:
        for i in range(count):
            scene = world.sample(rng)
            (folder / f"pictures/{i:05}.jpg").write_bytes(world.jpeg(world.render(scene, 192)))
            file.write(json.dumps({"path": f"pictures/{i:05}.jpg", "caption": world.describe(rng, scene["facts"])}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--descry", help="the program; evaluate with it")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--adapt", action="store_true", help="train a head, too")
    parser.add_argument("--pairs", type=int, default=4000, help="pictures to train it on")
    parser.add_argument("--temperature", default="0.1")
    args = parser.parse_args()
    write(args.folder)
    if not args.descry:
        return
    model = ["--model", args.model]

    def run(*words):
        print("$ descry", *words, flush=True)
        subprocess.run([os.path.abspath(args.descry), *words], check=True)

    analogies = pathlib.Path(__file__).resolve().parents[2] / "samples/analogies.jsonl"
    heads = [[]]
    if args.adapt:
        write_training(args.folder / "train", args.pairs)
        head = str(args.folder / "head.safetensors")
        run("adapt", str(args.folder / "train/captions.jsonl"), *model, "--name", head, "--temperature", args.temperature)
        heads.append(["--head", head])
    for head in heads:
        run("eval", "simat", str(args.folder), *model, *head)
        run("eval", "analogies", str(analogies), *model, *head)


if __name__ == "__main__":
    main()
