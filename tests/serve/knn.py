# SPDX-License-Identifier: Apache-2.0
"""clip-retrieval's service, with its own client and its page in a browser."""
import base64
import json
import os
import shutil
import subprocess

from harness import Server, client, done, gallery, library, make_library, run, same, verdict, work

make_library()
paths = sorted(gallery.iterdir())
(gallery / "copy").mkdir()
with open(paths[0], "rb") as first:  # nearly the same picture, which the library takes for another
    (gallery / "copy" / "again.jpg").write_bytes(first.read() + b"\0")
run("index", "--library", library, "--model", "demo", gallery)
picture = base64.b64encode(paths[0].read_bytes()).decode()
usual = {"text": None, "image": None, "image_url": None, "embedding_input": None, "modality": "image", "num_images": 5, "indice_name": "small"}

with Server("--compat", "clip-retrieval") as server:
    def ask(path="/knn-service", headers=None, **body):
        """As the page does: JSON that says it is text."""
        return server.ask("POST", path, json.dumps(body), {"Content-Type": "text/plain;charset=UTF-8", "Origin": "http://elsewhere.example", **(headers or {})})

    def find(**body):
        return ask(**{**usual, **body})

    def sorry(answer, what, status=500):
        verdict(answer.status == status and (status != 500 or answer.json == {"message": "Internal Server Error"}), what, answer)

    for path in ("/indices-list", "//indices-list"):
        names = server.ask("GET", path)
        same((names.status, names.json, names.headers["Access-Control-Allow-Origin"]), (200, ["small"], "*"), path)
    text = find(text="two cats")
    hits = text.json
    verdict(text.status == 200 and isinstance(hits, list) and len(hits) == 5, "a text", text)
    same(text.headers["Access-Control-Allow-Origin"], "*", "for pages of any site")
    same(set(hits[0]), {"id", "similarity", "image_path", "caption", "image"}, "what is told of a result")
    verdict(all(a["similarity"] >= b["similarity"] for a, b in zip(hits, hits[1:])), "the best first", hits)
    same(base64.b64decode(hits[0]["image"]), server.ask("GET", f"/api/v1/photos/{hits[0]['id']}/thumbnail?side=512").body, "with the picture, small")
    found = run("search", "--library", library, "-k", "5", "--json", "two cats")
    same([h["id"] for h in hits], [json.loads(line)["id"] for line in found.stdout.splitlines()], "the results of descry search")
    same(find(text="two cats", image=picture).json, hits, "a text goes before a picture")
    quoted = find(text='a "cat NOT (date:2019 + ./x')
    verdict(quoted.status == 200 and len(quoted.json) == 5, "a text is no query", quoted)
    image = find(text="", image=picture).json
    verdict(image[0]["image_path"] in (str(paths[0]), str(gallery / "copy" / "again.jpg")) and image[0]["similarity"] > 0.99, "a picture, with an empty text", image)
    same(len(find(image=picture, num_images=20).json), 13, "all of them")
    single = find(image=picture, num_images=20, deduplicate=True).json
    verdict(len(single) < 13 and single[0]["id"] == image[0]["id"] and sum(h["similarity"] > 0.99 for h in single) == 1, "without copies", [h["similarity"] for h in single])
    more = find(text="two cats", num_images=2, num_result_ids=7).json
    same([set(h) == {"id", "similarity"} for h in more], [False] * 2 + [True] * 5, "num_result_ids: more, of which only the numbers are told")
    same([h["id"] for h in more][:5], [h["id"] for h in hits], "the same ones")
    same(find(text="two cats", num_images=0).json, [], "none are wanted")
    same(find(text="two cats", modality="text", use_mclip=True, use_safety_model=True, use_violence_detector=True, aesthetic_score="9",
              aesthetic_weight="0.5", num_result_ids=None).json, hits, "what only the original has is ignored")
    same(find(text="two cats", indice_name=None).json, hits, "no index is the first")
    vector = server.ask("POST", "/v1/embeddings", {"input": "two cats"}).json["data"][0]["embedding"]
    by_vector = find(embedding_input=vector).json
    same([h["id"] for h in by_vector], [h["id"] for h in hits], "an embedding")
    doubled = find(embedding_input=[2 * x for x in vector]).json
    verdict(abs(doubled[0]["similarity"] - 2 * hits[0]["similarity"]) < 1e-3, "is used as it is", doubled[0], hits[0])
    same(server.ask("POST", "/knn-service", json.dumps({**usual, "text": "two cats"}), {}).json, hits, "without any type, as the Python client asks")
    same(ask("//knn-service", **{**usual, "text": "two cats"}).json, hits, "//knn-service")

    for key in ("modality", "num_images", "indice_name"):
        body = {**usual, "text": "x"}
        del body[key]
        sorry(ask(**body), f"without {key}")
    sorry(find(), "nothing to look for")
    sorry(find(text="x", indice_name="another"), "another index")
    sorry(find(text="x", num_images="5"), "a text for a number")
    sorry(find(text="x", num_images=-1), "fewer than none")
    sorry(find(image="!"), "no base64")
    sorry(find(image=base64.b64encode(b"no picture").decode()), "no picture")
    sorry(find(image_url=f"http://127.0.0.1:{server.port}/healthz"), "a picture of this machine is not fetched")
    sorry(find(image_url="file:///etc/passwd"), "nor a file")
    sorry(find(embedding_input=[1, 2]), "an embedding of another length")
    sorry(find(embedding_input=[0] * len(vector)), "an embedding of zeros")
    sorry(find(embedding_input=["x"] * len(vector)), "an embedding of texts")
    sorry(server.ask("POST", "/knn-service", "[]"), "no object")
    sorry(server.ask("POST", "/knn-service", "{"), "no JSON", 400)
    sorry(server.ask("POST", "/knn-service", b""), "nothing at all", 400)

    told = ask("/metadata", ids=[hits[1]["id"], 99999999, hits[0]["id"]], indice_name="small")
    same([row["id"] for row in told.json], [hits[1]["id"], hits[0]["id"]], "metadata, in the order asked")
    same(told.json[1]["metadata"], {key: hits[0][key] for key in ("image_path", "caption", "image")}, "the same as of a result")
    same(ask("//metadata", ids=[], indice_name=None).json, [], "of nothing")
    sorry(ask("/metadata", ids=["1"], indice_name=None), "texts for numbers")
    sorry(ask("/metadata", ids=[1], indice_name="another"), "metadata of another index")

    same(ask("/api/v1/logout").status, 403, "other sites' pages may do nothing else")
    verdict(server.ask("GET", "/api/v1/status").headers["Access-Control-Allow-Origin"] is None, "nor read anything else")
    same(server.ask("GET", "/indices-list", headers={"Host": "evil.example"}).status, 403, "Host is checked as ever")

    got = client("clip_client.py", server.url, "small", paths[0])
    if got:
        verdict(set(got["text"][0]) >= {"image_path", "caption", "similarity", "id"} and got["text"][0]["id"] == hits[0]["id"], "ClipClient: a text", got["text"])
        same((len(got["every"]), [h["id"] for h in got["every"]][:5]), (8, [h["id"] for h in hits]), "ClipClient: without deduplication")
        same([h["id"] for h in got["image"]][:5], [h["id"] for h in image], "ClipClient: a picture")
        same(got["wrong"], {"message": "Internal Server Error"}, "ClipClient: another index")
    browser = shutil.which("chromium")
    if got and browser:
        page = work / "page"
        shutil.copytree(got["page"], page)
        (page / "config.json").write_text(json.dumps({"defaultBackend": server.url + "/", "defaultIndex": "", "urlColumn": "url"}))
        site = subprocess.Popen([os.environ["DESCRY_CLIENTS"], "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", page],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        port = site.stdout.readline().split(" port ")[1].split()[0]
        shown = client("clip_page.py", f"http://127.0.0.1:{port}/?query=two+cats")
        site.terminate()
        site.communicate()
        verdict(shown and sum(width > 0 for width in shown["images"]) >= 5 and hits[0]["caption"][:40] in shown["text"],
                "its page shows what it found", shown)

with Server("--compat", "clip-retrieval", "--token", "secret") as server:
    same(server.ask("GET", "/indices-list").status, 401, "with a token, it is needed here, too")
    same(server.ask("GET", "/indices-list", headers={"Authorization": "Bearer secret"}).json, ["small"], "and enough")
with Server() as server:
    same([server.ask("GET", "/indices-list").status, server.ask("POST", "/knn-service", {"text": "x"}).status, server.ask("POST", "/metadata", {}).status],
         [404] * 3, "without --compat there is none of this")
done()
