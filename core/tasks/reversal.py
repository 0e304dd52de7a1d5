"""Reverse a sequence: the smallest task that attention solves and a single context vector finds hard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.tasks.letters import AbstractLetters


@dataclass(frozen=True)
class Reversal(AbstractLetters):
    """Letters in, the same letters from last to first out.

    The target letter at position i is the source letter at n-1-i: a trained cross-attention shows the other diagonal.

    Settings: `alphabet`, `shortest`, `longest`. Held out: sources.

    Source: Sutskever, Vinyals & Le 2014, arXiv:1409.3215, reverse their sources because this distance is hard.

    >>> task = Reversal()
    >>> task.join_target(task.reference(task.tokenize("abcde")))
    'edcba'
    >>> from random import Random
    >>> example = Reversal(alphabet=3, shortest=3, longest=3).sample(Random(1))
    >>> example.source, example.target, example.alignment
    (('b', 'c', 'a'), ('a', 'c', 'b'), ((0, 2), (1, 1), (2, 0)))
    """

    name: ClassVar[str] = "reverse"
    summary: ClassVar[str] = "letters to the same letters from last to first"

    def arrange(self, source: Sequence[str]) -> Sequence[int]:
        """From the last position to the first."""
        return range(len(source) - 1, -1, -1)
