"""The Transformer's decoder: masked self-attention, cross-attention, feed-forward.

Source: Vaswani et al. 2017, section 3.1. Decoding step by step caches keys and values: those of the source once, those
of the target one column a step; when a search reorders its rows the caches follow (`select`).
"""

import sys
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.history import History
from core.attention.masks import Masks, causal, valid_keys
from core.attention.mechanisms import MECHANISMS
from core.attention.multihead import KeysValues, MultiHeadAttention
from core.attention.seen import Seen
from core.data.vocabulary import PAD
from core.models.decoder import AbstractDecoder
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.feed_forward import FeedForward
from core.models.parts import cross_attention_of, norm_of, reading_of, residual_of, self_attention_of
from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.models.wiring import WIRINGS, Views
from core.shapes import Logits, Mask, Places, SourceMask, States, Tokens, Valid

Sources = tuple[KeysValues, ...]  # what a layer looks at across: one, or one per view
Histories = tuple[History | None, ...]  # where it has looked so far across, a history per view


@dataclass(frozen=True)
class TransformerState:
    """What a step needs of the past.

    Attributes:
        written: keys and values of the tokens fed so far, a pair per layer; None before the first.
        source: keys and values of the source, a pair per layer and view.
        mask: which source positions are real, [row, 1, 1, source].
        histories: where each layer and view has looked so far in the source.
        position: the position number of the next token.
        read: what a recurrent layer that makes the positions carries on, [1, row, width]; None where there is none.
    """

    written: tuple[KeysValues | None, ...]
    source: tuple[Sources, ...]
    mask: SourceMask
    histories: tuple[Histories, ...]
    position: int
    read: Float[Tensor, "1 row width"] | None = None

    def select(self, rows: Int[Tensor, " row"]) -> "TransformerState":
        """The state whose rows are these rows of this one."""
        return TransformerState(
            tuple(pair.select(rows) if pair is not None else None for pair in self.written),
            tuple(tuple(view.select(rows) for view in views) for views in self.source),
            self.mask.index_select(0, rows),
            tuple(tuple(one and one.select(rows) for one in views) for views in self.histories),
            self.position,
            None if self.read is None else self.read.index_select(1, rows),
        )


@dataclass(frozen=True)
class Around:
    """What all layers are told of the tokens at hand.

    Attributes:
        self_mask, source_mask: True where a token may look back, and at the source.
        places: position numbers of these tokens; written: of these and of all before them.
        valid: which are no padding.
    """

    self_mask: Mask | None
    source_mask: SourceMask | None
    places: Places
    written: Places
    valid: Valid | None = None


class DecoderLayer(nn.Module):
    """One block: look back, look at the source, change.

    Args:
        settings: sizes and choices; views: how many states of the source it looks at, one attention each.
    """

    def __init__(self, settings: TransformerSettings, views: int = 1) -> None:
        super().__init__()
        self.self_attention = self_attention_of(settings, causal=True)
        self.cross_attention = cross_attention_of(settings)
        self.auxiliary_cross_attention = nn.ModuleList(cross_attention_of(settings) for _ in range(views - 1))
        self.feed_forward = FeedForward(settings.width, settings.inner, dropout=settings.dropout)
        self.around_self, self.around_cross, self.around_feed_forward = (residual_of(settings) for _ in range(3))

    def prepare(self, views: Views) -> Sources:
        """Keys and values of what this layer looks at across, once per source."""
        return tuple(attention.prepare(states) for attention, states in zip(self._across(), views))

    def begin(self, source: Sources) -> Histories:
        """What is to be remembered of each view before it is looked at."""
        return tuple(attention.begin(view) for attention, view in zip(self._across(), source))

    def forward(
        self, states: States, past: KeysValues | None, source: Sources, histories: Histories, around: Around
    ) -> tuple[States, KeysValues, Histories]:
        """Returns the changed states, the keys and values written so far, these states' included, and where it has looked."""
        written: list[KeysValues] = []
        after: list[History | None] = []

        def look_back(normed: States) -> States:
            query, new = self.self_attention.project(normed, around.places)
            written.append(new if past is None else past.append(new))
            return self.self_attention.look(query, written[0], around.self_mask, around.places, around.written)

        def look_across(normed: States) -> States:
            followed = [
                attention.follow(normed, view, around.source_mask, history)
                for attention, view, history in zip(self._across(), source, histories)
            ]
            after.extend(history for _, history in followed)
            looks = [look for look, _ in followed]
            return looks[0] if len(looks) == 1 else torch.stack(looks).sum(dim=0)

        states = self.around_self(states, look_back, around.valid)
        states = self.around_cross(states, look_across, around.valid)
        states = self.around_feed_forward(states, self.feed_forward, around.valid)
        return states, written[0], tuple(after)

    def _across(self) -> list[MultiHeadAttention]:
        return [self.cross_attention, *self.auxiliary_cross_attention]


class TransformerDecoder(AbstractDecoder):
    """A stack of blocks over the embedded target.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: TransformerSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__()
        self.embedding = embedding
        self.reading = reading_of(settings)
        bounded = MECHANISMS[settings.decoder_attention].bounded
        self.longest = min(embedding.positions.longest, settings.longest if bounded else sys.maxsize)
        self.wiring = WIRINGS[settings.wiring](settings.layers, settings.connections)
        self.layers = nn.ModuleList(DecoderLayer(settings, self.wiring.views) for _ in range(settings.layers))
        self.after_stack = RESIDUALS[settings.norm].after_stack(partial(norm_of, settings))
        self.output = nn.Linear(settings.width, vocabulary)
        self.self_masks, self.cross_masks = Seen(("causal",)), Seen(("padding",))

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """All positions at once; each sees only itself and earlier ones."""
        logits: Tensor = self.output(self.states(target_in, memory))
        return logits

    def states(self, target_in: Tokens, memory: Memory) -> States:
        """What leaves the last layer, at all positions at once."""
        time = target_in.shape[1]
        places, valid = torch.arange(time).expand_as(target_in), target_in != PAD
        states: States = self.embedding(target_in, places)
        if self.reading is not None:
            states, _ = self.reading(states)
        around = Around(
            self.self_masks(Masks({"causal": causal(time)})),
            self.cross_masks(Masks({"padding": valid_keys(memory.valid)})),
            places, places, valid,
        )  # fmt: skip
        for layer, views in zip(self.layers, self.wiring(memory)):
            source = layer.prepare(views)
            states, _, _ = layer(states, None, source, layer.begin(source), around)
        return self.tap_states(self.after_stack(states, valid))

    def start(self, memory: Memory) -> TransformerState:
        """Project the source once for every layer."""
        source = tuple(layer.prepare(views) for layer, views in zip(self.layers, self.wiring(memory)))
        begun = tuple(layer.begin(views) for layer, views in zip(self.layers, source))
        return TransformerState((None,) * len(self.layers), source, valid_keys(memory.valid), begun, 0)

    def step(
        self, tokens: Int[Tensor, " row"], state: TransformerState
    ) -> tuple[Float[Tensor, "row vocab"], TransformerState]:
        """Feed one token per row; it may look at everything before it, so no mask is needed."""
        states, after = self.step_states(tokens, state)
        return self.output(states)[:, 0], after

    def step_states(
        self, tokens: Int[Tensor, " row"], state: TransformerState
    ) -> tuple[Float[Tensor, "row 1 width"], TransformerState]:
        """What leaves the last layer when one token per row is fed, and the state after it."""
        at = state.position
        states, read = self.embedding(tokens[:, None], torch.full((len(tokens), 1), at)), None
        if self.reading is not None:
            states, read = self.reading(states, None, state.read)
        around = Around(None, state.mask, torch.full((1, 1), at), torch.arange(at + 1)[None])
        written, looked = [], []
        for layer, past, source, history in zip(self.layers, state.written, state.source, state.histories):
            states, pair, after = layer(states, past, source, history, around)
            written.append(pair)
            looked.append(after)
        after_all = TransformerState(tuple(written), state.source, state.mask, tuple(looked), at + 1, read)
        return self.after_stack(states), after_all
