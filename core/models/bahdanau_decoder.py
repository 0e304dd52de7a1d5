"""A recurrent decoder that looks before it steps: the previous state asks, the answer enters the recurrence.

Source: Bahdanau et al. 2015, section 3.1 and appendix A.2.2 (with a GRU or LSTM, and a linear output in place of
maxout), arXiv:1409.0473. Because each question needs the state before it, a whole target is read step by step.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.alignments import ALIGNMENTS
from core.attention.dropout import Dropout
from core.attention.history import History
from core.attention.masks import blocking, valid_keys
from core.attention.multihead import KeysValues
from core.models.decoder import AbstractDecoder
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.recurrent_cell import STEPS
from core.models.recurrent_encoder import CELLS
from core.models.recurrent_settings import RecurrentSettings
from core.models.recurrent_state import FirstHidden, RecurrentState
from core.shapes import Logits, Mask, States, Tokens


class BahdanauDecoder(AbstractDecoder):
    """Look, then step.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__()
        width = settings.width
        self.embedding = embedding
        self.cross_attention = ALIGNMENTS[settings.alignment].make(settings.aligning)
        self.recurrence = CELLS[settings.cell](2 * width, width, num_layers=settings.layers, batch_first=True)
        self.first = FirstHidden(width, settings.layers, 1 if settings.cell == "gru" else 2)
        self.dropout = Dropout(settings.dropout)
        self.join = nn.Linear(3 * width, width)
        self.output = nn.Linear(width, vocabulary)

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """One step after another; what does not depend on the state is done once for all steps."""
        embedded = self.embedding(target_in, torch.zeros_like(target_in))
        state = self.start(memory)
        step, mask = STEPS[type(self.recurrence)], blocking(state.mask)
        (w_input, w_hidden, b_input, b_hidden), *above = self.recurrence.all_weights
        w_token, w_context = w_input.split(self.join.out_features, dim=1)
        asked = nn.functional.linear(embedded, w_token, b_input)  # batch time gates: the tokens' share
        layers, history = list(zip(*state.hidden)), state.history  # per layer its parts
        states, contexts = [], []
        for now in asked.unbind(dim=1):
            context, history = self._look(layers[-1][0], state.source, mask, history)
            own = nn.functional.linear(layers[0][0], w_hidden, b_hidden)
            layers[0] = step(torch.addmm(now, context, w_context.t()), own, layers[0])
            for at, (w_in, w_own, b_in, b_own) in enumerate(above, start=1):
                asks = nn.functional.linear(layers[at - 1][0], w_in, b_in)
                layers[at] = step(asks, nn.functional.linear(layers[at][0], w_own, b_own), layers[at])
            states.append(layers[-1][0])
            contexts.append(context)
        return self._read_out(torch.stack(states, 1), torch.stack(contexts, 1), embedded)

    def start(self, memory: Memory) -> RecurrentState:
        """Project the source once."""
        keys = memory.states[:, None]  # batch head=1 key width
        source = KeysValues(self.cross_attention.prepare(keys), keys)
        return RecurrentState(
            self.first(memory), source, valid_keys(memory.valid), self.cross_attention.begin(source.key)
        )

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
        context, history = self._look(state.hidden[0][-1], state.source, state.mask, state.history)
        outputs, after = state.advance(self.recurrence, torch.cat([now, context], dim=-1)[:, None])
        return outputs[:, 0], context, replace(after, history=history)

    def _look(
        self, hidden: Float[Tensor, "row width"], source: KeysValues, mask: Mask | None, history: History | None
    ) -> tuple[Float[Tensor, "row width"], History | None]:
        query = hidden[:, None, None]  # row head=1 query=1 width
        looked, history = self.cross_attention.follow(query, *source, mask, history)
        return looked.context[:, 0, 0], history

    def _read_out(self, states: States, contexts: States, embedded: States) -> Logits:
        joined = torch.tanh(self.join(torch.cat([self.tap_states(states), contexts, embedded], dim=-1)))
        logits: Tensor = self.output(self.dropout(joined))
        return logits
