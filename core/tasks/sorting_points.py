"""Sort numbers by pointing at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask

_NUMBERS = tuple(f"{number:02}" for number in range(100))


@dataclass(frozen=True)
class SortingPoints(AbstractTask):
    """Different numbers of two digits in, the same ones from the smallest to the largest out.

    What comes out is what went in: each target token *is* a place of the source, and how many places there are differs
    from source to source. That is what a pointer network is for (`copy=pointer`).

    Settings: `shortest`, `longest`. Held out: sequences.

    Source: Vinyals et al. 2015, arXiv:1506.03134, who sort numbers to show that order matters in Vinyals et al. 2016,
    arXiv:1511.06391.

    >>> task = SortingPoints()
    >>> task.join_target(task.reference(task.tokenize("42 7 81 13")))
    '07 13 42 81'
    """

    name: ClassVar[str] = "sortpoints"
    summary: ClassVar[str] = "Different numbers in the order of their size: every output is a place of the source"
    known_alignment: ClassVar[bool] = True

    shortest: int = setting(4, low=2, high=40, help="numbers in the shortest source")
    longest: int = setting(8, low=2, high=40, help="numbers in the longest source")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    def sample(self, rng: Random) -> Example:
        """Numbers without repetition, in any order."""
        source = tuple(rng.sample(_NUMBERS, rng.randint(self.shortest, self.longest)))
        target = tuple(sorted(source))
        return Example(source, target, tuple((at, source.index(number)) for at, number in enumerate(target)))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """All hundred numbers, on both sides."""
        return Vocabulary.of(_NUMBERS), Vocabulary.of(_NUMBERS)

    def tokenize(self, text: str) -> list[str]:
        """One token a number, with two digits."""
        return [word.zfill(2) if word.isdecimal() else word for word in text.split()]

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Numbers with spaces between."""
        return " ".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """In the order of their size."""
        return tuple(sorted(source)) if all(token in _NUMBERS for token in source) else None
