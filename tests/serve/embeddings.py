# SPDX-License-Identifier: Apache-2.0
"""/v1/embeddings and /v1/models as OpenAI's, Infinity's and Jina's clients ask; with OpenAI's own client, too."""
import base64
import json
import struct

from harness import Server, client, done, gallery, make_library, same, verdict, work

make_library()
path = sorted(gallery.iterdir())[0]
picture = base64.b64encode(path.read_bytes()).decode()


def vectors(answer):
    return [item["embedding"] for item in answer.json["data"]] if answer.status == 200 else None


def unpack(text):
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def singles(v):
    return [struct.unpack("f", struct.pack("f", x))[0] for x in v]


def length(v):
    return sum(x * x for x in v) ** 0.5


with Server("--model", "demo") as server:
    def ask(where="/v1/embeddings", **body):
        return server.ask("POST", where, body)

    def refused(answer, status, code, param, what):
        error = (answer.json or {}).get("error", {})
        verdict((answer.status, error.get("code"), error.get("param")) == (status, code, param) and error.get("message") and error.get("type"),
                what, answer)

    one = ask(model="demo", input="two cats")
    v = vectors(one)
    verdict(v and len(v) == 1 and abs(length(v[0]) - 1) < 1e-5, "a text", one)
    same({k: one.json[k] for k in ("object", "model", "usage")} | {k: one.json["data"][0][k] for k in ("object", "index")},
         {"object": "embedding", "model": "demo", "usage": {"prompt_tokens": 4, "total_tokens": 4}, "index": 0}, "what is around it")
    verdict(one.json["id"].startswith("descry-") and one.json["created"] > 1700000000, "Infinity's members", one)
    two = ask(input=["a train", "two cats"])
    same(vectors(two)[1], v[0], "texts in their order; no model is the server's")
    same([item["index"] for item in two.json["data"]], [0, 1], "with their numbers")
    same(two.json["usage"]["total_tokens"], 8, "tokens of both")
    same(vectors(ask(where="/embeddings", model="default/not-specified", input="two cats")), v, "Infinity's address and name")
    same(vectors(ask(model="", input="two cats", user=None, encoding_format="float", modality="text", dimensions=0)), v, "its defaults")
    coded = ask(model="demo", input="two cats", encoding_format="base64")
    same(unpack(vectors(coded)[0]), singles(v[0]), "base64: the same float32")
    same(vectors(ask(input="two cats", embedding_type=["base64"], task="retrieval.query", truncate=False)), vectors(coded), "Jina's way to ask for it")
    short = vectors(ask(input="two cats", dimensions=16))[0]
    verdict(len(short) == 16 and abs(length(short) - 1) < 1e-5 and abs(short[0] / short[1] - v[0][0] / v[0][1]) < 1e-4, "dimensions", short)
    long = vectors(ask(input="two cats", normalized=False))[0]
    verdict(abs(length(long) - 1) > 1e-3, "normalized: false", length(long))

    by_url = ask(model="demo", input=f"data:image/jpeg;base64,{picture}", modality="image")
    p = vectors(by_url)
    verdict(p and abs(length(p[0]) - 1) < 1e-5, "a picture as a data URL", by_url)
    same(by_url.json["usage"]["total_tokens"], 0, "a picture has no tokens")
    same(vectors(ask(input=[picture], modality="image")), p, "as base64")
    mixed = ask(model="demo", input=[{"text": "two cats"}, {"image": picture}, "a train", {"image": f"data:image/jpeg;base64,{picture}"}])
    same(vectors(mixed), [v[0], p[0], vectors(two)[0], p[0]], "texts and pictures in one request")
    same(len(vectors(ask(input=["x"] * 2048))), 2048, "2048 texts")

    refused(ask(model="nothing", input="x"), 404, "model_not_found", "model", "an unknown model")
    refused(ask(model="ViT-B-32/openai", input="x"), 404, "model_not_found", "model", "a model that is not installed")
    for name in ("/etc", "..", "./demo", str(work)):
        refused(ask(model=name, input="x"), 404, "model_not_found", "model", f"no folder is opened: {name}")
    refused(ask(model=1, input="x"), 400, "invalid_value", "model", "a number for a model")
    for body, what in (({}, "nothing"), ({"input": []}, "an empty array"), ({"input": None}, "null"), ({"input": [1, 2]}, "tokens"),
                       ({"input": [[1, 2]]}, "arrays of tokens"), ({"input": ["x"] * 2049}, "2049 texts"), ({"input": [{"text": 1}]}, "a number for a text"),
                       ({"input": [{}]}, "an empty object"), ({"input": [{"text": "x", "image": "x"}]}, "both"), ({"input": "x" * 500000}, "a text that is too long"),
                       ({"input": [picture[:8]] * 33, "modality": "image"}, "33 pictures")):
        refused(ask(**body), 400, "invalid_value", "input", f"input: {what}")
    verdict("tokens" in ask(input=[[1]]).json["error"]["message"], "it is told that tokens are not accepted")
    refused(ask(input="x", encoding_format="hex"), 400, "invalid_value", "encoding_format", "another encoding")
    refused(ask(input="x", embedding_type="binary"), 400, "invalid_value", "embedding_type", "another type")
    refused(ask(input="x", dimensions="1"), 400, "invalid_value", "dimensions", "a text for a number")
    refused(ask(input="x", dimensions=-1), 400, "invalid_value", "dimensions", "fewer than none")
    refused(ask(input="x", dimensions=9999), 400, "invalid_dimensions", "dimensions", "more than there are")
    refused(ask(input="x", modality="audio"), 400, "invalid_value", "modality", "sounds")
    for image, what in (("!", "no base64"), (base64.b64encode(b"no picture").decode(), "no picture"), ("data:image/png,x", "a data URL without base64"),
                        (f"http://127.0.0.1:{server.port}/healthz", "an address of this machine"), (f"http://localhost:{server.port}/", "its name"),
                        ("https://10.0.0.1/x.jpg", "an address of the local network"), ("http://" + "x" * 3000, "a URL that is too long")):
        refused(ask(input=[{"image": image}]), 400, "invalid_input", "input", f"image: {what}")
    refused(server.ask("POST", "/v1/embeddings", "{", {"Content-Type": "application/json"}), 400, "invalid_json", None, "no JSON")
    same(server.ask("POST", "/v1/embeddings", json.dumps({"input": "x"}), {"Content-Type": "text/plain"}).status, 415, "another type, as of another site's form")
    same(server.ask("POST", "/v1/embeddings", {"input": "x"}, {"Origin": "http://evil.example"}).status, 403, "another site's page")
    models = server.ask("GET", "/v1/models")
    verdict(models.status == 200 and models.json["object"] == "list" and models.json["data"][0]["id"] == "demo" and
            models.json["data"][0]["object"] == "model" and len({m["id"] for m in models.json["data"]}) == len(models.json["data"]), "models", models)
    same(server.ask("GET", "/models").json, models.json, "Infinity's address for them")

with Server("--model", "demo", "--token", "secret") as server:
    same(server.ask("POST", "/v1/embeddings", {"input": "x"}).status, 401, "the token is needed")
    got = client("openai_client.py", server.url, path)
    if got:
        same(got["models"][0], "demo", "openai: models")
        same(got["usual"], got["floats"] and [singles(x) for x in got["floats"]], "openai: base64, its own choice, as floats")
        same((got["tokens"], got["one"]), (8, got["usual"][0]), "openai: usage, a text alone")
        same((got["one"], len(got["short"])), (singles(v[0]), 16), "openai: dimensions")
        same(got["picture"], singles(p[0]), "openai: a picture")
        same(got["missing"], ["NotFoundError", 404, "model_not_found", "model", "invalid_request_error"], "openai: an unknown model")
        same(got["ids"], ["BadRequestError", 400, "invalid_value", "input", "invalid_request_error"], "openai: tokens")
        same(got["long"][:3], ["BadRequestError", 400, "invalid_dimensions"], "openai: too many dimensions")
        same(got["wrong"], 401, "openai: a wrong key")
done()
