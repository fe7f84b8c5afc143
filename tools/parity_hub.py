#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what 'descry pull' and Python's huggingface_hub make of the same cache, against the hub of the tests
(tests/cli/hub.py): each finds what the other fetched, and goes on with what the other began.

    python tools/parity_hub.py [--descry build/cmd/descry]

Prints a line for each comparison; exit status 1 when one fails."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAMES = ("open_clip_config.json", "open_clip_model.safetensors", "bpe_demo.txt.gz")
WEIGHTS = NAMES[1]
PYTHON = "import huggingface_hub as h, sys; print(h.hf_hub_download('org/tiny', sys.argv[1]))"
SNAPSHOT = f"import huggingface_hub as h; print(h.snapshot_download('org/tiny', allow_patterns={list(NAMES)!r}))"
SCAN = """import huggingface_hub as h
info = h.scan_cache_dir()
print([(r.repo_id, sorted(f.file_name for v in r.revisions for f in v.files), [sorted(v.refs) for v in r.revisions])
       for r in info.repos], [str(w) for w in info.warnings])"""
SCANNED = f"{[('org/tiny', sorted(NAMES), [['main']])]} []"


class Hub:
    """The tests' hub, with the bundled model as hf-hub:org/tiny, and a cache of its own."""

    def __init__(self, folder):
        self.folder, self.home = folder / "hub", folder / "home"
        there = self.folder / "org/tiny"
        there.mkdir(parents=True)
        for name in NAMES:
            shutil.copy(ROOT / "models/demo" / name, there)
        self.process = subprocess.Popen([sys.executable, ROOT / "tests/cli/hub.py", self.folder])
        while not (self.folder / "ports").exists():
            time.sleep(0.05)
        port = (self.folder / "ports").read_text().split()[0]
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("HF_") and "proxy" not in key.lower()}
        self.environment |= {"HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HOME": str(self.home), "HF_HUB_DISABLE_XET": "1",
                             "HF_HUB_DISABLE_TELEMETRY": "1", "DESCRY_DATA_DIR": str(folder)}

    def fresh(self, mode="licence=mit"):
        shutil.rmtree(self.home, ignore_errors=True)
        self.say(mode)

    def say(self, mode):
        (self.folder / "mode").write_text(mode)
        (self.folder / "log").write_text("")

    def asked(self, what):
        return [line for line in (self.folder / "log").read_text().splitlines() if what in line]

    def run(self, *command, **more):
        return subprocess.run([*map(str, command)], env=self.environment | more, capture_output=True, text=True)

    def python(self, *arguments, **more):
        return self.run(sys.executable, "-c", *arguments, **more)


def good_file(done, name):
    path = pathlib.Path(done.stdout.strip())
    return done.returncode == 0 and path.read_bytes() == (ROOT / "models/demo" / name).read_bytes()


def last(done):
    return (done.stderr.strip().splitlines() or [done.stdout.strip()])[-1][:200]


def check(descry, folder, report):
    hub = Hub(folder)
    pull, embed = (descry, "pull", "hf-hub:org/tiny"), (descry, "embed", "--json", "--model", "hf-hub:org/tiny", "two cats")
    try:
        hub.fresh()
        done = hub.run(*pull)
        report("pull", done.returncode == 0, last(done))
        for name in NAMES:
            done = hub.python(PYTHON, name, HF_HUB_OFFLINE="1")
            report(f"huggingface_hub finds {name} that descry fetched, offline", good_file(done, name), last(done))
        hub.say("licence=mit")
        done = hub.python(SNAPSHOT)
        report("huggingface_hub fetches nothing again", done.returncode == 0 and not hub.asked("storage"), last(done))
        done = hub.python(SCAN)
        report("huggingface_hub's scan of the cache", done.stdout.strip() == SCANNED, done.stdout.strip())

        hub.fresh()
        done = hub.python(SNAPSHOT)
        report("snapshot_download", done.returncode == 0, last(done))
        done = hub.run(*embed)
        report("descry loads what huggingface_hub fetched", done.returncode == 0, last(done))
        hub.say("licence=mit")
        done = hub.run(*pull)
        report("descry fetches nothing again", done.returncode == 0 and not hub.asked("GET /org"), last(done))

        hub.fresh("licence=mit slow")
        child = subprocess.Popen(pull, env=hub.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not any(path.stat().st_size > 100000 for path in hub.home.rglob("*.incomplete")):
            time.sleep(0.05)
        child.kill()
        child.wait()
        hub.say("licence=mit")
        done = hub.python(PYTHON, WEIGHTS)
        report("huggingface_hub goes on with what descry began", good_file(done, WEIGHTS), " ".join(hub.asked("storage GET")))

        hub.fresh("licence=mit slow")
        child = subprocess.Popen([sys.executable, "-c", PYTHON, WEIGHTS], env=hub.environment, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        while not hub.asked("storage GET"):
            time.sleep(0.05)
        time.sleep(0.5)
        done = subprocess.Popen(pull, env=hub.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        child.kill()
        child.wait()
        hub.say("licence=mit")
        waited = "another program is fetching it" in done.communicate()[1]
        report("descry waits for huggingface_hub", waited and done.returncode == 0,
               f"waited: {waited}, status {done.returncode}")
        done = hub.run(*embed)
        report("and has the model", done.returncode == 0, last(done))
    finally:
        hub.process.terminate()
        hub.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--descry", default=ROOT / "build/cmd/descry")
    args = parser.parse_args()
    failures = []

    def report(name, good, detail):
        failures.extend([] if good else [name])
        print(f"{'ok    ' if good else 'FAILED'} {name}: {detail}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        check(args.descry, pathlib.Path(folder), report)
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
