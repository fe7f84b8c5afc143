#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed, side by side with open_clip on PyTorch: the same weights, the same number of threads, in turns within one run.
`./run bench` prepares what this needs.

    python bench/run.py [--models NAME ...] [--threads N] [--rounds N] [--compile]
                        [--only encoders|search|captions|indexing]
                        [--captioners NAME ...] [--caption-batches N ...] [--caption-rounds N] [--peer-rounds N]
                        [--peers f32|bf16 ...] [--build build]
                        [--indexers NAME ...] [--pictures N] [--small N] [--photos FOLDER] [--index-rounds N]

Prints medians with the middle half of the times in brackets, the ratio to open_clip, and the share of the processor's
peak, which is measured in the same run.  open_clip runs under torch.inference_mode with its default, fused attention;
--compile gives its towers to torch.compile.  Both tokenize the texts; descry is given pictures as bytes, open_clip as
floats.  Captions: open_clip's generate with its defaults, of at most 30 ids, which recomputes every id at every step, in
float32 and in bfloat16; descry's bf16 has matrices rounded to bf16 and arithmetic in float32.  The bound is the time to read
the weights once a step, at the speed of memory measured between the rounds, or to do the arithmetic at the measured peak,
whichever is more, and the picture's own arithmetic.

Indexing (bench/indexing.py) is measured when asked for by --only: the first run makes 500 pictures of 12 megapixels and 1,000
small ones in FOLDER, 1.7 GB, which stay there."""

import argparse
import json
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import open_clip
import torch

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/goldens"))
import openclip_reference as reference
from indexing import indexing

SHORT, LONG = "a photo of a cat", "a very long description of a picture " * 11  # cut at 77 ids


def quartiles(times):
    times = sorted(times)
    low, middle, high = (statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3)
    return middle, f"{1e3 * middle:9.2f} ms ({1e3 * low:.2f} - {1e3 * high:.2f})"


class Descry:
    """bench_descry, asked line by line."""

    def __init__(self, build, model, threads, *more):
        self.process = subprocess.Popen([build / "bench/bench_descry", model, str(threads), *more], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [float(x) for x in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def flop(model, kind, tokens):
    """Multiply-adds, twice, that one picture or text of so many tokens needs: of the last block only one row is
    read, and a text's tokens look back only."""
    tower = model.visual if kind == "image" else model
    block, layers = tower.transformer.resblocks[0], len(tower.transformer.resblocks)
    width = block.attn.embed_dim
    qkv, rest = block.attn.in_proj_weight.numel(), sum(p.numel() for p in block.parameters() if p.ndim == 2)
    rest -= qkv
    pairs = tokens * tokens if kind == "image" else tokens * (tokens + 1) // 2
    one_row = kind == "text" or (model.visual.pool_type == "tok" and model.visual.attn_pool is None)
    total = 2 * layers * tokens * (qkv + rest) + 4 * layers * pairs * width
    if one_row:
        total -= 2 * (tokens - 1) * rest + 4 * (pairs - tokens) * width
    return total + (2 * (tokens - 1) * model.visual.conv1.weight.numel() if kind == "image" else 0)


def peer(function, argument):
    start = time.perf_counter()
    function(argument)
    return [time.perf_counter() - start]


def encoders(args, name, folder):
    torch.manual_seed(0)
    model = reference.build(name)
    descry = Descry(args.build, reference.save(folder, model, name), args.threads)
    tokenizer = open_clip.get_tokenizer(name)
    pictures = torch.randn(8, 3, *reference.image_size(model))
    compiled = torch.compile if args.compile else lambda function: function
    encode_image, encode_text = compiled(model.encode_image), compiled(model.encode_text)
    tokens = {"image": model.visual.positional_embedding.shape[0], SHORT: 7, LONG: 77}
    cases = {f"picture, batch {n}": (lambda n=n: descry.ask(f"image {n} 1"),
                                     lambda n=n: peer(encode_image, pictures[:n]), "image", tokens["image"], n)
             for n in (1, 8)}
    for label, text in (("text, short", SHORT), ("text, 77 ids", LONG)):
        cases[label] = (lambda text=text: descry.ask(f"text {text}"),
                        lambda text=text: peer(lambda t: encode_text(tokenizer([t])), text), "text", tokens[text], 1)
    ours, theirs, peaks = ({label: [] for label in cases} for _ in range(3))
    with torch.inference_mode():
        for round_ in range(args.rounds + 1):
            for label, (ask, run, *_) in cases.items():
                a, b, top = ask(), run(), descry.ask("peak")
                if round_:  # the first is for warming up
                    ours[label] += a
                    theirs[label] += b
                    peaks[label] += top
    print(f"\n{name}, {args.threads} thread{'s' * (args.threads > 1)}, {args.rounds} rounds")
    print(f"{'':18}{'descry':>30}{'open_clip on PyTorch':>36}{'ratio':>8}{'of peak':>9}")
    for label, (_, _, kind, count, n) in cases.items():
        mine, text = quartiles(ours[label])
        his, other = quartiles(theirs[label])
        share = n * flop(model, kind, count) / mine / statistics.median(peaks[label])
        print(f"{label:18}{text:>30}{other:>36}{his / mine:8.2f}{100 * share:8.0f} %")
    descry.close()


# ---- captions --------------------------------------------------------------------------
# The end token is as unlikely as any other for these weights: captions have all the ids they may.

def caption_bound(model, n, rows, steps, size, memory, peak):
    """Seconds that n pictures need at least: their pass through the tower; the decoder's keys and values of them; then for
    each step the weights, of `size` bytes each, read once, and `rows` multiply-adds with them."""
    def matrices(module):
        return sum(p.numel() for p in module.parameters() if p.ndim == 2)
    width = model.text_decoder.text_projection.shape[0]
    tokens, pooled = model.visual.positional_embedding.shape[0], model.visual.attn_pool.query.shape[0]
    pooler = 2 * (tokens * 2 * model.visual.ln_post.normalized_shape[0] * model.visual.ln_pre.normalized_shape[0] +
                  pooled * 2 * model.visual.ln_post.normalized_shape[0] ** 2)
    cross = len(model.text_decoder.cross_attn) * 2 * width * width
    picture = flop(model, "image", tokens) + pooler + 2 * (pooled - 1) * cross
    weights = matrices(model.text.transformer) + matrices(model.text_decoder) - cross
    kept = n * (pooled - 1) * 4 * 2 * width * len(model.text_decoder.cross_attn)  # bytes of keys and values, f32
    step = max((size * weights + kept) / memory, 2 * weights * rows / peak)
    return n * picture / peak + steps * step


def generate(model, pictures, length):
    """(seconds, ids after the start token)"""
    start = time.perf_counter()
    rows = model.generate(pictures, seq_len=length).tolist()
    seconds = time.perf_counter() - start
    return seconds, sum((row.index(49407) if 49407 in row else len(row) - 1) for row in rows)


def measure(args, descry, peers, n, length):
    """Times of each by label, ids of each, speeds of memory, peaks; in turns, printed as they come."""
    times, ids, memory, peaks = {label: [] for label in (*descry, *peers)}, {}, [], []
    for process in descry.values():
        process.ask(f"caption {n} {length} group")  # packs the weights
    for round_ in range(args.caption_rounds):
        for label in (*descry, *peers):
            if label in peers and round_ >= args.peer_rounds:
                continue
            process = next(iter(descry.values()))
            memory += process.ask("memory")
            peaks += process.ask("peak")
            # descry's are quick: a few of them for each of the peer's
            for _ in range(3 if label in descry else 1):
                seconds, ids[label] = (descry[label].ask(f"caption {n} {length} group") if label in descry
                                       else peers[label]())
                times[label].append(seconds)
            print(f"  round {round_ + 1}, {label}: {times[label][-1] / n:.3f} s", flush=True)
    return times, ids, memory, peaks


def captions(args, name, folder):
    from caption_reference import talkative  # needs transformers
    model = talkative(reference.fill(reference.build(name)))
    saved = reference.save(folder, model, name)
    descry = {"descry f32": Descry(args.build, saved, args.threads),
              "descry bf16": Descry(args.build, saved, args.threads, "bf16")}
    length, half = args.caption_length, None
    if "bf16" in args.peers:
        half = reference.build(name).bfloat16()
        half.load_state_dict(model.state_dict())
    print(f"\n{name}, captions, {args.threads} thread{'s' * (args.threads > 1)}, {args.caption_rounds} rounds; "
          "seconds a caption, ids a second")
    for n in args.caption_batches:
        pictures = torch.randn(n, 3, *reference.image_size(model))
        peers = {"f32": lambda: generate(model, pictures, length),
                 "bf16": lambda: generate(half, pictures.bfloat16(), length)}
        times, ids, memory, peaks = measure(args, descry, {f"open_clip {p}": peers[p] for p in args.peers}, n, length)
        median = {label: statistics.median(t) for label, t in times.items() if t}
        speeds = statistics.median(memory), statistics.median(peaks)
        bounds = {f"descry {precision}": caption_bound(model, n, 2 * n, length - 1, size, *speeds)
                  for precision, size in (("f32", 4), ("bf16", 2))}
        print(f"batch of {n}: memory {speeds[0] / 1e9:.1f} GB/s, peak {speeds[1] / 1e9:.0f} Gflop/s, bounds "
              f"{bounds['descry f32'] / n:.3f} (f32) and {bounds['descry bf16'] / n:.3f} (bf16) s a caption")
        for label, seconds in median.items():
            low, high = min(times[label]) / n, max(times[label]) / n
            note = f", {100 * bounds[label] / seconds:.0f} % of its bound" if label in bounds else \
                ", " + ", ".join(f"{seconds / median[ours]:.1f} times {ours}" for ours in bounds)
            print(f"  {label:15} {seconds / n:8.3f} s ({low:.3f} - {high:.3f}) {ids[label] / seconds:8.1f} ids/s{note}",
                  flush=True)
    for process in descry.values():
        process.close()
    (saved / "open_clip_model.safetensors").unlink()  # large


# ---- search, from exec to results ------------------------------------------------------

def make_library(descry, path, count):
    """The demo library, and so many random unit vectors more."""
    subprocess.run([descry, "index", "--library", path, "--model", "demo", ROOT / "samples/gallery"], check=True,
                   stdout=subprocess.DEVNULL)
    rng = np.random.default_rng(0)
    db = sqlite3.connect(path)
    recipe, dim = db.execute("SELECT id, dim FROM recipes").fetchone()
    first = db.execute("SELECT max(id) FROM contents").fetchone()[0] + 1
    for start in range(0, count, 10000):
        rows = rng.standard_normal((min(10000, count - start), dim))
        rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("<f2")
        ids = range(first + start, first + start + len(rows))
        db.executemany("INSERT INTO contents (id, sha256, bytes) VALUES (?, ?, 0)",
                       ((i, b"synthetic %d" % i) for i in ids))
        db.executemany("INSERT INTO places (path, content) VALUES (?, ?)", ((b"/synthetic/%d.jpg" % i, i) for i in ids))
        db.executemany("INSERT INTO vectors (recipe, content, f16) VALUES (?, ?, ?)",
                       ((recipe, i, row.tobytes()) for i, row in zip(ids, rows)))
    db.commit()
    db.close()
    return dim


def cold_search(args, folder):
    print("\ndescry search 'two cats': from exec to exit, page cache warm")
    for count in (0, 100000):
        path, descry = folder / f"library-{count}.db", args.build / "cmd/descry"
        dim = make_library(descry, path, count)
        command = [descry, "search", "--library", path, "--threads", str(args.threads), "two cats"]
        cold = [sys.executable, ROOT / "bench/cold.py"]
        subprocess.run([*cold, "2", *command], check=True, stdout=subprocess.DEVNULL)  # the first makes the scan file
        result = json.loads(subprocess.run([*cold, str(args.rounds), *command], check=True, capture_output=True).stdout)
        print(f"{200 + count:7d} pictures, {dim} numbers each: {quartiles(result['seconds'])[1]}, "
              f"at most {result['kilobytes'] / 1024:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="*", default=["ViT-B-32", "ViT-B-16"])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", choices=("encoders", "search", "captions", "indexing"))
    parser.add_argument("--captioners", nargs="*", default=["coca_ViT-B-32"])
    parser.add_argument("--caption-rounds", type=int, default=3)
    parser.add_argument("--peers", nargs="*", choices=("f32", "bf16"), default=["f32", "bf16"],
                        help="open_clip's captions to compare with")
    parser.add_argument("--peer-rounds", type=int, default=3,
                        help="rounds in which they are made, too: one of 8 by coca_ViT-L-14 takes six minutes in f32")
    parser.add_argument("--caption-length", type=int, default=30, help="ids, above 5")
    parser.add_argument("--caption-batches", type=int, nargs="*", default=[1, 8])
    parser.add_argument("--indexers", nargs="*", default=["ViT-B-32"])
    parser.add_argument("--index-rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=500, help="of 12 megapixels, to be indexed; 0: none")
    parser.add_argument("--small", type=int, default=1000, help="pictures of 500 x 375; 0: none")
    parser.add_argument("--photos", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir(), "descry-photos"),
                        help="where they are, or are made")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--build", type=lambda path: pathlib.Path(path).resolve(), default=ROOT / "build")
    args = parser.parse_args()
    subprocess.run(["ninja", "-C", args.build, "bench/bench_descry", "cmd/descry"], check=True,
                   stdout=subprocess.DEVNULL)
    torch.set_num_threads(args.threads)
    processor = re.search("model name\\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    print(f"torch {torch.__version__}, open_clip {open_clip.__version__}, "
          f"{processor[1] if processor else 'processor unknown'}")
    with tempfile.TemporaryDirectory(dir=args.build) as folder:
        folder = pathlib.Path(folder)
        if args.only in (None, "encoders"):
            for name in args.models:
                encoders(args, name, folder / name)
        if args.only in (None, "captions"):
            for name in args.captioners:
                captions(args, name, folder / name)
        if args.only in (None, "search"):
            cold_search(args, folder)
        if args.only == "indexing":
            for name in args.indexers:
                torch.manual_seed(0)
                model = reference.save(folder / name, reference.build(name), name)
                indexing(args, name, model, folder / f"{name}-index")


if __name__ == "__main__":
    main()
