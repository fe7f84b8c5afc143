#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""open_clip's side of bench/indexing.py: embeds the pictures of a folder, in the order of their names.

    python bench/openclip_index.py MODEL FOLDER OUT.npy [--count N] [--threads N] [--batch N --loaders N] [--compile]

Without --batch as open_clip's README does it: one picture after the other, opened by Pillow, preprocessed, encoded.  With it a
DataLoader has processes prepare batches ahead.  Its last line is {"since", "seconds", "cpu"}: what it took from when the
model was loaded and had encoded noise once until the embeddings were written; `since` is when that began, by CLOCK_MONOTONIC,
`cpu` what had been used until then."""

import argparse
import json
import pathlib
import time
import warnings

import numpy as np
import open_clip
import torch
from PIL import Image


class Pictures(torch.utils.data.Dataset):
    def __init__(self, paths, preprocess):
        self.paths, self.preprocess = paths, preprocess

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return self.preprocess(Image.open(self.paths[index]))


def normal(features):
    return features / features.norm(dim=-1, keepdim=True)


def one_by_one(model, pictures):
    with torch.no_grad():
        return [normal(model.encode_image(picture.unsqueeze(0))) for picture in pictures]


def by_batches(encode, loader):
    with torch.inference_mode():
        return [normal(encode(batch)) for batch in loader]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--count", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--loaders", type=int, default=1)
    parser.add_argument("--compile", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    warnings.filterwarnings("ignore", "This DataLoader will create")  # more processes than cores can be faster
    model, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{args.model}")
    model.eval()
    pictures = Pictures(sorted(args.folder.iterdir())[:args.count], preprocess)
    encode = torch.compile(model.encode_image) if args.compile else model.encode_image
    size = preprocess(Image.new("RGB", (300, 300))).shape
    batch = args.batch or 1
    with torch.inference_mode():
        for n in {min(batch, len(pictures)), len(pictures) % batch} - {0}:
            encode(torch.randn(n, *size))
    since, cpu = time.monotonic(), time.process_time()
    if args.batch:
        loader = torch.utils.data.DataLoader(pictures, batch_size=batch, num_workers=args.loaders)
        rows = by_batches(encode, loader)
    else:
        rows = one_by_one(model, (pictures[i] for i in range(len(pictures))))
    np.save(args.out, torch.cat(rows).numpy())
    print(json.dumps({"since": since, "seconds": time.monotonic() - since, "cpu": cpu}))


if __name__ == "__main__":
    main()
