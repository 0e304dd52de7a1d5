"""How likely a token of the prefix is the right one, step after step: the decay schedules of scheduled sampling.

i are the steps done before. The three that decay are those of Bengio et al. 2015, section 2.4, arXiv:1506.03099:

    linear            ε_i = max(ε, k − c·i)
    exponential       ε_i = k^i                       k < 1
    inverse sigmoid   ε_i = k / (k + exp(i / k))      k ≥ 1

Their constants are in units of a step and say little by themselves. Here all are given by one number with the same meaning
for each, the step `half` at which every other token is still the right one, and the constants follow from it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

GoldSchedule = Callable[[int, int, float], float]
_LARGEST = 700.0  # the exponential of more is infinite


def constant(done: int, half: int, floor: float) -> float:
    """The floor, always: 1 is teacher forcing, 0 feeds the model nothing but its own.

    >>> constant(9, 100, 0.25)
    0.25
    """
    return floor


def linear(done: int, half: int, floor: float) -> float:
    """max(ε, k − c·i) with k = 1 and c = 1 / 2·half.

    >>> [linear(done, 100, 0.1) for done in (0, 50, 100, 1000)]
    [1.0, 0.75, 0.5, 0.1]
    """
    return max(floor, 1.0 - done / (2.0 * half))


def exponential(done: int, half: int, floor: float) -> float:
    """k^i with k = 2^(−1/half), and never below the floor, of which the paper has none.

    >>> [exponential(done, 100, 0.0) for done in (0, 100, 200)]
    [1.0, 0.5, 0.25]
    """
    return max(floor, 0.5 ** (done / half))


def inverse_sigmoid(done: int, half: int, floor: float) -> float:
    """k / (k + exp(i/k)) with k·ln k = half, and never below the floor, of which the paper has none.

    It begins at k / (k + 1), a little below 1.

    >>> [round(inverse_sigmoid(done, 100, 0.0), 3) for done in (0, 50, 100, 200)]
    [0.967, 0.845, 0.5, 0.033]
    """
    k = _constant_of(half)
    return max(floor, 1.0 / (1.0 + math.exp(min(_LARGEST, done / k - math.log(k)))))


GOLD_SCHEDULES: dict[str, GoldSchedule] = {
    "constant": constant,
    "linear": linear,
    "exponential": exponential,
    "inverse_sigmoid": inverse_sigmoid,
}


@dataclass(frozen=True)
class GoldShare:
    """How likely a fed token is the right one.

    Attributes:
        schedule: of GOLD_SCHEDULES; half: the step at which it is a half; floor: as low as it goes.
    """

    schedule: str = "linear"
    half: int = 250
    floor: float = 0.0

    def at(self, step: int) -> float:
        """ε at a step, counted from 1."""
        return GOLD_SCHEDULES[self.schedule](step - 1, self.half, self.floor)


def _constant_of(half: int) -> float:
    """The k of which k·ln k is `half`, by Newton's steps; the function is convex, so they cannot miss."""
    k = 1.0 + half
    for _ in range(64):
        k -= (k * math.log(k) - half) / (1.0 + math.log(k))
    return k
