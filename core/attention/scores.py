"""The table of scores, by name: each makes the score of heads with so many features.

What a score learns is shared by the heads; what they differ in are their queries and keys.
"""

from collections.abc import Callable

from core.attention.additive import Additive
from core.attention.multiplicative import DotProduct, General, ScaledDotProduct
from core.attention.score import AbstractScore


def scaled_dot(dim: int) -> AbstractScore:
    """q·k / √dim: nothing is learned in the score."""
    return ScaledDotProduct()


def dot(dim: int) -> AbstractScore:
    """q·k: nothing is learned in the score."""
    return DotProduct()


def general(dim: int) -> AbstractScore:
    """qᵀ W k: the score learns which features belong together."""
    return General(dim, dim)


def additive(dim: int) -> AbstractScore:
    """vᵀ tanh(W_q q + W_k k + b): a small network compares."""
    return Additive(dim, dim, dim)


SCORES: dict[str, Callable[[int], AbstractScore]] = {
    "scaled_dot": scaled_dot,
    "dot": dot,
    "general": general,
    "additive": additive,
}
