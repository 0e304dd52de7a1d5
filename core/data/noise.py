"""Wrong references: what becomes of a training whose targets are partly wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from core.data.batch import Example
from core.data.stream import Drawable
from core.data.vocabulary import SPECIALS, Vocabulary


@dataclass(frozen=True)
class Noised:
    """A task in whose training targets some tokens are others; what is held out stays right.

    Attributes:
        task: the task itself; share: how likely a target token is replaced, by any token that is no special.
    """

    task: Drawable
    share: float

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The task's."""
        return self.task.vocabularies

    def draw(self, split: Literal["train", "validation", "test"], rng: Random) -> Example:
        """One example of a split; every time it is drawn its errors are others."""
        example = self.task.draw(split, rng)
        if split != "train":
            return example
        words = self.vocabularies[1].tokens[len(SPECIALS) :]
        target = tuple(rng.choice(words) if rng.random() < self.share else token for token in example.target)
        return replace(example, target=target)

    def meaning(self, target: Sequence[str]) -> tuple[str, ...]:
        """The task's."""
        return self.task.meaning(target)
