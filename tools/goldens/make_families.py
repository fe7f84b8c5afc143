#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/families/families.json: what timm, transformers and open_clip compute, in float64, for tiny towers of their
families, filled by the formula of openclip_reference.py; and how far timm's own float32 is from that.  The test gives the
library tables with these sizes (tests/families/kinds.c).

    python tools/goldens/make_families.py [--out tests/families/families.json]"""

import argparse
import json
import pathlib
import sys
from collections import OrderedDict
from functools import partial

import open_clip
import timm
import torch
import transformers
from open_clip.model import CustomTextCLIP
from open_clip.modified_resnet import ModifiedResNet
from timm.layers import LayerNorm2d, Mlp
from timm.models.convnext import ConvNeXt
from timm.models.eva import Eva
from timm.models.fastvit import FastVit, RepConditionalPosEnc
from timm.models.naflexvit import NaFlexVit, NaFlexVitCfg
from timm.models.vision_transformer import VisionTransformer
from timm.models.vision_transformer_hybrid import ConvStem
from timm.models.vitamin import GeGluMlp, HybridEmbed, MbConvStages, VitCfg, VitConvCfg

import openclip_reference as reference

HERE = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(HERE / "tools"))
import hf_configs  # noqa: E402

DIM, PICTURES, ROWS = 24, 3, 2
MCI0 = dict(layers=(1, 2, 1, 2), mlp_ratios=(3,) * 4, se_downsamples=(False, False, True, True))
TEXT = {"context_length": 12, "width": 32, "heads": 2, "layers": 1}
NORM = partial(torch.nn.LayerNorm, eps=1e-6)
PE = dict(num_classes=DIM, global_pool="map", attn_type="rope", use_pre_transformer_norm=True, use_rot_pos_emb=True,
          rope_grid_indexing="xy", attn_pool_num_heads=8, attn_pool_mlp_ratio=4., use_fc_norm=False,
          norm_layer=partial(torch.nn.LayerNorm, eps=1e-5), qkv_bias=True)


def siglip(**more):
    return VisionTransformer(img_size=40, patch_size=8, embed_dim=DIM, depth=2, num_heads=2, mlp_ratio=40 / DIM, class_token=False,
                             global_pool="map", num_classes=0, **more)


def naflex():
    """As naflexvit_base_patch16_siglip; its positions are resampled for every size of pictures."""
    return NaFlexVit(NaFlexVitCfg(patch_size=8, embed_dim=DIM, depth=2, num_heads=2, mlp_ratio=40 / DIM, act_layer="gelu_tanh",
                                  global_pool="map", pos_embed_interp_mode="bilinear"), num_classes=0)


def eva(**more):
    return Eva(**dict(img_size=40, patch_size=8, embed_dim=48, depth=2, num_heads=3, num_classes=DIM, norm_layer=NORM) | more)


def vit(**more):
    return VisionTransformer(**dict(img_size=40, patch_size=8, embed_dim=48, depth=2, num_heads=3, mlp_ratio=2.,
                                    num_classes=DIM) | more)


def mci():
    stem = ConvStem(channels=(12, 12, 48), stride=(4, 2, 2), kernel_size=(4, 2, 2), padding=0, act_layer=torch.nn.GELU)
    return vit(img_size=48, patch_size=1, no_embed_class=True, embed_layer=partial(HybridEmbed, backbone=stem, proj=False))


def named(name, **model):
    return {"timm_model_name": name, **model}


def resnet():
    return ModifiedResNet(layers=(1, 2, 1, 1), output_dim=DIM, heads=2 * 4, image_size=64, width=8)


def vitamin(**more):
    backbone = MbConvStages(VitCfg(embed_dim=(8, 16, 48), depths=(2, 4, 1), stem_width=8, head_type="1d",
                                   conv_cfg=VitConvCfg(norm_layer="layernorm2d", norm_eps=1e-6)))
    trunk = VisionTransformer(img_size=48, patch_size=1, embed_dim=48, depth=2, num_heads=3, mlp_layer=GeGluMlp, mlp_ratio=2.,
                              class_token=False, global_pool="avg", num_classes=0,
                              embed_layer=partial(HybridEmbed, backbone=backbone, proj=False), **more)
    return with_head(trunk, 48, "linear")


def fastvit(**more):
    """As fastvit_mci0; with five stages as fastvit_mci3."""
    stages = more.pop("stages", 4)
    attention = [i >= 3 for i in range(stages)]
    return FastVit(**dict(embed_dims=[8 << i for i in range(stages)], downsamples=[i > 0 for i in range(stages)],
                          pos_embs=[RepConditionalPosEnc if late else None for late in attention],
                          token_mixers=["attention" if late else "repmixer" for late in attention],
                          num_classes=DIM, lkc_use_act=True) | more)


def with_head(trunk, features, proj):
    """As open_clip's TimmModel has it: the trunk without its classifier, and a head."""
    head = [("proj", torch.nn.Linear(features, DIM, bias=False))] if proj == "linear" else \
        [("mlp", Mlp(features, 2 * DIM, DIM, bias=(True, False)))]
    return torch.nn.Sequential(OrderedDict([("trunk", trunk), ("head", torch.nn.Sequential(OrderedDict(head)))]))


def convnext(proj, **more):
    trunk = ConvNeXt(depths=(1, 2, 1, 1), dims=(12, 24, 48, 96), num_classes=0, global_pool="avg", ls_init_value=1e-6, **more)
    return with_head(trunk, 96, proj)


CASES = {  # name: vision_cfg, tower
    "resnet": ({"layers": [1, 2, 1, 1], "width": 8, "head_width": 32, "image_size": 64}, resnet),
    "convnext": (named("convnext_test", timm_pool="", timm_proj="linear", image_size=70), partial(convnext, "linear")),
    "convnext-mlp": (named("convnext_test", timm_pool="", timm_proj="mlp", image_size=64), partial(convnext, "mlp")),
    "vitamin": (named("vitamin_test", timm_pool="", timm_proj="linear", image_size=48), vitamin),
    "vitamin-without-positions": (named("vitamin_bare_test", timm_pool="", timm_proj="linear", image_size=48),
                                  partial(vitamin, pos_embed="none")),
    "fastvit": (named("fastvit_test", timm_pool="avg", timm_proj=None, image_size=70), partial(fastvit, **MCI0)),
    "fastvit-folded": (named("fastvit_test", timm_pool="avg", timm_proj=None, image_size=64),
                       partial(fastvit, inference_mode=True, **MCI0)),
    "fastvit-five-stages": (named("fastvit_five_test", timm_pool="avg", timm_proj=None, image_size=128),
                            partial(fastvit, stages=5, layers=(1, 1, 1, 1, 2), mlp_ratios=(4,) * 5, se_downsamples=(False,) * 5,
                                    norm_layer=partial(LayerNorm2d, eps=1e-5), stem_use_scale_branch=False)),
    "siglip": (named("vit_test_siglip", timm_pool="map", timm_proj="none"), siglip),
    "siglip-tanh": (named("vit_test_siglip_tanh", timm_pool="map", timm_proj="none"), partial(siglip, act_layer="gelu_tanh")),
    "naflex": (named("naflexvit_test", timm_pool="map", timm_proj="none"), naflex),
    "naflex-larger": (named("naflexvit_test", timm_pool="map", timm_proj="none", image_size=152), naflex),
    "mobileclip-l": (named("vit_test", timm_pool="token", timm_proj=None),
                     partial(vit, pre_norm=True, norm_layer=partial(torch.nn.LayerNorm, eps=1e-5))),
    "mobileclip-b": (named("vit_mci_test", timm_pool="token", timm_proj=None, image_size=48), mci),
    "eva01": (named("eva_test", timm_pool="token"), partial(eva, global_pool="token", mlp_ratio=100 / 48)),
    "eva02": (named("eva02_test", timm_pool="token"),
              partial(eva, global_pool="token", mlp_ratio=100 / 48, qkv_fused=False, swiglu_mlp=True, scale_mlp=True,
                      scale_attn_inner=True, use_rot_pos_emb=True, ref_feat_shape=(16, 16))),
    "eva02-resized": (named("eva02_test", timm_pool="token", image_size=56),
                     partial(eva, global_pool="token", mlp_ratio=100 / 48, qkv_fused=False, swiglu_mlp=True, scale_mlp=True,
                             scale_attn_inner=True, use_rot_pos_emb=True, ref_feat_shape=(16, 16))),
    "siglip-resized": (named("vit_test_siglip", timm_pool="map", timm_proj="none", image_size=28), siglip),
    "eva02-after": (named("eva02_after_test", timm_pool="token"),
                    partial(eva, global_pool="token", mlp_ratio=100 / 48, use_post_norm=True)),
    "pe-core": (named("pe_test", timm_pool="map"),
                partial(eva, num_heads=4, mlp_ratio=100 / 48, ref_feat_shape=(5, 5), rope_grid_offset=1., **PE)),
    "pe-core-without-class": (named("pe_bare_test", timm_pool="map"),
                              partial(eva, num_heads=4, mlp_ratio=100 / 48, ref_feat_shape=(5, 5), class_token=False, **PE)),
}


ENCODERS = {
    "roberta_test": lambda: hf_configs.roberta(transformers.RobertaConfig, 200, 64, 2, 4, 128),
    "m2m_100_test": lambda: hf_configs.nllb(2, 128, 200, 64, 4),
    "mt5_test": lambda: hf_configs.mt5(64, 2, 4, 96, 200, 16),
}
VISION = {"layers": 1, "width": 32, "head_width": 16, "image_size": 16, "patch_size": 8}
FAINT = 0.003  # so little that eps matters
TEXTS = {  # name: text_cfg, what embeddings are multiplied by
    f"{name}{'-faint' if faint < 1 else ''}": (text, faint) for faint in (1, FAINT) for name, text in {
        "roberta": {"hf_model_name": "roberta_test", "hf_pooler_type": "mean_pooler", "context_length": 24},
        "m2m_100": {"hf_model_name": "m2m_100_test", "hf_pooler_type": "cls_pooler", "hf_proj_type": "linear",
                    "context_length": 24},
        "mt5": {"hf_model_name": "mt5_test", "hf_pooler_type": "mean_pooler", "context_length": 100},
    }.items()}


def rounded(x):
    return [float(f"{v:.9g}") for v in x]


def ids_of(length, pad):
    """Short, with padding amid its ids, full, the shortest."""
    rows = torch.full((4, length), pad)
    for i, count in enumerate((5, 12, length, 2)):
        rows[i, :count] = 3 + (torch.arange(count) * 37 + 11 * i) % 190
    rows[1, 3:5] = pad
    return rows


def stages_of(tower, ids):
    """Of the first text, without its padding: what goes into the first layer, what comes out of each, what is projected."""
    stages, encoder = {}, tower.transformer
    if hasattr(encoder, "encoder"):
        layers = encoder.encoder.layer
    else:
        layers = encoder.layers if hasattr(encoder, "layers") else encoder.block

    def keep(name, x):
        x = x[0] if isinstance(x, tuple) else x
        stages[name] = rounded((x[0, ids[0] != tower.config.pad_token_id] if x.ndim == 3 else x[0]).flatten().tolist())

    layers[0].register_forward_pre_hook(lambda _, args: keep("embedded", args))
    for i, layer in enumerate(layers):
        layer.register_forward_hook(lambda _, args, out, i=i: keep(f"block {i}", out))
    tower.proj.register_forward_pre_hook(lambda _, args: keep("pooled", args))
    tower.proj.register_forward_hook(lambda _, args, out: keep("projected", out))
    with torch.no_grad():
        return tower(ids), stages


def text_golden(text, faint):
    hf_configs.use(ENCODERS)
    model = CustomTextCLIP(DIM, VISION, text | {"hf_model_pretrained": False}).eval()
    tower, tensors = model.text, {name: tensor for name, tensor in model.state_dict().items() if name != "logit_scale"}
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(reference.values(name, tensor.shape))
        for module in tower.modules():
            if isinstance(module, torch.nn.Embedding) and module.num_embeddings != 32:  # that of distances
                module.weight.mul_(faint)
            if "Sinusoidal" in type(module).__name__:
                module.weights.mul_(faint)
    ids = ids_of(text["context_length"], tower.config.pad_token_id)
    embeddings, stages = stages_of(tower.double(), ids)
    return {"cfg": {"embed_dim": DIM, "vision_cfg": VISION, "text_cfg": text}, "faint": faint,
            "tensors": {name: list(tensor.shape) for name, tensor in tensors.items()}, "ids": ids.tolist(),
            "text": [rounded(row) for row in embeddings.tolist()], "stages": stages if faint == 1 else {}}


def watch(model):
    """{stage: the first rows of what comes out of it for the first picture}, filled by the model's next pass"""
    trunk, stages = model.trunk if isinstance(model, torch.nn.Sequential) else model, {}

    def keep(name, x):
        x = x[0].permute(1, 2, 0) if x.ndim == 4 else x[0]
        stages[name] = rounded(x.flatten()[:ROWS * x.shape[-1]].tolist())

    backbone = getattr(getattr(trunk, "patch_embed", None), "backbone", None)
    lists = {"stage": getattr(trunk, "stages", None) or [getattr(trunk, f"layer{i}") for i in range(1, 5) if hasattr(trunk, f"layer{i}")],
             "convolutions": [block for stage in getattr(backbone, "stages", []) for block in stage],
             "block": getattr(trunk, "blocks", [])}
    for kind, modules in lists.items():
        for i, module in enumerate(modules):
            module.register_forward_hook(lambda _, args, out, name=f"{kind} {i}": keep(name, out))
    if len(lists["block"]):
        lists["block"][0].register_forward_pre_hook(lambda _, args: keep("embedded", args[0]))
    stem = trunk.avgpool if isinstance(trunk, ModifiedResNet) else trunk.stem if isinstance(trunk, FastVit) else None
    if stem:
        stem.register_forward_hook(lambda _, args, out: keep("stem", out))
    return stages


def golden(title, vision, make):
    model, size = make(), vision.get("image_size", 40)
    whole = "timm_model_name" not in vision or isinstance(model, torch.nn.Sequential)
    prefix = "visual." if whole else "visual.trunk."
    tensors = {name: tensor for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(reference.values(prefix + name, tensor.shape))
    pictures = torch.from_numpy((2 * reference.hashed("image", PICTURES * 3 * size * size)).astype("float32"))
    pictures = pictures.view(PICTURES, 3, size, size)
    if title.endswith("-resized"):
        model.set_input_size(size)
    with torch.no_grad():
        rough = model.eval()(pictures)
        stages = watch(model.double())
        image = model.double()(pictures.double())
    off = ((rough - image).abs() / image.abs().clamp(min=1)).max().item()
    return {"cfg": {"embed_dim": DIM, "vision_cfg": vision, "text_cfg": TEXT},
            "tensors": {prefix + name: list(tensor.shape) for name, tensor in tensors.items()},
            "float32": float(f"{off:.2g}"),
            "stages": stages, "image": [rounded(row) for row in image.tolist()]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=HERE / "tests/families/families.json", type=pathlib.Path)
    out = parser.parse_args().out
    cases = {name: golden(name, *case) for name, case in CASES.items()}
    texts = {name: text_golden(*case) for name, case in TEXTS.items()}
    source = f"timm {timm.__version__}, open_clip {open_clip.__version__}, transformers {transformers.__version__}, float64"
    out.write_text(json.dumps({"source": source, "cases": cases, "texts": texts}, indent=1) + "\n")


main()
