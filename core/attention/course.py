"""How an alignment is held to a course at inference: it may be trained freely and still go forward when it is used.

A course knows where the query before looked most, n; before the first query n is −1, the place before the first key.
Sources: windows, Chorowski et al. 2015, section 2.3, arXiv:1506.07503; forced incremental attention, Tachibana et al. 2018,
section 4.2, arXiv:1710.08969; the forward variable, Zhang et al. 2018, equations 3 to 5, arXiv:1807.06736, who train
with it too.
"""

from abc import ABC
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from core.attention.history import History
from core.attention.normalizers import block
from core.shapes import Mask, Scores, Weights

_TINY = 1e-38  # what is possible at all has a logarithm in single precision
BACK = 1  # keys behind n that are still on course, as Tachibana et al. have it


class AbstractCourse(ABC):  # noqa: B024  (what a course does not change stays as it is)
    """What one query may look at, given where the one before it looked."""

    def narrow(self, scores: Scores, mask: Mask | None, history: History) -> tuple[Scores, Mask | None]:
        """Scores and mask before they are normalized."""
        return scores, mask

    def force(self, weights: Weights, mask: Mask | None, history: History) -> Weights:
        """Weights after they were normalized."""
        return weights


class Free(AbstractCourse):
    """Anywhere."""


@dataclass(frozen=True)
class Window(AbstractCourse):
    """Only keys n−1 … n+ahead; the rest is blocked before normalizing.

    Attributes:
        ahead: how many keys past n may be looked at.
    """

    ahead: int

    def narrow(self, scores: Scores, mask: Mask | None, history: History) -> tuple[Scores, Mask | None]:
        """Block what is off course."""
        near = _near(history, self.ahead)
        return block(scores, near), near if mask is None else mask & near


@dataclass(frozen=True)
class Forced(AbstractCourse):
    """Whoever looks most at a key outside n−1 … n+ahead is put on key n+1, whole.

    Attributes:
        ahead: how many keys past n may be looked at.
    """

    ahead: int

    def force(self, weights: Weights, mask: Mask | None, history: History) -> Weights:
        """Put back what has left the course; at the last key it stays."""
        near = _near(history, self.ahead)
        on_course = near.gather(-1, weights.argmax(dim=-1, keepdim=True))
        keys = torch.arange(weights.shape[-1])
        last = keys[-1] if mask is None else (mask * keys).amax(dim=-1, keepdim=True)
        following = torch.minimum(_place(history) + 1, last)
        return torch.where(on_course, weights, (keys == following).to(weights.dtype))


class Forward(AbstractCourse):
    """α_i(j) ∝ (α_{i−1}(j) + α_{i−1}(j−1)) · softmax(e_i)(j): what was looked at, or the key after it."""

    def narrow(self, scores: Scores, mask: Mask | None, history: History) -> tuple[Scores, Mask | None]:
        """The logarithm of what is expected is added to the scores, so that nothing underflows."""
        begun = history.last.any(dim=-1, keepdim=True)
        last = torch.where(begun, history.last, history.stops)  # before the first query: all at the first key
        expected = last + nn.functional.pad(last, (1, -1))
        possible = expected > 0
        return block(scores + expected.clamp(min=_TINY).log(), possible), possible if mask is None else mask & possible


FREE = Free()


def free(ahead: int) -> AbstractCourse:
    """Anywhere."""
    return FREE


def window(ahead: int) -> AbstractCourse:
    """From one key behind the last place to so many ahead of it."""
    return Window(ahead)


def forced(ahead: int) -> AbstractCourse:
    """As trained, and put on the next key by force where it leaves the window."""
    return Forced(ahead)


def forward(ahead: int) -> AbstractCourse:
    """What was looked at, or the key after it, each step."""
    return Forward()


COURSES: dict[str, Callable[[int], AbstractCourse]] = {
    "free": free,
    "window": window,
    "forced": forced,
    "forward": forward,
}


def _place(history: History) -> Int[Tensor, "batch head 1 1"]:
    """Where the query before looked most; −1 before the first."""
    begun = history.last.any(dim=-1, keepdim=True)
    return torch.where(begun, history.last.argmax(dim=-1, keepdim=True), -1)


def _near(history: History, ahead: int) -> Bool[Tensor, "batch head 1 key"]:
    away = torch.arange(history.last.shape[-1]) - _place(history)
    return (away >= -BACK) & (away <= ahead)
