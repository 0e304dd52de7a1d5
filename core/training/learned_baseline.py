"""A baseline that is learned: what reward the decoder's state lets expect, before the next token is drawn.

    b_t = w·h_t + v,      w and v lower  Σ_t (r − b_t)²

h_t is the state from which the distribution of token t is made. It has read the tokens before t and not t itself, so b_t
makes the policy gradient quieter and changes its mean in nothing. The error goes no further than w and v: h_t comes in
without its gradient, for a decoder that is drawn to states from which rewards are easily told would learn another thing.

Source: Ranzato et al. 2016, section 3.2.2, arXiv:1511.06732. The regressor begins at zero, as no baseline at all; the
optimizer of the model learns it too, at ten times the rate (core/training/loop.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.models.seq2seq import Seq2Seq
from core.recording.tap import Tap, watching

BASELINE = "baseline"  # a term of the loss
Expected = Float[Tensor, "item draw time"]


class Regressor(nn.Module):
    """A number for every state.

    Args:
        width: features of a decoder's state.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.slope, self.level = nn.Parameter(torch.zeros(width)), nn.Parameter(torch.zeros(()))

    def forward(self, states: Float[Tensor, "item draw time width"]) -> Expected:
        """What each state lets expect; no gradient reaches the states."""
        return states.detach().to(self.slope.dtype) @ self.slope + self.level


def squared_error(
    expected: Expected, rewards: Float[Tensor, "item draw"], own: Bool[Tensor, "item draw time"]
) -> Float[Tensor, ""]:
    """Summed over the tokens that the model wrote itself.

    >>> rewards, own = torch.tensor([[1.0]]), torch.tensor([[[True, True, False]]])
    >>> float(squared_error(torch.tensor([[[1.0, 0.5, 9.0]]]), rewards, own))
    0.25
    """
    return (torch.where(own, expected - rewards[..., None], 0.0) ** 2).sum()


@contextmanager
def states_of(model: Seq2Seq) -> Iterator[list[Float[Tensor, "row time width"]]]:
    """The decoder's states that pass until the block ends: all of a target's at once, or one at a time."""
    passed: list[Tensor] = []

    def keep(tap: Tap, value: Tensor) -> None:
        if tap is model.decoder.tap_states:
            passed.append(value)

    with watching(keep):
        yield passed
