"""CopyNet: generating and copying compete in one softmax, and what was copied is read again.

    ψ_g(v) = v-th score of the vocabulary,  ψ_c(j) = tanh(h_j W_c)·s_t,  P(w) = (e^{ψ_g(w)} + Σ_{j: x_j = w} e^{ψ_c(j)}) / Z

Z runs over the vocabulary, <unk> among it, and over all places of the source. The next step is told, beside the token, where
in the source it may come from (selective read): ζ = Σ_j ρ_j h_j, with ρ_j in proportion to the probability with which x_j
was copied where x_j is the token fed, else 0.

Source: Gu et al. 2016, sections 3.2 and 3.3, arXiv:1603.06393.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.bahdanau_decoder import BahdanauDecoder
from core.models.copy_site import CopySite
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.extended import Extended, read_again
from core.models.recurrent_encoder import CELLS
from core.models.recurrent_settings import RecurrentSettings
from core.models.recurrent_state import RecurrentState
from core.recording.tap import Tap
from core.shapes import Logits, Tokens


class CopyNet(BahdanauDecoder):
    """A decoder that looks, reads again what it copied, and steps.

    Args:
        settings: sizes and choices; embedding: from tokens to vectors; vocabulary: number of target tokens.
    """

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__(settings, embedding, vocabulary)
        width = settings.width
        self.vocabulary = vocabulary
        self.recurrence = CELLS[settings.cell](3 * width, width, num_layers=settings.layers, batch_first=True)
        self.copy = nn.Linear(width, width, bias=False)
        self.cross_copying, self.tap_p_gen = CopySite(), Tap()

    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """One step after another: each reads what the one before it copied."""
        embedded = self._embedded(target_in)
        state, found = self.start(memory), []
        for tokens, now in zip(target_in.unbind(dim=1), embedded.unbind(dim=1)):
            logits, state = self._follow(tokens, now, state)
            found.append(logits)
        return torch.stack(found, dim=1)

    def start(self, memory: Memory) -> RecurrentState:
        """As any decoder; nothing was copied yet."""
        extended = Extended.of(memory, self.vocabulary)
        return replace(super().start(memory), extended=extended, copied=torch.zeros_like(memory.states[..., 0]))

    def step(
        self, tokens: Int[Tensor, " row"], state: RecurrentState
    ) -> tuple[Float[Tensor, "row extended"], RecurrentState]:
        """Feed one token per row."""
        return self._follow(tokens, self._embedded(tokens[:, None])[:, 0], state)

    def _embedded(self, tokens: Tokens) -> Tensor:
        vectors: Tensor = self.embedding(read_again(tokens, self.vocabulary), torch.zeros_like(tokens))
        return vectors

    def _follow(
        self, tokens: Int[Tensor, " row"], now: Float[Tensor, "row width"], state: RecurrentState
    ) -> tuple[Float[Tensor, "row extended"], RecurrentState]:
        assert state.extended is not None and state.copied is not None
        values = state.source.value[:, 0]  # row source width
        read = (reread(state.copied, state.extended.numbers == tokens[:, None])[:, None] @ values)[:, 0]
        context, history = self._look(state.hidden[0][-1], state.source, state.mask, state.history)
        outputs, after = state.advance(self.recurrence, torch.cat([now, context, read], dim=-1)[:, None])
        logits, copied = self._compete(self._read_out(outputs, context[:, None], now[:, None]), outputs, values, state)
        return logits[:, 0], replace(after, history=history, copied=copied)

    def _compete(
        self, made: Logits, outputs: Tensor, values: Tensor, state: RecurrentState
    ) -> tuple[Float[Tensor, "row 1 extended"], Float[Tensor, "row source"]]:
        """Log P over the extended vocabulary, and the probability of copying each source token."""
        assert state.extended is not None
        copies = outputs @ torch.tanh(self.copy(values)).mT  # row time=1 source
        copies = copies.masked_fill(~state.extended.valid[:, None], -torch.inf)
        every = torch.cat([made, copies], dim=-1).log_softmax(dim=-1)
        made, copies = every.split([self.vocabulary, copies.shape[-1]], dim=-1)
        copied = self.cross_copying(copies.exp()[:, None])[:, 0]
        self.tap_p_gen(made.exp().sum(dim=-1, keepdim=True))
        return state.extended.mixed(copied, made), copied[:, 0]


def reread(copied: Float[Tensor, "row source"], fed: Tensor) -> Float[Tensor, "row source"]:
    """ρ: the share of each place in what was copied of the token fed; zeros where it stands nowhere in the source.

    >>> reread(torch.tensor([[0.1, 0.3, 0.2]]), torch.tensor([[True, True, False]])).tolist()
    [[0.25, 0.75, 0.0]]
    """
    shares = copied * fed
    return shares / shares.sum(dim=-1, keepdim=True).clamp_min(torch.finfo(shares.dtype).tiny)
