"""A language small enough to know all about: six hidden classes of five words each, and which class follows which.

Every class goes on with one of three, so a word is told in part by its neighbor before it, and much better by both. What can be
known from one side and from both is computed exactly from the transitions: no model that reads from left to right can be right
more often than the first, and none at all more often than the second.
"""

from collections.abc import Sequence
from random import Random

import numpy as np
from jaxtyping import Float

CLASS_NAMES = tuple("ABCDEF")
LENGTH = 16
_ONSETS = ("b", "d", "k", "l", "m", "s")
_RIMES = ("am", "el", "ir", "on", "ut")
_NEXT = ((2, 5, 0, 3, 4, 1), (4, 3, 5, 2, 1, 0), (5, 1, 3, 4, 0, 2))  # what each class goes on with
_CHANCES = (0.6, 0.3, 0.1)

# the letters of a word tell nothing of its class: rimes run through all classes, and onsets are dealt out in turn
WORDS: dict[str, int] = {
    f"{onset}{rime}": (row + column) % len(CLASS_NAMES)
    for row, onset in enumerate(_ONSETS)
    for column, rime in enumerate(_RIMES)
}


def transitions() -> Float[np.ndarray, "before after"]:
    """How likely each class follows each; rows and columns sum to 1, so in the long run all classes come equally often."""
    found = np.zeros((len(CLASS_NAMES),) * 2)
    for targets, chance in zip(_NEXT, _CHANCES):
        found[np.arange(len(CLASS_NAMES)), targets] += chance
    return found


def left_optimum() -> float:
    """Share of classes right, in 0…1, of the best guess at a word from all the words before it (the last one tells all)."""
    return float(transitions().max(axis=1).mean())


def two_sided_optimum() -> float:
    """Share of classes right, in 0…1, of the best guess at a word from all the others (its two neighbors tell all)."""
    step = transitions()
    through = step[:, :, None] * step[None, :, :]  # [before, between, after]
    return float(through.max(axis=1).sum() / len(CLASS_NAMES))


def sentence(rng: Random, length: int = LENGTH) -> tuple[str, ...]:
    """Words drawn by the transitions; within a class each as likely as another.

    >>> len(sentence(Random(1)))
    16
    """
    now, said = rng.randrange(len(CLASS_NAMES)), []
    step = transitions().tolist()
    for _ in range(length):
        said.append(rng.choice(_BY_CLASS[now]))
        now = rng.choices(range(len(CLASS_NAMES)), step[now])[0]
    return tuple(said)


def classes_of(words: Sequence[str]) -> list[int]:
    """The hidden class of each word, as a number of CLASS_NAMES."""
    return [WORDS[word] for word in words]


_BY_CLASS = [[word for word, one in WORDS.items() if one == number] for number in range(len(CLASS_NAMES))]
