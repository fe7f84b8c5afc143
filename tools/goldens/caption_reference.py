# SPDX-License-Identifier: Apache-2.0
"""Captions by open_clip 3.3.0, and by transformers 4.55.4's own beam search over open_clip's model: what descry's
--decode group, greedy and beam are held against.

open_clip 3.3.0's generate needs transformers 4.55.4.  Models whose start and end token are not CLIP's name them."""

import contextlib

import torch
from open_clip import coca_model
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

START, END = 49406, 49407


def trimmed(row, end=END):
    """Up to the end token; without it, without padding: an id 0 at the end may be padding or the last id that counted."""
    row = [int(i) for i in row]
    return row[:row.index(end) + 1] if end in row else row


def group(model, pictures, start=START, end=END, **more):
    """open_clip's default; pictures [n, 3, H, W] -> lists of ids."""
    return [trimmed(model.generate(p[None], sot_token_id=start, eos_token_id=end, **more)[0], end) for p in pictures]


def greedy(model, pictures, start=START, end=END, **more):
    return group(model, pictures, start, end, generation_type="top_k", top_k=1, **more)


@contextlib.contextmanager
def margins(found):
    """Appends to `found`, for each choice among candidates, the least difference of two neighbours, the first that is not
    taken included, by their size: what a difference in arithmetic must exceed to change a caption."""
    topk = torch.topk

    def noted(x, k, **more):
        values = topk(x, min(k + 1, x.shape[-1]), **more)[0].double()
        gaps = ((values[:, :-1] - values[:, 1:]) / values[:, :-1].abs().clamp(min=1))[values[:, 1:] > -1e8]
        if gaps.numel():  # below -1e8 is what is ruled out
            found.append(float(gaps.min()))
        return topk(x, k, **more)

    torch.topk = noted
    try:
        yield
    finally:
        torch.topk = topk


class Toy(torch.nn.Module):
    """In CoCa's stead: logits are a formula of the last id and its position alone."""
    pad_id = 0

    def __init__(self, logits):
        super().__init__()
        self.logits = logits  # [length, V, V] of position, last id, next id
        self.text = type("Text", (), {"vocab_size": logits.shape[-1]})

    def _encode_image(self, picture):
        return torch.zeros(len(picture), 1), torch.zeros(len(picture), 1, 1)

    def forward(self, picture, ids, **_):
        positions = torch.arange(ids.shape[1]).expand_as(ids)
        return {"logits": self.logits[positions, ids]}

    generate = coca_model.CoCa.generate
    _generate_beamsearch = coca_model.CoCa._generate_beamsearch


@contextlib.contextmanager
def scores(found):
    """Appends to `found` the scores of the captions that `group` gives, which open_clip keeps to itself."""
    finalize = coca_model.BeamSearchScorer.finalize

    def noted(self, *args, **more):
        out = finalize(self, *args, **more)
        found.extend(out["sequence_scores"].tolist())
        return out

    coca_model.BeamSearchScorer.finalize = noted
    try:
        yield
    finally:
        coca_model.BeamSearchScorer.finalize = finalize


class Captioner(PreTrainedModel, GenerationMixin):
    """One picture's decoder as transformers wants it: ids in, logits out, no cache."""
    config_class = PretrainedConfig

    def __init__(self, model, picture):
        super().__init__(PretrainedConfig(vocab_size=model.text.vocab_size, is_encoder_decoder=False))
        self.coca = model
        self.picture = picture
        self.latent, self.tokens = model._encode_image(picture)

    def forward(self, input_ids, **_):
        n = len(input_ids)
        logits = self.coca(None, input_ids, image_latent=self.latent.expand(n, -1),
                           image_embs=self.tokens.expand(n, -1, -1), output_labels=False)["logits"]
        return CausalLMOutput(logits=logits)

    def prepare_inputs_for_generation(self, input_ids, **_):
        return {"input_ids": input_ids}


def beam(model, pictures, start=START, end=END, num_beams=6, seq_len=30, min_seq_len=5, repetition_penalty=1.0,
         found=None):
    """`found`: a list to append the scores to."""
    rows = []
    with torch.no_grad():
        for picture in pictures:
            captioner = Captioner(model, picture[None])
            out = captioner.generate(torch.tensor([[start]]), num_beams=num_beams, max_length=seq_len,
                                     min_length=min_seq_len, repetition_penalty=repetition_penalty, do_sample=False,
                                     eos_token_id=end, pad_token_id=0, use_cache=False, length_penalty=1.0,
                                     early_stopping=False, return_dict_in_generate=True, output_scores=True)
            rows.append(trimmed(out.sequences[0], end))
            if found is not None:
                found.append(float(out.sequences_scores[0]))
    return rows


def talkative(model, column=None):
    """The formula's projection to the vocabulary is small beside a trained one, and nothing makes its end token likely:
    this brings logits to a trained model's size, and makes the end token's those of `column`, times 1.05."""
    with torch.no_grad():
        p = model.text_decoder.text_projection
        p.mul_((p.shape[1] / p.shape[0]) ** 0.5)
        if column is not None:
            p[:, END] = 1.05 * p[:, column]
    return model


assert hasattr(coca_model, "BeamSearchScorer"), "transformers 4.55.4 is needed"
