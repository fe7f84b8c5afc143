# SPDX-License-Identifier: Apache-2.0
"""Makes a model without a decoder of one that has one: plain_model.py FROM TO."""
import json
import pathlib
import struct
import sys

source, to = map(pathlib.Path, sys.argv[1:])
to.mkdir()
config = json.loads((source / "open_clip_config.json").read_text())
del config["model_cfg"]["multimodal_cfg"]
(to / "open_clip_config.json").write_text(json.dumps(config))
(to / "bpe_demo.txt.gz").write_bytes((source / "bpe_demo.txt.gz").read_bytes())
data = (source / "open_clip_model.safetensors").read_bytes()
size = struct.unpack("<Q", data[:8])[0]
header, body, out = json.loads(data[8:8 + size]), data[8 + size:], b""
kept = {}
for name, tensor in header.items():
    if name != "__metadata__" and not name.startswith("text_decoder."):
        first, end = tensor["data_offsets"]
        kept[name] = {**tensor, "data_offsets": [len(out), len(out) + end - first]}
        out += body[first:end]
text = json.dumps(kept).encode()
(to / "open_clip_model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + out)
