# SPDX-License-Identifier: Apache-2.0
"""What a search service in Python is usually made of, as serve.py's peer: FastAPI on uvicorn, open_clip's tokenizer, the text
tower in ONNX Runtime, NumPy over all vectors.  Started by uvicorn; told by the environment:

    PEER_TOWER=x.onnx PEER_VECTORS=x.npz [PEER_THREADS=1] [PEER_BATCH=1] [PEER_CUT=0]  uvicorn --workers N search_service:app

PEER_BATCH: as many requests as wait are encoded together, up to so many; PEER_CUT=1: ids are cut after the longest text of
a batch, else there are always 77, as open_clip's tokenizer gives them."""

import asyncio
import json
import os

import numpy as np
import onnxruntime
from fastapi import FastAPI, Response
from open_clip import tokenizer

MOST, CUT = int(os.environ.get("PEER_BATCH", "1")), os.environ.get("PEER_CUT") == "1"

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(os.environ.get("PEER_THREADS", "1"))
session = onnxruntime.InferenceSession(os.environ["PEER_TOWER"], options, providers=["CPUExecutionProvider"])
with np.load(os.environ["PEER_VECTORS"]) as archive:
    vectors, paths = archive["features"], archive["urls"].tolist()
tokenize = tokenizer.SimpleTokenizer()
app = FastAPI()
waiting = asyncio.Queue()
tasks = set()


def embed(rows):
    ids = np.stack(rows)
    if CUT:
        ids = ids[:, :int((ids != 0).sum(axis=1).max())]
    return session.run(None, {"ids": ids})[0]


async def batches():
    loop = asyncio.get_running_loop()
    while True:
        batch = [await waiting.get()]
        while len(batch) < MOST and not waiting.empty():
            batch.append(waiting.get_nowait())
        try:
            embeddings = await loop.run_in_executor(None, embed, [row for row, _ in batch])
        except Exception as error:  # each of them gets it
            for _, future in batch:
                future.set_exception(error)
            continue
        for (_, future), embedding in zip(batch, embeddings):
            if not future.done():
                future.set_result(embedding)


@app.on_event("startup")
async def start():
    tasks.add(asyncio.get_running_loop().create_task(batches()))


@app.get("/api/v1/search")
async def search(q: str, k: int = 10):
    row = tokenize([q])[0].numpy()
    if MOST > 1:
        future = asyncio.get_running_loop().create_future()
        waiting.put_nowait((row, future))
        embedding = await future
    else:
        embedding = await asyncio.get_running_loop().run_in_executor(None, lambda: embed([row])[0])
    scores = vectors @ embedding
    best = np.argpartition(-scores, min(k, len(scores) - 1))[:k]
    best = best[np.argsort(-scores[best], kind="stable")]
    matches = [{"path": paths[i], "score": float(scores[i])} for i in best]
    return Response(json.dumps({"matches": matches}), media_type="application/json")
