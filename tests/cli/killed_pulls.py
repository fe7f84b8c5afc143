#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills 'descry pull' at moments of a seeded choice, and looks at what it left each time.

    python killed_pulls.py DESCRY REPOSITORY MODEL KILLS

REPOSITORY is the folder of hf-hub:org/tiny in the cache, MODEL the folder that the hub has it from.  Between kills no content
has its name that is not right, and nothing loads but the whole model; the next run finds no lock, and what it leaves is a model
alone.  Prints what it did; exit status 1 with the first thing that is wrong."""

import hashlib
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

descry, repository, original, kills = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), int(sys.argv[4])
PULL = [descry, "pull", "hf-hub:org/tiny"]
FILES = {"open_clip_config.json", "open_clip_model.safetensors", "bpe_demo.txt.gz", "tokenizer_config.json"}


def check(good, what):
    if not good:
        sys.exit(f"{what}:\n" + "\n".join(str(path) for path in sorted(repository.rglob("*"))))


def digest(path):
    data = path.read_bytes()
    return hashlib.sha256(data).hexdigest() if len(path.name) == 64 else hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def current():
    """The snapshot's folder; None: there is none."""
    main = repository / "refs/main"
    return repository / "snapshots" / main.read_text() if main.exists() else None


def look():
    """After a kill.  True: the model is there."""
    for blob in (repository / "blobs").glob("*"):
        check(blob.name.endswith(".incomplete") or digest(blob) == blob.name, f"{blob}: not what its name says")
    loads = subprocess.run([descry, "embed", "--model", "hf-hub:org/tiny", "--json", "cat"], capture_output=True)
    listed = subprocess.run([descry, "models", "--installed", "--json", "hf-hub:org/tiny"], capture_output=True, check=True).stdout
    check(loads.returncode == (0 if current() else 1), f"embed: status {loads.returncode}, {loads.stderr}")
    check(bool(listed.strip()) == bool(current()), f"models --installed: {listed}")
    check(not current() or files(current()) == expected, "a model that loads, but is not all of it")
    for path in (repository / "snapshots").glob("*/*"):
        check(path.name in FILES, f"{path}: no file of the model")
    check(all(path.name == "main" for path in (repository / "refs").glob("*")), "no branch")
    return current() is not None


def finish():
    """A run that nobody kills, and its seconds."""
    start = time.monotonic()
    done = subprocess.run(PULL, capture_output=True, text=True)
    seconds = time.monotonic() - start
    check(done.returncode == 0, done.stderr)
    check(look(), "no model")
    check(not list(repository.rglob("*.incomplete")), "an .incomplete is left")
    check({path.name for path in repository.iterdir()} <= {"blobs", "refs", "snapshots"}, "something is left")
    return seconds


expected = {path.name: path.read_bytes() for path in original.iterdir() if path.name in FILES}
rng = random.Random(18)
shutil.rmtree(repository, ignore_errors=True)
finish()
shutil.rmtree(repository)
whole = finish()
shutil.rmtree(repository)
half_way = whole_models = begun = 0
for _ in range(kills):
    child = subprocess.Popen(PULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(rng.uniform(0, whole))
    child.send_signal(signal.SIGKILL)
    child.wait()
    begun += any((repository / "blobs").glob("*"))
    half_way += any((repository / "blobs").glob("*.incomplete"))
    if look():
        whole_models += 1
        finish()
        shutil.rmtree(repository)
finish()
print(json.dumps({"kills": kills, "begun": begun, "half way": half_way, "whole": whole_models}))
check(half_way > 0, "no kill came half way")
