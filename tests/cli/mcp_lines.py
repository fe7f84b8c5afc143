# SPDX-License-Identifier: Apache-2.0
"""Talks to descry mcp, line by line.

    mcp_lines.py DESCRY

In the folder of mcp.sh.  Prints a line for each test: "0 DESCRIPTION", or "1 DESCRIPTION" when it failed."""
import base64
import json
import os
import subprocess
import sys

VERSION, CAPABILITIES = "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"
META = {VERSION: "2026-07-28", CAPABILITIES: {}}
OLDER = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]


def check(what, good, *seen):
    print(0 if good else 1, what, flush=True)
    if not good:
        print(what, *seen, file=sys.stderr)


class Server:
    def __init__(self, *options, library=None):
        environment = {**os.environ, "DESCRY_LIBRARY": library} if library else None
        self.process = subprocess.Popen([sys.argv[1], "mcp", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment)
        self.count = 0

    def write(self, data):
        self.process.stdin.write(data if isinstance(data, bytes) else json.dumps(data).encode() + b"\n")
        self.process.stdin.flush()

    def read(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def send(self, method, params=None, **more):
        """Sends a request of today's protocol; its id."""
        self.count += 1
        self.write({"jsonrpc": "2.0", "id": self.count, "method": method,
                    "params": {"_meta": {**META, **more}, **(params or {})}})
        return self.count

    def ask(self, method, params=None):
        number = self.send(method, params)
        answer = self.read()
        assert answer["id"] == number, answer
        return answer

    def call(self, tool, **arguments):
        return self.ask("tools/call", {"name": tool, "arguments": arguments})["result"]

    def older(self, method, params=None, number=1):
        self.write({"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params is not None else {})})
        return self.read()

    def close(self):
        """What else it wrote, its errors and its status."""
        out, errors = self.process.communicate()
        return out, errors, self.process.returncode


def code(answer):
    return answer.get("error", {}).get("code")


def text(result):
    return result["content"][0]["text"]


def failed(what, result, *words):
    check(what, result["isError"] and all(word in text(result) for word in words) and "structuredContent" not in result, result)


def test_lines():
    s = Server()
    lines = {
        "no JSON": (b"hello\n", -32700), "half an object": (b'{"jsonrpc": "2.0", "id": 1\n', -32700),
        "two objects": (b"{} {}\n", -32700), "no UTF-8": (b'{"jsonrpc":"2.0","id":1,"method":"ping\xff"}\n', -32700),
        "half a surrogate pair": (b'{"jsonrpc":"2.0","id":1,"method":"\\ud800"}\n', -32700),
        "the same key twice": (b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}\n', -32700),
        "a NUL": (b'{"jsonrpc":"2.0","id":1,"method":"ping"}\0\n', -32700),
        "too deep": (b"[" * 65 + b"]" * 65 + b"\n", -32700), "much too deep": (b'{"a":' * 500000 + b"\n", -32700),
        "too long": (b'"' + b"a" * (4 << 20) + b'"\n', -32700),
        "much too long": (b'"' + b"a" * (40 << 20) + b'"\n', -32700),
        "a batch": (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n', -32600), "an empty batch": (b"[]\n", -32600),
        "a number": (b"7\n", -32600), "null": (b"null\n", -32600), "an empty object": (b"{}\n", -32600),
        "another JSON-RPC": (b'{"jsonrpc":"1.0","id":1,"method":"ping"}\n', -32600),
        "no method": (b'{"jsonrpc":"2.0","id":1}\n', -32600), "a method that is a number": (b'{"jsonrpc":"2.0","id":1,"method":1}\n', -32600),
        "a method with a NUL": (b'{"jsonrpc":"2.0","id":1,"method":"ping\\u0000"}\n', -32600),
        "params in an array": (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}\n', -32602),
        "no such method": (b'{"jsonrpc":"2.0","id":1,"method":"resources/list"}\n', -32601),
        "a long method": (b'{"jsonrpc":"2.0","id":1,"method":"' + "ü".encode() * 1000 + b'"}\n', -32601),
    }
    for what, (line, wanted) in lines.items():
        s.write(line)
        answer = s.read()
        has_id = b'"id":1,' in line and wanted != -32700 and not line.startswith(b"[")
        check(f"{what}: {wanted}", code(answer) == wanted and answer["jsonrpc"] == "2.0" and list(answer) == ["jsonrpc", "id", "error"]
              and (answer["id"] == 1 or not has_id) and answer["error"]["message"], answer)
    s.write(b"\n  \r\n\t\n" + b'{"jsonrpc":"2.0","id":1,"result":{}}\n' + b'{"jsonrpc":"2.0","method":"notifications/initialized"}\r\n'
            + b'{"jsonrpc":"2.0","method":"nothing/known"}\n' + b'{"jsonrpc":"2.0","method":"ping","params":[]}\n'
            + b'{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}}\n')
    for number in (7, -1, "seven", "", "\u00fc\U0001f600\n", 0.1, 1e300, None, True, [1, {"a": 2}], {"b": None}, 2**63 - 1, "x" * 100000):
        answer = s.older("ping", number=number)
        check(f"id {json.dumps(number)[:40]}", answer == {"jsonrpc": "2.0", "id": number, "result": {}} and
              isinstance(answer["id"], type(number)), answer)
    s.write(b'{"jsonrpc":"2.0","id":"last","method":"ping"}')
    out, errors, status = s.close()
    check("a last line without an end", json.loads(out)["id"] == "last" and status == 0, out, status)
    check("nothing on standard error", errors == b"", errors)
    out = subprocess.run([sys.argv[1], "mcp"], input=b"a\nb" + b"a" * (5 << 20), capture_output=True).stdout
    check("a last line that is too long", [code(json.loads(line)) for line in out.splitlines()] == [-32700] * 2, out[:200])


def test_older():
    s = Server()
    check("tools/list before initialize", code(s.older("tools/list")) == -32602)
    check("ping before initialize", s.older("ping")["result"] == {})
    check("server/discover without _meta", code(s.older("server/discover")) == -32602)
    check("initialize without a version", code(s.older("initialize", {})) == -32602)
    check("and so it is not initialized", code(s.older("tools/list")) == -32602)
    for wanted in [*OLDER, "2026-07-28", "1999-01-01"]:
        hello = s.older("initialize", {"protocolVersion": wanted, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}})["result"]
        check(f"initialize {wanted}", hello["protocolVersion"] == (wanted if wanted in OLDER else OLDER[0]) and
              hello["serverInfo"]["name"] == "descry" and hello["capabilities"] == {"tools": {}} and hello["instructions"], hello)
    s.write({"jsonrpc": "2.0", "method": "notifications/initialized"})
    listed = s.older("tools/list", {})["result"]
    check("tools/list: those that only read", [tool["name"] for tool in listed["tools"]] ==
          ["search", "similar", "describe", "photo", "contact_sheet", "status"], listed)
    check("tools/list: annotations", all(tool["annotations"]["readOnlyHint"] and not tool["annotations"]["destructiveHint"]
                                         for tool in listed["tools"]))
    check("tools/list: nothing of today's protocol", list(listed) == ["tools"], list(listed))
    check("tools/list: schemas", all(tool["inputSchema"]["type"] == "object" and
                                     tool.get("outputSchema", {"type": "object"})["type"] == "object" for tool in listed["tools"]))
    check("tools/list: no such page", code(s.older("tools/list", {"cursor": "x"})) == -32602)
    found = s.older("tools/call", {"name": "search", "arguments": {"query": "two cats"}})["result"]
    check("tools/call", not found["isError"] and found["structuredContent"]["pictures"] and "resultType" not in found and
          "_meta" not in found, found)
    check("tools/call without arguments", s.older("tools/call", {"name": "status"})["result"]["structuredContent"]["photos"] == 9)
    check("tools/call without a name", code(s.older("tools/call", {})) == -32602)
    check("tools/call: arguments in an array", code(s.older("tools/call", {"name": "status", "arguments": []})) == -32602)
    check("tools/call: no such tool", code(s.older("tools/call", {"name": "rm"})) == -32602)
    answer = s.older("tools/call", {"name": "set_caption", "arguments": {"id": 1, "text": "x"}})
    check("tools/call: not without --write", code(answer) == -32602 and "--write" in answer["error"]["message"], answer)
    check("status 0 at the end", s.close() == (b"", b"", 0))


def test_modern():
    s = Server()
    found = s.ask("server/discover")["result"]
    check("server/discover", found["supportedVersions"] == ["2026-07-28", *OLDER] and found["capabilities"] == {"tools": {}} and
          found["resultType"] == "complete" and found["ttlMs"] > 0 and found["cacheScope"] == "private" and found["instructions"], found)
    check("results say by whom", found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "descry", found)
    listed = s.ask("tools/list")["result"]
    check("tools/list may be kept", listed["ttlMs"] > 0 and listed["cacheScope"] == "private" and listed["resultType"] == "complete")
    check("ping is no more", code(s.ask("ping")) == -32601)
    check("no such method", code(s.ask("prompts/list")) == -32601)
    called = s.call("status")
    check("tools/call", called["resultType"] == "complete" and "_meta" in called and called["structuredContent"]["photos"] == 9, called)
    for what, meta, wanted in (("no capabilities", {VERSION: "2026-07-28"}, -32602), ("a version that is a number", {**META, VERSION: 1}, -32602),
                               ("capabilities in an array", {**META, CAPABILITIES: []}, -32602), ("an older version", {**META, VERSION: "2025-11-25"}, -32022),
                               ("a version to come", {**META, VERSION: "2031-01-01"}, -32022)):
        answer = s.older("tools/list", {"_meta": meta})
        check(f"_meta: {what}", code(answer) == wanted, answer)
        if wanted == -32022:
            check(f"_meta: {what}: what there is", answer["error"]["data"] == {"supported": ["2026-07-28", *OLDER], "requested": meta[VERSION]})
    check("a request without _meta, after all", code(s.older("tools/list", {"_meta": {"progressToken": 1}})) == -32602)
    check("status 0 at the end", s.close() == (b"", b"", 0))


def ids(result):
    return [picture["id"] for picture in result["structuredContent"]["pictures"]]


def jpeg_size(data):
    at = 2
    while data[at + 1] not in (0xC0, 0xC2):
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    return int.from_bytes(data[at + 7:at + 9], "big"), int.from_bytes(data[at + 5:at + 7], "big")


def test_tools():
    s = Server()
    all_of = s.call("search", query="two cats", k=9)
    direct = [json.loads(line) for line in subprocess.run([sys.argv[1], "search", "--json", "-k", "9", "two cats"],
                                                          capture_output=True, check=True).stdout.splitlines()]
    check("search: as descry search", ids(all_of) == [row["id"] for row in direct] and
          [p["score"] for p in all_of["structuredContent"]["pictures"]] == [row["score"] for row in direct], all_of)
    check("search: a line for each", text(all_of).startswith(f"1. #{ids(all_of)[0]}  ") and len(text(all_of).splitlines()) >= 9, text(all_of))
    check("search: all are on this page", "nextCursor" not in all_of["structuredContent"])
    paged, cursor = [], {}
    while cursor is not None:
        page = s.call("search", query="two cats", k=4, **cursor)
        paged += ids(page)
        cursor = {"cursor": page["structuredContent"]["nextCursor"]} if "nextCursor" in page["structuredContent"] else None
    check("search: page by page", paged == ids(all_of), paged)
    cursor = s.call("search", query="two cats", k=4)["structuredContent"]["nextCursor"]
    for what, other in (("another search", {"query": "two dogs", "cursor": cursor}), ("another ranking", {"query": "two cats", "cursor": cursor, "ranking": "hybrid"}),
                        ("nowhere", {"query": "two cats", "cursor": "x"}), ("too far", {"query": "two cats", "cursor": "9" * 30 + cursor[1:]})):
        failed(f"search: a cursor of {what}", s.call("search", **other), "cursor")
    check("search: words", ids(s.call("search", query="grandmother", ranking="words")) == [1])
    check("search: words with what looks like a path", not s.call("search", query="./photos", ranking="words")["isError"])
    check("search: hybrid", len(ids(s.call("search", query="grandmother", ranking="hybrid", k=3))) == 3)
    only = s.call("search", query="date:2019")["structuredContent"]["pictures"]
    check("search: filters alone", [p["id"] for p in only] == [1] and only[0]["taken"] == "2019-07-21T14:03:59" and "score" not in only[0], only)
    check("search: no match", "no match" in text(s.call("search", query="date:1901")))
    failed("search: a mistake in the query", s.call("search", query="a dog + (a cat"), "character 9")
    failed("search: no such picture", s.call("search", query="#999"), "999")
    for query in ("./photos/0001.jpg", "/etc/passwd", "a cat - ../x.jpg", '(~/x.jpg)', 'cat NOT "/etc/passwd"', "http://example.org/x.jpg",
                  "https://example.org/", "file:///etc/passwd", "(./x)", 'in:"/photos" ./x'):
        failed(f"search: no other pictures: {query}", s.call("search", query=query), "by their ids")
    check("search: but in a folder", ids(s.call("search", query='a cat in:"' + os.getcwd() + '/photos"', k=2)) == ids(s.call("search", query="a cat", k=2)))
    for what, arguments in (("nothing", {}), ("a number", {"query": 1}), ("nothing to look for", {"query": ""}), ("k of 0", {"query": "x", "k": 0}),
                            ("k of 101", {"query": "x", "k": 101}), ("k of 1.5", {"query": "x", "k": 1.5}), ("a ranking", {"query": "x", "ranking": "best"}),
                            ("what is not known", {"query": "x", "path": "y"}), ("a NUL", {"query": "x\0y"}), ("too much", {"query": "x" * 65537}),
                            ("an unknown of many letters", {"query": "x", "ü" * 1000: 1})):
        failed(f"search: {what}", s.call("search", **arguments), "search: ")
    near = s.call("similar", id=2, k=3)
    check("similar", len(ids(near)) == 3 and 2 not in ids(near) and ids(near) == ids(s.call("search", query="#2", k=3)), near)
    failed("similar: no such picture", s.call("similar", id=999), "999")
    failed("similar: no id", s.call("similar", id="2"), "'id' is not of type integer")
    known = s.call("describe", id=1)
    check("describe: by the model", known["structuredContent"]["captioned_by"] == "demo" and known["structuredContent"]["caption"] in text(known) and
          known["structuredContent"]["title"] == "Grandmother's garden", known)
    check("describe: by path", s.call("describe", path=os.getcwd() + "/photos/0001.jpg")["structuredContent"] == known["structuredContent"])
    check("describe: by a path from here", s.call("describe", path="photos/0001.jpg")["structuredContent"] == known["structuredContent"])
    failed("describe: not in the library", s.call("describe", path="elsewhere/0010.jpg"), "not in the library")
    failed("describe: a folder", s.call("describe", path="photos"), "not in the library")
    failed("describe: neither", s.call("describe"), "either")
    failed("describe: both", s.call("describe", id=1, path="x"), "either")
    check("describe: nothing is kept", s.call("status")["structuredContent"]["captions"] == 0)
    shown = s.call("photo", id=3, side=100)["content"]
    check("photo", shown[1]["type"] == "image" and shown[1]["mimeType"] == "image/jpeg" and jpeg_size(base64.b64decode(shown[1]["data"])) == (100, 100) and
          shown[0]["text"].startswith("#3  "), shown)
    failed("photo: no such picture", s.call("photo", id=999), "999")
    failed("photo: too large", s.call("photo", id=1, side=2000), "side")
    os.rename("photos/0003.jpg", "photos/away")
    failed("photo: the file is away", s.call("photo", id=3, side=101), "0003.jpg")
    os.rename("photos/away", "photos/0003.jpg")
    sheet = s.call("contact_sheet", ids=[3, 1, 2], columns=2)
    check("contact_sheet: ids", sheet["structuredContent"]["columns"] == 2 and [(p["id"], p["row"], p["column"]) for p in sheet["structuredContent"]["pictures"]] ==
          [(3, 1, 1), (1, 1, 2), (2, 2, 1)] and jpeg_size(base64.b64decode(sheet["content"][1]["data"])) == (516, 516), sheet)
    sheet = s.call("contact_sheet", query="two cats", k=5)
    check("contact_sheet: a query", ids(sheet) == ids(all_of)[:5] and sheet["structuredContent"]["columns"] == 3)
    sheet = s.call("contact_sheet", ids=[1] * 100, columns=1)
    check("contact_sheet: the longest", max(jpeg_size(base64.b64decode(sheet["content"][1]["data"]))) <= 2048)
    failed("contact_sheet: no such picture", s.call("contact_sheet", ids=[1, 999]), "999")
    failed("contact_sheet: neither", s.call("contact_sheet"), "either")
    failed("contact_sheet: an empty list", s.call("contact_sheet", ids=[]), "'ids' has too few")
    failed("contact_sheet: no id", s.call("contact_sheet", ids=[1, "2"]), "'ids' has an item that is not of type integer")
    failed("contact_sheet: no match", s.call("contact_sheet", query="date:1901"), "no match")
    held = s.call("status")["structuredContent"]
    check("status", held["photos"] == 9 and held["models"] == [{"name": "demo", "vectors": 9}] and held["may_write"] is False and
          held["folders"] == [os.getcwd() + "/photos"] and held["may_index"] == [], held)
    check("nothing on standard error", s.close() == (b"", b"", 0))
    s = Server(library="none.db")
    failed("no library", s.call("search", query="a cat"), "none.db", "descry index")
    check("no library: status 0 all the same", s.close() == (b"", b"", 0) and not os.path.exists("none.db"))


def test_write():
    s = Server("--write", "--root", "new", "--root", "photos")
    tools = {tool["name"]: tool["annotations"] for tool in s.ask("tools/list")["result"]["tools"]}
    check("--write: tools", list(tools)[6:] == ["set_caption", "index"] and not tools["set_caption"]["readOnlyHint"] and
          tools["set_caption"]["destructiveHint"] and not tools["index"]["readOnlyHint"] and not tools["index"]["destructiveHint"], tools)
    check("set_caption", s.call("set_caption", id=2, text="our caravan")["structuredContent"] == {"id": 2, "caption": "our caravan"})
    check("set_caption: is kept", s.call("describe", id=2)["structuredContent"]["captioned_by"] == "person" and
          ids(s.call("search", query="caravan", ranking="words")) == [2])
    check("set_caption: what is written is shown on one line", "\\n" in text(s.call("set_caption", id=2, text="a\nb")))
    check("set_caption: removed", s.call("set_caption", id=2, text="")["structuredContent"] == {"id": 2})
    failed("set_caption: no such picture", s.call("set_caption", id=999, text="x"), "999")
    failed("set_caption: no text", s.call("set_caption", id=2), "'text' is missing")
    for path in ("elsewhere", "new/../elsewhere", "new/linked", "/", "nowhere", "newer", "new/nothing"):
        failed(f"index: not {path}", s.call("index", paths=[path]), "--root")
    number = s.send("tools/call", {"name": "index", "arguments": {"paths": ["new"]}}, progressToken="seven")
    reports, answer = [], s.read()
    while "id" not in answer:
        reports.append(answer)
        answer = s.read()
    done = [report["params"]["progress"] for report in reports]
    check("index: progress", done and done == sorted(set(done)) and all(
        report["method"] == "notifications/progress" and report["params"]["progressToken"] == "seven" for report in reports) and
        done[-1] == reports[-1]["params"]["total"], reports)
    counts = answer["result"]["structuredContent"]
    check("index", answer["id"] == number and counts["embedded"] == 11 and counts["failed"] == 1 and
          "broken.jpg" in counts["failures"][0] and "broken.jpg" in text(answer["result"]), answer)
    counts = s.call("index")["structuredContent"]
    check("index: all that it may", counts["found"] == 21 and counts["unchanged"] == 20, counts)
    check("index: they are there", s.call("status")["structuredContent"]["photos"] == 20)
    check("--write: status", s.call("status")["structuredContent"]["may_index"] == [os.getcwd() + "/new", os.getcwd() + "/photos"])
    check("nothing on standard error", s.close() == (b"", b"", 0))
    s = Server("--write")
    failed("index: no folders", s.call("index"), "--root")
    s.close()
    s = Server("--write", "--root", "new", library="fresh.db")
    failed("index: no library and no model", s.call("index"), "fresh.db")
    s.close()
    s = Server("--write", "--root", "new", "--model", "demo", library="fresh.db")
    failed("--write: only index makes a library", s.call("status"), "fresh.db")
    check("index: makes a library with --model", s.call("index")["structuredContent"]["embedded"] == 11)
    s.close()


def test_cancelling():
    s = Server()
    numbers = []
    for _ in range(20):
        numbers.append(s.send("tools/call", {"name": "describe", "arguments": {"id": 1}}))
    s.write({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": numbers[-1], "reason": "no more"}})
    ping = s.older("ping", number="ping")
    check("other requests are answered meanwhile", ping["id"] == "ping" or ping["id"] == numbers[0], ping)
    out, errors, status = s.close()
    answered = [ping["id"], *(json.loads(line)["id"] for line in out.splitlines())]
    check("a call that waits is cancelled", sorted(map(str, answered)) == sorted(map(str, [*numbers[:-1], "ping"])) and status == 0, answered)
    s = Server("--write", "--root", "elsewhere", "--threads", "1", library="other.db", *("--model", "demo"))
    number = s.send("tools/call", {"name": "index"}, progressToken=1)
    check("index: under way", s.read()["params"]["progressToken"] == 1)
    s.write({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})
    number = s.send("tools/call", {"name": "status"})
    answer = s.read()
    while "id" not in answer:
        answer = s.read()
    check("a call under way is cancelled: no answer", answer["id"] == number, answer)
    check("a call under way is cancelled: what was done is kept", 0 < answer["result"]["structuredContent"]["photos"] < 200, answer)
    check("status 0 at the end", s.close()[2] == 0)


def test_ends():
    s = Server()
    s.write({"jsonrpc": "2.0", "id": 1, "method": "ping"})
    s.read()
    s.process.stdout.close()
    s.process.wait()
    check("nobody listens any more: it ends, quietly", s.process.stderr.read() == b"" and s.process.returncode == 0, s.process.returncode)
    s.process.stdin.close()
    s = Server("--write", "--root", "elsewhere", "--threads", "1", "--model", "demo", library="third.db")
    s.send("tools/call", {"name": "index"}, progressToken=1)
    s.read()
    s.process.stdout.close()
    s.process.stdin.close()
    s.process.wait()
    check("nobody is there any more: an index ends", s.process.stderr.read() == b"" and s.process.returncode == 0, s.process.returncode)
    full = subprocess.run([sys.argv[1], "mcp"], input=b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n', stdout=open("/dev/full", "wb"),
                          stderr=subprocess.PIPE)
    check("output that cannot be written", full.returncode == 1 and b"standard output: " in full.stderr, full)


test_lines()
test_older()
test_modern()
test_tools()
test_write()
test_cancelling()
test_ends()
