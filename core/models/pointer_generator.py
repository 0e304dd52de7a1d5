"""Recurrent decoders that write what they attend to: the pointer-generator, and the pointer network.

Both step and then look (core/models/luong_decoder.py): the state knows the token just fed when it asks, and the weights of
the answer are the copy distribution. Any score goes with them; the papers have the additive one.
"""

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.attention import Attended
from core.models.copy_site import CopySite
from core.models.embedding import TokenEmbedding
from core.models.encoder import Memory
from core.models.extended import Extended, read_again
from core.models.luong_decoder import LuongDecoder
from core.models.recurrent_settings import RecurrentSettings
from core.models.recurrent_state import RecurrentState
from core.recording.tap import Tap
from core.shapes import Logits, States, Tokens


class PointerNetwork(LuongDecoder):
    """Every output is a token of the source, <end> among them: its probability is the weight of the places where it stands.

    Source: Vinyals et al. 2015, section 2.3, arXiv:1506.03134. The paper's outputs are places; ours are the tokens that
    stand there, so that what a token is can be read, fed back and searched for as ever. Places are not taken out once they
    were pointed at.
    """

    makes = False

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__(settings, embedding, vocabulary)
        self.vocabulary = vocabulary
        self.cross_copying = CopySite()
        if not self.makes:
            del self.join, self.output

    def start(self, memory: Memory) -> RecurrentState:
        """As any decoder, and with what can be written beside this source."""
        return replace(super().start(memory), extended=Extended.of(memory, self.vocabulary, makes=self.makes))

    def _advance(self, tokens: Tokens, state: RecurrentState) -> tuple[Logits, RecurrentState]:
        return super()._advance(read_again(tokens, self.vocabulary), state)

    def read_out(self, states: States, looked: Attended, embedded: States, state: RecurrentState) -> Logits:
        """Logarithms of the weights by token."""
        assert state.extended is not None
        return state.extended.mixed(self.cross_copying(looked.weights)[:, 0])


class PointerGenerator(PointerNetwork):
    """Generates and copies: p_gen says how much of the probability is the vocabulary's.

        p_gen = σ(w_h·c_t + w_s·s_t + w_x·x_t + b),  P(w) = p_gen P_vocab(w) + (1 − p_gen) Σ_{j: x_j = w} a_j

    Source: See et al. 2017, section 2.2, arXiv:1704.04368. What they call coverage is the alignment `coverage` here
    (core/attention/location.py) and a term of the loss (core/training/coverage.py).
    """

    makes = True

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__(settings, embedding, vocabulary)
        self.gate = nn.Linear(3 * settings.width, 1)
        self.tap_p_gen = Tap()

    def read_out(self, states: States, looked: Attended, embedded: States, state: RecurrentState) -> Logits:
        """Logarithms of P over the extended vocabulary."""
        assert state.extended is not None
        made = LuongDecoder.read_out(self, states, looked, embedded, state).log_softmax(dim=-1)
        gate = self.gate(torch.cat([looked.context[:, 0], states, embedded], dim=-1))  # row time 1
        return shared_out(state.extended, made, gate, self.cross_copying(looked.weights)[:, 0], self.tap_p_gen)


def shared_out(
    extended: Extended,
    made: Logits,
    gate: Float[Tensor, "batch time 1"],
    weights: Float[Tensor, "batch time source"],
    tap: Tap,
) -> Float[Tensor, "batch time extended"]:
    """The pointer-generator's mixture.

    Args:
        made: log P_vocab; gate: the logit of p_gen; weights: the copy distribution; tap: where p_gen passes.
    """
    tap(gate.sigmoid())
    # the logarithm of p_gen is taken of its logit, which no rounding makes infinite
    return extended.mixed(weights * (-gate).sigmoid(), made + nn.functional.logsigmoid(gate))
