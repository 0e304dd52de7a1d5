"""The Transformer's decoder: masked self-attention, cross-attention, feed-forward.

Source: Vaswani et al. 2017, section 3.1. Decoding step by step caches keys and values: those of the source once, those
of the target one column a step; when a search reorders its rows the caches follow (`select`).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.masks import causal, valid_keys
from core.attention.multihead import KeysValues, MultiHeadAttention
from core.models.decoder import AbstractDecoder
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.feed_forward import FeedForward
from core.models.residual import RESIDUALS
from core.models.transformer_settings import TransformerSettings
from core.shapes import Logits, Mask, SourceMask, States, Tokens


@dataclass(frozen=True)
class TransformerState:
    """What a step needs of the past.

    Attributes:
        written: keys and values of the tokens fed so far, a pair per layer; None before the first.
        source: keys and values of the source, a pair per layer.
        mask: which source positions are real, [row, 1, 1, source].
        position: the position number of the next token.
    """

    written: tuple[KeysValues | None, ...]
    source: tuple[KeysValues, ...]
    mask: SourceMask
    position: int

    def select(self, rows: Int[Tensor, " row"]) -> "TransformerState":
        """The state whose rows are these rows of this one."""
        return TransformerState(
            tuple(pair.select(rows) if pair is not None else None for pair in self.written),
            tuple(pair.select(rows) for pair in self.source),
            self.mask.index_select(0, rows),
            self.position,
        )


class DecoderLayer(nn.Module):
    """One block: look back, look at the source, change."""

    def __init__(self, settings: TransformerSettings) -> None:
        super().__init__()
        width, dropout = settings.width, settings.dropout
        self.self_attention = MultiHeadAttention(width, settings.heads, dropout=dropout)
        self.cross_attention = MultiHeadAttention(width, settings.heads, dropout=dropout)
        self.feed_forward = FeedForward(width, settings.inner, dropout=dropout)
        self.around_self, self.around_cross, self.around_feed_forward = (
            RESIDUALS[settings.norm](width, dropout) for _ in range(3)
        )

    def forward(
        self,
        states: States,
        past: KeysValues | None,
        source: KeysValues,
        self_mask: Mask | None,
        source_mask: SourceMask,
    ) -> tuple[States, KeysValues]:
        """Returns the changed states, and the keys and values written so far, these states' included."""
        written: list[KeysValues] = []

        def look_back(normed: States) -> States:
            new = self.self_attention.prepare(normed)
            written.append(new if past is None else past.append(new))
            looked: States = self.self_attention(normed, written[0], self_mask)
            return looked

        states = self.around_self(states, look_back)
        states = self.around_cross(states, lambda normed: self.cross_attention(normed, source, source_mask))
        return self.around_feed_forward(states, self.feed_forward), written[0]


class TransformerDecoder(AbstractDecoder):
    """A stack of blocks over the embedded target.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: TransformerSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__()
        self.embedding = embedding
        self.longest = embedding.positions.longest
        self.layers = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.layers))
        self.after_stack = RESIDUALS[settings.norm].after_stack(settings.width)
        self.output = nn.Linear(settings.width, vocabulary)

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """All positions at once; each sees only itself and earlier ones."""
        time = target_in.shape[1]
        states = self.embedding(target_in, torch.arange(time).expand_as(target_in))
        self_mask, source_mask = causal(time), valid_keys(memory.valid)
        for layer in self.layers:
            source = layer.cross_attention.prepare(memory.states)
            states, _ = layer(states, None, source, self_mask, source_mask)
        logits: Tensor = self.output(self.after_stack(states))
        return logits

    def start(self, memory: Memory) -> TransformerState:
        """Project the source once for every layer."""
        source = tuple(layer.cross_attention.prepare(memory.states) for layer in self.layers)
        return TransformerState((None,) * len(self.layers), source, valid_keys(memory.valid), 0)

    def step(
        self, tokens: Int[Tensor, " row"], state: TransformerState
    ) -> tuple[Float[Tensor, "row vocab"], TransformerState]:
        """Feed one token per row; it may look at everything before it, so no mask is needed."""
        states = self.embedding(tokens[:, None], torch.full((len(tokens), 1), state.position))
        written = []
        for layer, past, source in zip(self.layers, state.written, state.source):
            states, pair = layer(states, past, source, None, state.mask)
            written.append(pair)
        logits = self.output(self.after_stack(states))[:, 0]  # row vocab
        return logits, TransformerState(tuple(written), state.source, state.mask, state.position + 1)
