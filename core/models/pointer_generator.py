"""Recurrent decoders that write what they attend to: the pointer-generator, and the pointer network.

Both step and then look (core/models/luong_decoder.py): the state knows the token just fed when it asks, and the weights of
the answer are the copy distribution. Any score goes with them; the papers have the additive one.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.attention import Attended
from core.data.vocabulary import END
from core.models.copy_kinds import ONCE
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
    stand there, so that what a token is can be read, fed back and searched for as ever. With `pointing=once` a place is
    taken out once it was pointed at: each token can be written as often as it stands in the source, <end> whenever it likes.
    """

    makes = False

    def __init__(self, settings: RecurrentSettings, embedding: TokenEmbedding, vocabulary: int) -> None:
        super().__init__(settings, embedding, vocabulary)
        self.vocabulary, self.once = vocabulary, settings.pointing == ONCE
        self.cross_copying = CopySite()
        if not self.makes:
            del self.join, self.output

    def start(self, memory: Memory) -> RecurrentState:
        """As any decoder, and with what can be written beside this source."""
        extended = Extended.of(memory, self.vocabulary, makes=self.makes)
        left = times_before_taken(extended.numbers) if self.once else None
        return replace(super().start(memory), extended=extended, left=left)

    def _advance(self, tokens: Tokens, state: RecurrentState) -> tuple[Logits, RecurrentState]:
        read = read_again(tokens, self.vocabulary)
        if state.left is None or state.extended is None:
            return super()._advance(read, state)
        numbers = state.extended.numbers[:, None]  # row 1 source
        left = state.left[:, None] - (tokens[..., None] == numbers).cumsum(dim=1)  # row time source
        free = state.mask & ((left > 0) | (numbers == END))[:, None]
        logits, after = super()._advance(read, replace(state, mask=free))
        return logits, replace(after, mask=state.mask, left=left[:, -1])

    def read_out(self, states: States, looked: Attended, embedded: States, state: RecurrentState) -> Logits:
        """Logarithms of the weights by token."""
        assert state.extended is not None
        return state.extended.mixed(self.cross_copying(looked.weights)[:, 0])


def times_before_taken(numbers: Int[Tensor, "row source"]) -> Int[Tensor, "row source"]:
    """How many times the token of each place must be written before the place is taken: equal ones are taken from the left.

    >>> times_before_taken(torch.tensor([[7, 8, 7, 7]])).tolist()
    [[1, 1, 2, 3]]
    """
    return (numbers[:, :, None] == numbers[:, None]).tril().sum(dim=-1)


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
