#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/data/torch: files of weights of every form that torch.save and torch.jit.save write, all small.

    python tools/goldens/make_torch.py [--out tests/data/torch]

tests/unit/test_torch.c knows what is in them: element i of a tensor is i, plus the number given in its place below."""

import argparse
import collections
import io
import pathlib
import warnings

import torch

HERE = pathlib.Path(__file__).resolve().parents[2]


def numbered(first, *shape):
    return (torch.arange(float(torch.Size(shape).numel())) + first).reshape(shape)


class Inner(torch.nn.Module):
    def __init__(self, first):
        super().__init__()
        self.weight = torch.nn.Parameter(numbered(first, 2, 3).half())
        self.register_buffer("steps", torch.tensor(7))

    def forward(self, x):
        return x @ self.weight.float().t()


class Outer(torch.nn.Module):
    """With what OpenAI's models have beside weights, and attributes that are none."""

    def __init__(self):
        super().__init__()
        self.visual = Inner(10)
        self.blocks = torch.nn.ModuleList([Inner(20), Inner(30)])
        self.logit_scale = torch.nn.Parameter(torch.tensor(4.5))
        for name, size in (("input_resolution", 224), ("context_length", 77), ("vocab_size", 49408)):
            self.register_buffer(name, torch.tensor(size))
        self.name, self.sizes, self.rate, self.pair = "outer", [1, 2], 0.5, (1, None)

    def forward(self, x):
        for block in self.blocks:
            x = x + block(x).sum() * len(self.sizes) * self.rate
        return self.visual(x) * self.logit_scale


def state():
    whole = numbered(0, 4, 6)
    return collections.OrderedDict(
        f32=whole, f16=whole.half(), bf16=whole.bfloat16(), f64=whole.double(), transposed=whole.t(), part=whole[1:3, 2:5],
        same=whole, repeated=numbered(5, 1, 3).expand(2, 3), i64=torch.arange(3), bools=torch.ones(2).bool(),
        scalar=torch.tensor(1.5), empty=torch.zeros(0, 3), parameter=torch.nn.Parameter(numbered(100, 3)),
        f64_transposed=whole.double().t())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=HERE / "tests/data/torch", type=pathlib.Path)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")

    def save(name, value, **options):
        file = io.BytesIO()
        torch.save(value, file, **options)
        (out / name).write_bytes(file.getvalue())

    for protocol in (2, 5):
        save(f"protocol{protocol}.bin", state(), pickle_protocol=protocol)
    model = Outer()
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    for tensor, first in ((model.visual.weight, 10), (model.blocks[0].weight, 20), (model.blocks[1].weight, 30)):
        tensor.data = numbered(first, 2, 3).half()
    model.logit_scale.data = torch.tensor(4.5)
    save("checkpoint.pt", {"epoch": 3, "name": "outer", "state_dict": model.state_dict(), "optimizer": optimizer.state_dict(),
                           "big": 2 ** 40, "small": -5})
    save("model.pt", {"model": model.state_dict(), "rates": [0.5, (1, 2, 3, 4)]})
    save("legacy.bin", {"a": torch.ones(2)}, _use_new_zipfile_serialization=False)
    save("set.bin", {"a": torch.ones(2), "b": {1, 2}})
    torch.jit.save(torch.jit.script(model), str(out / "script.pt"))


main()
