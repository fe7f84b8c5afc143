#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Time and memory to load a model and embed one picture, one text, or both, beside open_clip, on random weights:

    python bench/load.py [--build build] [--models NAME ...] [--rounds N]

Whole processes, in turns: tools/towers (`ninja -C build towers`), which is descry's towers without tokenizer and pixels, and
Python with open_clip on PyTorch, from its first import on, and once more from after the imports on.  Peak memory is the largest
resident set, with what is mapped of the file of weights; "of the weights" is that over the size of the towers in use.  This
process imports no PyTorch: Linux counts a parent's peak as the child's until it calls exec."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
WANTED = {"picture": (1, 0), "text": (0, 1), "both": (1, 1)}

MAKE = """
import json, pathlib, sys
import numpy as np, open_clip
from safetensors.torch import save_file
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
config = json.loads(pathlib.Path(sys.argv[3]).read_text())["configs"][name]
open_clip.factory._MODEL_CONFIGS[name] = config
model = open_clip.create_model(name)
(folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
size = model.visual.image_size
height, width = size if isinstance(size, (tuple, list)) else (size, size)
np.random.default_rng(1).normal(size=(3, height, width)).astype(np.float32).tofile(folder / "picture")
np.arange(3, 3 + config["text_cfg"].get("context_length", 77), dtype=np.int32).tofile(folder / "ids")
image = sum(p.numel() for p in model.visual.parameters())
(folder / "sizes").write_text(json.dumps({"picture": 4 * image, "both": 4 * sum(p.numel() for p in model.parameters())}))
"""

PEER = """
import json, pathlib, sys, time
import numpy as np, open_clip, torch
start = time.perf_counter()
name, folder, pictures, texts = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
open_clip.factory._MODEL_CONFIGS[name] = json.loads((folder / "open_clip_config.json").read_text())["model_cfg"]
model = open_clip.create_model(name, str(folder / "open_clip_model.safetensors")).eval()
with torch.inference_mode():
    if pictures:
        size = model.visual.image_size
        height, width = size if isinstance(size, (tuple, list)) else (size, size)
        model.encode_image(torch.from_numpy(np.fromfile(folder / "picture", np.float32).reshape(1, 3, height, width)))
    if texts:
        model.encode_text(torch.from_numpy(np.fromfile(folder / "ids", np.int32)).long()[None])
print(time.perf_counter() - start)
"""


def run(command, data):
    """(seconds, peak bytes, output)"""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out:
        given.write(data)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdin=given, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            sys.exit(f"{command[0]} failed")
        out.seek(0)
        return seconds, usage.ru_maxrss * 1024, out.read()


def spread(values):
    low, _, high = statistics.quantiles(values, n=4) if len(values) > 1 else (values[0],) * 3
    return f"{statistics.median(values):.2f} ({low:.2f} to {high:.2f})"


def measure(args, name, folder):
    subprocess.run([sys.executable, "-c", MAKE, name, folder, ROOT / "data/open_clip_configs.json"], check=True,
                   stderr=subprocess.DEVNULL)
    sizes = json.loads((folder / "sizes").read_text())
    sizes["text"] = sizes["both"] - sizes["picture"]
    picture, ids = (folder / "picture").read_bytes(), (folder / "ids").read_bytes()
    rows = {(what, who): ([], [], []) for what in WANTED for who in ("descry", "open_clip")}
    for round_ in range(args.rounds + 1):
        for what, (pictures, texts) in WANTED.items():
            data = picture * pictures + ids * texts
            for who, command in (("descry", [args.build / "towers", folder, pictures, texts]),
                                 ("open_clip", [sys.executable, "-c", PEER, name, folder, pictures, texts])):
                seconds, peak, out = run(command, data)
                if round_:  # the first is for warming up
                    times, peaks, inner = rows[what, who]
                    times.append(seconds)
                    peaks.append(peak)
                    inner.append(float(out) if who == "open_clip" else seconds)
    print(f"\n{name}, {sizes['both'] / 1e6:.0f} MB, {args.rounds} rounds")
    print(f"{'':8}{'descry, s':>24}{'open_clip, s':>24}{'after imports, s':>24}{'ratio':>7}{'of it':>7}"
          f"{'MB':>8}{'open_clip':>10}{'of the weights':>16}{'open_clip':>10}")
    for what in WANTED:
        (mine, peaks, _), (his, tops, inner) = rows[what, "descry"], rows[what, "open_clip"]
        peak, top = max(peaks), max(tops)
        middle = statistics.median
        print(f"{what:8}{spread(mine):>24}{spread(his):>24}{spread(inner):>24}{middle(his) / middle(mine):>7.1f}"
              f"{middle(inner) / middle(mine):>7.1f}{peak / 1e6:>8.0f}{top / 1e6:>10.0f}{peak / sizes[what]:>16.2f}"
              f"{top / sizes[what]:>10.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=lambda path: pathlib.Path(path).resolve(), default=ROOT / "build")
    parser.add_argument("--models", nargs="*", default=["ViT-B-32", "ViT-B-16-SigLIP2", "ViT-H-14"])
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for name in args.models:
        with tempfile.TemporaryDirectory() as folder:
            measure(args, name, pathlib.Path(folder))


main()
