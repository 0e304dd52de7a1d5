"""Copy a sequence: the task whose attention is the main diagonal."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.tasks.letters import AbstractLetters


@dataclass(frozen=True)
class Copying(AbstractLetters):
    """Letters in, the same letters out.

    Settings: `alphabet`, `shortest`, `longest`. Held out: sources.

    Source: Graves, Wayne & Danihelka 2014, section 4.1, arXiv:1410.5401.

    >>> task = Copying()
    >>> task.join_target(task.reference(task.tokenize("abcde")))
    'abcde'
    """

    name: ClassVar[str] = "copy"
    summary: ClassVar[str] = "letters to the same letters"

    def arrange(self, source: Sequence[str]) -> Sequence[int]:
        """Every position where it is."""
        return range(len(source))
