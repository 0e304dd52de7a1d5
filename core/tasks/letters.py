"""Sequences of letters whose target is the source in another order: the common part of reversal, copying and sorting."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from string import ascii_lowercase
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.settings import setting
from core.tasks.task import AbstractTask


@dataclass(frozen=True)
class AbstractLetters(AbstractTask):
    """Random letters, and a rule that says where each target letter comes from: the alignment is always known."""

    known_alignment: ClassVar[bool] = True

    alphabet: int = setting(26, low=2, high=26, help="how many letters, from a on; more letters are harder")
    shortest: int = setting(5, low=1, high=60, help="letters in the shortest source")
    longest: int = setting(12, low=1, high=60, help="letters in the longest source")

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

    @abstractmethod
    def arrange(self, source: Sequence[str]) -> Sequence[int]:
        """The source position of each target letter."""

    def sample(self, rng: Random) -> Example:
        """Letters drawn evenly, as many as an even draw from shortest to longest says."""
        source = tuple(rng.choices(self._letters, k=rng.randint(self.shortest, self.longest)))
        order = self.arrange(source)
        return Example(source, tuple([source[position] for position in order]), tuple(enumerate(order)))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The letters, on both sides."""
        vocabulary = Vocabulary.of(self._letters)
        return vocabulary, vocabulary

    def tokenize(self, text: str) -> list[str]:
        """One token a letter; spaces and capitals do not matter."""
        return list("".join(text.split()).lower())

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Letters side by side."""
        return "".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """What the rule says, whatever the letters."""
        return tuple(source[position] for position in self.arrange(source))

    @cached_property
    def _letters(self) -> str:
        return ascii_lowercase[: self.alphabet]
