# SPDX-License-Identifier: Apache-2.0
"""Measures the strength, exclusions and ranking of searches, on the sample gallery, by running the program:

- strength: how often the best match of a query is good, for 200 queries each for what is in the gallery (its captions; a
  thing that a picture shows, alone or beside another) and for what is not (things of another world; scenes of this world
  with a thing that the gallery has not got; pairs of things that it has, but not together so; the few things that it
  has not got);
- NOT: for each thing, how many of the pictures with it are excluded, and how many of those without it;
- the ranking of x + lambda * (p - n) against NumPy on the vectors as the library holds them.

    .venv/bin/python tools/measure_search.py [--descry build/cmd/descry] [--model demo]

Needs Pillow and numpy (tools/demo/demo_world.py)."""

import argparse
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/demo"))
import demo_world as world

GOOD = 98  # DESCRY_STRENGTH_GOOD

class Library:
    def __init__(self, descry, model, folder):
        self.descry, self.path = descry, f"{folder}/gallery.db"
        self.run("index", "--model", model, str(ROOT / "samples" / "gallery"))
        self.facts = {pathlib.Path(row["file"]).name: row for row in
                      json.loads((ROOT / "samples" / "facts.json").read_text())}

    def run(self, command, *words):
        done = subprocess.run([self.descry, command, "--library", self.path, *words], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{command} {words}: {done.stderr}")
        return done.stdout

    def search(self, query, *options):
        return [json.loads(line) for line in self.run("search", "--json", *options, "--", query).splitlines()]

    def strength(self, query):
        return self.search(query, "-k", "1")[0]["strength"]


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun.replace("-", " ")


def measure_strength(library):
    rng = random.Random("descry strength")
    shown = {thing for row in library.facts.values() for thing in row["things"]}
    within = []
    while len(within) < 200:
        facts = world.sample(rng)["facts"]
        if not shown.issuperset(facts["things"]):
            within.append(world.describe(rng, facts))
    apart = []
    while len(apart) < 200:
        caption = world.describe(rng, world.sample(rng, "pair")["facts"])
        claim = world.parse(caption)
        if shown.issuperset(noun[0] for noun in claim["nouns"]) and \
                not any(world.holds(claim, row) for row in library.facts.values()):
            apart.append(caption)
    elsewhere = [form + article(noun) for noun in world.ELSEWHERE[:100] for form in ("", "a photo of ")]
    single = [form(thing) for form in (article, str) for thing in sorted(shown)
              if form is str or any(row["things"].get(thing) == 1 for row in library.facts.values())]
    sets = {"in it: captions": [row["caption"] for row in library.facts.values()],
            "in it: a thing": rng.sample(single, 200),
            "not: of another world": elsewhere,
            "not: with a thing it lacks": within,
            "not: a pair not so in it": apart,
            "not: a thing it lacks": [form(x) for form in (article, str) for x in world.THINGS if x not in shown]}
    print(f"strength of {GOOD} % or more:")
    for name, queries in sets.items():
        values = np.array([library.strength(query) for query in queries])
        print(f"  {name:26} {len(queries)} queries: {np.mean(values >= GOOD):6.1%}   (median {np.median(values):.0f} %, " +
              ", ".join(f"at {at}: {np.mean(values >= at):.1%}" for at in (90, 93, 95, 97, 99)) + ")")


def measure_not(library):
    counts = {"alone": [0, 0], "of two": [0, 0], "without it": [0, 0], "of a thing that is nowhere": [0, 0]}
    shown = {thing for row in library.facts.values() for thing in row["things"]}
    for thing in world.THINGS:
        rows = library.search(f"a picture NOT {article(thing)}", "-k", "1000")
        left = {pathlib.Path(row["path"]).name for row in rows}
        for name, row in library.facts.items():
            kind = "without it" if thing in shown else "of a thing that is nowhere"
            if thing in row["things"]:
                kind = "alone" if len(row["things"]) == 1 else "of two"
            counts[kind][0] += name not in left
            counts[kind][1] += 1
    print("NOT leaves out, of the pictures:")
    for name, (out, total) in counts.items():
        print(f"  {name:26} {total:6} pairs: {out / total:6.1%}")


def embed(library, text):
    path = library.path + ".npy"
    library.run("embed", "--npy", path, text)
    return np.load(path)[0]


def unit(x):
    return x / np.linalg.norm(x)


def check_ranking(library):
    rows = sqlite3.connect(library.path).execute(
        "SELECT places.id, f16 FROM vectors JOIN places ON places.content = vectors.content ORDER BY places.id").fetchall()
    ids = np.array([row[0] for row in rows])
    pictures = np.stack([np.frombuffer(row[1], "<f2").astype(np.float32) for row in rows])
    rng, same, total = random.Random("descry ranking"), 0, 0
    for _ in range(40):
        start, (p, n), factor = rng.randrange(len(ids)), rng.sample(world.THINGS, 2), rng.randrange(31) / 10
        x = unit(unit(pictures[start]) + factor * (unit(embed(library, article(p))) - unit(embed(library, article(n)))))
        wanted = [i for i in ids[np.argsort(-(x @ pictures.T), kind="stable")] if i != ids[start]]
        found = library.search(f'#{ids[start]} + {factor} * ("{article(p)}" - "{article(n)}")', "-k", "1000")
        same += [row["id"] for row in found] == wanted
        total += 1
    print(f"ranking the same as NumPy's, picture by picture: {same} of {total} expressions")


def main():
    parser = argparse.ArgumentParser(description="Measures strength, NOT and ranking on the sample gallery.")
    parser.add_argument("--descry", default=str(ROOT / "build" / "cmd" / "descry"))
    parser.add_argument("--model", default="demo")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(args.descry, args.model, folder)
        check_ranking(library)
        measure_strength(library)
        measure_not(library)


if __name__ == "__main__":
    main()
