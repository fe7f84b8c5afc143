#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A hub for tests: what huggingface.co answers for the files below a folder, as far as 'descry pull' asks.

    python hub.py FOLDER

FOLDER/org/name/* are repositories.  Three servers on this machine: the hub, the storage to which it sends whoever wants a
large file (.safetensors, .bin), and a proxy, which knows the hub as hub.invalid and leads to nothing by https.  FOLDER/ports
gets "HUB STORAGE PROXY", FOLDER/log a line for each request: server, method, path, range, authorization, seconds.  FOLDER/mode,
read at each request, has words that make them behave badly; their counts begin anew when it changes:

    drop=N  drop=N:M  the storage closes the connection after N bytes, always or M times
    fail=STATUS:N  its first N answers are STATUS                         busy=N         the hub's first N are 429
    retry=SECONDS  in Retry-After of a 429, else 1                        huge           weights are told to be of 1 EiB
    back           the storage sends back to the hub                      gone=NAME      the hub lists that file, but has it not
    wrong  wrong=N  it sends other bytes, always or N times               whole          it knows no ranges
    long           the hub sends more than it told                        slow           it sends a little now and then
    api=STATUS:WHY the hub refuses                                        commit         there is a new commit
    licence=NAME   what the model's card says                             bare           digests are not told
    away           the hub sends everybody to the storage, also for small files"""

import hashlib
import http.client
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.parse

FOLDER = pathlib.Path(sys.argv[1])
lock = threading.Lock()
counts = {}
last_mode = None


def mode():
    global last_mode
    path = FOLDER / "mode"
    text = path.read_text() if path.exists() else ""
    with lock:
        if text != last_mode:
            counts.clear()
            last_mode = text
    return dict(word.partition("=")[::2] for word in text.split())


def first(key, times):
    """True the first `times` times."""
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key] <= times


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, server):
        line = " ".join((server, self.command, self.path.partition("?")[0], self.headers.get("Range", "-"),
                         self.headers.get("Authorization", "-"), f"{time.monotonic():.2f}"))
        with lock, open(FOLDER / "log", "a") as log:
            log.write(line + "\n")

    def answer(self, status, headers=(), body=b"", declared=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if declared is None else declared))
        self.send_header("Connection", "close")
        self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # whoever asked went away

    def do_HEAD(self):
        self.do_GET()


class Hub(Server):
    def do_GET(self):
        self.note("hub")
        now = mode()
        parts = urllib.parse.unquote(self.path).strip("/").split("/")
        if "busy" in now and first("busy", int(now["busy"])):
            return self.answer(429, [("Retry-After", now.get("retry", "1"))])
        if "api" in now:
            status, _, why = now["api"].partition(":")
            return self.answer(int(status), [("X-Error-Code", why)] if why else [])
        if parts[0] == "api":
            return self.listing("/".join(parts[2:4]), now)
        if parts[0] == "plain":
            return self.answer(200, [], FOLDER.joinpath(*parts[1:]).read_bytes())
        if len(parts) < 5 or parts[2] != "resolve":
            return self.answer(404)
        path = FOLDER.joinpath(*parts[:2], *parts[4:])
        if not path.is_file() or path.name == now.get("gone") or parts[3] not in (commit(now), "main"):
            return self.answer(404, [("X-Error-Code", "EntryNotFound")])
        data = path.read_bytes()
        headers = [("X-Repo-Commit", commit(now))]
        large = path.suffix in (".safetensors", ".bin")
        if large and "bare" not in now:
            headers += [("X-Linked-Etag", f'"{hashlib.sha256(data).hexdigest()}"'), ("X-Linked-Size", str(1 << 60 if "huge" in now else len(data)))]
        if large or "away" in now:
            where = f"http://127.0.0.1:{storage.server_port}/{'/'.join(parts[:2] + parts[4:])}?Signature=x"
            return self.answer(302, [*headers, ("Location", where)], b"elsewhere")
        etag = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        self.answer(200, [*headers, ("ETag", f'W/"{etag}"')], data + (b"more" if "long" in now and self.command == "GET" else b""))

    def listing(self, name, now):
        folder = FOLDER / name
        if not folder.is_dir():
            return self.answer(401, [("X-Error-Code", "RepoNotFound")])
        files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        tags = [f"license:{now['licence']}"] if "licence" in now else []
        self.answer(200, [("Content-Type", "application/json")], json.dumps(
            {"id": name, "sha": commit(now), "tags": tags, "siblings": [{"rfilename": file} for file in files]}).encode())


class Storage(Server):
    def do_GET(self):
        self.note("storage")
        now = mode()
        path = FOLDER / urllib.parse.unquote(self.path.partition("?")[0]).strip("/")
        if "fail" in now:
            status, _, times = now["fail"].partition(":")
            if first("fail", int(times or 10**9)):
                return self.answer(int(status), [("Retry-After", now.get("retry", "1"))] if status == "429" else [])
        if "back" in now:
            return self.answer(302, [("Location", f"http://127.0.0.1:{hub.server_port}/plain{self.path.partition('?')[0]}")])
        data = path.read_bytes()
        if "wrong" in now and first("wrong", int(now["wrong"] or 10**9)):
            data = bytes(255 - byte for byte in data[:1000]) + data[1000:]
        begin, status, headers = 0, 200, []
        given = self.headers.get("Range", "")
        if given.startswith("bytes=") and "whole" not in now:
            begin = int(given[6:].partition("-")[0])
            if begin >= len(data):
                return self.answer(416)
            status, headers = 206, [("Content-Range", f"bytes {begin}-{len(data) - 1}/{len(data)}")]
        body = data[begin:]
        if "slow" in now:
            self.answer(status, headers, b"", len(body))
            for i in range(0, len(body), 8192):
                self.wfile.write(body[i:i + 8192])
                time.sleep(0.02)
        else:
            after, _, times = now.get("drop", "").partition(":")
            drops = after and first("drop", int(times or 10**9))
            self.answer(status, headers, body[:int(after)] if drops else body, len(body))


class Proxy(Server):
    def do_GET(self):
        self.note("proxy")
        url = urllib.parse.urlsplit(self.path)
        port = hub.server_port if url.hostname == "hub.invalid" else url.port
        other = http.client.HTTPConnection("127.0.0.1", port)
        other.request(self.command, url._replace(scheme="", netloc="").geturl(), headers=dict(self.headers))
        reply = other.getresponse()
        headers = [(name, value) for name, value in reply.getheaders() if name not in ("Content-Length", "Connection", "Date", "Server")]
        self.answer(reply.status, headers, reply.read(), reply.getheader("Content-Length"))

    def do_CONNECT(self):
        self.note("proxy")
        self.answer(502)


def commit(now):
    return ("c1" if "commit" in now else "c0") * 20


hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
storage = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Storage)
proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
for server in storage, proxy:
    threading.Thread(target=server.serve_forever, daemon=True).start()
(FOLDER / "ports.new").write_text(f"{hub.server_port} {storage.server_port} {proxy.server_port}\n")
(FOLDER / "ports.new").rename(FOLDER / "ports")
hub.serve_forever()
