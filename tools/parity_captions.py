# SPDX-License-Identifier: Apache-2.0
"""The part of tools/parity.py that is about captions: ids by `group` and `greedy` against open_clip's generate, by `beam`
against transformers' own search over open_clip's model; and CoCa's embeddings.  With --precision bf16, against open_clip
in f32 on matrices rounded to bf16.

Weights are the formula's, numbered, so that every model has others; the end token's column of the projection is 1.05 times
another's for two thirds of the tiny models, so that captions end."""

import json
import random
import shutil

import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

import caption_reference as captions
import openclip_reference as reference

LARGE = {"coca_ViT-B-32": 2e-6, "coca_ViT-L-14": 5e-6}
RULES = {"group": captions.group, "beam": captions.beam, "greedy": captions.greedy}


def fill(model, number):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(reference.values(f"{number}/{name}", parameter.shape))
    return captions.talkative(model).eval()


def gallery(root, count):
    return sorted((root / "samples/gallery").glob("*.jpg"))[:count]


TIE = 1e-6  # a choice closer than this is not float32's to make: another order of sums, as of another torch, makes it otherwise


class Tally:
    def __init__(self):
        self.tried, self.differ, self.near = 0, [], []

    def compare(self, what, rule, ours, reference_ids, found):
        """`found`: the margins of the reference's choices."""
        self.tried += 1
        margin = min(found, default=1.)
        if ours != reference_ids:
            self.differ.append((what, rule, margin, ours, reference_ids))
        elif margin < TIE:
            self.near.append((what, rule, margin))

    def report(self, report, name):
        """Captions have to be the same, but for one in a hundred that differ after a tie."""
        wrong = sum(margin >= TIE for _, _, margin, _, _ in self.differ)
        ties = len(self.differ) - wrong
        for what, rule, margin, ours, theirs in self.differ[:10]:
            print(f"  {what}, {rule}: least margin {margin:.1e}\n    {ours}\n    {theirs}")
        for what, rule, margin in self.near[:10]:
            print(f"  {what}, {rule}: the same, though two candidates came within {margin:.1e}")
        near = f", {len(self.near)} of the same with a choice closer than {TIE:g}" if self.near else ""
        tied = f", {ties} of them after such a choice" if ties else ""
        report(name, not wrong and 100 * ties <= self.tried, f"{self.tried} captions, {len(self.differ)} differ{tied}{near}")


def ids_of(descry, args, folder, rule, options, pictures, precision="f32"):
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    lines = descry(args, "caption", "--model", folder, "--decode", rule, "--precision", precision, "--json", *words,
                   *pictures).splitlines()
    return [json.loads(line)["ids"] for line in lines]


# ---- tiny models ---------------------------------------------------------------------

def tiny_config(rng):
    width = rng.choice([32, 48, 64])
    vision_width = rng.choice([32, 48, 96])
    pooled = rng.random() < .8
    text = {"context_length": rng.choice([31, 32, 40]), "vocab_size": rng.choice([2014, 2100]), "width": width,
            "heads": rng.choice([2, 4]), "layers": rng.randint(1, 3), "embed_cls": True, "output_tokens": True,
            "tokenizer_kwargs": {"bpe_path": "bpe_demo.txt.gz"}}
    vision = {"image_size": 32, "layers": rng.randint(1, 2), "width": vision_width if pooled else width, "head_width": 16,
              "patch_size": 8, "output_tokens": True}
    if pooled:
        vision.update(attentional_pool=True, attn_pooler_queries=rng.choice([2, 8, 17]), attn_pooler_heads=rng.choice([2, 4]))
    decoder = {"context_length": text["context_length"], "vocab_size": text["vocab_size"], "width": width,
               "heads": rng.choice([2, 4]), "layers": rng.randint(1, 3)}
    return {"embed_dim": width, "vision_cfg": vision, "text_cfg": text, "multimodal_cfg": decoder, "custom_text": True,
            "quick_gelu": rng.random() < .2}


def tiny_model(number, rng):
    config = tiny_config(rng)
    model = fill(reference.build(config), number)
    if rng.random() < .67:
        projection = model.text_decoder.text_projection
        with torch.no_grad():
            projection[:, 2013] = 1.05 * projection[:, rng.randrange(2012)]
            if rng.random() < .5:  # id 0 in captions, which hides what follows it
                projection[:, 0] = 1.1 * projection[:, rng.randrange(2012)]
    return config, model


def check_tiny(args, folder, root, report, descry):
    rng, tally, rounded, lengths = random.Random(5), Tally(), Tally(), set()
    pictures = gallery(root, 2)
    preprocess = image_transform_v2(PreprocessCfg(size=32), is_train=False)
    pixels = torch.stack([preprocess(Image.open(p)) for p in pictures])
    for number in range(args.tiny):
        config, model = tiny_model(number, rng)
        there = reference.save(folder / "tiny", model, config)
        shutil.copy(root / "models/demo/bpe_demo.txt.gz", there)
        beams, groups = rng.choice([(6, 3), (6, 3), (4, 1), (2, 1), (3, 1)])
        most = rng.choice([30, 30, config["text_cfg"]["context_length"], 12])
        least, penalty = rng.choice([5, 5, 1, 8]), rng.choice([1., 1., 1.5])
        ours = {"beams": beams, "groups": groups, "min-length": least, "max-length": most, "repetition-penalty": penalty}
        theirs = {"seq_len": most, "min_seq_len": least, "repetition_penalty": penalty}
        for rule, run, precision in [*((*rule, "f32") for rule in RULES.items()), ("group", captions.group, "bf16")]:
            if precision == "bf16":
                reference.round_matrices(model)
            more = {"group": {"num_beams": beams, "num_beam_groups": groups}, "beam": {"num_beams": beams}}.get(rule, {})
            got = ids_of(descry, args, there, rule, ours, pictures, precision)
            for path, picture, ids in zip(pictures, pixels, got, strict=True):
                found = []
                with captions.margins(found):
                    expected = run(model, picture[None], 2012, 2013, **theirs, **more)[0]
                kept = rounded if precision == "bf16" else tally
                kept.compare(f"tiny {number}, {path.name}", rule, ids, expected, found)
                lengths.add(len(ids))
        shutil.rmtree(there)
    tally.report(report, f"captions of {args.tiny} tiny models, of {len(lengths)} lengths")
    rounded.report(report, f"captions of {args.tiny} tiny models in bf16")


# ---- real architectures --------------------------------------------------------------

def check_large(args, folder, root, report, descry, embeddings, name):
    """One model's embeddings and captions, in both precisions.  open_clip's 3 groups of 2 beams do not differ from each
    other, as the tiny models show, so that here one is enough."""
    model = fill(reference.build(name), 7)
    there = reference.save(folder / name, model, name)
    for precision in sorted(args.precisions, reverse=True):  # f32 first: the other changes the model
        if precision == "bf16":
            reference.round_matrices(model)
        compare_large(args, root, report, descry, embeddings, name, model, there, precision)
    shutil.rmtree(there)


def compare_large(args, root, report, descry, embeddings, name, model, there, precision):
    preprocess = image_transform_v2(PreprocessCfg(size=model.visual.image_size), is_train=False)
    embeddings(args, f"{name}, {precision}, embeddings", model, preprocess, open_clip.get_tokenizer(name), there,
               LARGE[name], "--precision", precision)
    count = args.captions if name == "coca_ViT-B-32" else args.large_captions
    pictures, tally = gallery(root, count), Tally()
    if pictures:
        got = ids_of(descry, args, there, "group", {"max-length": args.caption_length}, pictures, precision)
    for path, ids in zip(pictures, got if pictures else [], strict=True):
        found = []
        with captions.margins(found):
            expected = captions.group(model, preprocess(Image.open(path))[None], num_beams=2, num_beam_groups=1,
                                      seq_len=args.caption_length)[0]
        tally.compare(path.name, "group", ids, expected, found)
        print(f"\r  {name}, {precision}: {tally.tried} of {count}, {len(tally.differ)} differ", end="", flush=True)
    print("\r\033[K", end="")
    tally.report(report, f"captions of {name}, {precision}, {args.caption_length} ids")


def add_arguments(parser):
    parser.add_argument("--tiny", type=int, default=200, help="tiny CoCa models to caption with")
    parser.add_argument("--captions", type=int, default=20, help="pictures for coca_ViT-B-32")
    parser.add_argument("--large-captions", type=int, default=20, help="pictures for coca_ViT-L-14, slow in Python")
    parser.add_argument("--precisions", nargs="*", choices=("f32", "bf16"), default=["f32", "bf16"],
                        help="of these two")
    parser.add_argument("--caption-length", type=int, default=30, help="ids in a caption of these two")


def check(args, folder, root, report, descry, embeddings):
    if args.tiny:
        check_tiny(args, folder, root, report, descry)
    for name in LARGE:
        if name in args.models:
            check_large(args, folder, root, report, descry, embeddings, name)
