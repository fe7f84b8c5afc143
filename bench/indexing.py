# SPDX-License-Identifier: Apache-2.0
"""Indexing folders of JPEGs, side by side with open_clip: large as from a camera, small as from the net, in f32, whole
processes on the same cores, in turns.

`descry index` makes a new library, with and without --full-decode; its time is from exec to exit, so that starting, loading
and packing the model are in it.  open_clip (bench/openclip_index.py) embeds the same files twice: one after the other, as its
README does, and at its best settings: loader processes and batches, of which those are taken that were fastest with the
first pictures.  Its time is from when the model was loaded and warm until the embeddings were written, without starting,
importing and loading.

A first round, untimed, measures the memory of all processes of each, of open_clip once its model is loaded, and compares the
results: the embeddings of --full-decode must be open_clip's.  The files are in the page cache."""

import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

BENCH = pathlib.Path(__file__).resolve().parent
LOOK = 50  # at memory, milliseconds
TRIED = 192  # pictures for choosing open_clip's settings
HALF = 1e-3  # by which lengths may differ: a library has 16 bits a number


def pictures(args, count, size):
    """A folder of so many JPEGs, made if it is not there."""
    folder = args.photos / f"{size[0]}x{size[1]}-{count}"
    if folder.is_dir():
        return folder
    args.photos.mkdir(parents=True, exist_ok=True)
    need, free = count * (size[0] * size[1] // 3 + 20000), shutil.disk_usage(args.photos).free
    if need > free:
        sys.exit(f"{args.photos}: {need / 1e9:.1f} GB are needed for pictures, {free / 1e9:.1f} GB are free; --photos "
                 "names another folder, --pictures fewer")
    print(f"making {count} pictures in {folder}", flush=True)
    with tempfile.TemporaryDirectory(dir=args.photos) as made:
        made = pathlib.Path(made) / "all"
        subprocess.run([sys.executable, BENCH / "photos.py", made, str(count), *map(str, size)], check=True)
        made.rename(folder)
    return folder


def read(folder):
    """Bytes, seconds."""
    start = time.perf_counter()
    total = sum(len(path.read_bytes()) for path in folder.iterdir())
    return total, time.perf_counter() - start


def watch(command, look=0):
    """The report of bench/watch.py; for open_clip only from after loading."""
    command = [sys.executable, BENCH / "watch.py", str(look), *map(str, command)]
    result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    inside = json.loads(result["output"])
    if "since" in inside:
        result["loading"] = result["seconds"] - inside["seconds"]
        result["seconds"] = inside["seconds"]
        result["cpu"] -= inside["cpu"]
    result["peak"] = max((bytes_ for when, bytes_ in result["memory"] if when >= inside.get("since", 0)), default=0)
    return result


def ours(args, model, photos, out, *more):
    for path in out.parent.glob(f"{out.name}*"):
        path.unlink()
    return [args.build / "cmd/descry", "index", "--library", out, "--model", model, "--threads", args.threads, "--json",
            *more, photos]


def theirs(args, model, photos, out, *more):
    return [sys.executable, BENCH / "openclip_index.py", model, photos, out, *more]


def best_settings(args, model, photos, folder, count):
    """open_clip's fastest: first how many loaders and threads, then how large a batch."""
    def seconds(batch, loaders, threads):
        chosen = options(args, batch, loaders, threads)
        return watch(theirs(args, model, photos, folder / "tried.npy", "--count", count, *chosen))["seconds"]
    cores = args.threads
    tried = {(32, *pair): seconds(32, *pair) for pair in sorted({(cores, cores), (cores, 1), (max(1, cores // 2), cores),
                                                               (cores, max(1, cores // 2)), (2 * cores, cores)})}
    pair = min(tried, key=tried.get)[1:]
    for batch in (8, 16, 64):
        tried[batch, *pair] = seconds(batch, *pair)
    for settings in sorted(tried, key=tried.get):
        print(f"  open_clip, {count} pictures, {named(*settings)}: {tried[settings]:.2f} s", flush=True)
    return min(tried, key=tried.get)


def named(batch, loaders, threads):
    return f"batches of {batch}, loaders: {loaders}, threads: {threads}"


def options(args, batch, loaders, threads):
    return ["--batch", batch, "--loaders", loaders, "--threads", threads, *["--compile"] * args.compile]


def library_vectors(path):
    """In the order of the files' names."""
    db = sqlite3.connect(path)
    rows = db.execute("SELECT f16 FROM places JOIN vectors USING (content) ORDER BY path").fetchall()
    db.close()
    return np.array([np.frombuffer(row, "<f2") for row, in rows], np.float32)


def compare(count, full, peers):
    """Exits unless all have embedded all pictures, in the same way."""
    mine = library_vectors(full)
    for path in peers:
        other = np.load(path)
        if mine.shape != other.shape or len(mine) != count:
            sys.exit(f"{len(mine)} embeddings by descry, {len(other)} by open_clip, of {count} pictures")
        worst = np.linalg.norm(mine - other, axis=1).max()
        if not worst < HALF:
            sys.exit(f"an embedding by descry and that by open_clip are {worst:.1e} apart")
    return worst


def race(args, model, folder, count, size):
    photos = pictures(args, count, size)
    read(photos)
    total, seconds = read(photos)
    print(f"\n{count} JPEGs of {size[0]} x {size[1]}, {total / 1e6:.0f} MB, read again in {seconds:.2f} s", flush=True)
    best = best_settings(args, model, photos, folder, min(TRIED, count))
    outs = [folder / name for name in ("drafts.db", "full.db", "plain.npy", "best.npy")]
    contenders = {
        "descry": lambda: ours(args, model, photos, outs[0]),
        "descry --full-decode": lambda: ours(args, model, photos, outs[1], "--full-decode"),
        "open_clip, README": lambda: theirs(args, model, photos, outs[2], "--threads", args.threads),
        "open_clip, best": lambda: theirs(args, model, photos, outs[3], *options(args, *best)),
    }
    peaks = {label: watch(command(), LOOK)["peak"] for label, command in contenders.items()}
    apart = compare(count, outs[1], outs[2:])
    results = {label: [] for label in contenders}
    for round_ in range(args.index_rounds):
        for label in list(contenders)[::-1 if round_ % 2 else 1]:
            results[label].append(watch(contenders[label]()))
            print(f"  round {round_ + 1}, {label}: {results[label][-1]['seconds']:.2f} s", flush=True)
    medians = {label: statistics.median(r["seconds"] for r in runs) for label, runs in results.items()}
    print(f"{'':22}{'seconds':>8}{'':20}{'a second':>9}{'processors':>12}{'memory':>10}{'README/':>9}{'best/':>7}")
    for label, runs in results.items():
        times, cpu = [r["seconds"] for r in runs], statistics.median(r["cpu"] for r in runs)
        spread = f"({min(times):.2f} - {max(times):.2f})"
        ratios = (medians[f"open_clip, {which}"] / medians[label] for which in ("README", "best"))
        print(f"{label:22}{medians[label]:8.2f} {spread:19}{count / medians[label]:9.1f}{cpu:10.1f} s"
              f"{peaks[label] / 1e6:7.0f} MB" + "{:9.2f}{:7.2f}".format(*ratios))
    loading = statistics.median(r["loading"] for label in list(results)[2:] for r in results[label])
    print(f"open_clip at its best: {named(*best)}{', compiled' * args.compile}; starting "
          f"and loading, not counted, took it {loading:.1f} s; embeddings at most {apart:.1e} apart", flush=True)


def indexing(args, name, model, folder):
    """`model`: a folder with its weights."""
    folder.mkdir()
    cores = sorted(os.sched_getaffinity(0))[:args.threads]
    os.sched_setaffinity(0, cores)
    print(f"\n{name}, indexing, on cores {', '.join(map(str, cores))}; rounds: {args.index_rounds}; memory of all processes")
    if args.pictures:
        race(args, model, folder, args.pictures, (4000, 3000))
    if args.small:
        race(args, model, folder, args.small, (500, 375))
