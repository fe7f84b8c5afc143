# SPDX-License-Identifier: Apache-2.0
"""Train the bundled demo model: a small CoCa that knows the world of demo_world.py.

Needs torch, torchvision, open_clip_torch (3.x), Pillow, numpy, safetensors and the Noto
Color Emoji font.  It uses a GPU where torch finds one and the processor otherwise; what
the model learns goes by the number of scenes seen, and painting them takes most of the time.

    python tools/demo/train_demo.py --minutes 20 --batch 256 --out models/demo

The learning rate falls with the time spent in steps, so the run may be paused; it is
resumed from --checkpoint if that holds one.  The weights written are half precision.
"""

import argparse
import gzip
import io
import itertools
import json
import math
import os
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from open_clip.coca_model import CoCa
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from safetensors.torch import save_file

import demo_world as world
import eval_demo

MERGES = 1500
VOCABULARY = 512 + MERGES + 2
CONTEXT = 32
WIDTH = 192
SIZE, PATCH = 96, 12
INDEX = {name: i for i, name in enumerate(world.THINGS)}
CONFIG = {
    "embed_dim": WIDTH,
    "vision_cfg": {
        "image_size": SIZE, "layers": 6, "width": WIDTH, "head_width": 32, "patch_size": PATCH,
        "attentional_pool": True, "attn_pooler_queries": 32, "attn_pooler_heads": 6,
        "output_tokens": True,
    },
    "text_cfg": {
        "context_length": CONTEXT, "vocab_size": VOCABULARY, "width": WIDTH, "heads": 6,
        "layers": 4, "embed_cls": True, "output_tokens": True,
        "tokenizer_kwargs": {"bpe_path": "bpe_demo.txt.gz"},
    },
    "multimodal_cfg": {
        "context_length": CONTEXT, "vocab_size": VOCABULARY, "width": WIDTH, "heads": 6,
        "layers": 3, "attn_pooler_heads": 6,
    },
    "custom_text": True,
}
PREPROCESS = {
    "mean": OPENAI_DATASET_MEAN, "std": OPENAI_DATASET_STD,
    "interpolation": "bicubic", "resize_mode": "shortest",
}


# ---- the files of the model directory -----------------------------------------------

def world_words():
    """Every word that the captions of the world can hold."""
    words = set(world.SINGULAR) | set(world.PLURAL) | set(world.COLOURS) | set(world.SIZES)
    words |= set(world.PATTERNS) | {"background", "on", "against", "with", "in", "front", "of"}
    for phrase in itertools.chain(world.PREFIXES, world.RELATIONS, world.NUMBERS):
        words |= set(phrase.split())
    return sorted(words)


def write_vocabulary(path):
    """Cut CLIP's merges to MERGES: those the world's words need, then the most frequent.

    The words keep CLIP's own tokens, as the order of the merges is kept.  The reader drops
    the first line and takes every later one for a merge, so no newline ends the file.
    """
    full = SimpleTokenizer()
    ranked = sorted(full.bpe_ranks, key=full.bpe_ranks.get)
    needed = set()
    for word in world_words():
        parts = [*word[:-1], word[-1] + "</w>"]
        while True:
            pairs = [p for p in zip(parts, parts[1:]) if p in full.bpe_ranks]
            if not pairs:
                break
            pair = min(pairs, key=full.bpe_ranks.get)
            needed.add(pair)
            at = 0
            while at < len(parts) - 1:
                if (parts[at], parts[at + 1]) == pair:
                    parts[at:at + 2] = ["".join(pair)]
                at += 1
    kept = set(itertools.islice(itertools.chain(
        needed, (p for p in ranked if p not in needed)), MERGES))
    assert needed <= kept
    lines = ["#version: 0.2", *(" ".join(p) for p in ranked if p in kept)]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def write_settings(folder):
    """Write the config and the vocabulary; return the tokenizer they make."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"model_cfg": CONFIG, "preprocess_cfg": PREPROCESS}
    (folder / "open_clip_config.json").write_text(json.dumps(settings, indent=2) + "\n")
    write_vocabulary(folder / "bpe_demo.txt.gz")
    tokenizer = SimpleTokenizer(str(folder / "bpe_demo.txt.gz"), context_length=CONTEXT)
    assert tokenizer.vocab_size == VOCABULARY and tokenizer.eot_token_id == VOCABULARY - 1
    return tokenizer


def write_weights(model, folder):
    """Write the weights in half precision."""
    state = {k: v.detach().half().contiguous() for k, v in model.state_dict().items()}
    path = folder / "open_clip_model.safetensors"
    save_file(state, path, metadata={"format": "pt"})
    path.chmod(0o644)


def build():
    """The model of CONFIG with fresh weights."""
    keys = ("embed_dim", "vision_cfg", "text_cfg", "multimodal_cfg")
    model = CoCa(**{k: dict(v) if isinstance(v, dict) else v
                    for k, v in CONFIG.items() if k in keys})
    std = WIDTH ** -.5
    torch.nn.init.normal_(model.text_decoder.text_projection, std=std)
    for block in [*model.text_decoder.resblocks, *model.text_decoder.cross_attn]:
        torch.nn.init.normal_(block.attn.in_proj_weight, std=std)
        torch.nn.init.normal_(block.mlp.c_fc.weight, std=(2 * WIDTH) ** -.5)
        for weight in (block.attn.out_proj.weight, block.mlp.c_proj.weight):
            torch.nn.init.normal_(weight, std=std * 6 ** -.5)
    with torch.no_grad():
        model.visual.positional_embedding[1:] += places()
    return model


def places():
    """Sines and cosines of the patches' rows and columns, [GRID * GRID, WIDTH].

    The usual small random start is drowned by the patches' own colours: the tower would
    then know what a picture shows, but not where.
    """
    octaves = torch.linspace(0, 4, WIDTH // 4)
    turns = torch.arange(GRID)[:, None] * .25 * 2 ** octaves
    waves = torch.cat([turns.sin(), turns.cos()], 1)
    both = torch.cat([waves.repeat_interleave(GRID, 0), waves.repeat(GRID, 1)], 1)
    both = both - both.mean(0)
    return 1.2 * both / both.std()


# ---- batches ------------------------------------------------------------------------

ROLES = ("left", "right", "above", "below")
GRID = SIZE // PATCH
FACTS = len(world.THINGS) * (1 + len(ROLES)) + 3 + 2
KINDS = 1 + len(world.THINGS)          # the background, or a thing
STATES = (*ROLES, 2, 3, 4, "small", "big", None)
CELLS = (GRID // 2) ** 2
WHOLE = .65                            # the share of texts that tell all of their picture
FOREIGN = 12                           # texts of another world in a batch
TRUE, OPEN = 1, 2


def fact_targets(facts):
    """A scene's facts as zeros and ones: things, things by their place, count, size."""
    target = torch.zeros(FACTS)
    things = len(world.THINGS)
    for name, count in facts["things"].items():
        target[INDEX[name]] = 1
        if count > 1:
            target[things * 5 + count - 2] = 1
    if facts["relation"]:
        first, how, second = facts["relation"]
        for name, role in ((first, how), (second, world.OPPOSITE[how])):
            target[things * (1 + ROLES.index(role)) + INDEX[name]] = 1
    if facts["size"]:
        target[-1 if facts["size"] == "big" else -2] = 1
    return target


def patch_targets(scene):
    """What each patch shows, [2, GRID * GRID]: a thing's index + 1, or 0 for the background;
    and how that thing stands in the scene, an index into STATES, or -100."""
    target = torch.zeros(2, GRID, GRID, dtype=torch.long)
    target[1] = -100
    facts, state = scene["facts"], {}
    for name, count in facts["things"].items():
        state[name] = STATES.index(count if count > 1 else facts["size"])
    if facts["relation"]:
        first, how, second = facts["relation"]
        state = {first: STATES.index(how), second: STATES.index(world.OPPOSITE[how])}
    y, x = torch.meshgrid(*2 * [(torch.arange(GRID) + .5) / GRID], indexing="ij")
    for name, cx, cy, scale, *_ in scene["sprites"]:
        here = (x - cx) ** 2 + (y - cy) ** 2 < (.45 * scale) ** 2
        target[:, here] = torch.tensor([[1 + INDEX[name]], [state[name]]])
    return target.flatten(1)


def cell_targets(patches):
    """The same for cells of two by two patches, [B, 2, CELLS]: a thing wins over background."""
    half = GRID // 2
    blocks = patches.view(-1, 2, half, 2, half, 2).transpose(3, 4).reshape(-1, 2, CELLS, 4)
    best = blocks[:, 0].argmax(-1, keepdim=True)
    return torch.stack([blocks[:, i].gather(-1, best)[..., 0] for i in (0, 1)], 1)


def foreign_words():
    """Words of CLIP's vocabulary that the world has no use for."""
    known = set(world_words()).union(*(word.split("-") for word in world.ELSEWHERE))
    words = (token.removesuffix("</w>") for token in SimpleTokenizer().encoder if token.endswith("</w>"))
    return sorted(w for w in words if len(w) > 3 and w.isalpha() and w.isascii()
                  and w not in known and w.removesuffix("s") not in known)


class Batches(torch.utils.data.IterableDataset):
    """Endless batches: pictures; tokens of a text for each, then of FOREIGN texts about things
    that the world has not; whether a text tells all of its picture; which texts are TRUE of
    which pictures, or OPEN; and what the pictures show.  `groups` is a shared number: the share
    of scenes in groups of near misses."""

    def __init__(self, tokenizer, size, real, seed, groups):
        self.tokenizer, self.size, self.real, self.seed = tokenizer, size, real, seed
        self.groups = groups
        self.words = foreign_words()
        self.square, _ = eval_demo.preprocess(SIZE)

    def picture(self, rng, scene):
        """The scene as a byte tensor, sometimes by way of a JPEG as in use."""
        if rng.random() >= self.real:
            return world.render(scene, SIZE)
        data = world.jpeg(world.render(scene, rng.choice((192, 256, 256))), rng.randint(80, 95))
        return eval_demo.apply(self.square, Image.open(io.BytesIO(data)))

    def foreign(self, rng):
        """A text that is true of no scene: about another world, at times beside a thing of this."""
        word = rng.choice(self.words)
        text = word if rng.random() < .3 else ("an " if word[0] in "aeiou" else "a ") + word
        roll = rng.random()
        if roll < .3:
            text = rng.choice(world.PREFIXES[1:4]) + text
        elif roll < .5:
            nouns = [text, world.mention(rng, world.sample(rng, "one")["facts"])]
            rng.shuffle(nouns)
            text = f" {rng.choice(list(world.RELATIONS))} ".join(nouns)
        elif roll < .6:
            text += f" {rng.choice(self.words)} {rng.choice(self.words)}"
        return text

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        rng = random.Random(f"training {self.seed} {worker.id if worker else 0}")
        os.nice(1)
        while True:
            scenes = [s for _ in range(self.size // 4)
                      for s in (world.sample_group(rng) if rng.random() < self.groups.value
                                else [world.sample(rng) for _ in range(4)])]
            whole = [rng.random() < WHOLE for _ in scenes]
            captions = [(world.describe if w else world.mention)(rng, s["facts"])
                        for w, s in zip(whole, scenes)]
            claims = [world.parse(c) for c in captions]
            true = torch.zeros(len(scenes), len(scenes) + FOREIGN, dtype=torch.long)
            for row, s in zip(true, scenes):
                for i, claim in enumerate(claims):
                    row[i] = TRUE if world.holds(claim, s["facts"]) else \
                        OPEN if world.is_open(claim, s["facts"]) else 0
            assert (true.diagonal() == TRUE).all()
            captions += [self.foreign(rng) for _ in range(FOREIGN)]
            pictures = np.stack([np.asarray(self.picture(rng, s)) for s in scenes])
            yield (torch.from_numpy(pictures).permute(0, 3, 1, 2), self.tokenizer(captions),
                   torch.tensor(whole), true,
                   torch.stack([fact_targets(s["facts"]) for s in scenes]),
                   torch.stack([patch_targets(s) for s in scenes]))


# ---- learning -----------------------------------------------------------------------

def forward(model, images, tokens):
    """What open_clip's forward gives, with the padding common to all texts cut away.  Of the
    texts that have no picture there are only embeddings."""
    image, image_tokens = model._encode_image(images)
    text = tokens[:, :min(int((tokens != 0).sum(1).max()) + 1, tokens.shape[1])]
    tower, count, length = model.text, *text.shape
    x = torch.cat([tower.token_embedding(text), tower.cls_emb.expand(count, 1, -1)], 1)
    x = x + torch.cat([tower.positional_embedding[:length], tower.positional_embedding[-1:]])
    mask = tower.attn_mask[:length + 1, :length + 1] + tower._build_additive_mask(
        text, length + 1, x.dtype)
    x = tower.transformer(x, attn_mask=mask)
    latent = F.normalize(tower.ln_final(x[:, -1]) @ tower.text_projection, dim=-1)
    logits = model.text_decoder(image_tokens, x[:len(images), :-2])
    return image, latent, logits, text[:len(images), 1:], image_tokens


def check_forward(model, images, tokens):
    """Make sure that the short forward equals open_clip's own."""
    with torch.no_grad():
        image, text, logits, labels, _ = forward(model, images, tokens)
        full = model(images, tokens)
    span = labels.shape[1]
    used = labels != 0
    for ours, theirs in ((image, full["image_features"]), (text, full["text_features"]),
                         (logits[used], full["logits"][:, :span][used])):
        assert (ours - theirs).abs().max() < 1e-4 * max(1, theirs.abs().max().item())


class Hints(torch.nn.Module):
    """Heads that only training has: from an embedding, of either kind, to the facts; from the
    image tower's patches, and from the tokens that the decoder sees, to what is where.  They
    tell the towers early what to look for.  And how a cosine becomes the odds of a pair."""

    def __init__(self, model):
        super().__init__()
        self.facts = torch.nn.Linear(WIDTH, FACTS)
        self.patches = torch.nn.Linear(WIDTH, KINDS + len(STATES))
        self.cells = torch.nn.Linear(WIDTH, KINDS + len(STATES))
        torch.nn.init.constant_(self.facts.bias, -5)
        self.steep = torch.nn.Parameter(torch.tensor(math.log(12.)))
        self.middle = torch.nn.Parameter(torch.tensor(.45))
        model.visual.transformer.register_forward_hook(self.keep)
        weight = torch.ones(KINDS)
        weight[0] = .1
        self.register_buffer("weight", weight)

    def keep(self, module, inputs, output):
        self.tokens = output[:, 1:]

    def places(self, guess, target):
        """Loss over what is shown and how it stands, [B, PLACES, KINDS + STATES]."""
        kinds, states = guess.transpose(1, 2).split((KINDS, len(STATES)), 1)
        return F.cross_entropy(kinds, target[:, 0], self.weight) + F.cross_entropy(
            states, target[:, 1])

    def forward(self, image, text, whole, seen, facts, patches):
        """Loss over latents [B, WIDTH], those of texts if they are whole, decoder tokens, facts
        [B, FACTS] and patch_targets."""
        loss = self.places(self.patches(self.tokens), patches)
        loss = loss + self.places(self.cells(seen[:, :CELLS]), cell_targets(patches))
        for latent, true in ((image, facts), (text[whole], facts[whole])):
            wrong = F.binary_cross_entropy_with_logits(
                self.facts(latent * WIDTH ** .5), true, reduction="sum")
            loss = loss + .3 * wrong / len(true)
        return loss


def losses(model, hints, images, tokens, whole, true, facts, patches):
    """The contrastive loss over texts false of the others' pictures, a sigmoid one over all pairs
    (after Zhai et al. 2023), which makes scores of different texts comparable, the caption loss,
    a small one on the logits' partition, and the hints."""
    image, text, logits, labels, seen = forward(model, images, tokens)
    count, cosine = len(image), image @ text.T
    scores = model.logit_scale.exp() * cosine
    target = torch.arange(count, device=scores.device)
    others = ~torch.eye(*scores.shape, dtype=torch.bool, device=scores.device)
    scores = scores.masked_fill((true != 0) & others, -1e4)
    contrast = (F.cross_entropy(scores, target) + F.cross_entropy(scores[:, :count].T, target)) / 2
    pairs = hints.steep.exp() * (cosine - hints.middle)
    pairs = F.softplus(pairs.where(true != TRUE, -pairs))[true != OPEN].sum() / count
    used = (labels != 0) & whole[:, None]
    logits, labels = logits[used], labels[used]
    caption = F.cross_entropy(logits, labels)
    partition = 1e-4 * logits.logsumexp(-1).square().mean()
    hint = hints(image, text[:count], whole, seen, facts, patches)
    return contrast, .5 * pairs, 2 * caption, partition, hint


def rate(done, peak):
    """The learning rate after a share of the time: a short rise, then half a cosine."""
    if done < .02:
        return peak * max(done / .02, .01)
    return peak * (.01 + .99 * .5 * (1 + math.cos(math.pi * min(1, (done - .02) / .98))))


def groups(done):
    """The share of near misses: none at first, when everything is still to be told apart."""
    return min(.75, max(0., (done - .1) / .2))


def optimiser(model, hints, decay):
    parameters = [*model.parameters(), *hints.parameters()]
    matrices = [p for p in parameters if p.ndim >= 2]
    others = [p for p in parameters if p.ndim < 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": decay},
                              {"params": others, "weight_decay": 0.}], lr=0, betas=(.9, .98))


class Run:
    """A training run: model, optimiser and how far it has come."""

    def __init__(self, args):
        self.args = args
        self.folder = pathlib.Path(args.out)
        self.checkpoint = pathlib.Path(args.checkpoint)
        torch.manual_seed(args.seed)
        self.tokenizer = write_settings(self.folder)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = build().to(self.device)
        self.hints = Hints(self.model).to(self.device)
        self.optimiser = optimiser(self.model, self.hints, args.decay)
        self.progress = {"seconds": 0., "scenes": 0, "steps": 0, "starts": 0}
        self.history = []
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, weights_only=False, map_location=self.device)
            self.model.load_state_dict(saved["model"])
            self.hints.load_state_dict(saved["hints"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.progress, self.history = saved["progress"], saved["history"]
        self.progress["starts"] += 1
        print(f"{sum(p.numel() for p in self.model.parameters()) / 1e6:.2f} M parameters",
              self.progress, flush=True)

    def save(self):
        self.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        part = self.checkpoint.with_suffix(".part")
        torch.save({"model": self.model.state_dict(), "hints": self.hints.state_dict(),
                    "optimiser": self.optimiser.state_dict(),
                    "progress": self.progress, "history": self.history}, part)
        part.rename(self.checkpoint)

    def evaluate(self):
        """Evaluate, and write the weights to the model directory once they are of use."""
        self.model.cpu().eval()
        figures = eval_demo.evaluate(self.model, self.tokenizer, scenes=200, captions=100)
        figures = {"minutes": round(self.progress["seconds"] / 60, 1),
                   "trained_on": self.progress["scenes"], **figures}
        self.history.append(figures)
        print(json.dumps(figures), flush=True)
        write_weights(self.model, self.folder)
        (self.folder / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n")
        self.model.to(self.device).train()

    def train(self):
        args, now = self.args, self.progress
        near = torch.multiprocessing.Value("d", 0.)
        loader = iter(torch.utils.data.DataLoader(
            Batches(self.tokenizer, args.batch, args.real, f"{args.seed}.{now['starts']}", near),
            batch_size=None, num_workers=args.painters, prefetch_factor=6))
        mean = 255 * torch.tensor(OPENAI_DATASET_MEAN, device=self.device).view(3, 1, 1)
        std = 255 * torch.tensor(OPENAI_DATASET_STD, device=self.device).view(3, 1, 1)
        budget, means = 60 * args.minutes, None
        saved = evaluated = now["seconds"]
        while now["seconds"] < budget:
            begun = time.monotonic()
            near.value = groups(now["seconds"] / budget)
            images, tokens, *targets = (part.to(self.device) for part in next(loader))
            images = (images - mean) / std
            if means is None:
                check_forward(self.model, images[:8], tokens[:8])
                torch.set_float32_matmul_precision("high")
            for group in self.optimiser.param_groups:
                group["lr"] = rate(now["seconds"] / budget, args.rate)
            parts = losses(self.model, self.hints, images, tokens, *targets)
            self.optimiser.zero_grad(set_to_none=True)
            sum(parts).backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.)
            self.optimiser.step()
            with torch.no_grad():
                self.model.logit_scale.clamp_(0, math.log(100))
            # A paused process must not skip ahead in the schedule.
            now["seconds"] += min(time.monotonic() - begun, 8.)
            now["scenes"] += len(images)
            now["steps"] += 1
            parts = torch.stack(parts).tolist()
            means = parts if means is None else [.97 * m + .03 * p for m, p in zip(means, parts)]
            if now["steps"] % 50 == 0:
                print(f"{now['seconds'] / 60:6.1f} min {now['scenes']:7d} scenes  contrast "
                      f"{means[0]:.3f} pairs {means[1]:.3f} caption {means[2]:.3f} hints {means[4]:.3f} "
                      f"middle {self.hints.middle.item():.2f} steep {self.hints.steep.exp().item():.1f} scale {self.model.logit_scale.exp().item():.1f}", flush=True)
            if now["seconds"] - saved > 180:
                saved = now["seconds"]
                self.save()
            if now["seconds"] - evaluated > 60 * args.evaluate:
                evaluated = now["seconds"]
                self.evaluate()
        self.save()
        self.evaluate()


def main():
    parser = argparse.ArgumentParser(description="Train the bundled demo model.")
    parser.add_argument("--out", default="models/demo", help="model directory to write")
    parser.add_argument("--checkpoint", default="build-demo/checkpoint.pt")
    parser.add_argument("--minutes", type=float, default=75, help="time to spend on steps")
    parser.add_argument("--evaluate", type=float, default=10, help="minutes between evaluations")
    parser.add_argument("--batch", type=int, default=64, help="scenes in a batch")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--decay", type=float, default=.05, help="weight decay")
    parser.add_argument("--real", type=float, default=.12, help="share that pass through JPEG")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--painters", type=int, help="processes that make scenes",
                        default=os.cpu_count() - 1 if torch.cuda.is_available() else 1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    Run(args).train()


if __name__ == "__main__":
    main()
