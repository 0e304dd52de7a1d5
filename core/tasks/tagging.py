"""Part-of-speech tagging: a tag for each word of sentences in CoNLL-U files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from random import Random
from typing import Any, ClassVar

import torch

from core.data.conllu import UNTAGGED, TaggedSentence, Treebank, read_conllu
from core.data.named_file import named_file
from core.data.vector_sets import UNASKED, Entrance, SetExample
from core.data.vocabulary import UNK
from core.data.words import cut_as_treebank, read_as, shape, vocabulary_with_shapes
from core.errors import DataError, InputError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import SPLITS, Split, split_of

_HIDDEN = 0.05  # share of words that are <unk> at a step, so that <unk> means "some word": what decided is told by it
_SHAPED = 1.0  # a word that comes n times is read by its shape with chance 1 / (1 + n) (Kiperwasser & Goldberg 2016, section 4)


@dataclass(frozen=True)
class Tagging(AbstractSetTask):
    """Words in, their parts of speech out.

    What is not given as a file of its own is held out of the training file, by the words of a sentence. Sentences of the
    training file that stand in a held-out file too are not learned from. Rare words are read by their shape
    (core/data/words.py).
    """

    name: ClassVar[str] = "tagging"
    summary: ClassVar[str] = "the part of speech of each word, from your CoNLL-U files"
    item: ClassVar[str] = "word"
    needs_data: ClassVar[bool] = True
    typed: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path", "validation_path", "test_path")
    presets: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
        "attention": {
            "model": {"width": 64, "positions": "shaw", "dropout": 0.3},
            "training": {"steps": 1200, "learning_rate": 6e-3},
        },
        "window": {"model": {"width": 64}, "training": {"steps": 1200, "learning_rate": 3e-3}},
    }

    path: str = setting("", help="CoNLL-U file to learn from")
    validation_path: str = setting("", help="CoNLL-U file to look at while training; empty = some of path")
    test_path: str = setting("", help="CoNLL-U file for the last judgement; empty = some of path")
    rarest: int = setting(3, low=1, high=100, help="words that come fewer times are read by capitals and ending")
    longest: int = setting(128, low=2, high=1000, help="words; longer sentences are left out, and counted")

    def build_entrance(self) -> Entrance:
        """Words of the training split, and every tag that a file has."""
        learned = (one.words for one in self._split["train"])
        tags = {tag for split in SPLITS for one in self._split[split] for tag in one.tags if tag != UNTAGGED}
        if not tags:
            raise DataError(
                tr(
                    "no word of {name} has a tag in its fourth column (UPOS): nothing to learn",
                    name=PurePath(self.path).name,
                )
            )
        return Entrance(vocabulary_with_shapes(learned, self.rarest), 0, "each", tuple(sorted(tags)))

    def examples(self, split: Split) -> Sequence[SetExample]:
        """The sentences of a split, in the order of their file."""
        return self._examples[split]

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """Some words hidden, and some, rare ones above all, read by their shape as if they were unknown."""
        known, content = self.entrance.words, example.content.tolist()
        assert known is not None
        for at, word in enumerate(example.items):
            drawn = rng.random()
            if drawn < _HIDDEN:
                content[at] = UNK
            elif drawn < _HIDDEN + _SHAPED / (_SHAPED + self._counts[word]):
                content[at] = known.numbers.get(shape(word), UNK)
        return SetExample(example.items, torch.tensor(content), example.labels, told=example.told)

    def read(self, text: str) -> SetExample:
        """Running text, cut as treebanks of English cut it."""
        words = cut_as_treebank(text)
        if not words:
            raise InputError(tr("no word was given; type a sentence"))
        return self.example(words)

    def example(self, words: Sequence[str], tags: Sequence[str] = ()) -> SetExample:
        """Words as they enter, with the labels of their tags; `told` says how each was read."""
        known = self.entrance.words
        assert known is not None
        read = read_as(words, known)
        numbers = {tag: at for at, tag in enumerate(self.entrance.labels)}
        labels = [numbers.get(tag, UNASKED) for tag in tags] or [UNASKED] * len(words)
        return SetExample(
            tuple(words), torch.tensor(known.encode(read)), torch.tensor(labels), told={"read": list(read)}
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the files: what was skipped, repaired or left out."""
        return tuple(note for bank in self._banks.values() for note in bank.told()) + self._sorted[1]

    @cached_property
    def _examples(self) -> dict[str, tuple[SetExample, ...]]:
        return {split: tuple(self.example(one.words, one.tags) for one in self._split[split]) for split in SPLITS}

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(word for one in self._split["train"] for word in one.words)

    @cached_property
    def _banks(self) -> dict[str, Treebank]:
        if not self.path:
            raise SettingError(tr("path is empty: give a CoNLL-U file to learn from (task.path=…)"))
        paths = {"train": self.path, "validation": self.validation_path, "test": self.test_path}
        return {split: read_conllu(named_file(path)) for split, path in paths.items() if path}

    @property
    def _split(self) -> dict[str, tuple[TaggedSentence, ...]]:
        return self._sorted[0]

    @cached_property
    def _sorted(self) -> tuple[dict[str, tuple[TaggedSentence, ...]], tuple[str, ...]]:
        """Sentences by split, and what was left out on the way."""
        short = {
            split: [one for one in bank.sentences if len(one.words) <= self.longest]
            for split, bank in self._banks.items()
        }
        found: dict[str, list[TaggedSentence]] = {split: list(short.get(split, ())) for split in SPLITS}
        seen = {split: {one.words for one in found[split]} for split in SPLITS[1:]}
        found["validation"] = [one for one in found["validation"] if one.words not in seen["test"]]
        held = seen["validation"] | seen["test"]
        learned = [one for one in found["train"] if one.words not in held]
        again = len(found["train"]) - len(learned)
        wanting = [split for split in SPLITS[1:] if split not in short]
        found["train"] = [one for one in learned if split_of(one.words) not in wanting]
        for split in wanting:
            found[split] = [one for one in learned if split_of(one.words) == split]
        long = sum(len(bank.sentences) for bank in self._banks.values()) - sum(len(some) for some in short.values())
        said = (
            (long, tr("sentences have more than {longest} words and were left out (longest)", longest=self.longest)),
            (again, tr("sentences of the training file stand in a held-out file too and are not learned from")),
        )
        notes = tuple(f"{count:,} {words}" for count, words in said if count)
        return {split: tuple(some) for split, some in found.items()}, notes
