"""What a masked language model is asked: which words are hidden, and what stands in their place.

Of the words of a sentence a share is chosen; of those, 80 of 100 become <mask>, 10 another word, 10 stay; only the chosen ones are asked
for. Special symbols are never chosen and never put in. Source: Devlin et al. 2019, section 3.1, arXiv:1810.04805.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from core.data.vector_sets import UNASKED
from core.data.vocabulary import MASK, SPECIALS

_MASKED, _OTHER = 0.8, 0.9  # below the first a draw masks, below the second it puts in another word


class Masked(NamedTuple):
    """A sentence as a model reads it, and what it is asked: numbers, and for each the label or UNASKED."""

    content: list[int]
    labels: list[int]


def chosen(numbers: Sequence[int], share: float, rng: Random) -> list[int]:
    """The places of the words that are asked for: so large a share that its mean over sentences is `share`, at least one.

    A sentence without words has none.
    """
    words = [at for at, number in enumerate(numbers) if number >= len(SPECIALS)]
    wanted = int(share * len(words) + rng.random())  # rounded up or down by chance: no share is lost to rounding
    return sorted(rng.sample(words, min(len(words), max(1, wanted))))


def masked(numbers: Sequence[int], size: int, share: float, rng: Random, *, always: bool = False) -> Masked:
    """A sentence with words hidden.

    Args:
        numbers: of its words; size: of the vocabulary, specials counted; share: of words that are asked for, in 0…1.
        always: put <mask> at every chosen place, as sentences that are judged have it.
    """
    content, labels = list(numbers), [UNASKED] * len(numbers)
    for at in chosen(numbers, share, rng):
        labels[at] = numbers[at] - len(SPECIALS)
        drawn = 0.0 if always else rng.random()
        if drawn < _MASKED:
            content[at] = MASK
        elif drawn < _OTHER:
            content[at] = rng.randrange(len(SPECIALS), size)
    return Masked(content, labels)
