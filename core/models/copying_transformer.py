"""A Transformer's decoder that generates and copies.

Its heads look at the source each in a way of its own, and none of them is the copy distribution. So one attention more,
with one head, asks with what leaves the last layer: its weights are copied with, its context has a part in p_gen.

Source: See et al. 2017, section 2.2, arXiv:1704.04368, for the gate and the mixture; an attention for copying alone as in
Gu et al. 2016, arXiv:1603.06393.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.attention import Attention
from core.attention.masks import valid_keys
from core.attention.multihead import KeysValues
from core.attention.multiplicative import ScaledDotProduct
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.extended import Extended, read_again
from core.models.pointer_generator import shared_out
from core.models.transformer_decoder import TransformerDecoder, TransformerState
from core.models.transformer_settings import TransformerSettings
from core.recording.tap import Tap
from core.shapes import Logits, SourceMask, States, Tokens


@dataclass(frozen=True)
class Origin:
    """What is copied from.

    Attributes:
        source: keys and values of one head; mask: which are real; extended: what can be written beside it.
    """

    source: KeysValues
    mask: SourceMask
    extended: Extended

    def select(self, rows: Int[Tensor, " row"]) -> "Origin":
        """That of these rows."""
        return Origin(self.source.select(rows), self.mask.index_select(0, rows), self.extended.select(rows))


@dataclass(frozen=True)
class CopyingState:
    """What a step needs of the past.

    Attributes:
        inner: of the blocks; origin: what is copied from.
    """

    inner: TransformerState
    origin: Origin

    def select(self, rows: Int[Tensor, " row"]) -> "CopyingState":
        """The state whose rows are these rows of this one."""
        return CopyingState(self.inner.select(rows), self.origin.select(rows))


class CopyingTransformer(TransformerDecoder):
    """A stack of blocks, a gate and a copy distribution.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: TransformerSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__(settings, embedding, vocabulary)
        width = settings.width
        self.vocabulary = vocabulary
        self.asks, self.keys = nn.Linear(width, width), nn.Linear(width, width)
        self.cross_copying = Attention(ScaledDotProduct())
        self.gate = nn.Linear(3 * width, 1)
        self.tap_p_gen = Tap()

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """All positions at once; each sees only itself and earlier ones."""
        read = read_again(target_in, self.vocabulary)
        return self._write(self.states(read, memory), self.embedding.table(read), self._origin(memory))

    def start(self, memory: Memory) -> CopyingState:
        """Project the source once for every layer, and once for copying."""
        return CopyingState(super().start(memory), self._origin(memory))

    def step(
        self, tokens: Int[Tensor, " row"], state: CopyingState
    ) -> tuple[Float[Tensor, "row extended"], CopyingState]:
        """Feed one token per row."""
        read = read_again(tokens, self.vocabulary)
        states, inner = self.step_states(read, state.inner)
        logits = self._write(states, self.embedding.table(read)[:, None], state.origin)
        return logits[:, 0], replace(state, inner=inner)

    def _origin(self, memory: Memory) -> Origin:
        keys = self.cross_copying.prepare(self.keys(memory.states)[:, None])  # batch head=1 key width
        return Origin(
            KeysValues(keys, memory.states[:, None]), valid_keys(memory.valid), Extended.of(memory, self.vocabulary)
        )

    def _write(self, states: States, fed: States, origin: Origin) -> Logits:
        looked = self.cross_copying(self.asks(states)[:, None], *origin.source, origin.mask)
        gate = self.gate(torch.cat([looked.context[:, 0], states, fed], dim=-1))
        made = self.output(states).log_softmax(dim=-1)
        return shared_out(origin.extended, made, gate, looked.weights[:, 0], self.tap_p_gen)
