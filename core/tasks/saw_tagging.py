"""Tagging "I saw a saw": the same word has two tags, and only a word far away tells which.

The lecture's sentence: the first saw is a verb, the second a noun, and a network that is shown one word at a time must give
both the same tag. Here the ambiguous word is tagged after the marker that begins the sentence, however far away that is; a
window must reach it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

import torch

from core.data.vector_sets import Entrance, SetExample
from core.data.vocabulary import Vocabulary
from core.errors import InputError
from core.language import tr
from core.settings import setting
from core.tasks.set_task import AbstractSetTask
from core.tasks.task import Split, split_of

SAW = "saw"
MARKERS = ("I", "the")  # after which saw is a verb, or a noun
TAGS = ("DET", "NOUN", "PRON", "VERB")
_OTHERS = {"cat": 1, "dog": 1, "man": 1, "sees": 3, "runs": 3, "eats": 3, "a": 0, "she": 2}
_SETS = {"train": 2000, "validation": 200, "test": 300}


@dataclass(frozen=True)
class SawTagging(AbstractSetTask):
    """Words in, a tag for each out; "saw" is a verb in sentences that begin with I, a noun in those that begin with the.

    Held out are whole sentences.

    >>> task = SawTagging()
    >>> [TAGS[number] for number in task.tagged(("I", "saw", "a", "saw"))]
    ['PRON', 'VERB', 'DET', 'VERB']
    """

    name: ClassVar[str] = "saw"
    summary: ClassVar[str] = 'a tag for each word of "I saw a saw" sentences: the same word, two tags'
    item: ClassVar[str] = "word"
    typed: ClassVar[bool] = True

    words: int = setting(20, low=4, high=64, help="words in a sentence, at most; the fewest are a quarter of it")

    def build_entrance(self) -> Entrance:
        """Words, and a tag for each."""
        return Entrance(Vocabulary.of((*MARKERS, SAW, *_OTHERS)), 0, "each", TAGS)

    def examples(self, split: Split) -> Sequence[SetExample]:
        """Sentences drawn by chance, sorted into splits by their words."""
        return self._drawn[split]

    def read(self, text: str) -> SetExample:
        """Words, separated by spaces."""
        words = tuple(text.split())
        known = self.entrance.words
        assert known is not None
        if not words or (unknown := known.unknown(words)):
            said = tr("never learned {list}", list=" ".join(unknown[:8])) if words else tr("was given no word")
            raise InputError(
                tr(
                    "task={name} {said}; its words are: {list}",
                    name=self.name,
                    said=said,
                    list=" ".join((*MARKERS, SAW, *_OTHERS)),
                )
            )
        return self._example(words)

    def tagged(self, words: Sequence[str]) -> list[int]:
        """The tag of each word, as a number of TAGS; of a sentence that begins with no marker, "saw" is a noun."""
        return [_tag(word, words[0]) for word in words]

    @cached_property
    def _drawn(self) -> dict[str, tuple[SetExample, ...]]:
        rng, found = (
            Random(f"{self.name}/{self.words}"),
            {split: dict[tuple[str, ...], SetExample]() for split in _SETS},
        )
        for _ in range(40_000):
            words = self._sentence(rng)
            split = split_of(words)
            if len(found[split]) < _SETS[split]:
                found[split].setdefault(words, self._example(words))
            elif all(len(found[split]) == _SETS[split] for split in _SETS):
                break
        return {split: tuple(one.values()) for split, one in found.items()}

    def _sentence(self, rng: Random) -> tuple[str, ...]:
        length = rng.randint(max(3, self.words // 4), self.words)
        return (rng.choice(MARKERS), *(rng.choice((SAW, *_OTHERS)) for _ in range(length - 1)))

    def _example(self, words: tuple[str, ...]) -> SetExample:
        known = self.entrance.words
        assert known is not None
        return SetExample(words, torch.tensor(known.encode(words)), torch.tensor(self.tagged(words)))


def _tag(word: str, first: str) -> int:
    if word == SAW:
        return TAGS.index("VERB") if first == MARKERS[0] else TAGS.index("NOUN")
    return {MARKERS[0]: TAGS.index("PRON"), MARKERS[1]: TAGS.index("DET"), **_OTHERS}[word]
