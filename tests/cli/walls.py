# SPDX-License-Identifier: Apache-2.0
"""What the walls around decoders must hold, with real damage: walls.py WHAT, in a folder of its own, one of

- bombs: hostile files, to decoders without the checks in front of them, among good pictures;
- damaged: 10,000 damaged files of all formats, in one run;
- kills: decoders killed from outside, and descry itself.

All is by seeds; when a signal arrives is not.  Prints the Test Anything Protocol."""
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

descry = os.environ["DESCRY"]
root = pathlib.Path(os.environ["DESCRY_SOURCE_ROOT"])
data = root / "tests" / "data"
gallery = sorted((root / "samples" / "gallery").glob("*.jpg"))
count = bad = 0


def verdict(good, what, *details):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        for detail in details:
            print("#", str(detail)[:2000].replace("\n", "\n# "))


# ---- a run, seen from outside --------------------------------------------------------------------------------------


def numbers(pid, file="status"):
    """What /proc says of a process, by name; {}: it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except OSError:
        return {}
    return {name: rest.split() for name, _, rest in (line.partition(":") for line in lines)}


def session(leader):
    """The processes of a session that live, its leader apart: all that it started, whatever became of it."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and int(entry.name) != leader:
            try:
                fields = pathlib.Path(entry.path, "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == leader and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


class Run:
    """descry, in a session of its own, and the most memory that it and each of its decoders are seen to have, in MB."""

    def __init__(self, library, *arguments, helper=None):
        self.library = library
        environment = {**os.environ, **({"DESCRY_LIBEXEC": str(helper)} if helper else {})}
        environment.pop("MALLOC_PERTURB_", None)  # which uses memory that is only reserved
        with open(library + ".out", "w") as out, open(library + ".err", "w") as err:
            self.child = subprocess.Popen([descry, "index", "--library", library, "--model", "demo", *map(str, arguments)],
                                          stdout=out, stderr=err, env=environment, start_new_session=True)
        self.pid, self.peak, self.bounds, self.beyond = self.child.pid, 0, {}, []

    def look(self):
        """False: it has ended."""
        own = numbers(self.pid)
        if "VmHWM" in own:
            self.peak = max(self.peak, int(own["VmHWM"][0]) / 1024)
        return self.child.poll() is None

    def look_at_decoders(self):
        for pid in session(self.pid):
            limits, has = pathlib.Path(f"/proc/{pid}/limits"), numbers(pid)
            try:
                bound = next(line.split()[3] for line in limits.read_text().splitlines() if line.startswith("Max data size"))
            except (OSError, StopIteration):
                continue
            if "VmData" in has and bound != "unlimited":  # what it took for one picture it may have at the next
                most = self.bounds[pid] = max(self.bounds.get(pid, 0), int(bound))
                if int(has["VmData"][0]) * 1024 > most:
                    self.beyond.append((has["VmData"], most))

    def finish(self):
        while self.look():
            self.look_at_decoders()
            time.sleep(0.005)
        return self

    def said(self):
        """Lines, but for those of progress that a long run has, and what a system may say that has fewer walls."""
        lines = pathlib.Path(self.library + ".err").read_text(errors="replace").split("\n")[:-1]
        return [line for line in lines if not re.search(r" pictures/s .* left$|: warning: decoders are not as shut in", line)]

    def summary(self):
        return json.loads(pathlib.Path(self.library + ".out").read_text())


def await_end_of(pid):
    """Of all that a process started; there is nobody left to ask but the system."""
    while session(pid):
        time.sleep(0.005)


def status_of(library):
    return json.loads(subprocess.run([descry, "status", "--library", library, "--json"], stdout=-1, check=True).stdout)


# ---- bombs ---------------------------------------------------------------------------------------------------------


def check_next(helper):
    """The decoder that a bomb leaves is without much of its memory, which the next picture would need."""
    pathlib.Path("next").mkdir()
    shutil.copy(data / "cases" / "bombs" / "prec2000.j2k", "next/0.j2k")
    for i, name in enumerate(("q80.avif", "q80.heic", "lossless.jxl", "lossless.jp2")):
        shutil.copy(data / "formats" / name, f"next/{i + 1}-{name}")
    run = Run("next.db", "--json", "--threads", 1, "next", helper=helper).finish()
    verdict(run.summary()["embedded"] == 4 and len(run.said()) == 1, "bombs: the decoder after one has its memory", run.said())


def check_bombs(helper):
    """What a bomb does where nothing is in front of a codec: it is read, within bounds, or reported."""
    folder = pathlib.Path("bombs")
    shutil.copytree(data / "cases" / "bombs", folder)
    bombs = {path.name for path in folder.iterdir()}
    for i, path in enumerate(gallery[:20]):
        shutil.copy(path, folder / f"{i % 2 and 'a' or 'z'}-good-{path.name}")
    alone = Run("good.db", "--json", "--threads", 2, *gallery[:20]).finish()
    run = Run("bombs.db", "--json", "--threads", 2, folder, helper=helper).finish()
    code, said, left = run.child.returncode, run.said(), session(run.pid)
    verdict(code == 3, "bombs: status 3", code, said)
    summary = run.summary()
    refused = {line.split(": ")[1].rpartition("/")[2] for line in said}
    verdict(refused <= bombs, "bombs: no good picture is refused", said)
    verdict(len(refused) == summary["failed"] and summary["embedded"] + summary["failed"] == len(bombs) + 20,
            "bombs: each is read or reported", summary, said)
    # with the checks nobody would say so of any of them
    verdict(any(re.search("decoder crashed|more memory than", line) for line in said), "bombs: the checks are off, the walls stand", said)
    verdict(not run.beyond, "bombs: decoders within their bound", run.beyond)
    verdict(not left, "bombs: no process left", left)
    verdict(run.peak <= alone.peak + 8, "bombs: descry's own memory is as without them", f"{run.peak:.0f} MB, {alone.peak:.0f} MB")
    print(f"# {run.peak:.1f} MB, {alone.peak:.1f} MB", *said, sep="\n# ")


# ---- damaged files -------------------------------------------------------------------------------------------------


def whole_files():
    files = [path for name in ("formats", "raw", "jxl", "cases", "cases/heif", "pictures") for path in sorted((data / name).iterdir())]
    return [(path.suffix, path.read_bytes()) for path in files if path.suffix not in ("", ".json", ".br", ".exif") and path.is_file()]


def damage(rng, whole, others):
    """One to three faults.  Every second lies where headers are."""
    out = bytearray(whole)

    def place(room=0):
        reach = len(out) - room
        return rng.randrange(max(1, min(reach, 600) if rng.random() < 0.5 else reach))

    for _ in range(rng.randint(1, 3)):
        kind, at, n = rng.randrange(8), place(4), rng.randint(1, 300)
        if kind == 0:
            del out[max(1, rng.randrange(len(out))):]
        elif kind == 1:
            for _ in range(rng.randint(1, 16)):
                out[place()] = rng.randrange(256)
        elif kind == 2:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 3:  # blocks swapped
            to = place(4)
            out[at:at + n], out[to:to + n] = out[to:to + n], out[at:at + n]
        elif kind == 4:
            out[at:at] = out[at:at + n] * rng.randint(1, 8)
        elif kind == 5 and len(out) > n:
            del out[at:at + n]
        elif kind == 6:
            other = rng.choice(others)[1]
            to = rng.randrange(len(other))
            out[at:at + n] = other[to:to + n]
        else:  # lengths
            size, order = rng.choice((1, 2, 4)), rng.choice(("big", "little"))
            value = rng.choice((0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF, len(out), rng.getrandbits(32)))
            out[at:at + size] = (value & (1 << 8 * size) - 1).to_bytes(size, order)
    return bytes(out)


def check_damaged(files):
    rng, whole = random.Random(16), whole_files()
    for i in range(files):
        suffix, content = whole[i // 10 % len(whole)]
        folder = pathlib.Path("damaged", str(i % 10))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{i:05}{suffix}").write_bytes(damage(rng, content, whole))
    few = Run("few.db", "--json", "damaged/0").finish()
    run = Run("all.db", "--json", "damaged").finish()
    for one, total in ((few, files // 10), (run, files)):
        what, said = f"{total} damaged files", one.said()
        verdict(one.child.returncode == 3, f"{what}: status 3", one.child.returncode, said[-9:])
        summary = one.summary()
        named = [line for line in said if line.startswith("descry: ") and "damaged/" in line]
        verdict(summary["found"] == total == summary["embedded"] + summary["recognised"] + summary["failed"],
                f"{what}: each is indexed or reported", summary)
        verdict(len(named) == summary["failed"] == len(said), f"{what}: each that is not indexed is named, on one line",
                len(named), summary)
        verdict(not one.beyond, f"{what}: decoders within their bound", one.beyond)
        verdict(not session(one.pid), f"{what}: no process left")
        print(f"# {summary}, {one.peak:.1f} MB")
    verdict(run.peak <= few.peak + 24, "ten times as many take no more memory", f"{run.peak:.1f} MB, {few.peak:.1f} MB")
    for what in ("decoder crashed", "did not come to an end", "more memory than", "no decoder may do", "was killed"):
        lines = [line for line in run.said() if what in line]
        print(f"# {len(lines)}: {what}", *lines[:5], sep="\n#   ")


# ---- kills ---------------------------------------------------------------------------------------------------------


def make_many(times):
    """The gallery again and again, each time with other bytes behind the picture: a content of its own."""
    pathlib.Path("many").mkdir()
    for i in range(times):
        for path in gallery:
            pathlib.Path("many", f"{i}-{path.name}").write_bytes(path.read_bytes() + b"copy %d" % i)
    return times * len(gallery)


def check_library(library, total, what):
    status = status_of(library)
    verdict((status["photos"], status["contents"], status["failed"], status["missing"]) == (total, total, 0, 0),
            f"{what}: nothing lost, twice or remembered as failed", status)
    exported = subprocess.run([descry, "export", "--library", library, "--jsonl"], stdout=-1, check=True).stdout.splitlines()
    paths = [json.loads(line)["path"] for line in exported]
    verdict(len(paths) == len(set(paths)) == total, f"{what}: each picture once", len(paths), len(set(paths)))


def stamp(library):
    """Changes with each transaction."""
    try:
        return os.stat(library + "-wal").st_mtime_ns, os.stat(library + "-wal").st_size
    except OSError:
        return None


def check_killed_decoders(rng, total, kills):
    """A picture may lose ten decoders, so there are only so many kills between two batches."""
    BETWEEN, done, library = 4, 0, 0
    while done < kills:
        run, since, last = Run(f"decoders{library}.db", "--json", "--threads", 2, "many"), 0, None
        while run.look() and done < kills:
            now = stamp(run.library)
            since, last = (since, last) if now == last else (0, now)
            decoders = session(run.pid)
            if since < BETWEEN and decoders:
                try:
                    os.kill(rng.choice(decoders), signal.SIGKILL)
                except ProcessLookupError:
                    continue
                done += 1
                since += 1
            time.sleep(rng.uniform(0, 0.02))
        run.finish()
        what = f"decoders killed, library {library}"
        verdict(run.child.returncode == 0 and not run.said(), f"{what}: status 0, nothing to report", run.child.returncode, run.said())
        verdict(run.summary()["embedded"] == total, f"{what}: all are indexed", run.summary())
        check_library(run.library, total, what)
        verdict(not session(run.pid), f"{what}: no process left")
        library += 1
    verdict(done == kills, f"{done} decoders were killed")


def check_killed_descry(rng, total, kills):
    begun = time.monotonic()
    Run("whole.db", "--json", "--threads", 2, "many").finish()
    whole, done, library = time.monotonic() - begun, 0, 0
    while done < kills:
        name, what = f"descry{library}.db", f"descry killed, library {library}"
        while True:
            run = Run(name, "--json", "--threads", 2, "many")
            if done < kills:
                time.sleep(rng.uniform(0, whole / 6))
                run.child.kill()
            run.child.wait()
            await_end_of(run.pid)
            if run.child.returncode != -signal.SIGKILL:
                break
            done += 1
        verdict(run.child.returncode == 0 and not run.said(), f"{what}: the last run ends well", run.child.returncode, run.said())
        summary = run.summary()
        verdict(summary["embedded"] + summary["unchanged"] == summary["found"] == total, f"{what}: it does what was left", summary)
        check_library(name, total, what)
        library += 1
    verdict(done == kills, f"descry was killed {done} times, and no decoder outlived it")


what, *more = sys.argv[1:]
if os.environ.get("DESCRY_SANDBOX") or not os.path.exists("/proc/self/status"):
    print("1..0 # SKIP needs decoders behind walls, and to see processes in /proc")
    sys.exit()
if what == "bombs":
    check_bombs(*more)
    check_next(*more)
elif what == "damaged":
    check_damaged(10000)
else:
    generator, pictures = random.Random(16), make_many(4)
    check_killed_decoders(generator, pictures, 200)
    check_killed_descry(generator, pictures, 50)
print(f"1..{count}")
sys.exit(bad > 0)
