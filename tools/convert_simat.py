#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the arrays that `descry eval simat` reads from the PyTorch files of https://github.com/facebookresearch/SIMAT.

    python tools/convert_simat.py simat_db --images data/simat_img_clip.pt --words data/simat_words_clip.ptd \\
        --oscar simat_db/oscar_similarity_matrix.pt --heads data/head_clip_t=0.1.pt ...

writes into the folder simat_db (which has triplets.csv) images.npy [pictures, d] in the order of dataset_id, words.npy
[words, d] with words.txt, oscar.npy [pictures, captions] as float16, and for each head a .safetensors file that
--head takes.  What is not given is left out.

Needs torch, numpy and safetensors.  PyTorch's files are Python pickles: take them from a source that you trust."""

import argparse
import csv
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file


def load(path):
    return torch.load(path, map_location="cpu", weights_only=False)


def array(tensor):
    return np.ascontiguousarray(torch.as_tensor(tensor).detach().float().numpy())


def items(mapping):
    """Pairs of a dictionary, or of a list of pairs."""
    return mapping.items() if hasattr(mapping, "items") else mapping


def images(path, triplets):
    """The vectors in the order of dataset_id; the file has them by region_id."""
    vectors = {str(int(region)): array(v).ravel() for region, v in items(load(path))}
    with open(triplets, newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["dataset_id"]))
    return np.stack([vectors[row["region_id"]] for row in rows])


def linear(layer):
    """weight and bias of a linear layer, or of a state dictionary."""
    state = layer if isinstance(layer, dict) else layer.state_dict()
    return array(state["weight"]), array(state["bias"])


def convert_head(path, out):
    head = load(path)
    tensors = {}
    for name, key in (("image", "img_head"), ("text", "txt_head")):
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = linear(head[key])
    save_file(tensors, out, {"format": "descry head", "about": path.name})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--words", type=pathlib.Path)
    parser.add_argument("--oscar", type=pathlib.Path)
    parser.add_argument("--heads", type=pathlib.Path, nargs="*", default=[])
    args = parser.parse_args()
    if args.images:
        np.save(args.folder / "images.npy", images(args.images, args.folder / "triplets.csv"))
    if args.words:
        pairs = list(items(load(args.words)))
        np.save(args.folder / "words.npy", np.stack([array(v).ravel() for _, v in pairs]))
        (args.folder / "words.txt").write_text("".join(f"{word}\n" for word, _ in pairs))
    if args.oscar:
        np.save(args.folder / "oscar.npy", array(load(args.oscar)).astype(np.float16))
    for path in args.heads:
        convert_head(path, args.folder / f"{path.stem}.safetensors")


if __name__ == "__main__":
    main()
