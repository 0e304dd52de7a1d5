"""Exposure bias in three numbers, over the same items and place by place:

    accuracy under the right prefix · accuracy running free · error amplification

Error amplification is P(wrong at t | wrong at t−1) / P(wrong at t | right at t−1), running free: how many times likelier an
error is behind an error. A model that does not look at its prefix has 1 where its errors are independent, and the same
accuracy twice.

Outputs are compared place by place with one right target, so these numbers are for tasks whose targets have a token for
each place; one token too many would make all that follow wrong.

Sources: what is measured was described by Bengio et al. 2015, arXiv:1506.03099, and named by Ranzato et al. 2016,
arXiv:1511.06732; the three numbers, and this definition of amplification, are ours.
"""

from dataclasses import dataclass
from math import nan

import numpy as np
from jaxtyping import Bool, Float

Right = Bool[np.ndarray, "item place"]


@dataclass(frozen=True)
class Exposure:
    """How a model does under right prefixes and under its own.

    Attributes:
        forced, free: share of places that are right, in 0…1, under the right prefix and running free.
        after_error, after_right: share of places that are wrong, running free, behind a wrong and behind a right one; nan
            where there is none to follow.
        forced_at, free_at: share that is right by place, of the items that reach so far.
        items: how many.
    """

    forced: float
    free: float
    after_error: float
    after_right: float
    forced_at: tuple[float, ...]
    free_at: tuple[float, ...]
    items: int

    @property
    def amplification(self) -> float:
        """How many times likelier an error is behind an error; nan where either never happened, inf behind no right one."""
        if self.after_right > 0:
            return self.after_error / self.after_right
        return nan if self.after_right != 0 or np.isnan(self.after_error) or self.after_error == 0 else float("inf")


def exposure(forced: Right, free: Right, valid: Right) -> Exposure:
    """The three numbers from what was right.

    Args:
        forced, free: True where the output is right, under the right prefix and running free; valid: real places, the end
            counted, pads at the right.

    >>> free = np.array([[True, False, False, True]])
    >>> found = exposure(np.ones_like(free), free, np.ones_like(free))
    >>> found.forced, found.free, found.after_error, found.after_right, found.amplification
    (1.0, 0.5, 0.5, 1.0, 0.5)
    """
    follows = valid[:, 1:]
    wrong, before = ~free[:, 1:], ~free[:, :-1]
    return Exposure(
        _share(forced, valid), _share(free, valid), _share(wrong, follows & before), _share(wrong, follows & ~before),
        tuple(_shares(forced, valid).tolist()), tuple(_shares(free, valid).tolist()), len(valid),
    )  # fmt: skip


def aftermath(right: Right, valid: Right, places: int) -> tuple[float, ...]:
    """Share right at each distance behind a place, from 1 on; nan where no item reaches so far.

    Args:
        right, valid: from the place behind it on; places: how many distances.
    """
    return tuple(_shares(right[:, :places], valid[:, :places]).tolist())


def _share(counted: Right, among: Right) -> float:
    return float(counted[among].mean()) if among.any() else nan


def _shares(counted: Right, among: Right) -> Float[np.ndarray, " place"]:
    reached = among.sum(axis=0)
    return np.where(reached > 0, (counted & among).sum(axis=0) / np.maximum(reached, 1), nan)
