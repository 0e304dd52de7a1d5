"""What a task is: a rule, a sampler of examples, and three disjoint splits.

A task *is* its settings: a frozen dataclass. Which split an example belongs to depends on nothing but the text of its
source (a hash), so splits are the same on every machine, never overlap, and all translations of one source stay
together: of a hundred sources ninety train, five validate and five test. A task may hold out more than sources: `dates`
holds out calendar days, so that a day of the test was never seen in any notation.
"""

import copy
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any, ClassVar, Literal

from core.data.batch import Example
from core.data.copying import copyable
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.settings import Settings

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
_PATIENCE = 20_000  # draws without success before a split counts as empty
_EMPTY = (
    "the task {task} has no example in the split {split}: it has too few different sources; "
    "widen its settings or add data"
)


class AbstractTask(Settings, ABC):
    """A rule from source to target.

    Attributes:
        name: the task's word in tables, files and on the command line.
        summary: one line for menus: what goes in, what comes out.
        unseen: whether its held-out examples have words that no vocabulary holds and no training example shows.
        copied: whether its source vocabulary says what each token is copied as (`for_copying`).
        known_alignment: whether every example says which source position each target position comes from.
        distinct: whether a target is a set: the order of its tokens says nothing, and none comes twice.
        running_text: whether a target is words with spaces between, or Chinese, and is compared so; else token by token.
        files: settings that name a file of a person's own; brings: what is in them, for whoever chooses one.
        transcribes: whether a target writes down what its source says, so that error rates of its words tell something.
        hears: whether a source is a recording, which its name or path stands for.
        writes_trees: whether a target is a tree as brackets (core/data/tree_tokens.py).
        notes: what a person should know about their own data: what was left out and why.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    known_alignment: ClassVar[bool] = False
    unseen: ClassVar[bool] = False
    copied = False
    distinct: ClassVar[bool] = False
    running_text: ClassVar[bool] = False
    transcribes: ClassVar[bool] = False
    hears: ClassVar[bool] = False
    writes_trees: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ()
    brings: ClassVar[str] = ""

    @abstractmethod
    def sample(self, rng: Random) -> Example:
        """One example of any split, drawn with the generator given."""

    @abstractmethod
    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The vocabulary of the source side and of the target side."""

    @abstractmethod
    def tokenize(self, text: str) -> list[str]:
        """Source text, as a person types it, to tokens."""

    @abstractmethod
    def tokenize_target(self, text: str) -> list[str]:
        """Target text, as a person types it, to tokens."""

    @abstractmethod
    def join(self, tokens: Sequence[str]) -> str:
        """Source tokens to the text a person reads."""

    @abstractmethod
    def join_target(self, tokens: Sequence[str]) -> str:
        """Target tokens to the text a person reads."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever brought the data should know: what was skipped, guessed or left out."""
        return ()

    @cached_property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Source and target vocabulary, built once."""
        return copyable(self.build_vocabularies()) if self.copied else self.build_vocabularies()

    def for_copying(self) -> "AbstractTask":
        """This task for a model that copies: tokens of a source can be written though the vocabulary lacks them."""
        twin = copy.copy(self)
        twin.__dict__["copied"] = True  # no setting: the model decides it
        if "vocabularies" in twin.__dict__:
            twin.__dict__["vocabularies"] = copyable(self.vocabularies)
        return twin

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The right answer to a source a person typed, where the rule can tell; else None."""
        return None

    def meaning(self, target: Sequence[str]) -> tuple[str, ...]:
        """What a target says, equal for all wordings that are equally right; where one only is right, the target."""
        return tuple(target)

    def right(self, example: Example, output: Sequence[str]) -> bool:
        """Whether an output says what the target of the example says."""
        return self.meaning(output) == self.meaning(example.target)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """What decides the split of an example: its source, unless a task holds out something larger."""
        return example.source

    def draw(self, split: Split, rng: Random) -> Example:
        """One example of a split.

        Raises:
            DataError: the task seems to have no example in this split.
        """
        for _ in range(_PATIENCE):
            example = self.sample(rng)
            if split_of(self.held_out_by(example)) == split:
                return example
        raise DataError(_EMPTY.format(task=self.name, split=split))

    def tokenizers(self) -> dict[str, Any]:
        """What was learned from data to tokenize text, ready for JSON; empty where the settings say it all."""
        return {}

    def restored(self, vocabularies: tuple[Vocabulary, Vocabulary], tokenizers: Mapping[str, Any]) -> "AbstractTask":
        """This task as a run folder kept it: reads and writes text without the data or package it was trained with."""
        twin = copy.copy(self)
        twin.__dict__["vocabularies"] = vocabularies  # where cached_property looks first
        return twin


def split_of(source: Sequence[str]) -> Split:
    """The split of a source (or of whatever else a task holds out by).

    >>> split_of(["a", "b"]) == split_of(("a", "b"))
    True
    """
    percent = int.from_bytes(hashlib.sha256("\x1f".join(source).encode()).digest()[:4], "big") % 100
    return "validation" if percent < 5 else "test" if percent < 10 else "train"


def held_out(task: AbstractTask, split: Split, count: int) -> list[Example]:
    """Up to `count` examples of a split with different sources: the same list on every machine and in every run."""
    rng = Random(f"{task.name}/{split}")
    found: dict[tuple[str, ...], Example] = {}
    for _ in range(_PATIENCE * 2):
        if len(found) == count:
            break
        example = task.sample(rng)
        if split_of(task.held_out_by(example)) == split:
            found.setdefault(example.source, example)
    if not found:
        raise DataError(_EMPTY.format(task=task.name, split=split))
    return list(found.values())
