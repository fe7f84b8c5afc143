# SPDX-License-Identifier: Apache-2.0
"""What the server's tests share: `descry serve` on a free port with a small library of the demo gallery, requests, verdicts.

Prints the Test Anything Protocol; a test ends with `done()`."""
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

descry = os.environ["DESCRY"]
source = pathlib.Path(os.environ["DESCRY_SOURCE_ROOT"])
work = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("TMPDIR"), prefix="descry-serve."))
gallery = work / "gallery"
library = work / "small.db"
PICTURES = 12
count = bad = 0


def verdict(good, what, *details):
    global count, bad
    count += 1
    bad += not good
    print(f"{'ok' if good else 'not ok'} {count} - {what}", flush=True)
    if not good:
        for detail in details:
            print("#", str(detail)[:1000].replace("\n", "\n# "), flush=True)
    return good


def same(got, wanted, what):
    return verdict(got == wanted, what, f"got    {got!r}", f"wanted {wanted!r}")


def run(*arguments):
    return subprocess.run([descry, *map(str, arguments)], capture_output=True, text=True)


def client(name, *arguments):
    """What a script beside this one, with the real client, prints as JSON.  Its Python is $DESCRY_CLIENTS, which has what
    requirements.txt lists; None: there is none, which only a continuous integration takes for a failure."""
    global count
    python = os.environ.get("DESCRY_CLIENTS")
    if not python and not os.environ.get("CI"):
        count += 1
        print(f"ok {count} - {name} # SKIP $DESCRY_CLIENTS names no Python with tests/serve/requirements.txt", flush=True)
        return None
    done = subprocess.run([python or "", "-B", pathlib.Path(__file__).parent / name, *map(str, arguments)], capture_output=True, text=True)
    verdict(done.returncode == 0, f"{name} runs", done.stderr)
    return json.loads(done.stdout) if done.returncode == 0 else None


def make_library():
    """The first pictures of the gallery, captioned."""
    gallery.mkdir()
    for path in sorted((source / "samples/gallery").glob("*.jpg"))[:PICTURES]:
        shutil.copy(path, gallery)
    done = run("index", "--library", library, "--model", "demo", "--caption", gallery)
    if done.returncode:
        raise SystemExit(f"Bail out! descry index: {done.stderr}")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Server:
    """descry serve with the given options; a context manager.  `ports`: of its listeners, in order; `descriptors`: the limit of them."""

    def __init__(self, *options, library=library, listeners=1, env=None, descriptors=None):
        self.process = subprocess.Popen([descry, "serve", "--library", library, "-p", "0", *map(str, options)], stderr=subprocess.PIPE,
                                        text=True, env={**os.environ, **(env or {})},
                                        preexec_fn=descriptors and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))))
        self.lines, self.ports = [], []
        while len(self.ports) < listeners:
            line = self.process.stderr.readline()
            if not line:
                self.process.wait()
                raise SystemExit(f"Bail out! descry serve {options}: {''.join(self.lines)}")
            self.lines.append(line)
            if "listening at http://" in line:
                self.ports.append(int(line.split("http://")[1].split()[0].rstrip(",").rsplit(":", 1)[1]))
        self.port = self.ports[0]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.stop()

    def stop(self):
        """SIGTERM: its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate()
        return self.process.returncode

    def ask(self, method, path, body=None, headers=None, port=None):
        """One request by itself; a body that is neither bytes nor text is sent as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port)
        try:
            connection.request(method, path, body, headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()


def done():
    print(f"1..{count}")
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(bad > 0)
