"""A Transformer's encoder and decoder steps in few, large operations, every attention kept.

What is computed is what the modules compute (tests/laws/test_fast.py); what is saved is everything around the products:
calls of modules, taps, copies of the cells of other beams. It holds a copy of the weights, laid out for products with
few rows, so whoever trains a model makes one anew at each evaluation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.data.batch import pad
from core.models.embedding import TokenEmbedding
from core.models.fast.ahead import Ahead, run_ahead
from core.models.fast.attention import (
    Blocked,
    FastAttention,
    Folded,
    Kept,
    Source,
    Wide,
    attend,
    attend_along,
    function,
)
from core.models.fast.cells import Cells
from core.models.fast.matrix import Matrix
from core.models.feed_forward import FeedForward
from core.models.residual import AbstractResidual
from core.models.seq2seq import Seq2Seq
from core.models.transformer_decoder import DecoderLayer, TransformerDecoder
from core.models.transformer_encoder import EncoderLayer, TransformerEncoder
from core.step_model import Rows, Step

_AHEAD = 64  # positions whose vectors are made at once


@dataclass(frozen=True, eq=False)
class FastState:
    """What a step needs of the past.

    Attributes:
        cells: keys and values of what was written.
        source: what each layer looks at across.
        blocked: 0 or −∞ per source position, [item·head, 1, source]; None where nothing is padded.
        read: called, the encoder's attention by site, [item, head, query, key].
    """

    cells: Cells
    source: tuple[Source | Folded, ...] = field(repr=False)
    blocked: Blocked | None = field(repr=False)
    read: Callable[[], Rows] = field(repr=False)

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "FastState":
        """Other slots; the source is copied only where items leave."""
        cells = self.cells.select(parents, items)
        if items is None:
            return FastState(cells, self.source, self.blocked, self.read)
        heads = cells.buffer.shape[2]
        rows = (items[:, None] * heads + torch.arange(heads)).flatten()
        blocked = None if self.blocked is None else self.blocked.index_select(0, rows)
        return FastState(cells, tuple(one.select(rows) for one in self.source), blocked, self.read)


class FastTransformer:
    """The step model of a Transformer.

    Args:
        model: with a Transformer's encoder and decoder; only: a shell pattern over the attentions to keep.
    """

    def __init__(self, model: Seq2Seq, only: str = "*") -> None:
        encoder, decoder = model.encoder, model.decoder
        assert isinstance(encoder, TransformerEncoder) and isinstance(decoder, TransformerDecoder)
        self.begin, self.end, self.never_generated = model.begin, model.end, model.never_generated
        self._reading, self._writing = _Embedded(encoder.embedding), _Embedded(decoder.embedding)
        self._readers = [_Reader(layer, f"encoder.layers.{at}", only) for at, layer in enumerate(encoder.layers)]
        self._writers = [_Writer(layer, f"decoder.layers.{at}", only) for at, layer in enumerate(decoder.layers)]
        self._after_reading, self._after_writing = function(encoder.after_stack), function(decoder.after_stack)
        self._output = Matrix(decoder.output.weight, decoder.output.bias)
        self._heads, self._dim = self._writers[0].back.heads, self._writers[0].back.dim

    @torch.inference_mode()
    def start(self, sources: Sequence[Sequence[int]]) -> FastState:
        """Encode, and project the source once for every layer."""
        tokens, valid = pad(sources)
        items = len(tokens)
        blocked = None
        if not valid.all():
            alone = self._output.weight.new_zeros(valid.shape).masked_fill_(~valid, -torch.inf)
            blocked = alone[:, None, None].expand(-1, self._heads, -1, -1).flatten(0, 1)
        states = self._reading.all(tokens).flatten(0, 1)
        kept: dict[str, Kept] = {}
        for reader in self._readers:
            states = reader.read(states, items, blocked, kept)
        if self._after_reading is not None:
            states = self._after_reading(states)
        source = tuple(writer.across.source(states, items) for writer in self._writers)
        cells = Cells.empty(len(self._writers), items, self._heads, self._dim, states)
        return FastState(cells, source, blocked, partial(_shaped, kept, items, self._heads))

    @torch.inference_mode()
    def step(self, tokens: Int[Tensor, "item slot"], state: FastState) -> Step:
        """Feed one token per slot."""
        cells, items = state.cells, tokens.shape[0]
        at, buffer, paths = cells.steps, cells.writable(), cells.paths()
        new = buffer.rows(at) if buffer.alone else buffer.places(at)
        past = buffer.past(at + 1)
        columns = None if paths is None else _columns(paths, self._heads)
        states = self._writing.one(tokens.view(-1), at)
        kept: dict[str, Kept] = {}
        for layer, writer in enumerate(self._writers):
            own = new[2 * layer : 2 * layer + 2] if buffer.alone else new[layer]
            states = writer.look_back(states, own, past[2 * layer], past[2 * layer + 1], columns, kept)
            states = writer.across.look(states, items, state.source[layer], state.blocked, kept)
            states = writer.change(states)
        if self._after_writing is not None:
            states = self._after_writing(states)
        log_probs = torch.log_softmax(self._output(states), -1)
        after = FastState(Cells(buffer, at + 1, items, paths), state.source, state.blocked, state.read)
        return Step(log_probs.view(*tokens.shape, -1), after, partial(_shaped, kept, items, self._heads))

    @torch.inference_mode()
    def run(self, source: Sequence[int], width: int, longest: int, end: int, never: tuple[int, ...]) -> Ahead | None:
        """As `RunsAhead` says."""
        return run_ahead(self, self._output.bias, source, width, longest, end, never)


class _Embedded:
    """Tokens at their positions."""

    def __init__(self, embedding: TokenEmbedding) -> None:
        self._table, self._scale, self._positions = embedding.table.weight, embedding.scale, embedding.positions
        self._made: tuple[Tensor, ...] = ()

    def all(self, tokens: Int[Tensor, "item time"]) -> Float[Tensor, "item time width"]:
        """Whole sentences."""
        positions = self._positions(torch.arange(tokens.shape[1])[None])
        return torch.add(positions, nn.functional.embedding(tokens, self._table), alpha=self._scale)

    def one(self, tokens: Int[Tensor, " row"], position: int) -> Wide:
        """One token per row, all at the same position."""
        if position >= len(self._made):
            last = max(min(position + _AHEAD, self._positions.longest), position + 1)
            self._made = self._positions(torch.arange(last)[None])[0].unbind(0)
        return torch.add(self._made[position], nn.functional.embedding(tokens, self._table), alpha=self._scale)


class _Reader:
    """A block of the encoder."""

    def __init__(self, layer: EncoderLayer, path: str, only: str) -> None:
        self.around = FastAttention(layer.self_attention, layer.around_attention, f"{path}.self_attention", only)
        self.change = _FeedForward(layer.feed_forward, layer.around_feed_forward)

    def read(self, states: Wide, items: int, blocked: Blocked | None, kept: dict[str, Kept]) -> Wide:
        """Every position looks at every position, then changes."""
        own = self.around
        normed = states if own.before is None else own.before(states)
        query, key, value = own.by_head(own.w_all(normed), items, 3)
        weights = attend(query, key.mT, blocked)
        if own.site:
            kept[own.site] = Kept(weights)
        return self.change(own.add(states, torch.bmm(weights, value), items))


class _Writer:
    """A block of the decoder."""

    def __init__(self, layer: DecoderLayer, path: str, only: str) -> None:
        self.back = FastAttention(layer.self_attention, layer.around_self, f"{path}.self_attention", only)
        self.across = FastAttention(layer.cross_attention, layer.around_cross, f"{path}.cross_attention", only)
        self.change = _FeedForward(layer.feed_forward, layer.around_feed_forward)

    def look_back(
        self,
        states: Wide,
        new: Tensor | tuple[Tensor, Tensor],
        key: Tensor,
        value: Tensor,
        columns: Int[Tensor, "rows slot step"] | None,
        kept: dict[str, Kept],
    ) -> Wide:
        """Write this step's cells and look at all of each path.

        Args:
            new: where this step's cells go: rows of a single group, or [two, group, head, slot, dim].
            key, value: the cells of all steps, this one's included.
            columns: of each path among the cells; None where they are all of them.
        """
        own = self.back
        normed = states if own.before is None else own.before(states)
        if isinstance(new, tuple):
            groups = 1
            torch.mm(normed, own.w_key, out=new[0])
            torch.mm(normed, own.w_value, out=new[1])
            query = torch.mm(normed, own.w_query).view(-1, own.heads, own.dim).transpose(0, 1)
        else:
            groups = new.shape[1]
            three = own.w_all(normed).view(groups, -1, 3, own.heads, own.dim).permute(2, 0, 3, 1, 4)
            new.copy_(three[1:])
            query = three[0].reshape(groups * own.heads, -1, own.dim)
        if columns is None:
            weights = attend(query, key.mT, None)
            context = torch.bmm(weights, value)
        else:
            weights, context = attend_along(query, key, value, columns)
        if own.site:
            kept[own.site] = Kept(weights)
        return own.add(states, context, groups)


class _FeedForward:
    """The feed-forward part and what stands around it."""

    def __init__(self, module: FeedForward, residual: AbstractResidual) -> None:
        self.before, self.after = function(residual.before), function(residual.after)
        self._widen = Matrix(module.widen.weight, module.widen.bias)
        self._narrow = Matrix(module.narrow.weight, module.narrow.bias)

    def __call__(self, states: Wide) -> Wide:
        """Widen, cut below zero, narrow, add."""
        normed = states if self.before is None else self.before(states)
        states = self._narrow.added_to(states, torch.relu_(self._widen(normed)))
        return states if self.after is None else self.after(states)


def _columns(paths: Int[Tensor, "item slot step"], heads: int) -> Int[Tensor, "rows slot step"]:
    """Where the cells of each path stand among those of all slots, the same for every head."""
    items, slots, steps = paths.shape
    columns = torch.add(paths, torch.arange(0, steps * slots, slots))
    return columns[:, None].expand(-1, heads, -1, -1).reshape(items * heads, slots, steps)


def _shaped(kept: dict[str, Kept], items: int, heads: int) -> Rows:
    return {site: one.shaped(items, heads) for site, one in kept.items()}
