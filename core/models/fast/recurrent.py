"""A recurrent decoder's steps in few operations, its attention kept; the source is shared by all slots of an item.

What the step makes of a context is linear, so it is made of the source's values once: what is mixed are their shares of
the gates and of the read-out. It holds a copy of the weights (tests/laws/test_fast.py holds it to the modules).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import partial
from typing import ClassVar

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.additive import Additive
from core.data.batch import pad_sources
from core.models.bahdanau_decoder import BahdanauDecoder
from core.models.fast.ahead import Ahead, run_ahead
from core.models.fast.matrix import Matrix
from core.models.luong_decoder import LuongDecoder
from core.models.recurrent_cell import STEPS, Parts
from core.models.seq2seq import Seq2Seq
from core.step_model import Rows, Step

SITE = "decoder.cross_attention"
Wide = Float[Tensor, "row width"]
Weights = Float[Tensor, "item slot source"]


@dataclass(frozen=True, eq=False)
class FastRecurrentState:
    """What a step needs of the past.

    Attributes:
        layers: per layer (h,) for a GRU, (h, c) for an LSTM, a row per item and slot.
        key: of the source, as the score wants it; shares: its values' shares of what follows.
        blocked: 0 or −∞ per source position; None where nothing is padded.
    """

    layers: tuple[Parts, ...] = field(repr=False)
    key: Float[Tensor, "item a b"] = field(repr=False)
    shares: Float[Tensor, "item source share"] = field(repr=False)
    blocked: Float[Tensor, "item 1 source"] | None = field(repr=False)

    def select(
        self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None
    ) -> "FastRecurrentState":
        """Other slots; the source is copied only where items leave."""
        slots = len(self.layers[0][0]) // len(self.key)
        first = torch.arange(len(self.key)) if items is None else items
        rows = (first[:, None] * slots + parents).flatten()
        layers = tuple(tuple(part.index_select(0, rows) for part in parts) for parts in self.layers)
        if items is None:
            return FastRecurrentState(layers, self.key, self.shares, self.blocked)
        blocked = None if self.blocked is None else self.blocked.index_select(0, items)
        key, shares = self.key.index_select(0, items), self.shares.index_select(0, items)
        return FastRecurrentState(layers, key, shares, blocked)


class AbstractFastRecurrent(ABC):
    """The step model of a recurrent encoder–decoder.

    Args:
        model: with a decoder of this kind; only: a shell pattern over the attentions to keep.
    """

    decoder: ClassVar[type[BahdanauDecoder] | type[LuongDecoder]]

    def __init__(self, model: Seq2Seq, only: str = "*") -> None:
        decoder = model.decoder
        assert isinstance(decoder, self.decoder)
        self.begin, self.end, self.never_generated = model.begin, model.end, model.never_generated
        self._encoder, self._decoder = model.encoder, decoder
        self._table, self._scale = decoder.embedding.table.weight.detach(), decoder.embedding.scale
        self._cells = _Cells(decoder.recurrence)
        self._output = Matrix(decoder.output.weight, decoder.output.bias)
        self._kept = fnmatchcase(SITE, only)

    @torch.inference_mode()
    def start(self, sources: Sequence[Sequence[int]]) -> FastRecurrentState:
        """Encode, and prepare the source once."""
        begun = self._decoder.start(self._encoder(*pad_sources(sources)))
        valid, values = begun.mask[:, 0], begun.source.value[:, 0]  # one head
        blocked = None if valid.all() else values.new_zeros(valid.shape).masked_fill_(~valid, -torch.inf)
        layers = tuple(zip(*(part.unbind(0) for part in begun.hidden)))
        return FastRecurrentState(layers, self._keys(begun.source.key[:, 0]), self._shares(values), blocked)

    @torch.inference_mode()
    def step(self, tokens: Int[Tensor, "item slot"], state: FastRecurrentState) -> Step:
        """Feed one token per slot."""
        embedded = nn.functional.embedding(tokens.view(-1), self._table)
        read, layers, weights = self._advance(embedded, state)
        log_probs = torch.log_softmax(self._output(read), -1).view(*tokens.shape, -1)
        after = FastRecurrentState(layers, state.key, state.shares, state.blocked)
        return Step(log_probs, after, partial(_one_head, weights if self._kept else None))

    @torch.inference_mode()
    def run(self, source: Sequence[int], width: int, longest: int, end: int, never: tuple[int, ...]) -> Ahead | None:
        """As `RunsAhead` says."""
        return run_ahead(self, self._decoder.output.bias, source, width, longest, end, never)

    @abstractmethod
    def _keys(self, prepared: Float[Tensor, "item source width"]) -> Float[Tensor, "item a b"]:
        """Prepared keys as `_advance` wants them."""

    @abstractmethod
    def _shares(self, values: Float[Tensor, "item source width"]) -> Float[Tensor, "item source share"]:
        """What a mixture of values comes to, value by value."""

    @abstractmethod
    def _advance(self, embedded: Wide, state: FastRecurrentState) -> tuple[Wide, tuple[Parts, ...], Weights]:
        """What is read out, the layers after the step, and where it looked."""

    def _mix(self, scores: Weights, state: FastRecurrentState) -> tuple[Weights, Float[Tensor, "row share"]]:
        if state.blocked is not None:
            scores = scores.add_(state.blocked)
        weights = torch.softmax(scores, -1)
        return weights, torch.bmm(weights, state.shares).flatten(0, 1)


class FastBahdanau(AbstractFastRecurrent):
    """Looks, then steps."""

    decoder = BahdanauDecoder

    def __init__(self, model: Seq2Seq, only: str = "*") -> None:
        super().__init__(model, only)
        decoder = self._decoder
        score, join = decoder.cross_attention.score, decoder.join
        assert isinstance(score, Additive)
        width = join.out_features
        w_input, _, b_input, _ = decoder.recurrence.all_weights[0]
        w_token, w_context = w_input.split(width, dim=1)
        j_state, j_context, j_token = join.weight.split(width, dim=1)
        # a token's and a context's shares of the gates and of the read-out
        self._of_token = Matrix(torch.cat([w_token, j_token]) * self._scale, torch.cat([b_input, join.bias]))
        self._of_context = Matrix(torch.cat([w_context, j_context]))
        self._of_state, self._gates = Matrix(j_state), len(w_input)
        # tanh x = 2 σ(2x) − 1, and σ is the quicker; what is the same for all keys does not matter to a softmax
        self._query, self._v = Matrix(2 * score.w_query.weight, 2 * score.w_query.bias), 2 * score.v.detach()

    def _keys(self, prepared: Float[Tensor, "item source width"]) -> Float[Tensor, "item source width"]:
        return 2 * prepared

    def _shares(self, values: Float[Tensor, "item source width"]) -> Float[Tensor, "item source share"]:
        return self._of_context(values.flatten(0, 1)).view(*values.shape[:2], -1)

    def _advance(self, embedded: Wide, state: FastRecurrentState) -> tuple[Wide, tuple[Parts, ...], Weights]:
        query = self._query(state.layers[-1][0]).view(len(state.key), -1, 1, embedded.shape[1])
        scores = (query + state.key[:, None]).sigmoid_() @ self._v  # item slot source
        weights, context = self._mix(scores, state)
        shares = context.add_(self._of_token(embedded))
        layers = self._cells(shares[:, : self._gates], state.layers)
        read = self._of_state.added_to(shares[:, self._gates :], layers[-1][0])
        return read.tanh_(), layers, weights


class FastLuong(AbstractFastRecurrent):
    """Steps, then looks."""

    decoder = LuongDecoder

    def __init__(self, model: Seq2Seq, only: str = "*") -> None:
        super().__init__(model, only)
        decoder = self._decoder
        w_input, _, b_input, _ = decoder.recurrence.all_weights[0]
        j_state, j_context = decoder.join.weight.split(decoder.join.out_features, dim=1)
        self._of_token = Matrix(w_input * self._scale, b_input)
        self._of_context, self._of_state = Matrix(j_context, decoder.join.bias), Matrix(j_state)

    def _keys(self, prepared: Float[Tensor, "item source width"]) -> Float[Tensor, "item width source"]:
        return prepared.mT.contiguous()

    def _shares(self, values: Float[Tensor, "item source width"]) -> Float[Tensor, "item source share"]:
        # weights sum to one, so the offset may be in every value
        return self._of_context(values.flatten(0, 1)).view(*values.shape[:2], -1)

    def _advance(self, embedded: Wide, state: FastRecurrentState) -> tuple[Wide, tuple[Parts, ...], Weights]:
        layers = self._cells(self._of_token(embedded), state.layers)
        asking = layers[-1][0]
        scores = torch.bmm(asking.view(len(state.key), -1, asking.shape[1]), state.key)
        weights, context = self._mix(scores, state)
        return self._of_state.added_to(context, asking).tanh_(), layers, weights


class _Cells:
    """A stack of recurrent layers, one step of all rows."""

    def __init__(self, recurrence: nn.GRU | nn.LSTM) -> None:
        self._step = STEPS[type(recurrence)]
        self._own = [Matrix(w_hidden, b_hidden) for _, w_hidden, _, b_hidden in recurrence.all_weights]
        self._above = [Matrix(w_input, b_input) for w_input, _, b_input, _ in recurrence.all_weights[1:]]

    def __call__(self, asked: Float[Tensor, "row gates"], layers: tuple[Parts, ...]) -> tuple[Parts, ...]:
        """The layers after the step; `asked` is the lowest one's input, already multiplied."""
        after = [self._step(asked, self._own[0](layers[0][0]), layers[0])]
        for above, own, parts in zip(self._above, self._own[1:], layers[1:]):
            after.append(self._step(above(after[-1][0]), own(parts[0]), parts))
        return tuple(after)


def _one_head(weights: Weights | None) -> Rows:
    return {} if weights is None else {SITE: weights[:, None]}
