# SPDX-License-Identifier: Apache-2.0
"""Odd files with their right values, and hostile ones: cases.py FOLDER, which holds cases.json and bombs/.

cases.json is a list; for each `file` one `check`:
- metadata: what `descry export --jsonl` says after `descry index`: `taken` is how that text begins; `lat` and `lon` within
  0.001 degrees; `lat: null`: no place;
- pixels: `descry preprocess --rgb` of the file and of `like`, mean absolute difference at most `mean_difference` levels;
- refused: an error that names the file and no result, with at most `peak_mb` MB where given.

What is in bombs/ is read or refused with an error that names it, and takes at most 200 MB beside its pixels.  Prints the Test Anything
Protocol."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

descry = os.environ["DESCRY"]
folder = pathlib.Path(sys.argv[1])
work = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR"), prefix="descry-cases."))
MOST_MB = 200
BLANK_MB = {"g4_512M.tif": 512}  # honest: so many pixels, of a byte each
count = bad = 0


def verdict(good, what, *details):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}")
    if not good:
        for detail in details:
            print("#", str(detail)[:1000].replace("\n", "\n# "))


def run(*arguments):
    """Exit status, what it wrote, its peak memory in MB, seconds."""
    start = time.monotonic()
    with open(work / "out", "wb") as out, open(work / "err", "wb") as err:
        child = subprocess.Popen([descry, *map(str, arguments)], stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return (child.returncode, (work / "out").read_text(errors="replace"), (work / "err").read_text(errors="replace"),
            usage.ru_maxrss / 1024, time.monotonic() - start)


def pixels(path):
    npy = work / "pixels.npy"
    npy.unlink(missing_ok=True)
    status, _, err, peak, seconds = run("preprocess", "--model", "demo", "--rgb", "--npy", npy, path)
    data = npy.read_bytes() if npy.exists() else None
    return status, err, peak, seconds, data and data[10 + int.from_bytes(data[8:10], "little"):]


def check_pixels(case):
    _, err, _, _, got = pixels(folder / case["file"])
    _, _, _, _, expected = pixels(folder / case["like"])
    difference = sum(abs(a - b) for a, b in zip(got, expected)) / len(expected) if got and expected else 255
    verdict(difference <= case["mean_difference"], f"{case['file']}: pixels", f"difference {difference}", err)


def check_refused(case):
    status, err, peak, _, data = pixels(folder / case["file"])
    verdict(status not in (0, 2) and data is None and case["file"] in err and peak <= case.get("peak_mb", MOST_MB),
            f"{case['file']}: refused", f"status {status}, {peak:.0f} MB", err)


def check_metadata(cases):
    """All in one library; each in a folder of its own."""
    for case in cases:
        (work / "dated" / case["file"]).mkdir(parents=True)
        (work / "dated" / case["file"] / case["file"]).write_bytes((folder / case["file"]).read_bytes())
    status, _, err, _, _ = run("index", "--model", "demo", "--library", work / "dated.db", work / "dated")
    verdict(status == 0, "all with metadata are indexed", err)
    _, out, err, _, _ = run("export", "--library", work / "dated.db", "--jsonl")
    rows = {pathlib.Path(row["path"]).name: row for row in map(json.loads, out.splitlines())}
    for case in cases:
        row = rows.get(case["file"], {})
        good = bool(row) and bool({"taken", "lat"} & set(case))
        good = good and ("taken" not in case or (row.get("taken") or "").startswith(case["taken"]))
        if "lat" in case:
            lat, lon = row.get("lat"), row.get("lon")
            good = good and (lat is None) == (case["lat"] is None)
            good = good and (lat is None or (abs(lat - case["lat"]) < 1e-3 and abs(lon - case["lon"]) < 1e-3))
        verdict(good, f"{case['file']}: metadata", row, err)


def check_bombs():
    bombs, read = sorted((folder / "bombs").iterdir()), set()
    for path in bombs:
        status, err, peak, seconds, data = pixels(path)
        good = data is not None if status == 0 else status in (1, 3) and path.name in err and data is None
        verdict(good and peak <= MOST_MB + BLANK_MB.get(path.name, 0), f"bombs/{path.name}: read or refused", f"status {status}, {peak:.0f} MB", err)
        if status == 0:
            read.add(path.read_bytes())
        print(f"# {path.name}: {peak:.0f} MB, {seconds:.2f} s, {err.strip()}")
    (work / "mixed").mkdir()
    for path in bombs:
        (work / "mixed" / path.name).write_bytes(path.read_bytes())
    (work / "mixed" / "a-good-one.jpg").write_bytes((folder / "jpeg-whole.jpg").read_bytes())
    (work / "mixed" / "z-good-one.png").write_bytes((folder / "cielab-expected.png").read_bytes())
    status, out, err, peak, _ = run("index", "--model", "demo", "--library", work / "mixed.db", work / "mixed")
    verdict(status == 3 and all(path.name in err for path in bombs if path.read_bytes() not in read),
            "index with bombs: each that is refused is named, status 3", status, err)
    verdict(peak <= MOST_MB + max(BLANK_MB.values()), "index with bombs: memory", f"{peak:.0f} MB")
    _, out, err, _, _ = run("status", "--library", work / "mixed.db", "--json")
    verdict(bombs and out and json.loads(out)["photos"] == 2 + len(read), "index with bombs: the good ones are in", out, err)


cases = json.loads((folder / "cases.json").read_text())
check_metadata([case for case in cases if case["check"] == "metadata"])
for case in cases:
    if case["check"] == "pixels":
        check_pixels(case)
    elif case["check"] == "refused":
        check_refused(case)
    else:
        verdict(case["check"] == "metadata", f"{case['file']}: a check that there is")
check_bombs()
print(f"1..{count}")
subprocess.run(["rm", "-rf", work], check=True)
sys.exit(bad > 0)
