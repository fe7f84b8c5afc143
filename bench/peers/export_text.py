#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a model for serve.py, of ViT-B-32's shape and with weights by a formula, and its text tower for ONNX Runtime:

    python bench/peers/export_text.py FOLDER

FOLDER becomes a model of open_clip's and descry's, beside it FOLDER.onnx: int64 ids [n, length] to float32 [n, dim], each of
length 1, where `length` may be less than the context, as positions after a text's end mark do not matter to it."""

import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/goldens"))
import openclip_reference as reference


class TextTower(torch.nn.Module):
    """open_clip's encode_text, for any number of texts of any length: exported, its own attention would keep those of the example."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def attend(self, attention, x, mask):
        n, length, width = x.shape
        parts = torch.nn.functional.linear(x, attention.in_proj_weight, attention.in_proj_bias)
        q, k, v = parts.view(n, length, 3, attention.num_heads, attention.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q * attention.head_dim ** -.5 @ k.transpose(-1, -2) + mask).softmax(dim=-1)
        return attention.out_proj((weights @ v).transpose(1, 2).reshape(n, length, width))

    def forward(self, ids):
        length = ids.shape[1]
        mask = self.model.attn_mask[:length, :length]
        x = self.model.token_embedding(ids) + self.model.positional_embedding[:length]
        for block in self.model.transformer.resblocks:
            x = x + self.attend(block.attn, block.ln_1(x), mask)
            x = x + block.mlp(block.ln_2(x))
        x = x[torch.arange(x.shape[0]), ids.argmax(dim=-1)]
        x = self.model.ln_final(x) @ self.model.text_projection
        return x / x.norm(dim=-1, keepdim=True)


def main():
    folder = pathlib.Path(sys.argv[1])
    model = reference.fill(reference.build("ViT-B-32"))
    reference.save(folder, model, "ViT-B-32")
    ids = torch.zeros(2, 20, dtype=torch.long)
    ids[:, :8] = torch.arange(8) + 49400
    axes = {"ids": {0: "n", 1: "length"}, "embeddings": {0: "n"}}
    with torch.inference_mode():
        torch.onnx.export(TextTower(model), (ids,), f"{folder}.onnx", input_names=["ids"], output_names=["embeddings"],
                          dynamic_axes=axes, opset_version=17, dynamo=False)


main()
