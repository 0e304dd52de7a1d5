"""The families of Hugging Face that compute what our Transformers compute, and their names for its weights.

All of them are BART with one thing changed each. Before-norm with sines and cosines is PEGASUS, with a table of positions
Blenderbot, both with a norm behind the last layer; after-norm with sines and cosines is Marian. BART and mBART have one norm
more, behind the embedding, which cannot be switched off; so nothing here is theirs. PEGASUS and Marian have all sines before all
cosines: the features of our states are sent in that order, so that the positions are the family's own.

All attentions of these families add a vector to what they project; ours add none, so it is zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from core.adapters.sending.parcel import Parcel
from core.adapters.sending.weights import Affine, Site, Stack, Weights
from core.attention.positions import POSITIONS
from core.data.vocabulary import PAD

State = dict[str, Tensor]


@dataclass(frozen=True)
class Family:
    """A family of models.

    Attributes:
        architecture: its class that writes; norm: where its norms stand; positions: ours that it has.
        sines_first: whether features stand in the order of its sines and cosines.
        settings: of its configuration, besides those that all have.
    """

    architecture: str
    norm: str
    positions: tuple[str, ...]
    sines_first: bool
    settings: dict[str, Any]


FAMILIES: dict[str, Family] = {
    "pegasus": Family("PegasusForConditionalGeneration", "pre", ("sinusoidal",), True, {}),
    "blenderbot": Family(
        "BlenderbotForConditionalGeneration",
        "pre",
        tuple(name for name in POSITIONS if name != "sinusoidal"),
        False,
        {"encoder_no_repeat_ngram_size": 0},
    ),
    "marian": Family(
        "MarianMTModel", "post", ("sinusoidal",), True, {"share_encoder_decoder_embeddings": False}
    ),
}  # fmt: skip


def family_of(norm: str, positions: str) -> str:
    """The one family that has both; that there is one is asked before (fitting.py)."""
    (name,) = (name for name, one in FAMILIES.items() if one.norm == norm and positions in one.positions)
    return name


def configuration(parcel: Parcel) -> dict[str, Any]:
    """What `config.json` says."""
    settings, name = parcel.settings, family_of(parcel.settings.norm, parcel.settings.positions)
    sizes = {
        f"{half}_{what}": value
        for half in ("encoder", "decoder")
        for what, value in (
            ("layers", settings.layers), ("attention_heads", settings.heads), ("ffn_dim", settings.inner),
            ("layerdrop", 0.0),
        )
    }  # fmt: skip
    return {
        "model_type": name, "architectures": [FAMILIES[name].architecture], "d_model": settings.width, **sizes,
        "vocab_size": len(parcel.tokens), "max_position_embeddings": parcel.longest, "activation_function": "relu",
        "scale_embedding": True, "tie_word_embeddings": False, "is_encoder_decoder": True, "dtype": "float32",
        "dropout": settings.dropout, "attention_dropout": settings.dropout, "activation_dropout": settings.dropout,
        "pad_token_id": PAD, "bos_token_id": parcel.begin, "eos_token_id": parcel.end,
        "decoder_start_token_id": parcel.begin, "forced_eos_token_id": None, **FAMILIES[name].settings,
    }  # fmt: skip


def state_of(parcel: Parcel) -> State:
    """The weights under the family's names."""
    family = FAMILIES[family_of(parcel.settings.norm, parcel.settings.positions)]
    weights = sines_first(parcel.weights) if family.sines_first else parcel.weights
    state = dict(_half("encoder", weights.encoder, parcel.longest))
    state |= dict(_half("decoder", weights.decoder, parcel.longest))
    if "share_encoder_decoder_embeddings" not in family.settings:
        state["model.shared.weight"] = weights.encoder.tokens.clone()  # nobody reads it; the family wants it there
    state["lm_head.weight"], bias = weights.output
    return {name: one.contiguous() for name, one in state.items()} | {"final_logits_bias": bias[None].contiguous()}


def sines_first(weights: Weights) -> Weights:
    """The same model with the features of its sines before those of its cosines."""
    width = weights.encoder.tokens.shape[1]
    return weights.reordered(torch.arange(width).view(-1, 2).T.flatten())


def _half(name: str, stack: Stack, longest: int) -> Iterator[tuple[str, Tensor]]:
    at = f"model.{name}"
    yield f"{at}.embed_tokens.weight", stack.tokens
    yield f"{at}.embed_positions.weight", stack.positions[:longest]
    if stack.norm is not None:
        yield from _affine(f"{at}.layer_norm", stack.norm)
    for number, block in enumerate(stack.blocks):
        layer = f"{at}.layers.{number}"
        for site, where in zip(block.sites, ("self_attn", "encoder_attn")):
            yield from _affine(f"{layer}.{where}_layer_norm", site.norm)
            yield from _site(f"{layer}.{where}", site)
        yield from _affine(f"{layer}.final_layer_norm", block.norm)
        yield from _affine(f"{layer}.fc1", block.widen)
        yield from _affine(f"{layer}.fc2", block.narrow)


def _site(at: str, site: Site) -> Iterator[tuple[str, Tensor]]:
    for name, matrix in (("q", site.query), ("k", site.key), ("v", site.value), ("out", site.output)):
        yield from _affine(f"{at}.{name}_proj", Affine(matrix, torch.zeros(len(matrix))))


def _affine(at: str, affine: Affine) -> Iterator[tuple[str, Tensor]]:
    yield f"{at}.weight", affine.weight
    yield f"{at}.bias", affine.bias
