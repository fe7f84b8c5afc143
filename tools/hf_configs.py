# SPDX-License-Identifier: Apache-2.0
"""Configurations of the encoders that open_clip takes from transformers, as Hugging Face's repositories have them, so that it
builds towers without these."""

import open_clip.hf_model
from transformers import M2M100Config, MT5Config, RobertaConfig, XLMRobertaConfig


def roberta(kind, vocabulary, width=768, layers=12, heads=12, mlp=3072, positions=514):
    return kind(vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
                intermediate_size=mlp, max_position_embeddings=positions, type_vocab_size=1, layer_norm_eps=1e-5)


def nllb(layers, mlp, vocabulary=256206, width=1024, heads=16):
    """open_clip throws the decoder away."""
    return M2M100Config(vocab_size=vocabulary, d_model=width, encoder_layers=layers, encoder_attention_heads=heads,
                        encoder_ffn_dim=mlp, decoder_layers=1, decoder_ffn_dim=8, scale_embedding=True)


def mt5(width, layers, heads, mlp, vocabulary=250112, head=64):
    return MT5Config(vocab_size=vocabulary, d_model=width, num_layers=layers, num_heads=heads, d_kv=head, d_ff=mlp,
                     num_decoder_layers=1)


CONFIGS = {
    "roberta-base": lambda: roberta(RobertaConfig, 50265),
    "xlm-roberta-base": lambda: roberta(XLMRobertaConfig, 250002),
    "xlm-roberta-large": lambda: roberta(XLMRobertaConfig, 250002, 1024, 24, 16, 4096),
    "facebook/nllb-200-distilled-600M": lambda: nllb(12, 4096),
    "facebook/nllb-200-distilled-1.3B": lambda: nllb(24, 8192),
    "google/mt5-base": lambda: mt5(768, 12, 12, 2048),
    "google/mt5-xl": lambda: mt5(2048, 24, 32, 5120),
}


def use(configs, depth=None):
    """Has open_clip find them by their names, with no more than so many layers."""
    def from_pretrained(name, **_):
        config = configs[name]()
        if depth and config.model_type == "m2m_100":
            config.encoder_layers = min(config.encoder_layers, depth)
        elif depth:
            config.num_hidden_layers = min(config.num_hidden_layers, depth) # of MT5, num_layers
        return config

    open_clip.hf_model.AutoConfig.from_pretrained = from_pretrained
