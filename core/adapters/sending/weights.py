"""A Transformer's weights under names of no program, so that each that takes them copies them in one pass.

Most programs know one score, q·k / √dim, and keys of its own for every head. What a score here does besides (a temperature,
a matrix between query and key, keys that heads share) is a matrix times their matrices, so it is multiplied in.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.attention import Attention
from core.attention.multihead import MultiHeadAttention
from core.attention.multiplicative import General, ScaledDotProduct
from core.models.embedding import TokenEmbedding
from core.models.feed_forward import FeedForward
from core.models.norms import LayerNorm
from core.models.seq2seq import Seq2Seq

ROWS = 1024  # positions in the tables of those who look them up, as many as such programs usually have
NEVER = (
    -1e4
)  # a logit that no search chooses: its exponential is 0 to the last bit, and it is finite in half precision too
Order = Int[Tensor, " width"]
Matrix = Float[Tensor, "out inner"]


class Affine(NamedTuple):
    """A norm's γ and β, or a product's matrix [out, in] and what is added to it."""

    weight: Float[Tensor, "*shape"]
    bias: Float[Tensor, " out"]


class Site(NamedTuple):
    """An attention and the norm of its connection; matrices are [out, in], nothing is added to them."""

    norm: Affine
    query: Matrix
    key: Matrix
    value: Matrix
    output: Matrix


class Block(NamedTuple):
    """A layer: self-attention, in the decoder cross-attention, feed-forward and the norm of its connection."""

    sites: list[Site]
    norm: Affine
    widen: Affine
    narrow: Affine


class Stack(NamedTuple):
    """An encoder or a decoder: its table of tokens (to be scaled by √width) and of positions, its blocks, its last norm.

    Norms stand before their sublayer where there is a last one, and after it where there is none.
    """

    tokens: Float[Tensor, "token width"]
    positions: Float[Tensor, "place width"]
    blocks: list[Block]
    norm: Affine | None


class Weights(NamedTuple):
    """All of a model."""

    encoder: Stack
    decoder: Stack
    output: Affine

    def numbered(self, source: Int[Tensor, " token"], target: Int[Tensor, " token"]) -> "Weights":
        """The same model under other numbers for tokens.

        Args:
            source, target: for each new number the one it had; a target's −1 is a token that is never written.
        """
        known = target >= 0
        read = target.where(known, torch.tensor(0))
        output = Affine(self.output.weight[read], self.output.bias[read].where(known, torch.tensor(NEVER)))
        return Weights(
            self.encoder._replace(tokens=self.encoder.tokens[source]),
            self.decoder._replace(tokens=self.decoder.tokens[read]),
            output,
        )

    def reordered(self, order: Order) -> "Weights":
        """The same model, the features of its states in another order: new feature i is the old order[i]."""
        output = self.output._replace(weight=self.output.weight[:, order])
        return Weights(_reordered(self.encoder, order), _reordered(self.decoder, order), output)


def weights_of(model: Seq2Seq, rows: int = ROWS) -> Weights:
    """The weights of a Transformer with pairs, softmax and layer norms (fitting.py says which that is).

    Args:
        rows: positions to look up, where a model has as many.
    """
    encoder = [
        _block([(one.around_attention.norm, one.self_attention)], one.around_feed_forward.norm, one.feed_forward)
        for one in model.encoder.layers
    ]
    decoder = [
        _block(
            [(one.around_self.norm, one.self_attention), (one.around_cross.norm, one.cross_attention)],
            one.around_feed_forward.norm,
            one.feed_forward,
        )
        for one in model.decoder.layers
    ]
    return Weights(
        _stack(model.encoder.embedding, encoder, model.encoder.after_stack, rows),
        _stack(model.decoder.embedding, decoder, model.decoder.after_stack, rows),
        _affine(model.decoder.output),
    )


def _stack(embedding: TokenEmbedding, blocks: list[Block], last: nn.Module, rows: int) -> Stack:
    count = min(rows, embedding.positions.longest)
    with torch.no_grad():
        positions = embedding.positions(torch.arange(count)[None])[0]  # position width
    norm = _affine(last) if isinstance(last, LayerNorm) else None
    return Stack(embedding.table.weight.detach(), positions.contiguous(), blocks, norm)


def _block(attentions: list[tuple[LayerNorm, MultiHeadAttention]], norm: LayerNorm, change: FeedForward) -> Block:
    sites = [Site(_affine(own), *_projections(attention)) for own, attention in attentions]
    return Block(sites, _affine(norm), _affine(change.widen), _affine(change.narrow))


def _affine(module: LayerNorm | nn.Linear) -> Affine:
    return Affine(module.weight.detach(), module.bias.detach())


def _projections(site: MultiHeadAttention) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Matrices of query, key, value and output, as the scaled dot product of unshared heads wants them."""
    key, value = (
        matrix.detach().unflatten(0, (site.key_heads, site.dim)).repeat_interleave(site.heads // site.key_heads, dim=0)
        for matrix in (site.w_key, site.w_value)
    )  # each head dim width
    query, attention = site.w_query.detach(), site.attention
    assert isinstance(attention, Attention), "another mechanism has no such matrices"
    scale = 1 / attention.temperature
    if not isinstance(attention.score, ScaledDotProduct):
        scale *= math.sqrt(site.dim)
    if isinstance(attention.score, General):
        key = attention.score.w_key.weight.detach() @ key
    query = query if scale == 1 else query * scale
    return query, key.flatten(0, 1), value.flatten(0, 1), site.w_output.weight.detach()


def _reordered(stack: Stack, order: Order) -> Stack:
    blocks = [
        Block(
            [
                Site(
                    _norm(site.norm, order), site.query[:, order], site.key[:, order], site.value[:, order],
                    site.output[order],
                )
                for site in block.sites
            ],
            _norm(block.norm, order),
            block.widen._replace(weight=block.widen.weight[:, order]),
            _norm(block.narrow, order),
        )
        for block in stack.blocks
    ]  # fmt: skip
    last = None if stack.norm is None else _norm(stack.norm, order)
    return Stack(stack.tokens[:, order], stack.positions[:, order], blocks, last)


def _norm(affine: Affine, order: Order) -> Affine:
    """What comes out in another order."""
    return Affine(affine.weight[order], affine.bias[order])
