"""A Transformer's weights under names of no engine, so that each peer copies them in one pass."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from core.attention.multihead import MultiHeadAttention
from core.models.feed_forward import FeedForward
from core.models.seq2seq import Seq2Seq

LONGEST = 128  # positions in the tables of those who look them up


class Site(NamedTuple):
    """An attention and the norm before it; matrices are [out, in], there are no offsets."""

    norm: nn.LayerNorm
    query: Tensor
    key: Tensor
    value: Tensor
    output: Tensor


class Block(NamedTuple):
    """A layer: self-attention, in the decoder cross-attention, feed-forward and the norm before it."""

    sites: list[Site]
    norm: nn.LayerNorm
    widen: nn.Linear
    narrow: nn.Linear


class Stack(NamedTuple):
    """An encoder or a decoder: its table of tokens (to be scaled by √width) and of positions, its blocks, its last norm."""

    tokens: Tensor
    positions: Tensor
    blocks: list[Block]
    norm: nn.LayerNorm


class Weights(NamedTuple):
    """All of a model."""

    encoder: Stack
    decoder: Stack
    output: nn.Linear


def weights_of(model: Seq2Seq) -> Weights:
    """The weights of a pre-norm Transformer."""
    encoder = [
        _block(
            [(layer.around_attention.norm, layer.self_attention)], layer.around_feed_forward.norm, layer.feed_forward
        )
        for layer in model.encoder.layers
    ]
    decoder = [
        _block(
            [(layer.around_self.norm, layer.self_attention), (layer.around_cross.norm, layer.cross_attention)],
            layer.around_feed_forward.norm,
            layer.feed_forward,
        )
        for layer in model.decoder.layers
    ]
    return Weights(_stack(model.encoder, encoder), _stack(model.decoder, decoder), model.decoder.output)


def _stack(half: nn.Module, blocks: list[Block]) -> Stack:
    positions = half.embedding.positions(torch.arange(LONGEST)[None])[0]  # position width
    return Stack(half.embedding.table.weight, positions, blocks, half.after_stack)


def _block(
    attentions: list[tuple[nn.LayerNorm, MultiHeadAttention]], norm: nn.LayerNorm, feed_forward: FeedForward
) -> Block:
    sites = [Site(before, *_projections(attention)) for before, attention in attentions]
    return Block(sites, norm, feed_forward.widen, feed_forward.narrow)


def _projections(attention: MultiHeadAttention) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Matrices of query, key, value and output."""
    return attention.w_query, attention.w_key, attention.w_value, attention.w_output.weight
