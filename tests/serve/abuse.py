# SPDX-License-Identifier: Apache-2.0
"""What strangers and broken clients send to `descry serve`, byte by byte, and that it goes on serving others."""
import base64
import json
import os
import random
import re
import socket
import string
import subprocess
import time

from harness import Server, descry, done, gallery, library, make_library, run, same, verdict

make_library()
END = b"\r\n\r\n"


class Raw:
    """A connection that sends what it is told."""

    def __init__(self, server, data=b"", timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.host = f"127.0.0.1:{server.port}"
        self.send(data)

    def send(self, data):
        """False: the other side has closed."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def all(self):
        """What comes until the end."""
        data = b""
        try:
            while piece := self.socket.recv(1 << 16):
                data += piece
        except OSError:
            pass
        self.socket.close()
        return data

    def head(self):
        """What comes until the header's end."""
        data = b""
        try:
            while END not in data and (piece := self.socket.recv(1 << 16)):
                data += piece
        except OSError:
            pass
        return data

    def close(self):
        self.socket.close()


def status(data):
    found = re.match(rb"HTTP/1\.1 (\d+) ", data)
    return int(found[1]) if found else 0


def once(server, line, *headers, body=b"", host=True):
    """The answer to one request, raw."""
    lines = [line, *headers, "Connection: close"]
    if host:
        lines.insert(1, f"Host: 127.0.0.1:{server.port}")
    data = "\r\n".join(lines).encode("latin-1", "surrogateescape") + END + body
    return Raw(server, data).all()


def alive(server, what):
    verdict(server.process.poll() is None and server.ask("GET", "/healthz").status == 200, what, server.process.poll())


def paths(server):
    secret = b"root:"
    for path in ("/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/./etc/passwd", "//etc/passwd",
                 "/api/v1/../../../etc/passwd", "/index.html/../../etc/passwd", "/..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd",
                 "/.%00/etc/passwd", "/%2fetc%2fpasswd", "/api/v1/photos/..%2f1/file", "/api/v1/photos/1%2f..%2f2/file/", "/api/v1/pictures/..%2f..%2fetc"):
        answer = once(server, f"GET {path} HTTP/1.1")
        verdict(status(answer) in (400, 404) and secret not in answer, f"no way out: {path}", answer)
    for path in ("/api/v1/photos/0", "/api/v1/photos/-1", "/api/v1/photos/+1", "/api/v1/photos/1x", "/api/v1/photos/99999999999999999999", "/api/v1/photos/ 1"):
        verdict(status(once(server, f"GET {path} HTTP/1.1")) in (400, 404), f"no number of a picture: {path}")
    same(server.ask("GET", "/api/v1/photos/9223372036854775807").status, 404, "the largest number")
    for path, wanted in (("/%ff%fe", 404), ("/" + "a" * 9000, 404), ("/api/v1/photos/1?x=%ff", 200)):
        same(status(once(server, f"GET {path} HTTP/1.1")), wanted, f"bytes that are no UTF-8, or many: {path[:30]}")
    answer = server.ask("GET", "/api/v1/search?ranking=words&q=%ff%c3(%80")
    verdict(answer.status in (200, 400) and answer.json is not None, "a query that is no UTF-8", answer)
    answer = server.ask("GET", "/api/v1/browse?path=%2f%ff")
    verdict(answer.status == 404 and answer.json is not None, "an answer that names a path that is no UTF-8 is JSON", answer)
    verdict(status(once(server, "GET /" + "a" * 70000 + " HTTP/1.1")) in (413, 414, 431), "a line longer than there is room for")
    verdict(status(once(server, "GET / HTTP/1.1", "X: " + "a" * 70000)) in (413, 431), "a header longer than there is room for")
    verdict(status(once(server, "GET / HTTP/1.1", *(f"X{i}: 1" for i in range(3000)))) in (413, 431), "more headers than there is room for")
    same(server.ask("GET", "/healthz?" + "&".join(f"a{i}=1" for i in range(33))).status, 400, "33 arguments")
    same(server.ask("GET", "/api/v1/photos?ids=1%00").status, 400, "a NUL in an argument")
    alive(server, "it is still there")


def numbers(server):
    for path in ("search?q=x&k=0", "search?q=x&k=501", "search?q=x&k=-1", "search?q=x&k=1e3", "search?q=x&k=99999999999999999999", "search?q=x&cursor=-1",
                 "search?q=x&cursor=1000001", "search?q=x&threshold=nan", "search?q=x&min_strength=inf", "search?q=x&threshold=1x", "search",
                 "search?q=x&ranking=other", "search?q=%22", "photos?ids=", "photos?ids=0", "photos?ids=1,", "photos?ids=1,,2", "photos?ids=-1",
                 "photos?ids=" + ",".join("1" for _ in range(300)), "photos?ids=9999999999999999999999"):
        answer = server.ask("GET", "/api/v1/" + path)
        verdict(answer.status == 400 and answer.json["error"]["code"] == "argument", f"refused: {path[:60]}", answer)


def bodies(server):
    def post(body, path="/api/v1/matrix"):
        return server.ask("POST", path, body, {"Content-Type": "application/json"})

    for name, body in (("100,000 brackets", b"[" * 100000), ("100,000 objects", b'{"a":' * 100000), ("deep, and closed", b"[" * 100000 + b"]" * 100000),
                       ("a key twice", b'{"ids":[1],"ids":[2],"texts":["x"]}'), ("no JSON", b"{"), ("nothing", b""), ("an array", b"[]"), ("a number", b"1"),
                       ("invalid UTF-8", b'{"ids":[1],"texts":["\xff"]}'), ("half a surrogate", b'{"ids":[1],"texts":["\\ud800"]}'),
                       ("a NUL", b'{"ids":[1],"texts":["a\\u0000b"]}'), ("a number that is none", b'{"ids":[NaN],"texts":["x"]}'),
                       ("a number too large", b'{"ids":[99999999999999999999],"texts":["x"]}'), ("a real number", b'{"ids":[1.5],"texts":["x"]}'),
                       ("a negative number", b'{"ids":[-1],"texts":["x"]}'), ("texts of another type", b'{"ids":[1],"texts":[1]}'),
                       ("no texts", b'{"ids":[1]}'), ("101 texts", json.dumps({"ids": [1], "texts": ["x"] * 101}).encode()),
                       ("101 pictures", json.dumps({"ids": [1] * 101, "texts": ["x"]}).encode())):
        answer = post(body)
        verdict(answer.status == 400 and answer.json["error"]["code"] == "argument", f"a body refused: {name}", answer)
    caption = server.ask("PUT", "/api/v1/photos/1/caption", {"text": 5})
    same(caption.status, 400, "a caption that is no text")
    same(server.ask("PUT", "/api/v1/photos/999/caption", {"text": "x"}).status, 404, "a caption of no picture")
    same(server.ask("POST", "/api/v1/jobs", {"paths": ["/etc"]}).status, 404, "a folder that no --root allows")
    same(server.ask("POST", "/api/v1/jobs", {"paths": ["relative"]}).status, 404, "a folder that is not absolute")
    same(server.ask("POST", "/api/v1/jobs", {"paths": {}}).status, 400, "no array of folders")

    usual = ("POST /api/v1/matrix HTTP/1.1", "Content-Type: application/json")
    for length in ("1048577", "1073741824", "18446744073709551615"):
        same(status(once(server, *usual, f"Content-Length: {length}")), 413, f"a body announced with {length} bytes")
    for length in ("-1", "x", "99999999999999999999999", "1, 2"):
        same(status(once(server, *usual, f"Content-Length: {length}")) // 100, 4, f"Content-Length: {length}")
    connection = Raw(server, ("\r\n".join([usual[0], f"Host: 127.0.0.1:{server.port}", usual[1], "Transfer-Encoding: chunked"])).encode() + END)
    sent = 0
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    while sent < 64 << 20 and connection.send(piece):
        sent += 65536
    verdict(sent < 32 << 20, "chunks without end: it stops reading", sent)
    connection.close()
    connection = Raw(server, ("\r\n".join([usual[0], f"Host: 127.0.0.1:{server.port}", usual[1], "Transfer-Encoding: chunked"])).encode() + END)
    for _ in range(20):
        connection.send(piece)
    connection.send(b"0\r\n\r\n")
    same(status(connection.head()), 413, "chunks that are a little too much: it says so")
    connection.close()
    for name, body in (("no number", b"x\r\n"), ("negative", b"-5\r\nabc\r\n"), ("too large a number", b"ffffffffffffffffff\r\n"),
                       ("no line's end", b"3\r\nabcdef\r\n0\r\n\r\n"), ("endless extension", b"3;" + b"a" * 70000 + b"\r\n"),
                       ("endless trailer", b"0\r\n" + b"A: b\r\n" * 20000)):
        answer = once(server, *usual, "Transfer-Encoding: chunked", body=body)
        verdict(status(answer) // 100 in (0, 4, 5), f"broken chunks, {name}", answer)
    answer = once(server, *usual, "Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n")
    verdict(answer.count(b"HTTP/1.1 ") <= 1, "a chunked body with a length besides: no second request is seen in it", answer)
    connection = Raw(server, (f"{usual[0]}\r\nHost: 127.0.0.1:{server.port}\r\n{usual[1]}\r\nContent-Length: 1000").encode() + END + b"{")
    connection.close()
    for data in (b"\0" * 5000, b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"x" * 500, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 100, b" / HTTP/1.1\r\n\r\n"):
        connection = Raw(server, data)
        connection.socket.shutdown(socket.SHUT_WR)
        verdict(status(connection.all()) // 100 in (0, 4, 5), f"no HTTP: {data[:12]!r}")
    generator = random.Random(19)
    for _ in range(200):
        connection = Raw(server, bytes(generator.choice(b"GET /api:\r\n\0% HTP1.\xff") for _ in range(generator.randrange(300))))
        connection.close()
    alive(server, "it is still there after broken bodies")


def methods(server):
    for method, path, wanted in (("POST", "/healthz", 405), ("DELETE", "/api/v1/status", 405), ("GET", "/api/v1/login", 405), ("PATCH", "/api/v1/photos/1/caption", 405),
                                 ("OPTIONS", "/api/v1/search", 405), ("TRACE", "/", 405), ("CONNECT", "/", 405), ("FROB", "/healthz", 405),
                                 ("get", "/healthz", 405), ("FROB", "/api/v9/x", 404)):
        answer = server.ask(method, path, b"{}" if method != "TRACE" else None, {"Content-Type": "application/json"})
        verdict(answer.status == wanted and answer.json["error"]["message"], f"{method} {path}", answer)
    for path in ("/", "/healthz", "/api/v1/status", "/api/v1/photos/1/file", "/api/v1/search?q=dog&ranking=words"):
        full, head = server.ask("GET", path), server.ask("HEAD", path)
        same((head.status, head.body, head.headers["Content-Length"]), (200, b"", full.headers["Content-Length"]), f"HEAD {path}")
    for path in ("/api/v1/events", "/api/v1/zip?ids=1"):
        same(server.ask("HEAD", path).status, 200, f"HEAD {path}")
    for wanted, text in ((206, "bytes=0-9"), (206, "bytes=-5"), (416, "bytes=99999999-"), (200, "bytes=x"), (200, "bytes=1-2,4-5"), (200, "lines=1-2"), (416, "bytes=9-1")):
        same(server.ask("GET", "/api/v1/photos/1/file", headers={"Range": text}).status, wanted, f"Range: {text}")


def hosts(server):
    port = server.port
    for host, wanted in ((f"127.0.0.1:{port}", 200), (f"localhost:{port}", 200), ("LOCALHOST", 200), (f"[::1]:{port}", 200), ("photos.home.arpa", 200), ("Photos.Home.Arpa:80", 200),
                         ("evil.example", 403), (f"evil.example:{port}", 403), ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403), ("10.0.0.1", 403),
                         ("169.254.169.254", 403), ("", 403), ("localhost@evil.example", 403), ("0.0.0.0", 403), ("[::]", 403), ("xphotos.home.arpa", 403), ("photos.home.arp", 403)):
        same(status(once(server, "GET /healthz HTTP/1.1", f"Host: {host}", host=False)), wanted, f"Host: {host}")
    answer = once(server, "GET /healthz HTTP/1.1", host=False)
    verdict(status(answer) in (400, 403), "no Host", answer)
    same(status(once(server, "GET /healthz HTTP/1.0", host=False)), 403, "no Host, as HTTP/1.0 may")


def other_sites(server, cors):
    def change(method, path, headers, body=b'{"text":"x"}'):
        return server.ask(method, path, body, headers)

    own = f"http://127.0.0.1:{server.port}"
    json_type = {"Content-Type": "application/json"}
    for method, path in (("POST", "/api/v1/jobs"), ("PUT", "/api/v1/photos/1/caption"), ("DELETE", "/api/v1/jobs/1"), ("POST", "/api/v1/sidecars"), ("POST", "/api/v1/zip"), ("POST", "/api/v1/login")):
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": own + ".evil.example"}, {"Origin": f"http://127.0.0.1:{server.port + 1}"},
                        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            same(change(method, path, {**json_type, **headers}).status, 403, f"{method} {path} from {headers}")
    for kind in ("text/plain", "text/plain; charset=utf-8", "TEXT/PLAIN", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        same(change("PUT", "/api/v1/photos/1/caption", {"Content-Type": kind}).status, 415, f"a type that a form may have: {kind}")
    same(change("PUT", "/api/v1/photos/1/caption", {}).status, 415, "no type")
    same(change("PUT", "/api/v1/photos/1/caption", {**json_type, "Origin": own, "Sec-Fetch-Site": "same-origin"}).status, 200, "its own page may")
    preflight = {"Access-Control-Request-Method": "PUT"}
    for origin in (["http://evil.example", "https://photos.example.evil", "https://photos.example:1", "null"] + ([] if cors else ["https://photos.example"])):
        headers = {**preflight, "Origin": origin}
        for method, more in (("OPTIONS", headers), ("GET", {"Origin": origin})):
            answer = server.ask(method, "/api/v1/status", headers=more)
            same(answer.headers["Access-Control-Allow-Origin"], None, f"{method} from {origin}: nothing is allowed")
    if cors:
        answer = server.ask("OPTIONS", "/api/v1/photos/1/caption", headers={**preflight, "Origin": "https://photos.example"})
        same((answer.status, answer.headers["Access-Control-Allow-Origin"]), (204, "https://photos.example"), "the one that --cors names may ask")
        answer = change("PUT", "/api/v1/photos/1/caption", {**json_type, "Origin": "https://photos.example", "Sec-Fetch-Site": "cross-site"})
        same((answer.status, answer.headers["Access-Control-Allow-Origin"], answer.headers["Vary"]), (200, "https://photos.example", "Origin"), "and change")
        same(change("PUT", "/api/v1/photos/1/caption", {"Content-Type": "text/plain", "Origin": "https://photos.example"}).status, 415, "with a type that has to be asked for")


def secrets(server, token):
    def ask(path="/api/v1/status", **headers):
        return server.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}).status

    near = [token[:-1], token + "x", token[:-1] + "x", "x" + token[1:], token.upper(), token * 2, "", " ", token + "\t" + token]
    for wrong in near:
        same(ask(Authorization=f"Bearer {wrong}"), 401, f"not the token: {wrong!r}")
    same(ask(Authorization=f"Basic {base64.b64encode(token.encode()).decode()}"), 401, "Basic")
    same(ask(Authorization=token), 401, "without Bearer")
    same(ask(), 401, "none")
    same(ask("/api/v1/status?token=" + token), 401, "in the address")
    same([ask(Authorization=f"Bearer {token}"), ask(Authorization=f"bearer  {token}")], [200, 200], "the token")
    for path in ("/metrics", "/api/v1/photos/1/file", "/api/v1/events", "/api/v1/nothing", "/api/v1/jobs", "/api/v1/zip?ids=1"):
        same(ask(path), 401, f"{path} wants it")
    same([ask("/healthz"), ask("/")], [200, 200], "what tells nothing does not")
    for cookie in (f"descry_session={token}", "descry_session=", "descry_session=" + "0" * 64, "descry_session=" + "0" * 65, "x=descry_session"):
        same(ask(Cookie=cookie), 401, f"no session: {cookie[:30]}")
    for wrong in near + [None, 5, [token]]:  # ten wrong ones in a minute are the most
        verdict(server.ask("POST", "/api/v1/login", {"token": wrong}).status in (401, 429), f"login with {wrong!r}")
    answer = server.ask("POST", "/api/v1/login", {"token": token})
    set_cookie = answer.headers["Set-Cookie"] or ""
    verdict(answer.status == 204 and "HttpOnly" in set_cookie and "SameSite=Strict" in set_cookie and token not in set_cookie, "login", answer, set_cookie)
    session = set_cookie.split(";")[0]
    same([ask(Cookie=session), ask(Cookie=f"a=b; {session}; c=d")], [200, 200], "the cookie is enough")
    same([ask(Cookie=session[:-1]), ask(Cookie=session + "0"), ask(Cookie="x" + session)], [401] * 3, "nearly the cookie is not")
    same(server.ask("PUT", "/api/v1/photos/1/caption", {"text": "x"}, {"Cookie": session, "Origin": "http://evil.example"}).status, 403, "nor from another site")
    same(server.ask("PUT", "/api/v1/photos/1/caption", {"text": "x"}, {"Authorization": f"Bearer {token}", "Origin": "http://any.example"}).status, 200, "who has the token itself may from anywhere")
    answer = server.ask("POST", "/api/v1/logout", {}, {"Cookie": session})
    verdict(answer.status == 204 and "Max-Age=0" in (answer.headers["Set-Cookie"] or ""), "logout", answer)
    same(ask(Cookie=session), 401, "after which the cookie is worth nothing")
    fresh = server.ask("POST", "/api/v1/login", {"token": token}).headers["Set-Cookie"].split(";")[0]
    same((ask(Cookie=fresh), fresh == session), (200, False), "the next login has another")
    same(server.ask("POST", "/api/v1/logout", {}).status, 401, "logout of nobody")


def guesses(server, token):
    """Ten wrong tokens in a minute; whoever has the right one is let in meanwhile, and whoever has none is told so."""
    def ask(sent):
        return server.ask("GET", "/api/v1/status", headers={"Authorization": f"Bearer {sent}"} if sent else {})

    def login(sent):
        return server.ask("POST", "/api/v1/login", {"token": sent})

    cookie = login(token).headers["Set-Cookie"].split(";")[0]
    same([ask(f"wrong {i}").status for i in range(5)] + [login(f"wrong {i}").status for i in range(5)], [401] * 10, "ten wrong tokens")
    for answer in (ask("wrong"), login("wrong")):
        verdict(answer.status == 429 and 1 <= int(answer.headers["Retry-After"]) <= 60 and answer.json["error"]["code"] == "busy", "the next is told to come again later", answer, answer.headers)
    same([ask(token).status, login(token).status, ask(None).status], [200, 204, 401], "the right one is let in, whoever guesses; none is asked for it")
    same(server.ask("GET", "/api/v1/status", headers={"Cookie": cookie}).status, 200, "who has logged in stays so")


def fetches(server):
    """Pictures that the server would fetch for a stranger: nothing of its own network."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0)
    port = listener.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}/a.jpg", f"http://localhost:{port}/a.jpg", f"http://[::1]:{port}/a.jpg", f"http://2130706433:{port}/a.jpg",
                f"http://0x7f.1:{port}/a.jpg", f"http://[::ffff:127.0.0.1]:{port}/a.jpg", f"http://0.0.0.0:{port}/a.jpg", f"http://x@127.0.0.1:{port}/a.jpg",
                "http://10.0.0.1/a.jpg", "http://192.168.0.1/a.jpg", "http://172.16.0.1/a.jpg", "http://169.254.169.254/latest/meta-data",
                "http://[fd00::1]/a.jpg", "http://[fe80::1]/a.jpg", "http://100.64.0.1/a.jpg"):
        answer = server.ask("GET", "/api/v1/search?q=" + "".join(f"%{b:02x}" for b in url.encode()))
        verdict(answer.status >= 400 and answer.json["error"]["message"], f"not fetched: {url}", answer)
    try:
        listener.accept()
        verdict(False, "nobody was asked")
    except BlockingIOError:
        verdict(True, "nobody was asked")
    for query in ("./../../../etc/passwd", "/etc/passwd", "file:///etc/passwd"):
        answer = server.ask("GET", "/api/v1/search?q=" + query)
        verdict(b"root:" not in answer.body, f"no file of this machine: {query}", answer)


def slow():
    """A connection that trickles ends; one that comes slowly but steadily is served."""
    with Server("--timeout", "2") as server:
        header = f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX: ".encode()
        upload = f"POST /api/v1/matrix HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n".encode()
        kinds = {"a header": Raw(server, header), "a body": Raw(server, upload + b"Content-Length: 100000" + END), "a chunk's length": Raw(server, upload + b"Transfer-Encoding: chunked" + END + b"1;"),
                 "a refused body": Raw(server, upload.replace(b"matrix", b"nothing") + b"Content-Length: 100000" + END)}
        idle = Raw(server)
        waiting = dict(kinds)
        begun = time.monotonic()
        while waiting and time.monotonic() - begun < 120:
            for name in list(waiting):
                if not waiting[name].send(b" "):
                    del waiting[name]
            time.sleep(0.25)
        for name in kinds:
            verdict(name not in waiting, f"{name} that trickles: the connection is closed")
            kinds[name].close()
        same(idle.all(), b"", "so is one that says nothing")
        steady = Raw(server, upload + b"Content-Length: 20000" + END)
        for _ in range(20):
            steady.send(b" " * 1000)
            time.sleep(0.2)
        same(status(steady.head()), 400, "a body at 5 kB a second has all the time it needs")
        again = Raw(server)
        for _ in range(8):
            again.send(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{server.port}".encode() + END)
            good = status(again.head()) == 200
            time.sleep(0.5)
        verdict(good, "and so has a connection that goes on asking")


with Server("--host-name", "photos.home.arpa", "--root", gallery, "--timeout", "2") as server:  # what never ends is cut off soon
    paths(server)
    numbers(server)
    bodies(server)
    methods(server)
    hosts(server)
    other_sites(server, False)
    fetches(server)
with Server("--cors", "https://photos.example") as server:
    other_sites(server, True)
token = "".join(random.Random(19).choices(string.ascii_letters, k=20))
with Server(env={"DESCRY_TOKEN": token}) as server:
    secrets(server, token)
with Server("--token", token) as server:
    guesses(server, token)
for options, env in ((["--token", ""], {}), ([], {"DESCRY_TOKEN": ""})):
    refused = subprocess.run([descry, "serve", "--library", library, "-p", "0", *options], env={**os.environ, **env}, capture_output=True, text=True)
    verdict(refused.returncode not in (0, -15) and "empty" in refused.stderr, f"an empty token is refused: {options or env}", refused.stderr)
before = json.loads(run("status", "--library", library, "--json").stdout)
with Server("--read-only", "--root", gallery) as server:
    for method, path, body in (("PUT", "/api/v1/photos/1/caption", {"text": "new"}), ("POST", "/api/v1/jobs", {"paths": [str(gallery)]}), ("POST", "/api/v1/sidecars", {"ids": [1]}),
                               ("POST", "/api/v1/albums", {"name": "x", "ids": [1]}), ("DELETE", "/api/v1/albums/1", None)):
        answer = server.ask(method, path, body)
        verdict(answer.status == 403, f"--read-only: {method} {path}", answer)
same(json.loads(run("status", "--library", library, "--json").stdout), before, "and nothing has changed")
slow()
refused = run("serve", "--library", library, "--listen", "0.0.0.0:0")
verdict(refused.returncode != 0 and "--token" in refused.stderr, "an address of the network without a token is refused", refused.stderr)
with Server("--access-log") as server:
    server.ask("GET", "/a%0ab%1b%5b31m")
    while "GET" not in (line := server.process.stderr.readline()):
        pass
    verdict("a?b?[31m 404" in line, "a path does not write lines or colours into the log", line)
done()
