# SPDX-License-Identifier: Apache-2.0
"""Immich's machine learning protocol, as its server and others send it, against `descry serve --immich`."""
import http.server
import json
import struct
import threading

from harness import Server, done, gallery, make_library, run, same, source, verdict, work

make_library()


def form(fields, boundary="----formdata-undici-012345678901"):
    """As Node's FormData writes it: fields are (name, bytes) or (name, bytes, filename)."""
    out = b""
    for name, data, *file in fields:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        if file:
            out += f'; filename="{file[0]}"\r\nContent-Type: application/octet-stream'.encode()
        out += b"\r\n\r\n" + data + b"\r\n"
    return out + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def entries(value):
    return ("entries", value if isinstance(value, bytes) else json.dumps(value).encode())


def visual(model="demo"):
    return entries({"clip": {"visual": {"modelName": model}}})


def textual(model="demo", **more):
    return entries({"clip": {"textual": {"modelName": model, **more}}})


def vector(answer):
    """The embedding, which has to be a text in pgvector's form."""
    text = (answer.json or {}).get("clip")
    if not isinstance(text, str) or not text.startswith("[") or " " in text:
        return None
    return json.loads(text)


def length(v):
    return sum(x * x for x in v) ** 0.5


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


picture = sorted(gallery.iterdir())[0].read_bytes()
image = ("image", picture, "blob")
faces = entries({"facial-recognition": {"detection": {"modelName": "buffalo_l", "options": {"minScore": 0.7}},
                                        "recognition": {"modelName": "buffalo_l"}}})
ocr = entries({"ocr": {"detection": {"modelName": "PP-OCRv5_mobile", "options": {"minScore": 0.5, "maxResolution": 736}},
                       "recognition": {"modelName": "PP-OCRv5_mobile", "options": {"minScore": 0.8}}}})

with Server("--immich", "127.0.0.1:0", listeners=2) as server:
    def ask(method, path, *rest):
        return server.ask(method, path, *rest, port=server.ports[1])

    def predict(*fields, **how):
        return ask("POST", "/predict", *form(fields, **how))

    def refused(answer, status, detail, what):
        got = (answer.json or {}).get("detail")
        verdict(answer.status == status and (detail is None or (isinstance(got, str) and detail in got)), what, answer)

    hello = ask("GET", "/")
    same((hello.status, hello.json), (200, {"message": "Immich ML"}), "GET /")
    ping = ask("GET", "/ping")
    same((ping.status, ping.body), (200, b"pong"), "GET /ping")
    for path in ("/api/v1/status", "/metrics", "/healthz", "/index.html", "/v1/models", "/indices-list", "//ping", "/photos/1/file"):
        same(ask("GET", path).status, 404, f"nothing else is there: {path}")
    same(ask("GET", "/predict").status, 405, "GET /predict")

    seen = predict(visual(), image)
    v = vector(seen)
    verdict(seen.status == 200 and v and abs(length(v) - 1) < 1e-5, "a picture", seen)
    same(seen.json and (seen.json["imageWidth"], seen.json["imageHeight"], len(seen.json)), (256, 256, 3), "its size")
    verdict(v and all(len(t.lstrip("-").replace(".", "").lstrip("0").split("e")[0]) <= 9 for t in seen.json["clip"][1:-1].split(",")),
            "in no more digits than a float32 has", seen)
    heard = predict(textual(options={"language": "de"}), ("text", "  two\r\n  cats\u2003".encode()))
    w = vector(heard)
    verdict(heard.status == 200 and w and set(heard.json) == {"clip"} and abs(length(w) - 1) < 1e-5, "a text", heard)
    plain = predict(textual(), ("text", b"two cats"))
    same(vector(plain), w, "blanks of a text are joined and trimmed")
    same(vector(predict(textual(options={}), ("text", b"two cats"))), w, "empty options")
    same(vector(predict(("text", b"two cats"), textual())), w, "fields in another order")
    same(vector(predict(textual(), ("text", b"two cats"), boundary="immich-" + "0" * 63)), w, "the longest boundary")
    same(vector(predict(visual(), image, ("text", b"two cats"))), v, "with both, the picture counts")
    same(vector(predict(visual(), ("image", picture))), v, "a picture without a file name")
    same(vector(predict(visual("some/folder/demo"), image)), v, "what follows the last slash is the name")
    turned = predict(visual(), ("image", (source / "tests/data/pictures/turned6.jpg").read_bytes(), "blob"))
    same((turned.status, turned.json["imageWidth"], turned.json["imageHeight"]), (200, 45, 31), "a picture is not turned upright")

    refused(predict(entries(b"{"), image), 422, "Invalid request format.", "entries: no JSON")
    for value, what in (({"clip": {"visual": {}}}, "no modelName"), ({"clip": {"visual": {"modelName": 1}}}, "a number for modelName"),
                        ({"clip": {"visual": {"modelName": "demo", "else": 1}}}, "another key"), ({"clip": {"visual": "demo"}}, "no object"),
                        ({"clip": {"visual": {"modelName": "demo", "options": []}}}, "options that are no object"),
                        ({"clip": {"detection": {"modelName": "demo"}}}, "another kind"), ({"video": {}}, "another task"), ([], "an array"),
                        ({"clip": []}, "an array for a task")):
        refused(predict(entries(value), image), 422, "Invalid request format.", f"entries: {what}")
    refused(predict(entries({}), image), 422, "No model task requested.", "entries: nothing")
    refused(predict(entries({"clip": {}}), image), 422, "No model task requested.", "entries: nothing in a task")
    missing = predict(image)
    verdict(missing.status == 422 and isinstance(missing.json["detail"], list), "no entries", missing)
    refused(predict(visual()), 400, "Either image or text must be provided", "neither picture nor text")
    refused(predict(textual(), ("text", b"")), 400, "Either image or text must be provided", "an empty text")
    refused(predict(textual(), ("text", b"\xff\xfe")), 400, "UTF-8", "a text in another encoding")
    refused(predict(textual(), ("text", b"a\0b")), 400, "UTF-8", "a text with a NUL")
    refused(predict(textual(), image), 400, "clip.visual", "a picture for the text tower")
    refused(predict(visual(), ("text", b"cat")), 400, "clip.textual", "a text for the image tower")
    refused(predict(visual(), ("image", b"no picture", "blob")), 500, "image: ", "no picture")
    refused(predict(visual(), ("image", picture[:300], "blob")), 500, "image: ", "half a picture")
    refused(predict(visual("ViT-B-32__openai"), image), 500, "descry pull ViT-B-32/openai", "a model that is not installed")
    refused(predict(textual("ViT-B-32__laion2b-s34b-b79k"), ("text", b"cat")), 500, "descry pull ViT-B-32/laion2b_s34b_b79k", "Immich's spelling of a tag")
    refused(predict(visual("nothing__of_the_kind"), image), 500, "Failed to load model 'nothing__of_the_kind'", "a model that is unknown")
    for name in ("..", "/etc", ".", "", "C:\\demo"):
        refused(predict(visual(name), image), 500, "Failed to load model", f"no folder is opened: '{name}'")
    refused(predict(faces, image), 501, "--immich-fallback", "faces")
    refused(predict(ocr, image), 501, "--immich-fallback", "text in pictures")
    refused(predict(entries({"ocr": {"recognition": {"modelName": "x"}}}), image), 400, "without detection", "recognition alone")

    body, headers = form((visual(), image))
    refused(ask("POST", "/predict", body, {}), 400, "parsing the body", "no type")
    refused(ask("POST", "/predict", body, {"Content-Type": "multipart/form-data"}), 400, "boundary", "no boundary")
    refused(ask("POST", "/predict", body[:-30], headers), 400, "ends within", "a body that was cut")
    refused(ask("POST", "/predict", b"", headers), 400, "empty", "no body")
    refused(ask("POST", "/predict", *form([visual(), *[(f"f{i}", b"") for i in range(20)]])), 400, "too many", "too many fields")
    refused(ask("POST", "/predict", b'{"entries":1}', {"Content-Type": "application/json"}), 400, "multipart", "JSON")
    same(ask("GET", "/ping").body, b"pong", "it is still there")
    verdict("for Immich, without a token" in server.lines[1], "the start says what this listener is", server.lines)
    same(server.stop(), 0, "it ends when asked")

with Server("--immich", "127.0.0.1:0", "--token", "secret", listeners=2) as server:
    same(server.ask("GET", "/api/v1/status").status, 401, "the page's own listener wants the token")
    same(server.ask("POST", "/predict", *form((visual(), image)), port=server.ports[1]).status, 200, "Immich's does not")
    same(server.ask("GET", "/ping", port=server.ports[1]).status, 200, "nor for a ping")


# ---- another service behind it ---------------------------------------------------------------------------------------

class Original(http.server.BaseHTTPRequestHandler):
    requests = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append((self.path, self.headers["Content-Type"], body))
        status, answer = (422, b'{"detail":"no"}') if b"buffalo_x" in body else (302, b"") if b"away" in body else (200, b'{"ocr": {"text": [], "box":[]} }')
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *unused):
        pass


original = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Original)
threading.Thread(target=original.serve_forever, daemon=True).start()
with Server("--immich", "127.0.0.1:0", "--immich-fallback", f"http://127.0.0.1:{original.server_port}/", listeners=2) as server:
    def predict(*fields):
        return server.ask("POST", "/predict", *form(fields), port=server.ports[1])

    answer = predict(ocr, image)
    body, headers = form((ocr, image))
    same((answer.status, answer.body, answer.headers["Content-Type"]), (200, b'{"ocr": {"text": [], "box":[]} }', "application/json"),
         "what the other service answers, to the byte")
    same(Original.requests, [("/predict", headers["Content-Type"], body)], "which got the request as it was")
    bad = predict(entries({"facial-recognition": {"detection": {"modelName": "buffalo_x"}}}), image)
    same((bad.status, bad.body), (422, b'{"detail":"no"}'), "also when it refuses")
    both = predict(entries({"clip": {"visual": {"modelName": "demo"}}, "ocr": {"detection": {"modelName": "x"}}}), image)
    same((both.status, len(Original.requests)), (200, 3), "a request with smart search and others goes there as a whole")
    same(vector(predict(visual(), image)), v, "smart search alone does not")
    same(len(Original.requests), 3, "it was not asked")
    away = predict(entries({"ocr": {"detection": {"modelName": "away"}}}), image)
    same((away.status, len(Original.requests), Original.requests[-1][0]), (302, 4, "/predict"), "redirections are not followed")
    original.shutdown()
    original.server_close()
    gone = predict(ocr, image)
    verdict(gone.status == 502 and "127.0.0.1" in gone.json["detail"], "it is not there", gone)

for options, what in ((("--immich-fallback", "http://x"), "a fallback alone"), (("--immich", "127.0.0.1:0", "--immich-fallback", "file:///etc"), "a fallback that is no URL of the web"),
                      (("--compat", "else"), "another protocol")):
    same(run("serve", "--library", work / "x.db", *options).returncode, 2, f"refused: {what}")
done()
