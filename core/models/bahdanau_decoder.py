"""A recurrent decoder that looks before it steps: the previous state asks, the answer enters the recurrence.

Source: Bahdanau et al. 2015, section 3.1 and appendix A.2.2 (with a GRU or LSTM, and a linear output in place of
maxout), arXiv:1409.0473. Because each question needs the state before it, a whole target is read step by step.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.additive import Additive
from core.attention.attention import Attention
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


class BahdanauDecoder(AbstractDecoder):
    """Look, then step.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__()
        width = settings.width
        self.embedding = embedding
        self.cross_attention = Attention(Additive(width, width, width))
        self.recurrence = CELLS[settings.cell](2 * width, width, num_layers=settings.layers, batch_first=True)
        self.first = FirstHidden(width, settings.layers, 1 if settings.cell == "gru" else 2)
        self.dropout = Dropout(settings.dropout)
        self.join = nn.Linear(3 * width, width)
        self.output = nn.Linear(width, vocabulary)

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """One step after another; what does not depend on the state is done once for all steps."""
        embedded = self.embedding(target_in, torch.zeros_like(target_in))
        state = self.start(memory)
        states, contexts = [], []
        for now in embedded.unbind(dim=1):
            output, context, state = self._advance(now, state)
            states.append(output)
            contexts.append(context)
        return self._read_out(torch.stack(states, 1), torch.stack(contexts, 1), embedded)

    def start(self, memory: Memory) -> RecurrentState:
        """Project the source once."""
        keys = memory.states[:, None]  # batch head=1 key width
        source = KeysValues(self.cross_attention.score.prepare(keys), keys)
        return RecurrentState(self.first(memory), source, valid_keys(memory.valid))

    def step(
        self, tokens: Int[Tensor, " row"], state: RecurrentState
    ) -> tuple[Float[Tensor, "row vocab"], RecurrentState]:
        """Feed one token per row."""
        embedded = self.embedding(tokens[:, None], torch.zeros_like(tokens)[:, None])
        output, context, state = self._advance(embedded[:, 0], state)
        return self._read_out(output[:, None], context[:, None], embedded)[:, 0], state

    def _advance(
        self, now: Float[Tensor, "row width"], state: RecurrentState
    ) -> tuple[Float[Tensor, "row width"], Float[Tensor, "row width"], RecurrentState]:
        query = state.hidden[0][-1][:, None, None]  # row head=1 query=1 width
        context = self.cross_attention(query, *state.source, state.mask).context[:, 0, 0]  # row width
        outputs, after = state.advance(self.recurrence, torch.cat([now, context], dim=-1)[:, None])
        return outputs[:, 0], context, after

    def _read_out(self, states: States, contexts: States, embedded: States) -> Logits:
        joined = torch.tanh(self.join(torch.cat([states, contexts, embedded], dim=-1)))
        logits: Tensor = self.output(self.dropout(joined))
        return logits
