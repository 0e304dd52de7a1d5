"""One label for a text: is it praise or blame?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from random import Random
from typing import Any, ClassVar

import torch

from core.data.named_file import named_file
from core.data.polarity import LabelledTexts, read_classes, read_labelled_table
from core.data.vector_sets import UNASKED, Entrance, SetExample
from core.data.vocabulary import UNK
from core.data.words import cut_small, frequent
from core.errors import DataError, InputError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import SPLITS, Split

_EVERY = 10  # of every ten texts of a label one is for the test, one for validation
_PLACES: dict[int, Split] = {0: "test", 5: "validation"}


@dataclass(frozen=True)
class Sentiment(AbstractSetTask):
    """Words of a text in, one label out.

    Every tenth text of a label, in the order of its file, is for the test, every tenth for validation. Words are read in small
    letters; rare ones are <unk>. Some are hidden while it learns, so that it cannot lean on few.
    """

    name: ClassVar[str] = "sentiment"
    summary: ClassVar[str] = "one label for a text, praise or blame, from your files"
    item: ClassVar[str] = "word"
    needs_data: ClassVar[bool] = True
    typed: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path", "other_path")
    presets: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
        "attention": {
            "model": {"width": 48, "heads": 2, "dropout": 0.3, "pool": "class"},
            "training": {"steps": 1200, "learning_rate": 3e-3, "weight_decay": 0.1},
        },
        "window": {"model": {"window": 0}, "training": {"steps": 600, "learning_rate": 1e-2}},
    }

    path: str = setting("", help="file of praise, a text a line; or a table: label, tab, text")
    other_path: str = setting("", help="file of blame, a text a line; empty when path is a table")
    label: str = setting("positive", help="name of the label of path, where there are two files")
    other_label: str = setting("negative", help="name of the label of other_path")
    rarest: int = setting(2, low=1, high=100, help="words that come fewer times become <unk>")
    most: int = setting(20_000, low=50, high=100_000, step=1000, help="words known, the most frequent ones")
    longest: int = setting(200, low=2, high=1000, help="words of a text that are read, from its beginning")
    hidden: float = setting(0.3, low=0.0, high=0.9, step=0.05, help="share of words that are <unk> at a step")

    def build_entrance(self) -> Entrance:
        """Words of the training split, and every label."""
        words = frequent((words for _, words in self._split["train"]), self.rarest, self.most)
        return Entrance(words, 0, "one", tuple(sorted({label for label, _ in self.texts.texts})))

    @cached_property
    def texts(self) -> LabelledTexts:
        """What was read, with notes on what was repaired or skipped.

        Raises:
            SettingError: no path is given; DataError: a file cannot be used.
        """
        if not self.path:
            raise SettingError(
                tr(
                    "path is empty: give a table of labels and texts with a tab between, or two files, one a class (task.path=…, "
                    "task.other_path=…)"
                )
            )
        path = named_file(self.path)
        if not self.other_path:
            return read_labelled_table(path)
        if self.label == self.other_label:
            raise SettingError(
                tr("both files have the label {label!r}: give other_label another name", label=self.label)
            )
        return read_classes([(self.label, path), (self.other_label, named_file(self.other_path))])

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the files."""
        return self.texts.notes

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The texts of a split; labels mixed, the same everywhere."""
        return self._examples[split]

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """Some words hidden."""
        hidden = torch.tensor([rng.random() < self.hidden for _ in example.items])
        return SetExample(example.items, example.content.masked_fill(hidden, UNK), example.labels)

    def read(self, text: str) -> SetExample:
        """A text."""
        words = cut_small(text)
        if not words:
            raise InputError(tr("no word was given; type a sentence"))
        return self.example(words)

    def example(self, words: Sequence[str], label: str = "") -> SetExample:
        """Words as they enter, with their label if it is known."""
        known, labels = self.entrance.words, self.entrance.labels
        assert known is not None
        number = labels.index(label) if label else UNASKED
        words = tuple(words[: self.longest])
        return SetExample(words, torch.tensor(known.encode(words)), torch.tensor(number))

    @cached_property
    def _examples(self) -> dict[str, tuple[SetExample, ...]]:
        return {split: tuple(self.example(words, label) for label, words in self._split[split]) for split in SPLITS}

    @cached_property
    def _split(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        counts: dict[str, int] = {}
        found: dict[str, list[tuple[str, tuple[str, ...]]]] = {split: [] for split in SPLITS}
        seen: dict[tuple[str, ...], Split] = {}
        for label, text in self.texts.texts:
            words = cut_small(text)[: self.longest]
            at = counts[label] = counts.get(label, -1) + 1
            split = seen.setdefault(words, _PLACES.get(at % _EVERY, "train"))  # texts that read alike stay together
            if words:
                found[split].append((label, words))
        for split in SPLITS:
            Random(f"{self.name}/{split}").shuffle(found[split])
        if not found["train"]:
            raise DataError(
                tr(
                    "{name} has too few texts to learn from ({count}); add more",
                    name=PurePath(self.path).name,
                    count=len(self.texts.texts),
                )
            )
        return found
