"""The deletion test: does what a map ranks first matter more than what chance ranks first?

Input tokens are deleted one after the other, the most important first, and the log-probability of the output is followed.
All orders begin with everything there and end with everything gone; between the two a good map falls sooner. The area
between the first value and the curve is its score, in nats; what it is worth is told by the areas of random orders.

Source: Samek et al. 2017, arXiv:1509.06321 (area over the perturbation curve); Petsiuk et al. 2018, arXiv:1806.07421.
"""

from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

Judgement = Literal["better", "no better", "worse"]
CHANCE = 0.05  # a map is called better where at most this share of random orders would do as well


def ranked(importance: Float[np.ndarray, " token"]) -> Int[np.ndarray, " token"]:
    """Places of tokens, the most important first; equal ones from the left.

    >>> ranked(np.array([0.1, 0.7, 0.1])).tolist()
    [1, 0, 2]
    """
    return np.argsort(-importance, kind="stable")


def counts(tokens: int, most: int = 24) -> Int[np.ndarray, " step"]:
    """How many tokens are gone at each step of a curve: none first, all last, evenly between.

    Args:
        most: steps after the first.

    >>> counts(3).tolist(), counts(10, 4).tolist()
    ([0, 1, 2, 3], [0, 2, 5, 8, 10])
    """
    return np.unique(np.rint(np.linspace(0, tokens, min(tokens, most) + 1)).astype(np.int64))


def gone(
    orders: Int[np.ndarray, "order token"], steps: Int[np.ndarray, " step"]
) -> Bool[np.ndarray, "order step token"]:
    """Which tokens are deleted at each step of each order.

    >>> gone(np.array([[2, 0, 1]]), np.array([0, 1, 2]))[0].astype(int).tolist()
    [[0, 0, 0], [0, 0, 1], [1, 0, 1]]
    """
    place = np.argsort(orders, axis=1)  # order token: when its turn comes
    return place[:, None, :] < steps[None, :, None]


def area(curves: Float[np.ndarray, "order step"], steps: Int[np.ndarray, " step"]) -> Float[np.ndarray, " order"]:
    """Mean depth of each curve below its first value over the share deleted, in the curve's unit; larger fell sooner.

    >>> area(np.array([[0.0, -4.0, -4.0], [0.0, 0.0, -4.0]]), np.array([0, 1, 2])).tolist()
    [3.0, 1.0]
    """
    depth = curves[:, :1] - curves
    widths = np.diff(steps) / max(int(steps[-1]), 1)
    return ((depth[:, 1:] + depth[:, :-1]) / 2) @ widths


def as_good(own: float, random: Float[np.ndarray, " order"]) -> int:
    """How many random orders do at least as well as a map; areas equal but for rounding are equal.

    >>> as_good(2.0, np.array([1.0, 2.0, 3.0]))
    2
    """
    return int((random >= own - _rounding(own)).sum())


def judged(own: float, random: Float[np.ndarray, " order"]) -> Judgement:
    """Where the area of a map stands among those of random orders.

    Better (worse) where, with the map itself counted as one of them, at most a share of CHANCE does as well (as badly); so
    fewer than 19 random orders can never tell.

    >>> judged(2.0, np.ones(20)), judged(2.0, np.ones(10)), judged(0.5, np.ones(20))
    ('better', 'no better', 'worse')
    """
    every = len(random) + 1
    if (1 + as_good(own, random)) / every <= CHANCE:
        return "better"
    as_bad = int((random <= own + _rounding(own)).sum())
    return "worse" if (1 + as_bad) / every <= CHANCE else "no better"


def _rounding(own: float) -> float:
    return 1e-9 * max(abs(own), 1.0)
