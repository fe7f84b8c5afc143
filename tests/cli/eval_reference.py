# SPDX-License-Identifier: Apache-2.0
"""Evaluation and adaptation by their formulas, in NumPy, on files of its own making; for eval.sh.

    eval_reference.py make-simat FOLDER       makes the files of a small SIMAT
    eval_reference.py simat FOLDER [HEAD]     its scores, a line of JSON for each split and lambda
    eval_reference.py compare A B KEY...      whether the lines of A and B agree to 4 digits after the point
    eval_reference.py pairs FOLDER            makes images.npy and texts.npy, and FOLDER.npz of both
    eval_reference.py adapt FOLDER HEAD OUT   trains on them and compares the head and what the program said"""
import csv
import json
import pathlib
import struct
import sys

import numpy as np

LAMBDAS = (0, 0.5, 1, 1.5, 2)
SUBJECTS, RELATIONS, OBJECTS = "boy girl dog cat".split(), ["sitting on a", "near"], "chair, bench,the sea".split(",")


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def read_head(path):
    data = pathlib.Path(path).read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8:8 + size]), data[8 + size:]
    return {name: np.frombuffer(body[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).astype(float)
            for name, t in header.items() if name != "__metadata__"}


# ---- SIMAT ----------------------------------------------------------------------------

def make_simat(folder):
    """Files as the published ones are: numbers of regions in no order, rows of both splits, a leading index column."""
    rng = np.random.default_rng(11)
    scenes = [(s, r, o) for s in SUBJECTS for r in RELATIONS for o in OBJECTS]
    captions = [f"A {s} {r} {o}." for s, r, o in scenes]
    pictures = [scenes[i] for i in rng.integers(len(scenes), size=90)]
    regions = [int(n) for n in rng.permutation(10000)[:len(pictures)]]
    words = {w: rng.normal(size=24) for w in SUBJECTS + RELATIONS + OBJECTS}
    base = np.stack([unit(words[s]) + unit(words[r]) + unit(words[o]) for s, r, o in pictures])
    np.save(folder / "images.npy", (base + 0.35 * rng.normal(size=base.shape)).astype(np.float32))
    np.save(folder / "words.npy", np.stack(list(words.values())).astype(np.float16))
    (folder / "words.txt").write_text("".join(w + "\n" for w in words))
    (folder / "captions.txt").write_text("".join(c + "\n" for c in captions))
    oscar = np.array([[0.51 + 0.4 * rng.random() if scenes[j] == p else 0.5 * rng.random() for j in range(len(scenes))]
                      for p in pictures])
    np.save(folder / "oscar.npy", oscar)
    with open(folder / "triplets.csv", "w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["region_id", "subj", "rel", "obj", "dataset_id"])
        for i in rng.permutation(len(pictures)):
            write.writerow([regions[i], *pictures[i], i])
    with open(folder / "transfos.csv", "w", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["", "transfo_id", "region_id", "field", "value", "target", "norm", "query_ids", "target_ids",
                        "dataset_id", "norm2", "is_test"])
        number = 0
        for i, scene in enumerate(pictures):
            for field, choices in enumerate((SUBJECTS, RELATIONS, OBJECTS)):
                for target in choices:
                    wanted = scene[:field] + (target,) + scene[field + 1:]
                    if target != scene[field]:
                        write.writerow([number, number, regions[i], ("subj", "rel", "obj")[field], scene[field], target, 1,
                                        0, scenes.index(wanted), 7, rng.integers(1, 300), bool(rng.random() < 0.5)])
                        number += 1


def simat(folder, head=None):
    triplets = list(csv.DictReader(open(folder / "triplets.csv", newline="")))
    picture = {t["region_id"]: int(t["dataset_id"]) for t in triplets}
    rows = list(csv.DictReader(open(folder / "transfos.csv", newline="")))
    f, w = np.load(folder / "images.npy").astype(float), np.load(folder / "words.npy").astype(float)
    if head:
        h = read_head(head)
        f, w = f @ h["image.weight"].T + h["image.bias"], w @ h["text.weight"].T + h["text.bias"]
    f, w, oscar = unit(f), unit(w), np.load(folder / "oscar.npy")
    word = dict(zip((folder / "words.txt").read_text().splitlines(), w))
    for split in ("dev", "test"):
        chosen = [r for r in rows if (r["is_test"] == "True") == (split == "test")]
        weight = np.array([float(r["norm2"]) ** -0.5 for r in chosen])
        for scale in LAMBDAS:
            right = []
            for r in chosen:
                start = picture[r["region_id"]]
                first, second = np.argsort(-(f @ (f[start] + scale * (word[r["target"]] - word[r["value"]]))))[:2]
                right.append(oscar[second if first == start else first, int(r["target_ids"])] > 0.5)
            right, line = np.array(right), {"split": split, "lambda": scale}
            line["score"] = 100 * np.average(right, weights=weight)
            for field in ("subj", "rel", "obj"):
                part = np.array([r["field"] == field for r in chosen])
                line[field] = 100 * np.average(right[part], weights=weight[part])
            print(json.dumps(line))


def compare(a, b, keys):
    a, b = ([json.loads(line) for line in open(path)] for path in (a, b))
    assert len(a) == len(b) > 0, (len(a), len(b))
    for x, y in zip(a, b):
        for key in keys:
            assert (x[key] == y[key] if isinstance(x[key], str) else abs(x[key] - y[key]) < 5e-5), (key, x, y)
    assert len({x["score"] for x in a}) > 3, "scores that tell nothing"


# ---- adaptation -----------------------------------------------------------------------

DIM, PAIRS, BATCH, EPOCHS, TAU, RATE, DECAY, SEED = 24, 500, 64, 4, 0.1, 0.01, 2, 3


def make_pairs(folder):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(PAIRS, DIM))
    turn = np.linalg.qr(rng.normal(size=(DIM, DIM)))[0]
    images, texts = (3 * x).astype(np.float32), (x @ turn + 0.1 * rng.normal(size=x.shape)).astype(np.float32)
    np.save(folder / "images.npy", images)
    np.save(folder / "texts.npy", texts)
    np.savez_compressed(f"{folder}.npz", texts=texts.astype(float), images=images, more=np.arange(3))


class Random:
    """splitmix64"""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = z = (self.state + 0x9E3779B97F4A7C15) & mask
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        return z ^ z >> 31

    def shuffle(self, order):
        for i in range(len(order), 1, -1):
            j = self.next() % i
            order[i - 1], order[j] = order[j], order[i - 1]


def loss_and_gradient(p, x, y):
    """p: weight and bias of pictures, then of texts."""
    out = []
    for weight, bias, rows in ((p[0], p[1], x), (p[2], p[3], y)):
        raw = rows @ weight.T + bias
        out.append((unit(raw), np.linalg.norm(raw, axis=1, keepdims=True)))
    (u, lu), (v, lv) = out
    z, n = u @ v.T / TAU, len(x)
    rows = np.exp(z - z.max(1, keepdims=True))
    rows /= rows.sum(1, keepdims=True)
    columns = np.exp(z - z.max(0, keepdims=True))
    columns /= columns.sum(0, keepdims=True)
    loss = -(np.log(np.diag(rows)).mean() + np.log(np.diag(columns)).mean()) / 2
    g = (rows + columns - 2 * np.eye(n)) / (2 * n)
    gradient = []
    for unit_rows, length, back, rows_in in ((u, lu, g @ v / TAU, x), (v, lv, g.T @ u / TAU, y)):
        raw = (back - unit_rows * (unit_rows * back).sum(1, keepdims=True)) / length
        gradient += [raw.T @ rows_in, raw.sum(0)]
    return loss, gradient


def train(x, y):
    random = Random(SEED)
    p = []
    for _ in range(2):
        r = [0.01 / DIM ** 0.5 * (2 * (random.next() >> 11) * 2.0 ** -53 - 1) for _ in range(DIM * DIM + DIM)]
        p += [np.eye(DIM) + np.reshape(r[:DIM * DIM], (DIM, DIM)), np.array(r[DIM * DIM:])]
    order = list(range(PAIRS))
    random.shuffle(order)
    held = order[PAIRS - PAIRS // 10:]
    order = order[:PAIRS - PAIRS // 10]

    def judge():
        parts = [held[i:i + BATCH] for i in range(0, len(held), BATCH)]
        return sum(loss_and_gradient(p, x[b], y[b])[0] * len(b) for b in parts) / len(held)

    first = best = judge()
    kept, at = [a.copy() for a in p], 0
    m, v, t = [0 * a for a in p], [0 * a for a in p], 0
    for epoch in range(EPOCHS):
        random.shuffle(order)
        for i in range(0, len(order), BATCH):
            b = order[i:i + BATCH]
            t += 1
            for k, g in enumerate(loss_and_gradient(p, x[b], y[b])[1]):
                m[k] = 0.9 * m[k] + 0.1 * g
                v[k] = 0.999 * v[k] + 0.001 * g * g
                p[k] = p[k] - RATE * 0.1 ** (epoch // DECAY) * m[k] / (1 - 0.9 ** t) / ((v[k] / (1 - 0.999 ** t)) ** 0.5 + 1e-8)
        now = judge()
        if now < best:
            best, at, kept = now, epoch + 1, [a.copy() for a in p]
    return first, best, at, kept


def adapt(folder, head, report):
    first, best, at, kept = train(*(unit(np.load(folder / name).astype(float)) for name in ("images.npy", "texts.npy")))
    row = json.loads(pathlib.Path(report).read_text())
    assert abs(row["first_loss"] - first) < 1e-4 and abs(row["best_loss"] - best) < 1e-3, (row, first, best)
    assert row["best_epoch"] == at and best < 0.7 * first, (row, at, first, best)
    for name, wanted in zip(("image.weight", "image.bias", "text.weight", "text.bias"), kept):
        off = np.abs(read_head(head)[name] - wanted).max()
        assert off < 2e-3, (name, off)


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    folder = pathlib.Path(rest[0])
    if what == "make-simat":
        make_simat(folder)
    elif what == "simat":
        simat(folder, *rest[1:])
    elif what == "pairs":
        make_pairs(folder)
    elif what == "adapt":
        adapt(folder, *rest[1:])
    else:
        compare(rest[0], rest[1], rest[2:])


if __name__ == "__main__":
    main()
