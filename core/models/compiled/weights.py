"""A model's weights as one flat tensor, so that a package belongs to an architecture and takes any weights of it.

What can be multiplied beforehand is: embeddings by their scale, queries by 1/√dim.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.attention.multihead import MultiHeadAttention
from core.models.residual import AbstractResidual
from core.models.seq2seq import Seq2Seq

_LINE = 16  # floats: each matrix begins where a line of the cache does
Named = dict[str, Tensor]


class Place(NamedTuple):
    """Where a matrix lies in the flat tensor."""

    offset: int
    shape: tuple[int, ...]


class Flat(NamedTuple):
    """Weights in one tensor, and where each lies in it."""

    places: dict[str, Place]
    values: Tensor


def flat(named: Named) -> Flat:
    """One behind the other."""
    places, parts, end = {}, [], 0
    for name, value in named.items():
        places[name] = Place(end, tuple(value.shape))
        parts.append(value.detach().flatten())
        gap = -value.numel() % _LINE
        parts.append(value.new_zeros(gap))
        end += value.numel() + gap
    return Flat(places, torch.cat(parts))


def views(values: Tensor, places: dict[str, Place]) -> Named:
    """The matrices again, not copied."""
    return {name: values[at : at + math.prod(shape)].view(shape) for name, (at, shape) in places.items()}


def reading(model: Seq2Seq) -> Named:
    """What reads a source: the encoder, and the decoder's keys and values of its states."""
    encoder = model.encoder
    named = {"tokens": encoder.embedding.table.weight * encoder.embedding.scale}
    for at, layer in enumerate(encoder.layers):
        named |= _around(f"{at}.look", layer.around_attention)
        named |= {f"{at}.look": _asking(layer.self_attention), f"{at}.join": layer.self_attention.w_output.weight}
        named |= _change(str(at), layer.feed_forward, layer.around_feed_forward)
    for at, layer in enumerate(model.decoder.layers):
        named[f"{at}.source"] = layer.cross_attention.w_query_key_value.weight[layer.cross_attention.width :]
    return named | _last(encoder.after_stack)


def writing(model: Seq2Seq) -> Named:
    """What writes: the decoder."""
    decoder = model.decoder
    named = {"tokens": decoder.embedding.table.weight * decoder.embedding.scale}
    for at, layer in enumerate(decoder.layers):
        own, across = layer.self_attention, layer.cross_attention
        named |= _around(f"{at}.back", layer.around_self) | _around(f"{at}.across", layer.around_cross)
        named |= {f"{at}.back": _asking(own), f"{at}.back.join": own.w_output.weight}
        named |= {f"{at}.across": _asking(across)[: across.width], f"{at}.across.join": across.w_output.weight}
        named |= _change(str(at), layer.feed_forward, layer.around_feed_forward)
    named |= {"output": decoder.output.weight, "output.offset": decoder.output.bias}
    return named | _last(decoder.after_stack)


def turned(named: Named) -> Named:
    """Matrices as [in, out], as products of several rows want them; embeddings stay."""
    return {
        name: value.t().contiguous() if value.dim() == 2 and name != "tokens" else value
        for name, value in named.items()
    }


def _asking(attention: MultiHeadAttention) -> Tensor:
    """W_q, W_k and W_v, queries scaled."""
    query = attention.w_query * (attention.width // attention.heads) ** -0.5
    return torch.cat([query, attention.w_query_key_value.weight[attention.width :]])


def _around(name: str, residual: AbstractResidual) -> Named:
    return _norm(f"{name}.norm", residual.norm)


def _change(at: str, module: nn.Module, residual: AbstractResidual) -> Named:
    return _around(f"{at}.change", residual) | {
        f"{at}.widen": module.widen.weight, f"{at}.widen.offset": module.widen.bias,
        f"{at}.narrow": module.narrow.weight, f"{at}.narrow.offset": module.narrow.bias,
    }  # fmt: skip


def _last(norm: nn.Module) -> Named:
    return _norm("last", norm) if isinstance(norm, nn.LayerNorm) else {}


def _norm(name: str, norm: nn.LayerNorm) -> Named:
    return {f"{name}.scale": norm.weight, f"{name}.offset": norm.bias}
