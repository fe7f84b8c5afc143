#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/tokenizers/*.json: small vocabularies of each kind, trained here, and the ids that open_clip's
HFTokenizer gives texts by them; and smaller ones yet, the seeds in tests/fuzz/corpus/tokenizer.  Those that are models of
SentencePiece, without a tokenizer.json, are in tests/fuzz/corpus/sentencepiece.

Needs open_clip, transformers, tokenizers and sentencepiece.
"""
import json
import os
import shutil
import sys
import tempfile

import sentencepiece
from open_clip.tokenizer import HFTokenizer
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (BertTokenizerFast, GemmaTokenizerFast, NllbTokenizerFast, RobertaTokenizerFast, T5TokenizerFast,
                          XLMRobertaTokenizerFast)

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from parity_tokenizers import WORDS, golden_texts, made_texts  # noqa: E402

RULES = [("\uff21", "A"), ("\uff42", "b"), ("\ufb01", "fi"), ("\u00a0", " "), ("\u3000", " "), ("e\u0301", "\u00e9"),
         ("\u00b2", "2"), ("\u200b", " "), ("\u00ad", ""), ("\u338f", "kg"), ("\u2026", "...")]


def piece_model(folder, **how):
    with open(f"{folder}/corpus.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(" ".join(WORDS[i % 60 : i % 60 + 9]) for i in range(400)))
    with open(f"{folder}/rules.tsv", "w", encoding="utf-8") as file:
        file.writelines(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in RULES)
    rules = {} if how.get("normalization_rule_name") else {"normalization_rule_tsv": f"{folder}/rules.tsv"}
    sentencepiece.SentencePieceTrainer.train(
        input=f"{folder}/corpus.txt", model_prefix=f"{folder}/m", hard_vocab_limit=False, minloglevel=2, num_threads=1, **rules, **how)
    return f"{folder}/m.model"


def siglip(folder):
    path = piece_model(folder, vocab_size=300, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    made = T5TokenizerFast(path, extra_ids=0, legacy=False)
    made.pad_token = "</s>"
    return made


def mt5(folder):
    path = piece_model(folder, vocab_size=560, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, byte_fallback=True)
    return T5TokenizerFast(path, extra_ids=2)


def xlm_roberta(folder):
    return XLMRobertaTokenizerFast(piece_model(folder, vocab_size=300, bos_id=1, eos_id=2, unk_id=0))


def gemma(folder):
    path = piece_model(folder, vocab_size=500, model_type="bpe", byte_fallback=True, pad_id=0, eos_id=1, bos_id=2, unk_id=3,
                       normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False)
    return GemmaTokenizerFast(path, add_bos_token=False, add_eos_token=True, padding_side="right")


def roberta(_):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.train_from_iterator([" ".join(WORDS)] * 3, trainers.BpeTrainer(
        vocab_size=450, special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    made.post_processor = processors.RobertaProcessing(sep=("</s>", 2), cls=("<s>", 0), add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return RobertaTokenizerFast(tokenizer_object=made)


def nllb(_):
    made = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.train_from_iterator([" ".join(WORDS)] * 3, trainers.BpeTrainer(
        vocab_size=450, special_tokens=["<s>", "<pad>", "</s>", "<unk>"]))
    made.decoder = decoders.Metaspace()
    return NllbTokenizerFast(tokenizer_object=made, src_lang="fra_Latn", additional_special_tokens=["eng_Latn", "fra_Latn"])


def bert(_):
    made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.train_from_iterator([" ".join(WORDS)] * 3, trainers.WordPieceTrainer(
        vocab_size=350, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    made.post_processor = processors.BertProcessing(sep=("[SEP]", 3), cls=("[CLS]", 2))
    made.decoder = decoders.WordPiece()
    return BertTokenizerFast(tokenizer_object=made)


KINDS = [(siglip, "canonicalize", False, 24), (mt5, "whitespace", False, 24), (xlm_roberta, "whitespace", False, 24),
         (gemma, "canonicalize", False, 24), (roberta, "whitespace", False, 24), (nllb, "whitespace", False, 24),
         (bert, "whitespace", True, 16)]


PIECES = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
BYTES = {"model_type": "bpe", "byte_fallback": True, "pad_id": 0, "eos_id": 1, "bos_id": 2, "unk_id": 3, "bos_piece": "<bos>",
         "eos_piece": "<eos>", "normalization_rule_name": "identity", "add_dummy_prefix": False,
         "remove_extra_whitespaces": False}
RIGHT = {"tokenizer_class": "GemmaTokenizer", "padding_side": "right"}

# name, file, tokenizer_config.json, how the model is trained
MODELS = [
    ("t5_model", "spiece.model", {"tokenizer_class": "T5Tokenizer"}, {"vocab_size": 300, **PIECES}),
    ("mt5_model", "spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "legacy": False},
     {"vocab_size": 300, "user_defined_symbols": ["apple", "[UNK]"], "control_symbols": ["<red>"], **PIECES}),
    ("t5_bpe_model", "spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 3},
     {"vocab_size": 300, "model_type": "bpe", **PIECES}),
    ("xlm_roberta_model", "sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizerFast"},
     {"vocab_size": 300, "bos_id": 1, "eos_id": 2, "unk_id": 0}),
    ("gemma_model", "tokenizer.model", {"add_bos_token": False, "add_eos_token": True, **RIGHT},
     {"vocab_size": 500, "user_defined_symbols": ["<start_of_turn>", "cat"], **BYTES}),
]


def golden_ids(folder, texts, clean, strip, length, **more):
    ids = HFTokenizer(folder, context_length=length, clean=clean, strip_sep_token=strip)(texts).tolist()
    return {**more, "clean": clean, "strip_sep_token": strip, "length": length,
            "rows": [{"text": text, "ids": row} for text, row in zip(texts, ids)]}


def write_golden(name, golden):
    with open(os.path.join(ROOT, f"tests/golden/tokenizers/{name}.json"), "w", encoding="utf-8") as file:
        json.dump(golden, file, ensure_ascii=False, indent=None, separators=(",", ":"))
        file.write("\n")


def make_models(texts):
    for name, file_name, config, how in MODELS:
        with tempfile.TemporaryDirectory() as training, tempfile.TemporaryDirectory() as folder:
            shutil.copy(piece_model(training, **how), f"{folder}/{file_name}")
            shutil.copy(f"{folder}/{file_name}", os.path.join(ROOT, f"tests/fuzz/corpus/sentencepiece/{name}"))
            with open(f"{folder}/tokenizer_config.json", "w", encoding="utf-8") as file:
                json.dump(config, file)
            write_golden(name, golden_ids(folder, texts, "whitespace", False, 24, file=file_name, config=config))


def main():
    texts = [text for text in made_texts(60, 5) + golden_texts()[:50] if "\0" not in text and len(text) < 200]
    texts += ["a" * 100 + " dog", "a" * 101 + " dog", "x\u00b2\u0301 y"]  # the longest word, one longer, half a grapheme
    for make, clean, strip, length in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            make(folder).save_pretrained(folder)
            with open(f"{folder}/tokenizer.json", encoding="utf-8") as file:
                tokenizer = json.load(file)
            with open(f"{folder}/tokenizer_config.json", encoding="utf-8") as file:
                config = json.load(file)
            config.pop("added_tokens_decoder")
            config.pop("model_max_length")  # 10^30, which is no JSON integer to all
            write_golden(make.__name__, golden_ids(folder, texts, clean, strip, length, tokenizer=tokenizer, config=config))
        with open(os.path.join(ROOT, f"tests/fuzz/corpus/tokenizer/{make.__name__}"), "w", encoding="utf-8") as file:
            json.dump(tokenizer, file, ensure_ascii=False, separators=(",", ":"))
    make_models(texts)


if __name__ == "__main__":
    main()
