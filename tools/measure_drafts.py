# SPDX-License-Identifier: Apache-2.0
"""Measures the effect of decoding JPEGs at a smaller scale on an index, by running the program:

- the change of embeddings, as a part of how far unlike pictures are apart, and how many of the ten nearest pictures stay the
  same, each picture being the query, on scenes of the demo's world as a camera would have them (1600 x 1200 to 4000 x 3000
  pixels, also upright, with a sensor's noise, at qualities 75 to 95);
- with --webp or --jpeg2000 the same of 520 of them as WebP or JPEG 2000, 1600 x 1200 and 1200 x 900;
- time, on the wall and of the processor, for pictures of 4000 x 3000 and of 500 x 375: medians of runs with and without
  --full-decode in turn.

    .venv/bin/python tools/measure_drafts.py [--descry build/cmd/descry] [--pictures 600] [--webp] [--jpeg2000]
        [--keep FOLDER]

Needs Pillow, numpy and the font of tools/demo/demo_world.py."""

import argparse
import multiprocessing
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/demo"))
import demo_world as world

SIZES = ((1600, 1200), (1600, 1200), (1600, 1200), (2048, 1536), (2048, 1536), (2592, 1944), (3264, 2448), (4000, 3000))
UPRIGHT = 6  # EXIF's orientation of a camera held upright
NEAREST = 10


def paint(number, size=None):
    """A scene in the middle of a picture that is wider than high, and how it is saved."""
    rng = random.Random(f"draft {number}")
    width, height = size or rng.choice(SIZES)
    upright = rng.random() < .25
    scene = world.render(world.sample(rng), height)
    if upright:
        scene = scene.transpose(Image.ROTATE_90)
    pixels = np.asarray(scene).astype(np.int16)
    margin = (width - height) // 2
    pixels = np.pad(pixels, ((0, 0), (margin, width - height - margin), (0, 0)), mode="reflect")
    noise = np.random.default_rng(number).normal(0, rng.uniform(1, 6), (256, 257, 3)).round().astype(np.int16)
    pixels += np.resize(noise, pixels.shape)
    exif = Image.Exif()
    exif[0x112] = UPRIGHT if upright else 1
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return picture, {"quality": rng.randint(75, 95), "subsampling": rng.choice((0, 2)), "exif": exif,
                     "progressive": rng.random() < .1}


def make(task):
    path, number, size = task
    if not path.exists():
        picture, options = paint(number, size)
        picture.save(path, "JPEG", **options)


def make_all(folder, count, size=None):
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(folder / f"{i:04}.jpg", i, size) for i in range(count)]
    with multiprocessing.Pool(2) as pool:
        pool.map(make, tasks, chunksize=4)
    return folder


def convert(task):
    path, original = task
    if not path.exists():
        number = int(original.stem)
        width = 1600 if number % 2 else 1200
        picture = Image.open(original)
        exif = picture.getexif()
        smaller = picture.resize((width, width * 3 // 4), Image.BOX)
        if path.suffix == ".webp":
            smaller.save(path, quality=75 + number % 21, method=0, lossless=number % 40 == 0, exif=exif)
        else:  # nobody turns these; parts of the size without compression
            lossless = number % 40 == 0
            smaller.save(path, irreversible=not lossless, quality_layers=None if lossless else [10 + number % 21],
                         num_resolutions=6, mct=1, tile_size=(512, 512) if number % 8 == 0 else None)


def convert_all(folder, scenes, ending, count=520):
    folder.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(2) as pool:
        pool.map(convert, [(folder / (path.stem + ending), path) for path in sorted(scenes.iterdir())[:count]], chunksize=4)
    return folder


def index(args, folder, full):
    """(features, seconds on the wall, seconds of the processor)"""
    with tempfile.TemporaryDirectory() as own:
        library, npz = f"{own}/library.db", f"{own}/all.npz"
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([args.descry, "index", folder, "--model", args.model, "--library", library, "--json"]
                       + ["--full-decode"] * full, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([args.descry, "export", "--npz", npz, "--library", library], check=True, stdout=subprocess.DEVNULL)
        with np.load(npz) as data:
            order = np.argsort(data["urls"])
            return data["features"][order], wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def nearest(queries, gallery):
    """[n, 10]: the nearest others of each."""
    scores = queries @ gallery.T
    np.fill_diagonal(scores, -2)
    return np.argsort(-scores, axis=1, kind="stable")[:, :NEAREST]


def compare(full, draft):
    n = len(full)
    apart = np.linalg.norm(full[:, None] - full[None], axis=2)[np.triu_indices(n, 1)]
    moved = np.linalg.norm(full - draft, axis=1)
    same = [len(set(a) & set(b)) / NEAREST for a, b in zip(nearest(full, full), nearest(draft, draft))]
    mixed = [len(set(a) & set(b)) / NEAREST for a, b in zip(nearest(full, full), nearest(full, draft))]
    print(f"{n} pictures, {np.count_nonzero(moved)} of them drafts; unlike ones are {np.median(apart):.3f} apart (median)")
    for name, value in (("median", np.median(moved)), ("95 %", np.quantile(moved, .95)), ("most", moved.max())):
        print(f"  change, {name}: {value:.4f}, {100 * value / np.median(apart):.2f} % of that")
    print(f"  recall@{NEAREST} against full decoding: {np.mean(same):.4f}; of full queries among drafts: {np.mean(mixed):.4f}")


def race(args, folder, what):
    runs = {full: [] for full in (0, 1)}
    for _ in range(args.runs):
        for full in runs:
            runs[full].append(index(args, folder, full)[1:])
    medians = {full: [statistics.median(column) for column in zip(*runs[full])] for full in runs}
    print(f"{what}: " + ", ".join(
        f"{name} {medians[1][i]:.2f} s whole, {medians[0][i]:.2f} s drafts, {medians[1][i] / medians[0][i]:.2f} times as fast"
        for i, name in enumerate(("wall", "processor"))))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descry", default=str(ROOT / "build/cmd/descry"))
    parser.add_argument("--model", default="demo")
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--webp", action="store_true")
    parser.add_argument("--jpeg2000", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="make the pictures there, once")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as own:
        folder = args.keep or pathlib.Path(own)
        scenes = make_all(folder / "scenes", args.pictures)
        compare(index(args, scenes, 1)[0], index(args, scenes, 0)[0])
        for asked, ending, name in ((args.webp, ".webp", "WebP"), (args.jpeg2000, ".jp2", "JPEG 2000")):
            if asked:
                others = convert_all(folder / ending[1:], scenes, ending)
                compare(index(args, others, 1)[0], index(args, others, 0)[0])
                race(args, others, name)
        race(args, make_all(folder / "large", 48, (4000, 3000)), "48 of 4000 x 3000")
        race(args, make_all(folder / "small", 480, (500, 375)), "480 of 500 x 375")


if __name__ == "__main__":
    main()
