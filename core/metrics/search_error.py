"""Whose mistake is it: the search's, that missed the model's best output, or the model's, that prefers a wrong one?

Everything is measured by the model's own sum of log-probabilities, whatever a search ranked by, and against the optimum
that exact search proved. Without a proof nothing is judged. A search of several outputs is judged by the set: where the
optimum is among them, the others are no errors but runners-up.

Sources: Stahlberg & Byrne 2019, arXiv:1908.10090; Meister, Vieira & Cotterell 2020, arXiv:2010.02650.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from core.language import mark

CLOSE = 1e-4  # nats: float32 sums over tens of tokens, added in another order


class Tag(StrEnum):
    """What can be said of one output once the optimum is proved."""

    BEST = mark("best of the model")
    SEARCH_ERROR = mark("search error")
    RUNNER_UP = mark("runner-up")
    MODEL_ERROR = mark("model error")


class Sentence(NamedTuple):
    """One output, as it is judged.

    Attributes:
        tokens: numbers, <end> included; logp: sum of the model's natural log-probabilities.
        right: whether it says what the reference says, None where there is no reference.
        ended: False where the length limit cut it; it is then no output to be judged.
    """

    tokens: tuple[int, ...]
    logp: float
    right: bool | None = None
    ended: bool = True


@dataclass(frozen=True)
class Judgement:
    """Of one output.

    Attributes:
        tags: none, or one of best, search error and runner-up, and model error beside it.
        gap: how many nats the optimum is more probable, ≥ 0; None where nothing was judged.
        preferred: how many nats the model gives this wrong output more than the reference; None where it does not.
    """

    tags: tuple[Tag, ...] = ()
    gap: float | None = None
    preferred: float | None = None


def judge(
    found: Sequence[Sentence], optimum: Sentence | None, reference: Sentence | None = None
) -> tuple[Judgement, ...]:
    """Judge the outputs of one search.

    Args:
        found: its outputs; optimum: the model's most probable output, None as long as it is not proved.
        reference: the right output under the same model, None where it is unknown or the model cannot write it.

    >>> optimum, reference = Sentence((5, 0), -1.0, right=False), Sentence((3, 4, 0), -1.5, right=True)
    >>> [one.tags[0].value for one in judge([Sentence((3, 4, 0), -1.5, right=True)], optimum, reference)]
    ['search error']
    >>> [tag.value for tag in judge([optimum], optimum, reference)[0].tags]
    ['best of the model', 'model error']
    """
    if optimum is None:
        return tuple(Judgement() for _ in found)
    reached = any(one.ended and optimum.logp - one.logp <= CLOSE for one in found)
    return tuple(_judgement(one, optimum, reference, reached) if one.ended else Judgement() for one in found)


def _judgement(one: Sentence, optimum: Sentence, reference: Sentence | None, reached: bool) -> Judgement:
    gap = max(0.0, optimum.logp - one.logp)
    tag = Tag.BEST if gap <= CLOSE else Tag.RUNNER_UP if reached else Tag.SEARCH_ERROR
    wrong = preference(one, reference)
    return Judgement((tag,) if wrong is None else (tag, Tag.MODEL_ERROR), gap, wrong)


def preference(one: Sentence, reference: Sentence | None) -> float | None:
    """How many nats a model prefers a wrong output to the reference; None where it does not, or nobody knows.

    >>> preference(Sentence((5, 0), -1.0, right=False), Sentence((3, 0), -1.5, right=True))
    0.5
    """
    if reference is None or one.right is not False or one.tokens == reference.tokens:
        return None
    more = one.logp - reference.logp
    return more if more > CLOSE else None


def more_probable(reference: Sentence, found: Sequence[Sentence]) -> int:
    """How many different outputs among those found are more probable than the reference: at least so many exist."""
    return len({one.tokens for one in found if one.ended and one.logp > reference.logp + CLOSE} - {reference.tokens})
