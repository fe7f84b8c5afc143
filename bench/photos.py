#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes JPEGs as a camera would: of 4000 x 3000 pixels (12 megapixels, 2.5 to 4 MB), or smaller.

    python bench/photos.py FOLDER COUNT [WIDTH HEIGHT]

What decides how long they take is what photographs have: as much detail in every octave of scale, surfaces of unlike
roughness with sharp edges between them, colours that change more slowly than brightness, a sensor's noise.  A few large
scenes are painted so; a picture is a part of one, turned over or not, in other light.  Every byte follows from its number and
the size."""

import multiprocessing
import os
import pathlib
import sys

import numpy as np
from PIL import Image

SCENES = 6
MARGIN = 1.3  # a scene's side in a picture's
CAMERA = (4000, 3000)
QUALITY = 90


def enlarged(values, size):
    return np.array(Image.fromarray(values).resize(size, Image.BICUBIC))


def noise(rng, size, strength, finest=0):
    """Smooth noise of so many pixels: from coarse to fine, each octave is as strong as `strength` says of its step in pixels,
    and the finest has a step of 2 ** finest."""
    octaves = size[0].bit_length() - 1
    total = np.zeros((1, 1), np.float32)
    for level in range(octaves - 1, finest - 1, -1):
        part = tuple(-(-side >> level) for side in size)
        total = enlarged(total, part)
        detail = rng.standard_normal((part[1], part[0]), dtype=np.float32)
        detail *= strength(1 << level)
        total += detail
    return enlarged(total, size) if finest else total


def surface(rng, size, roughness):
    """Brightness with the same variance in each octave, but for the finest three, which a lens has less of."""
    return noise(rng, size, lambda step: roughness * min(1, .2 * step))


def scene(number):
    """uint8 [height, width, 3]"""
    rng = np.random.default_rng(number)
    size = tuple(round(side * MARGIN) for side in CAMERA)
    light, tints = surface(rng, size, rng.uniform(8, 11)), [noise(rng, size, lambda _: 1, 9) for _ in range(2)]
    for _ in range(3):  # things in front, with edges of a few pixels
        inside = noise(rng, size, lambda step: step, 2)
        inside -= np.quantile(inside[::16, ::16], rng.uniform(.5, .8))
        np.clip(inside, 0, 4, out=inside)
        inside /= 4
        front = surface(rng, size, rng.uniform(3, 22))
        front += rng.uniform(-50, 50)
        for below, above in ((light, front), *((tint, rng.uniform(-2, 2)) for tint in tints)):
            change = above - below
            change *= inside
            below += change
    pixels = np.empty((*light.shape, 3), np.uint8)
    light += 128
    for channel, weights in enumerate(((18, -6), (-8, -6), (-4, 20))):
        plane = rng.standard_normal(light.shape, dtype=np.float32)
        plane *= 2
        plane += light
        for tint, weight in zip(tints, weights):
            plane += weight * tint
        pixels[..., channel] = np.clip(plane, 0, 255, out=plane)
    return pixels


def take(task):
    """All pictures of one scene."""
    folder, number, count, size = task
    whole = Image.fromarray(scene(number))
    for picture in range(number, count, SCENES):
        rng = np.random.default_rng((1, picture))
        left, top = (int(rng.integers(0, have - want + 1)) for have, want in zip(whole.size, CAMERA))
        image = whole.crop((left, top, left + CAMERA[0], top + CAMERA[1]))
        if rng.random() < .5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        levels = np.arange(256)
        table = np.concatenate([255 * (levels / 255) ** rng.uniform(.8, 1.25) for _ in range(3)])
        image = image.point(np.round(table).astype(int).tolist())
        if size != CAMERA:
            image = image.resize(size, Image.LANCZOS, reducing_gap=2)
        image.save(folder / f"{picture:05}.jpg", quality=QUALITY, subsampling="4:2:0")


def main():
    folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    size = tuple(int(side) for side in sys.argv[3:5]) or CAMERA
    folder.mkdir(parents=True, exist_ok=True)
    with multiprocessing.Pool(min(len(os.sched_getaffinity(0)), 8)) as pool:
        pool.map(take, [(folder, number, count, size) for number in range(min(SCENES, count))], chunksize=1)


if __name__ == "__main__":
    main()
