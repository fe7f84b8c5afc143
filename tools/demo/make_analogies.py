#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes samples/analogies.jsonl: changes of gallery pictures by one fact, for `descry eval analogies`.

    python tools/demo/make_analogies.py [FOLDER]

Each line has a picture to start from, the texts to add and to take away, what changes ("thing", "count", "size" or
"relation"), the facts wanted and all pictures of the gallery of which they are true, whatever the background.  What there
is follows from facts.json; the choice is always the same.  Without the change of texts the start says nothing of what is
wanted, so that chance is about the number wanted in the number of pictures."""

import json
import pathlib
import random
import sys

import demo_world as world

MOST = {"thing": 40, "count": 20, "size": 12, "relation": 12}
WORDED = {"left": "to the left of", "right": "to the right of", "above": "above", "below": "below"}


def scene(row):
    """The facts but for the background, in one form."""
    relation = row["relation"]
    if relation and relation[1] in ("right", "below"):
        relation = [relation[2], world.OPPOSITE[relation[1]], relation[0]]
    return tuple(sorted(row["things"].items())), tuple(relation or ()), row["size"]


def noun(name, count=1, size=None):
    one, many = world.WORDS[name][0]
    if count > 1:
        return f"{('two', 'three', 'four')[count - 2]} {many}"
    text = f"{size} {one}" if size else one
    return ("an " if text[0] in "aeiou" and not text.startswith("uni") else "a ") + text


def wording(facts):
    things, relation, size = facts
    if relation:
        return f"{noun(relation[0])} {WORDED[relation[1]]} {noun(relation[2])}"
    return noun(*things[0], size)


def changed(a, b):
    """The one thing in which two scenes differ, and the texts of it before and after; None if it is not one."""
    (things, relation, size), (things2, relation2, size2) = a, b
    if relation and relation2:
        if things == things2 and relation != relation2:
            return "relation", wording(a), wording(b)
        before, after = {n for n, _ in things} - {n for n, _ in things2}, {n for n, _ in things2} - {n for n, _ in things}
        if len(before) == 1:
            old, new = before.pop(), after.pop()
            if tuple(new if part == old else part for part in relation) == relation2:
                return "thing", noun(old), noun(new)
        return None
    if relation or relation2 or len(things) > 1 or len(things2) > 1:
        return None
    (name, count), (name2, count2) = things[0], things2[0]
    differ = [what for what, x, y in (("thing", name, name2), ("count", count, count2), ("size", size, size2)) if x != y]
    return (differ[0], wording(a), wording(b)) if len(differ) == 1 else None


def analogies(rows):
    scenes = [scene(row) for row in rows]
    found = []
    for i, start in enumerate(scenes):
        for target in sorted(set(scenes), key=repr):
            change = changed(start, target) if target != start else None
            if change:
                found.append({"change": change[0], "start": rows[i]["file"], "negative": change[1], "positive": change[2],
                              "facts": target, "wanted": [r["file"] for r, s in zip(rows, scenes) if s == target]})
    return found


def choose(found):
    """Some of each kind, each start as seldom as may be."""
    random.Random("descry analogies").shuffle(found)
    chosen, used = [], {}
    for kind, most in MOST.items():
        rows = [row for row in found if row["change"] == kind]
        for _ in range(min(most, len(rows))):
            row = min(rows, key=lambda r: used.get(r["start"], 0))
            rows.remove(row)
            used[row["start"]] = used.get(row["start"], 0) + 1
            chosen.append(row)
    return chosen


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "samples")
    chosen = choose(analogies(json.loads((folder / "facts.json").read_text())))
    (folder / "analogies.jsonl").write_text("".join(json.dumps(row) + "\n" for row in chosen))
    for kind in MOST:
        print(kind, sum(row["change"] == kind for row in chosen))


if __name__ == "__main__":
    main()
