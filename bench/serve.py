#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`descry serve` under load, beside a search service in Python, and under a mixed load by itself:

    pip install -r tools/requirements.txt -r bench/peers/requirements.txt
    ninja -C build && ninja -C build bench/clients
    python bench/serve.py [--seconds 60] [--rounds 3] [--clients 64] [--folder FOLDER] [--only peers|mixed] [--build build]

Both have the same model, of ViT-B-32's shape with weights by a formula, and the same vectors, of the sample gallery; both run on
this machine, as do the clients (bench/clients.c, whose share of the processors is told), and neither while the other is asked.
600 texts of 2 to 17 words are asked for in turns, so that a cache of queries would see each text many times: neither side has
one.  First the answers to 50 of them are compared.

The peer (bench/peers/search_service.py) is tried with ways to use the processors, for a tenth of the time each; its best is
compared with descry, in turns, first with ids as long as the tokenizer gives them, which is what such services do, then with
ids cut after the longest text of a batch, which its author could do.  descry has the defaults of its options.  Where other
programs run, too, a server with more threads gets more of the processors: texts for each second of a processor's are told, too.

Mixed: of 64 clients, as many requests are searches as the others together: small pictures and uploads of which the embedding
is made, while a folder of new pictures is indexed."""

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from watch import held

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench/peers"
GALLERY = ROOT / "samples/gallery"
SEARCH, THUMBNAIL, UPLOAD = KINDS = ("search", "thumbnail", "upload")
K = 10


def texts():
    rng = random.Random(19)
    starts = ["a photo of", "a drawing of", "", "my picture of", "a close view of", "an old photo that shows"]
    whats = ["a red box", "two cats", "the sea", "a green ball", "a blue star", "a snowy mountain", "people dancing", "a yellow bus",
             "bread and cheese", "an empty street"]
    wheres = ["", "at night", "on a table in the kitchen", "left of a tall grey house", "under a cloudy sky in autumn", "with friends"]
    found = sorted({" ".join(part for part in (start, what, where, more) if part)
                    for start in starts for what in whats for where in wheres for more in ("", "seen from above")})
    rng.shuffle(found)
    return found[:600]


def get(port, path, data=None, kind="application/json"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, {"Content-Type": kind} if data else {})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def path_of(text):
    return f"/api/v1/search?{urllib.parse.urlencode({'q': text, 'k': K})}"


def sent(method, path, body=b"", kind="image/jpeg"):
    more = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode() + body


def tree(process):
    """It and all processes below it."""
    children, found = {}, [process]
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int((entry / "stat").read_text().rpartition(")")[2].split()[1]), []).append(int(entry.name))
            except (OSError, IndexError):  # it is gone
                pass
    for each in found:  # grows
        found += children.get(each, ())
    return found


def resident(process):
    """MB of all its processes; what they share is counted once."""
    return sum(map(held, tree(process))) / 1e6


def busy(process):
    """Seconds of processors that all its processes have taken."""
    total = 0
    for each in tree(process):
        try:
            total += sum(map(int, pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13]))
        except OSError:
            pass
    return total / os.sysconf("SC_CLK_TCK")


class Service:
    """A server while it is needed; `port`."""

    def __init__(self, command, port, env=None, folder=None):
        self.port, self.log = port, tempfile.TemporaryFile()
        self.process = subprocess.Popen(list(map(str, command)), env={**os.environ, **(env or {})}, cwd=folder, stdout=self.log, stderr=self.log)

    def __enter__(self):
        try:
            self.wait()
        except BaseException:
            self.process.kill()
            raise
        return self

    def wait(self):
        until = time.monotonic() + 120
        while True:
            try:
                get(self.port, path_of("a cat"))
                return
            except OSError as error:
                if time.monotonic() > until or self.process.poll() is not None or isinstance(error, urllib.error.HTTPError):
                    self.process.terminate()
                    self.log.seek(0)
                    sys.exit(f"{self.process.args}: {error}: {self.log.read().decode()[-2000:]}")
                time.sleep(0.2)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def descry(args, *more):
    return Service([args.build / "cmd/descry", "serve", "--library", args.folder / "library.db", "-p", args.port, *more], args.port)


def peer(args, workers, threads, batch, cut):
    env = {"PEER_TOWER": f"{args.folder}/model.onnx", "PEER_VECTORS": f"{args.folder}/vectors.npz", "PEER_THREADS": str(threads),
           "PEER_BATCH": str(batch), "PEER_CUT": str(int(cut)), "PYTHONDONTWRITEBYTECODE": "1"}
    return Service([sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", args.port + 1, "--workers", workers, "--no-access-log",
                    "--log-level", "warning", "search_service:app"], args.port + 1, env, PEERS)


def load(args, service, requests, seconds):
    """{kind: what clients.c tells, and "busy": the server's seconds of processors}"""
    before = busy(service.process.pid)
    data = b"".join(f"{kind} {len(bytes_)}\n".encode() + bytes_ for kind, bytes_ in requests)
    out = subprocess.run([args.build / "bench/clients", str(service.port), str(args.clients), str(seconds)], input=data, stdout=subprocess.PIPE, check=True)
    spent = busy(service.process.pid) - before
    get(service.port, path_of("a cat"))  # after what the clients did not wait for
    return {row["kind"]: {**row, "busy": spent} for row in map(json.loads, out.stdout.decode().splitlines())}


def quantile(times, share):
    return sorted(times)[min(int(len(times) * share), len(times) - 1)] if times else float("nan")


def show(name, row, seconds, more=""):
    print(f"{name:44}{row['answers'] / seconds:9.1f} a second, p50 {quantile(row['ms'], .5):7.1f} ms, p99 {quantile(row['ms'], .99):7.1f} ms, "
          f"{row['errors'] + row['broken']} errors{more}", flush=True)


# ---- what is asked ----------------------------------------------------------------------------------------------------

def prepare(args):
    folder = args.folder
    run = lambda *command: subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not (folder / "model.onnx").exists():
        run(sys.executable, "-B", PEERS / "export_text.py", folder / "model")
    program = args.build / "cmd/descry"
    run(program, "index", "--library", folder / "library.db", "--model", folder / "model", GALLERY)
    run(program, "export", "--library", folder / "library.db", "--npz", folder / "vectors.npz")


def compare(ours, theirs):
    """That both find the same."""
    same, worst = 0, 0
    for text in texts()[:50]:
        mine, his = (get(service.port, path_of(text))["matches"] for service in (ours, theirs))
        same += [match["path"] for match in mine] == [match["path"] for match in his]
        worst = max(worst, *(abs(a["score"] - b["score"]) for a, b in zip(mine, his, strict=True)))
    print(f"of 50 texts, {same} have the same {K} pictures in the same order; scores differ by at most {worst:.1e}")
    if worst > 1e-4:
        sys.exit("which is too much")


# ---- beside the peer ----------------------------------------------------------------------------------------------------

def choose(args, requests, cut):
    """The best of the settings of the peer."""
    seconds, found = max(args.seconds / 10, 5), {}
    cores = len(os.sched_getaffinity(0))
    for workers, threads in sorted({(1, cores), (cores, 1)}):
        for batch in (1, 4, 16):
            with peer(args, workers, threads, batch, cut) as service:
                row = load(args, service, requests, seconds)[0]
            setting = (workers, threads, batch)
            show(f"  {workers} x {threads} threads, batches of at most {batch}", row, seconds)
            found[setting] = row["answers"]
    return max(found, key=found.get)


def beside(args, requests, cut):
    print(f"\nthe peer, ids {'cut after the longest text of a batch' if cut else 'always 77'}:")
    best = choose(args, requests, cut)
    rows = {"descry": [], "peer": []}
    with descry(args) as ours, peer(args, *best, cut) as theirs:
        compare(ours, theirs)
        services = {"descry": ours, "peer": theirs}
        for service in services.values():
            load(args, service, requests, 2)  # warms up
        for round_ in range(args.rounds):
            for name, service in services.items():
                before = resident(service.process.pid)
                row = load(args, service, requests, args.seconds)[0]
                after = resident(service.process.pid)
                rows[name].append(row)
                show(f"  {name}, round {round_ + 1}", row, args.seconds,
                     f", {row['answers'] / row['busy']:.1f} a second of a processor's, {before:.0f} to {after:.0f} MB; "
                     f"clients {100 * row['cpu'] / args.seconds:.1f} % of a processor")
    for what, rate in (("a second", lambda row: row["answers"] / args.seconds),
                       ("a second of a processor's", lambda row: row["answers"] / row["busy"])):
        mine, his = (statistics.median(map(rate, rows[name])) for name in services)
        print(f"medians: descry {mine:.1f} {what}, the peer {his:.1f}: {mine / his:.1f} times as many", flush=True)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}", flush=True)


# ---- mixed ----------------------------------------------------------------------------------------------------------------

def copies(folder, count):
    """New pictures to be indexed: the gallery's over and over, each with other bytes at its end."""
    pictures = sorted(GALLERY.glob("*.jpg"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:05}.jpg").write_bytes(pictures[i % len(pictures)].read_bytes() + i.to_bytes(4, "big"))


def mixed(args):
    print("\nmixed, descry alone:")
    copies(args.folder / "new", int(args.seconds * 30))
    pictures = [path.read_bytes() for path in sorted(GALLERY.glob("*.jpg"))[:64]]
    shutil.copy(args.folder / "library.db", args.folder / "mixed.db")
    shutil.rmtree(args.folder / "mixed.db.thumbs", ignore_errors=True)
    requests = []
    for i, text in enumerate(texts()):
        requests.append((0, sent("GET", path_of(text))))
        requests.append((2, sent("POST", "/api/v1/pictures", pictures[i % 64])) if i % 4 == 0
                        else (1, sent("GET", f"/api/v1/photos/{i % 200 + 1}/thumbnail")))
    command = [args.build / "cmd/descry", "serve", "--library", args.folder / "mixed.db", "-p", args.port, "--root", args.folder / "new"]
    with Service(command, args.port) as service:
        get(service.port, "/api/v1/jobs", json.dumps({"paths": [str(args.folder / "new")]}).encode())
        load(args, service, requests, max(args.seconds / 6, 3))  # thumbnails are made, workers and decoders started
        samples, over = [], threading.Event()

        def watch():
            while not over.wait(0.5):
                samples.append(resident(service.process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        rows = load(args, service, requests, args.seconds)
        over.set()
        watcher.join()
        job = get(service.port, "/api/v1/jobs")["jobs"][0]
    for kind, name in enumerate(KINDS):
        show(f"  {name}", rows[kind], args.seconds)
    quarter = len(samples) // 4
    print(f"  the job: {job['state']}, {job['done']} of {job['total']} pictures, {job['failed']} failed")
    print(f"  memory: {statistics.median(samples[:quarter]):.0f} MB in the first quarter of the time, {statistics.median(samples[-quarter:]):.0f} MB "
          f"in the last, at most {max(samples):.0f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=lambda path: pathlib.Path(path).resolve(), default=ROOT / "build")
    parser.add_argument("--folder", type=lambda path: pathlib.Path(path).resolve(), help="where the model (1 GB) stays; else it is removed")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--port", type=int, default=8520, help="of descry; the peer has the next")
    parser.add_argument("--only", choices=["peers", "mixed"])
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        args.folder = args.folder or pathlib.Path(folder)
        args.folder.mkdir(exist_ok=True)
        prepare(args)
        requests = [(0, sent("GET", path_of(text))) for text in texts()]
        for cut in (False, True) if args.only != "mixed" else ():
            beside(args, requests, cut)
        if args.only != "peers":
            mixed(args)


main()
