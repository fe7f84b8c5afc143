# SPDX-License-Identifier: Apache-2.0
"""docs/openapi.json is what the server does: its operations are the routes of serve/routes.c, each one is called, with success
and without, and every answer has a status, a type and members that are in it, and no others.  The lines with curl in docs/http.md
are run as they stand."""
import json
import os
import re
import shutil
import subprocess
import time

import jsonschema

import harness
from harness import Server, done, gallery, make_library, same, source, verdict, work

TOKEN = "an open sesame"
api = json.loads((source / "docs/openapi.json").read_text())
operations = {o["operationId"]: (method.upper(), path, o) for path, methods in api["paths"].items() for method, o in methods.items()}
V1 = "/api/v1"


# ---- routes ----------------------------------------------------------------------------------------------------------

def routes():
    """Methods, paths and whether they want no token, of the table in serve/routes.c; without the page and other protocols."""
    text = (source / "serve/routes.c").read_text()
    rows = re.findall(r'\{"([A-Z]+)",\s*(API\s*)?"([^"]+)",\s*\w+,\s*([^,]+),', text)
    for method, prefix, pattern, flags in rows:
        path = (V1 if prefix else "") + pattern
        if prefix or path in ("/healthz", "/metrics"):
            yield method, path.replace("#", "{id}").replace("*", "{name}"), "SERVE_OPEN" in flags


def check_routes():
    there = sorted(routes())
    verdict(len(there) > 30, "routes are found in serve/routes.c")
    same(sorted((method, path, o.get("security") == []) for method, path, o in operations.values()), there,
         "the operations of docs/openapi.json are the routes, and those without a token the same")
    same(len(operations), len(there), "each has an id of its own")


# ---- schemas ---------------------------------------------------------------------------------------------------------

def find(reference):
    node = api
    for key in reference.removeprefix("#/").split("/"):
        node = node[key]
    return node


def closed(schema, inside=False):
    """The schema with its references followed, where objects have no members but those that it names."""
    if isinstance(schema, list):
        return [closed(item, inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return closed(find(schema["$ref"]), inside)
    result = {}
    for key, value in schema.items():
        if key == "properties":
            result[key] = {name: closed(member) for name, member in value.items()}
        elif key in ("enum", "required", "const"):
            result[key] = value
        else:
            result[key] = closed(value, inside=key == "allOf")
    if not inside and ("properties" in schema or "allOf" in schema):
        result["unevaluatedProperties"] = False
    return result


def faults(value, schema):
    return [f"{error.json_path}: {error.message}" for error in jsonschema.Draft202012Validator(closed(schema)).iter_errors(value)]


def member_names(schema):
    """Those that an object of the schema may have, at any depth, as paths."""
    schema = closed(schema)
    for key in ("allOf", "oneOf"):
        for one in schema.get(key, ()):
            yield from member_names(one)
    for name, member in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{below}" for below in member_names(member))
    if isinstance(schema.get("items"), dict):
        yield from (f"[].{below}" for below in member_names(schema["items"]))


def check_document():
    for name, schema in api["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        verdict(list(member_names(schema)), f"the schema {name}")
    wrong = [name for method, path, o in operations.values() for name in re.findall(r"\{(\w+)\}", path)
             if name not in [p["name"] for p in o.get("parameters", ()) if p["in"] == "path"]]
    same(wrong, [], "the parameters in paths are told")
    spoilt = {"id": 1, "name": "x", "query": None, "count": 0, "more": 1}
    verdict(faults(spoilt, {"$ref": "#/components/schemas/Album"}), "a member that is not told is a fault")
    del spoilt["more"], spoilt["count"]
    verdict(faults(spoilt, {"$ref": "#/components/schemas/Album"}), "and one that is missing")


# ---- calls -----------------------------------------------------------------------------------------------------------

succeeded, refused = set(), set()


def body_type(answer):
    return (answer.headers["Content-Type"] or "").split(";")[0].strip()


def judge(operation, answer):
    """What is wrong with an answer."""
    told = operation["responses"].get(str(answer.status))
    if not told:
        return [f"the status {answer.status} is not told"]
    told = find(told["$ref"]) if "$ref" in told else told
    wrong = [f"the header {name} is missing" for name in told.get("headers", ()) if not answer.headers[name]]
    content = told.get("content")
    if not content:
        return wrong + (["there is a body"] if answer.body else [])
    if body_type(answer) not in content:
        return wrong + [f"the type {body_type(answer)} is not told"]
    schema = content[body_type(answer)].get("schema")
    if schema and body_type(answer) == "application/json":
        wrong += faults(answer.json, schema)
    return wrong + ([] if answer.body else ["there is no body"])


def call(server, name, wanted, id=None, query="", /, body=None, headers=None, token=TOKEN, **expected):
    """Calls an operation as its document says; `id` stands for what is in braces.  Returns the answer."""
    method, path, operation = operations[name]
    path = re.sub(r"\{\w+\}", str(id), path)
    headers = dict(headers or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if token and body is None and method in ("POST", "PUT"):
        headers.setdefault("Content-Type", "application/json")
    answer = server.ask(method, path + query, body, headers)
    wrong = judge(operation, answer)
    if answer.status != wanted:
        wrong.append(f"the status is {answer.status}, not {wanted}")
    if answer.status < 400:
        succeeded.add(name)
        told = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        wrong += [f"the argument {one} is not told" for one in re.findall(r"[?&](\w+)=", query) if one not in told]
        request = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if request and isinstance(body, dict):
            wrong += [f"what was sent: {fault}" for fault in faults(body, request["schema"])]
    else:
        refused.add(name)
    for key, value in expected.items():
        if not isinstance(answer.json, dict) or answer.json.get(key) != value:
            wrong.append(f"{key} is not {value!r}")
    verdict(not wrong, f"{name}{query[:60]}: {answer.status}", *wrong, answer)
    return answer


def events(server):
    """The first event that comes, of one that is caused."""
    process = subprocess.Popen(["curl", "-sN", "-H", f"Authorization: Bearer {TOKEN}", "-D", "-", f"{server.url}{V1}/events"],
                               stdout=subprocess.PIPE, text=True)
    head = [line.strip() for line in iter(process.stdout.readline, "\n")]
    call(server, "addJob", 202, body={"paths": []})
    lines = iter(process.stdout.readline, "")
    data = next((json.loads(next(lines).removeprefix("data: ")) for line in lines if line == "event: job\n"), None)
    process.kill()
    process.communicate()
    verdict(head[0].startswith("HTTP/1.1 200") and "Content-Type: text/event-stream" in head, "events: the head", head)
    verdict(not faults(data, {"$ref": "#/components/schemas/Job"}) and "failures" not in data, "events: a job without its failures", data)
    succeeded.add("events")


def call_all(server):
    picture = (gallery / "0003.jpg").read_bytes()
    call(server, "health", 200, token=None)
    call(server, "health", 403, headers={"Host": "elsewhere.example"})
    call(server, "metrics", 200)
    call(server, "login", 204, body={"token": TOKEN}, token=None)
    call(server, "login", 401, body={"token": "no"}, token=None)
    call(server, "login", 400, body=b"{", headers={"Content-Type": "application/json"}, token=None)
    call(server, "logout", 204)
    call(server, "status", 200, photos=24, writable=True)
    for query in ("?q=two+cats", "?q=", "?q=two+cats&k=3&cursor=3", "?q=a+cat+-+a+dog&explain=1", "?q=cat&ranking=words",
                  "?q=a+cat&ranking=hybrid", "?q=a+cat&threshold=0.1", "?q=a+cat+NOT+a+dog+has:caption&min_strength=1", "?q=%231"):
        call(server, "search", 200, None, query)
    same(call(server, "search", 400, None, "?q=a+dog+%2B+(a+cat").json["error"].get("position"), 8, "search: where the mistake is")
    call(server, "search", 400)
    call(server, "search", 400, None, "?q=cat&k=501")
    call(server, "search", 404, None, "?q=%23999")
    call(server, "photos", 200, None, "?ids=1,2,999")
    call(server, "photos", 400, None, "?ids=1,x")
    call(server, "photo", 200, 3, missing=False, type="image/jpeg")
    call(server, "photo", 404, 999)
    call(server, "similar", 200, 3, "?k=2")
    call(server, "similar", 404, 999)
    tag = call(server, "file", 200, 3).headers["ETag"]
    call(server, "file", 206, 3, headers={"Range": "bytes=0-9"})
    call(server, "file", 304, 3, "?download=1", headers={"If-None-Match": tag})
    call(server, "file", 416, 3, headers={"Range": "bytes=99999999-"})
    call(server, "file", 404, 999)
    call(server, "setCaption", 200, 3, body={"text": "mine"}, caption="mine", captioner=None)
    call(server, "setCaption", 200, 3, body={"text": None})
    call(server, "setCaption", 400, 3, body={})
    call(server, "setCaption", 404, 999, body={"text": "x"})
    call(server, "setCaption", 413, 3, body={"text": "x" * (200 << 10)})
    tag = call(server, "thumbnail", 200, 3, "?side=160").headers["ETag"]
    call(server, "thumbnail", 304, 3, "?side=160", headers={"If-None-Match": tag})
    call(server, "thumbnail", 400, 3, "?side=1")
    call(server, "thumbnail", 404, 999)
    call(server, "preview", 200, 3, "?side=64")
    call(server, "preview", 404, 999)
    call(server, "open", 501, 3)
    call(server, "timeline", 200)
    call(server, "timeline", 200, None, "?q=has:caption")
    call(server, "timeline", 200, None, "?q=a+cat", ranked=True, ids=[])
    call(server, "timeline", 404, None, "?q=album:None")
    call(server, "folders", 200)
    call(server, "cameras", 200)
    name = call(server, "addPicture", 200, body=picture, headers={"Content-Type": "image/jpeg"}).json["name"]
    call(server, "addPicture", 200, None, "?region=0,0,0.5,0.5", body=picture, headers={"Content-Type": "image/jpeg"})
    call(server, "addPicture", 200, body={"id": 3, "region": [0, 0, 0.5, 1]})
    call(server, "addPicture", 415, body=b"no picture", headers={"Content-Type": "image/jpeg"})
    call(server, "addPicture", 400, body={"id": 3, "region": [0]})
    call(server, "addPicture", 404, body={"id": 999})
    kinds = {part["kind"] for part in call(server, "search", 200, None, f"?q={name}+%2B+a+cat+NOT+%232").json["understood"]}
    same(kinds, {"vector", "text", "not"}, "search: the kinds of its parts")
    call(server, "addedPicture", 200, name)
    call(server, "addedPicture", 404, "@0")
    album = call(server, "addAlbum", 201, body={"name": "Some", "ids": [1, 2]}, name="Some", count=2, query=None).json["id"]
    smart = call(server, "addAlbum", 201, body={"name": "Cats", "query": "cats"}, query="cats", count=0).json["id"]
    call(server, "addAlbum", 400, body={"name": "Some"})
    call(server, "addAlbum", 404, body={"name": "Other", "ids": [999]})
    call(server, "albums", 200)
    call(server, "changeAlbum", 200, album, body={"name": "Few", "add": [3], "remove": [1, 2]}, name="Few", count=1)
    call(server, "changeAlbum", 400, smart, body={"add": [1]})
    call(server, "changeAlbum", 404, 999, body={"name": "x"})
    call(server, "removeAlbum", 204, smart)
    call(server, "removeAlbum", 404, smart)
    call(server, "models", 200)
    call(server, "matrix", 200, body={"ids": [1, 999], "texts": ["a cat", "a dog"]})
    call(server, "matrix", 400, body={"ids": [1], "texts": []})
    call(server, "writeSidecars", 200, body={"ids": [1, 2, 999]}, written=2)
    call(server, "writeSidecars", 400, body={"ids": [0]})
    call(server, "zip", 200, body={"ids": [1, 2]})
    call(server, "zip", 404, body={"ids": [999]})
    call(server, "zipOf", 200, None, "?ids=1,2")
    call(server, "zipOf", 400, None, "?ids=")
    call(server, "browse", 200)
    call(server, "browse", 200, None, f"?path={gallery}", parent=None)
    call(server, "browse", 404, None, "?path=/etc")
    job = call(server, "addJob", 202, body={"paths": [str(gallery)], "caption": True}).json["id"]
    call(server, "addJob", 404, body={"paths": ["/etc"]})
    call(server, "addJob", 400, body={})
    while server.ask("GET", f"{V1}/jobs/{job}", headers={"Authorization": f"Bearer {TOKEN}"}).json["state"] in ("waiting", "running"):
        time.sleep(0.05)
    call(server, "job", 200, job, state="done", error=None)
    call(server, "job", 404, 999)
    call(server, "jobs", 200)
    call(server, "cancelJob", 200, job)
    call(server, "cancelJob", 404, 999)
    events(server)
    for name in sorted(operations):
        if operations[name][2].get("security") != []:
            call(server, name, 401, 1, token=None)


def check_calls():
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DESCRY_TOKEN"):
        os.environ.pop(name, None)
    with Server("--token", TOKEN, "--root", gallery) as server:
        call_all(server)
        same(server.ask("GET", f"{V1}/nothing", headers={"Authorization": f"Bearer {TOKEN}"}).json["error"]["code"], "not_found",
             "an address that is not there")
        same(server.ask("POST", f"{V1}/status", {}, {"Authorization": f"Bearer {TOKEN}"}).json["error"]["code"], "method",
             "a method that is not there")
    opener = work / "bin/xdg-open"  # the desktop's
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >{work}/opened.new && mv {work}/opened.new {work}/opened\n')
    opener.chmod(0o755)
    with Server(env={"DISPLAY": ":0", "PATH": f"{opener.parent}:{os.environ['PATH']}"}) as server:
        call(server, "status", 200, token=None, local=True)
        call(server, "open", 204, 3, body={}, token=None)
        while not (work / "opened").exists():
            time.sleep(0.02)
        same((work / "opened").read_text().strip(), str(gallery), "the folder is opened")
        # without a token, a type that forms can send, and another site's page
        for name, (method, path, operation) in sorted(operations.items()):
            if method in ("POST", "PUT"):
                call(server, name, 415, 1, body="a=b", headers={"Content-Type": "text/plain"}, token=None)
            if method != "GET":
                call(server, name, 403, 1, body="{}", headers={"Content-Type": "application/json", "Origin": "http://elsewhere.example"},
                     token=None)
    same(sorted(set(operations) - succeeded), [], "every operation has succeeded")
    same(sorted(set(operations) - refused), [], "every operation has been refused something")


# ---- docs/http.md ----------------------------------------------------------------------------------------------------

def check_examples():
    """Lines "$ curl ..." of code, which go on as long as lines end with a backslash."""
    text = (source / "docs/http.md").read_text()
    lines = [line.replace("\\\n", "") for line in re.findall(r"^    \$ ((?:.*\\\n)*.*)$", text, re.M)]
    verdict(len(lines) >= 10 and all("curl " in line for line in lines), "docs/http.md has examples", lines)
    home = work / "home"
    home.mkdir()
    (home / ".curlrc").write_text("silent\nmax-time = 4\nwrite-out = \"%{stderr}%{http_code}\"\n")
    shutil.copy(gallery / "0003.jpg", home / "photo.jpg")
    environment = {**os.environ, "HOME": str(home), "CURL_HOME": str(home), "DESCRY_TOKEN": TOKEN}
    socket = home / "descry.sock"
    with Server("--root", gallery, "--unix", socket) as plain, Server("--token", TOKEN) as guarded:
        for line in lines:
            url = guarded.url if "$DESCRY_TOKEN" in line else plain.url
            command = line.replace("http://127.0.0.1:8420", url).replace("$XDG_RUNTIME_DIR/descry.sock", str(socket))
            ended = subprocess.run(["bash", "-c", command], capture_output=True, cwd=home, env=environment)
            statuses = re.findall(rb"\d{3}", ended.stderr)
            good = statuses and all(200 <= int(status) < 300 for status in statuses) and ended.returncode in (0, 28 if "/events" in line else 0)
            verdict(good, f"docs/http.md: {line}", ended.returncode, ended.stderr, ended.stdout[:300])


harness.PICTURES = 24  # of fewer than 20 it is unknown how strong a match is
make_library()
check_routes()
check_document()
check_calls()
check_examples()
done()
