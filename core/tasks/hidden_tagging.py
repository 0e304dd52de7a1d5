"""Tagging the small language of `fill_in` by its hidden classes: what a pre-trained network is tuned to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, ClassVar

import torch

from core.data import hidden_classes
from core.data.vector_sets import Entrance, SetExample
from core.data.vocabulary import Vocabulary
from core.errors import InputError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split, split_of

_SETS = {"train": 1000, "validation": 200, "test": 300}


@dataclass(frozen=True)
class HiddenTagging(AbstractSetTask):
    """Words in, the hidden class of each out.

    With all sentences it is a table of thirty words; with one or two (training.labelled) most words have never been labelled, and
    only who knows what words stand alike can tell. Held out are whole sentences.

    >>> HiddenTagging().read("bam dam").items
    ('bam', 'dam')
    """

    name: ClassVar[str] = "classes"
    summary: ClassVar[str] = "the hidden class of each word of fill_in's small language; few labelled sentences"
    item: ClassVar[str] = "word"
    typed: ClassVar[bool] = True
    presets: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
        "attention": {
            "model": {"layers": 2, "width": 64, "heads": 4},
            "training": {"steps": 200, "learning_rate": 1e-3, "labelled": 2},
        },
        "window": {"training": {"steps": 200, "labelled": 2}},
    }

    length: int = setting(hidden_classes.LENGTH, low=2, high=64, help="words in a sentence")

    def build_entrance(self) -> Entrance:
        """The language's words and its classes."""
        return Entrance(Vocabulary.of(hidden_classes.WORDS), 0, "each", hidden_classes.CLASS_NAMES)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """Sentences drawn by chance, other ones than `fill_in` draws, sorted into splits by their words."""
        return self._drawn[split]

    def read(self, text: str) -> SetExample:
        """Words, separated by spaces."""
        words = text.split()
        unknown = [word for word in words if word not in hidden_classes.WORDS]
        if not words or unknown:
            said = tr("never learned {list}", list=" ".join(unknown[:8])) if words else tr("was given no word")
            raise InputError(
                tr(
                    "task={name} {said}; its words are: {words}",
                    name=self.name,
                    said=said,
                    words=" ".join(hidden_classes.WORDS),
                )
            )
        return self._example(words)

    @cached_property
    def _drawn(self) -> dict[str, tuple[SetExample, ...]]:
        rng = Random(f"{self.name}/{self.length}")
        found: dict[str, dict[tuple[str, ...], None]] = {split: {} for split in _SETS}
        for _ in range(20_000):
            words = hidden_classes.sentence(rng, self.length)
            split = split_of(words)
            if len(found[split]) < _SETS[split]:
                found[split][words] = None
            elif all(len(found[one]) == count for one, count in _SETS.items()):
                break
        return {split: tuple(self._example(words) for words in some) for split, some in found.items()}

    def _example(self, words: Sequence[str]) -> SetExample:
        known = self.entrance.words
        assert known is not None
        labels = hidden_classes.classes_of(words)
        return SetExample(tuple(words), torch.tensor(known.encode(words)), torch.tensor(labels))
