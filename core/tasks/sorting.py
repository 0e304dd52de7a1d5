"""Sort a sequence: attention by content, where position says nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.tasks.letters import AbstractLetters


@dataclass(frozen=True)
class Sorting(AbstractLetters):
    """Letters in, the same letters in alphabetical order out.

    Equal letters keep their order, so the alignment of repeated letters is the one of a stable sort.

    Settings: `alphabet`, `shortest`, `longest`. Held out: sources.

    Source: Vinyals, Bengio & Kudlur 2016, section 4.1, arXiv:1511.06391, with letters for numbers.

    >>> task = Sorting()
    >>> task.join_target(task.reference(task.tokenize("banana")))
    'aaabnn'
    >>> task.arrange("banana")
    [1, 3, 5, 0, 2, 4]
    """

    name: ClassVar[str] = "sort"
    summary: ClassVar[str] = "letters to the same letters in alphabetical order"

    def arrange(self, source: Sequence[str]) -> Sequence[int]:
        """Positions by letter, equal letters from left to right."""
        return sorted(range(len(source)), key=source.__getitem__)
