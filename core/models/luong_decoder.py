"""A recurrent decoder that steps before it looks: the new state asks, the answer joins it for the output.

Source: Luong et al. 2015, section 3, arXiv:1508.04025 (global attention, dot or general score, without input feeding). The
recurrence does not wait for the answers, so a whole target is read in one sweep and attended in one product.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.alignments import ALIGNMENTS
from core.attention.attention import Attended
from core.attention.dropout import Dropout
from core.attention.masks import valid_keys
from core.attention.multihead import KeysValues
from core.models.decoder import AbstractDecoder
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.recurrent_encoder import CELLS
from core.models.recurrent_settings import RecurrentSettings
from core.models.recurrent_state import FirstHidden, RecurrentState
from core.shapes import Logits, States, Tokens


class LuongDecoder(AbstractDecoder):
    """Step, then look.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__()
        width = settings.width
        self.embedding = embedding
        self.cross_attention = ALIGNMENTS[settings.alignment].make(settings.aligning)
        self.recurrence = CELLS[settings.cell](width, width, num_layers=settings.layers, batch_first=True)
        self.first = FirstHidden(width, settings.layers, 1 if settings.cell == "gru" else 2)
        self.dropout = Dropout(settings.dropout)
        self.join = nn.Linear(2 * width, width)
        self.output = nn.Linear(width, vocabulary)

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """All positions in one sweep."""
        return self._advance(target_in, self.start(memory))[0]

    def start(self, memory: Memory) -> RecurrentState:
        """The source as keys and values of one head."""
        keys = memory.states[:, None]  # batch head=1 key width
        source = KeysValues(self.cross_attention.prepare(keys), keys)
        return RecurrentState(
            self.first(memory), source, valid_keys(memory.valid), self.cross_attention.begin(source.key)
        )

    def step(
        self, tokens: Int[Tensor, " row"], state: RecurrentState
    ) -> tuple[Float[Tensor, "row vocab"], RecurrentState]:
        """Feed one token per row."""
        logits, state = self._advance(tokens[:, None], state)
        return logits[:, 0], state

    def _advance(self, tokens: Tokens, state: RecurrentState) -> tuple[Logits, RecurrentState]:
        embedded = self.embedding(tokens, torch.zeros_like(tokens))
        states, after = state.advance(self.recurrence, embedded)
        states = self.tap_states(states)
        looked, history = self.cross_attention.follow(states[:, None], *state.source, state.mask, state.history)
        return self.read_out(states, looked, embedded, state), replace(after, history=history)

    def read_out(self, states: States, looked: Attended, embedded: States, state: RecurrentState) -> Logits:
        """Scores of the next token at every position: from the states, what they saw and what they were fed."""
        joined = torch.tanh(self.join(torch.cat([states, looked.context[:, 0]], dim=-1)))
        logits: Logits = self.output(self.dropout(joined))
        return logits
