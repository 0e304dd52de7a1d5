"""A masked language model's task: words are hidden, and the others on both sides must tell them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from random import Random
from typing import Any, ClassVar

import torch

from core.data import hidden_classes
from core.data.masking import masked
from core.data.named_file import named_file
from core.data.parallel_text import LINE_LIMIT, decode, read_bytes, split_lines
from core.data.vector_sets import UNASKED, Entrance, SetExample
from core.data.vocabulary import MASK, SPECIALS, UNK, Vocabulary
from core.data.words import CUTS, frequent, sentences_of
from core.errors import DataError, InputError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import SPLITS, Split, split_of

GAP = "___"
_GAPS = re.compile(r"_{3,}|\[MASK\]|<mask>")
_DRAWN = 4500  # sentences of the embedded language
_HELD = 300  # of a split, at most


@dataclass(frozen=True)
class FillIn(AbstractSetTask):
    """Sentences with words hidden in, the hidden words out: pre-training in the way of BERT (Devlin et al. 2019).

    Without a file it reads a language of six hidden word classes (core/data/hidden_classes.py). Held out are whole sentences; what is
    hidden in them is always <mask>. In training 80 of 100 hidden words are <mask>, 10 another word, 10 themselves.

    >>> FillIn().read("bam ___ kir").items
    ('bam', '___', 'kir')
    """

    name: ClassVar[str] = "fill_in"
    summary: ClassVar[str] = "hidden words of a sentence from those around them (BERT)"
    item: ClassVar[str] = "word"
    typed: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path",)
    expected: ClassVar[str] = (
        "Of a hidden word of the small language the class can be told in 91 % of cases from both sides, in 60 % from the left alone; "
        "which of its five words it is nobody can know."
    )
    presets: ClassVar[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
        "attention": {
            "model": {"layers": 2, "width": 64, "heads": 4},
            "training": {"steps": 900, "batch_size": 64, "learning_rate": 2e-3, "warmup": 100},
        },
        "window": {"training": {"steps": 900, "batch_size": 64}},
    }

    path: str = setting("", help="a text, sentences or lines; empty = a small language with six hidden word classes")
    cut: str = setting("small letters", choices=tuple(CUTS), help="how the text is cut into words")
    hidden: float = setting(0.15, low=0.01, high=0.9, step=0.05, help="share of words that are hidden and asked for")
    most: int = setting(4000, low=10, high=50_000, step=500, help="words known, the most frequent; others are <unk>")
    longest: int = setting(64, low=2, high=1000, help="words; longer sentences are cut into parts")

    def build_entrance(self) -> Entrance:
        """Words in, and the same words as labels."""
        words = frequent(self._split["train"], 2, self.most) if self.path else Vocabulary.of(hidden_classes.WORDS)
        labels = words.tokens[len(SPECIALS) :]
        if len(labels) < 2:
            raise DataError(
                tr("{name} has too few words that come twice; give a longer text", name=PurePath(self.path).name)
            )
        return Entrance(words, 0, "each", labels)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """Whole sentences to learn from; held-out ones with words hidden, the same everywhere."""
        return self._examples[split]

    def lesson(self, example: SetExample, rng: Random) -> SetExample:
        """Words hidden as they are at this step."""
        content, labels = masked(example.content.tolist(), self._size, self.hidden, rng)
        return SetExample(example.items, torch.tensor(content), torch.tensor(labels))

    def read(self, text: str) -> SetExample:
        """A sentence; ___ is a hidden word, and so is [MASK]."""
        words: list[str] = []
        for at, piece in enumerate(_GAPS.split(text)):
            words += [GAP] * (at > 0) + list(CUTS[self.cut](piece))
        if not words:
            raise InputError(tr("no word was given; type a sentence with {gap} where a word is hidden", gap=GAP))
        return self.asked(words)

    def asked(self, words: Sequence[str]) -> SetExample:
        """Words with gaps as they enter; nothing is known of what is hidden.

        Raises:
            InputError: no word of them was learned.
        """
        known = self.entrance.words
        assert known is not None
        numbers = [MASK if word == GAP else number for word, number in zip(words, known.encode(words))]
        if all(number == UNK for number in numbers):
            shown = " ".join(known.tokens[len(SPECIALS) : len(SPECIALS) + 12])
            raise InputError(tr("none of these words was learned; words that were: {shown} …", shown=shown))
        return SetExample(tuple(words), torch.tensor(numbers), torch.full((len(words),), UNASKED))

    @property
    def _size(self) -> int:
        return len(SPECIALS) + len(self.entrance.labels)

    @cached_property
    def _examples(self) -> dict[str, tuple[SetExample, ...]]:
        found = {"train": tuple(self.asked(words) for words in self._usable("train"))}
        for split in SPLITS[1:]:
            found[split] = tuple(self._held_out(words) for words in self._usable(split)[:_HELD])
        return found

    def _usable(self, split: Split) -> list[tuple[str, ...]]:
        """Sentences with at least one word that is known."""
        known = set(self.entrance.labels)
        return [words for words in self._split[split] if not known.isdisjoint(words)]

    def _held_out(self, words: tuple[str, ...]) -> SetExample:
        known = self.entrance.words
        assert known is not None
        rng = Random(f"{self.name}/{' '.join(words)}")
        content, labels = masked(known.encode(words), self._size, self.hidden, rng, always=True)
        items = tuple(GAP if number == MASK else word for word, number in zip(words, content))
        return SetExample(items, torch.tensor(content), torch.tensor(labels), told={"words": list(words)})

    @cached_property
    def _split(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {split: [] for split in SPLITS}
        for words in dict.fromkeys(self._sentences()):
            found[split_of(words)].append(words)
        return found

    def _sentences(self) -> list[tuple[str, ...]]:
        if not self.path:
            rng = Random(self.name)
            return [hidden_classes.sentence(rng) for _ in range(_DRAWN)]
        path = named_file(self.path)
        text, _ = decode(read_bytes(path, tr("a text, a sentence or more on each line")), path.name)
        lines = [line for line in split_lines(text) if line.strip() and len(line) <= LINE_LIMIT]
        cut = [CUTS[self.cut](one) for line in lines for one in sentences_of(line)]
        parts = [words[at : at + self.longest] for words in cut for at in range(0, len(words), self.longest)]
        return [words for words in parts if len(words) > 1]
