# SPDX-License-Identifier: Apache-2.0
"""OpenAI's Python client: openai_client.py URL PICTURE."""
import base64
import json
import pathlib
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="secret", max_retries=0)
picture = "data:image/jpeg;base64," + base64.b64encode(pathlib.Path(sys.argv[2]).read_bytes()).decode()
out = {"models": [model.id for model in client.models.list()]}
usual = client.embeddings.create(model="demo", input=["two cats", "a train"])  # base64, which it asks for by itself
floats = client.embeddings.create(model="demo", input=["two cats", "a train"], encoding_format="float")
out["usual"] = [item.embedding for item in usual.data]
out["floats"] = [item.embedding for item in floats.data]
out["tokens"] = usual.usage.total_tokens
out["one"] = client.embeddings.create(model="demo", input="two cats").data[0].embedding
out["short"] = client.embeddings.create(model="demo", input="two cats", dimensions=16).data[0].embedding
out["picture"] = client.embeddings.create(model="demo", input=picture, extra_body={"modality": "image"}).data[0].embedding
for name, wanted in (("missing", {"model": "no-such-model", "input": "x"}), ("ids", {"model": "demo", "input": [[1, 2]]}),
                     ("long", {"model": "demo", "input": "x", "dimensions": 100000})):
    try:
        client.embeddings.create(**wanted)
        out[name] = "no error"
    except openai.APIStatusError as error:
        out[name] = [type(error).__name__, error.status_code, error.code, error.param, error.type]
try:
    openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="wrong", max_retries=0).models.list()
    out["wrong"] = "no error"
except openai.AuthenticationError as error:
    out["wrong"] = error.status_code
json.dump(out, sys.stdout)
