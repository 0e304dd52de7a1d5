"""Monotonic attention: from where it stopped it scans on, key by key, and stops at one with probability σ(e).

While training the expectation of that process is used, α_ij = p_ij q_ij with q_ij = (1 − p_{i,j−1}) q_{i,j−1} + α_{i−1,j}; noise
before σ teaches it to be decided. At inference (evaluation, re-scoring and records alike) the process itself runs, hard:
it stops at the first key with p ≥ ½. Whoever passes the last key has left the source, looks at nothing (weights and
context are zeros) and does not come back; so rows sum to one at most. Which side of ½ a probability within rounding of
it falls on is not determined, as it is not which of two equal maxima greedy search takes.

Source: Raffel et al. 2017, sections 2.2 to 2.5, arXiv:1704.00784. The closed form printed there divides by a product of
all 1 − p so far, which is 0 in single precision after some tens of keys; the recurrence is computed by doubling instead
(`carried`), in as many operations as the number of keys has binary digits.
"""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from core.attention.additive import Additive
from core.attention.alignment import AbstractAlignment, Queries
from core.attention.history import History
from core.attention.noise import Noise
from core.attention.score import AbstractScore
from core.shapes import Keys, Mask, Prepared, Scores, Weights

OFFSET = -1.0  # r before training: a process that at first goes on rather than stops; the paper's are −1 to −4
SIZE = 3.0  # g before training; the paper's 1/√dim leaves energies weaker than the noise for as long as a class watches
_HALF = 0.5


def carried(keep: Float[Tensor, "*rows key"], enter: Float[Tensor, "*rows key"]) -> Float[Tensor, "*rows key"]:
    """x_j = keep_j · x_{j−1} + enter_j along the last axis, x before the first being 0.

    Each round lets every place know twice as far back. With factors in [0, 1] nothing grows and nothing is divided, so it
    is as accurate as the loop. It can be differentiated once.

    >>> carried(torch.tensor([1.0, 0.5, 0.5]), torch.tensor([4.0, 0.0, 1.0])).tolist()
    [4.0, 2.0, 2.0]
    """
    found: Tensor = _Carried.apply(keep, enter)
    return found


class _Carried(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, keep: Tensor, enter: Tensor) -> Tensor:
        found = _doubled(keep, enter)
        ctx.save_for_backward(keep, found)
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, outer: Tensor) -> tuple[Tensor, Tensor]:
        """What a place gives on it gets back: the same recurrence, from the last key to the first."""
        keep, found = ctx.saved_tensors
        returning = nn.functional.pad(keep.flip(-1), (1, -1))
        reached = _doubled(returning, outer.flip(-1)).flip(-1)
        return reached * nn.functional.pad(found, (1, -1)), reached


def _doubled(keep: Tensor, enter: Tensor) -> Tensor:
    back = 1
    while back < enter.shape[-1]:
        enter = torch.cat(
            [enter[..., :back], torch.addcmul(enter[..., back:], keep[..., back:], enter[..., :-back])], -1
        )
        keep = torch.cat([keep[..., :back], keep[..., back:] * keep[..., :-back]], -1)
        back *= 2
    return enter


def expected_stops(stop: Weights, last: Weights) -> Weights:
    """α_i of the stopping probabilities p_i and of α_{i−1}.

    >>> half = torch.full((1, 1, 1, 3), 0.5)
    >>> expected_stops(half, torch.tensor([[[[1.0, 0.0, 0.0]]]])).tolist()
    [[[[0.5, 0.25, 0.125]]]]
    """
    passing = nn.functional.pad(1 - stop, (1, -1))  # what goes on from the key before; nothing comes before the first
    return stop * carried(passing, last)


def hard_stops(stop: Weights, last: Weights) -> Weights:
    """1 at the first key from the last stop on where p ≥ ½, else 0; zeros where there is none.

    >>> here = torch.tensor([[[[0.0, 1.0, 0.0, 0.0]]]])
    >>> hard_stops(torch.tensor([[[[0.9, 0.4, 0.7, 0.9]]]]), here).tolist()
    [[[[0.0, 0.0, 1.0, 0.0]]]]
    """
    passed = last.cumsum(dim=-1) > 0
    able = passed & (stop >= _HALF)
    return (able & (able.cumsum(dim=-1) == 1)).to(stop.dtype)


class NormedAdditive(Additive):
    """g · vᵀ/‖v‖ tanh(W_q q + W_k k + b): the size of the energies is one number, which is learned."""

    def __init__(self, query_dim: int, key_dim: int, dim: int) -> None:
        super().__init__(query_dim, key_dim, dim)
        self.size = nn.Parameter(torch.tensor(SIZE))

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """Compare every query with every prepared key."""
        return super().forward(query, prepared) * (self.size / self.v.norm())


class Energy(AbstractScore):
    """A score and a learned offset r, so that it is in the score what a probability of one half means.

    Args:
        score: how well a query and a key fit.
    """

    def __init__(self, score: AbstractScore) -> None:
        super().__init__()
        self.inner = score
        self.offset = nn.Parameter(torch.tensor(OFFSET))

    def prepare(self, key: Keys) -> Prepared:
        """As the score does."""
        return self.inner.prepare(key)

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """e + r."""
        scores: Scores = self.inner(query, prepared)
        return scores + self.offset


class Monotonic(AbstractAlignment):
    """Scan on and stop: the weights are where it stops.

    Args:
        score: the energy of stopping; noise: standard deviation of what is added to it while training.
        dropout, temperature: as in AbstractAlignment.
    """

    def __init__(self, score: Energy, *, noise: float = 1.0, dropout: float = 0.0, temperature: float = 1.0) -> None:
        super().__init__(score, dropout=dropout, temperature=temperature)
        self.noise = Noise(noise)

    def weigh(
        self, query: Queries, key: Prepared, mask: Mask | None, history: History
    ) -> tuple[Scores, Weights, Weights]:
        """In expectation while training, hard otherwise."""
        scores = self.tap_scores(self.scores(query, key, mask))
        stops = self.tap_weights(self.stops(scores, history))
        return scores, stops, stops

    def stops(self, scores: Scores, history: History) -> Weights:
        """Where the process stops at this query."""
        if self.training:
            return expected_stops(torch.sigmoid(self.noise(scores)), history.stops)
        return hard_stops(torch.sigmoid(scores), history.stops)
