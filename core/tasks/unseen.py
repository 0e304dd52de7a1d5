"""Names and figures nobody has seen, and sentences with gaps to put them into.

Every name and figure belongs to one split, by its hash, and all those of an example to the same one: what stands in a test
example stood in no training example, wherever and beside whatever. Of the training names the vocabularies hold a few; all
others, and every figure, are unknown words there too, so that a model learns what to do with them.
"""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.vocabulary import Vocabulary
from core.settings import setting
from core.tasks.task import SPLITS, AbstractTask, Split, split_of

_BEGINNINGS = [
    "ba",
    "be",
    "do",
    "fi",
    "ge",
    "hu",
    "jo",
    "ka",
    "lu",
    "mi",
    "no",
    "pa",
    "ro",
    "sa",
    "ta",
    "vi",
    "wo",
    "zu",
]
_ENDINGS = ["bri", "das", "dy", "fan", "gor", "kel", "lin", "mo", "nel", "pol", "ra", "shi", "tus", "vel", "wen", "zan"]
NAMES = tuple(first + last for first in _BEGINNINGS for last in _ENDINGS)
FIGURES = tuple(str(number) for number in range(1000, 10_000))
_SHARES = (90, 5, 5)  # of the splits in what is drawn
_GAP = re.compile(r"\{(\w+)\}")
Gaps = Mapping[str, str]


def by_split(words: Sequence[str]) -> dict[Split, tuple[str, ...]]:
    """Words by the split each belongs to.

    >>> sum(map(len, by_split(NAMES).values())) == len(NAMES)
    True
    """
    return {split: tuple(word for word in words if split_of([word]) == split) for split in SPLITS}


@cache
def _parts(sentence: str) -> tuple[tuple[str, str | None], ...]:
    """The words of a sentence, each with its gap's name if it is one."""
    return tuple((part, gap[1] if (gap := _GAP.fullmatch(part)) else None) for part in sentence.split())


def filled(sentence: str, gaps: Gaps) -> list[str]:
    """The tokens of a sentence whose gaps are filled.

    >>> filled("hello {a} !", {"a": "mira"})
    ['hello', 'mira', '!']
    """
    return [part if gap is None else gaps[gap] for part, gap in _parts(sentence)]


def matched(sentence: str, tokens: Sequence[str]) -> dict[str, str] | None:
    """What stands in the gaps of a sentence, if these tokens are that sentence.

    >>> matched("i am {a} .", ["i", "am", "mira", "."]), matched("i am {a} .", ["i", "was", "mira", "."])
    ({'a': 'mira'}, None)
    """
    parts, found = _parts(sentence), dict[str, str]()
    if len(parts) != len(tokens):
        return None
    for (part, gap), token in zip(parts, tokens):
        if token != (part if gap is None else found.setdefault(gap, token)):
            return None
    return found


def without_gaps(sentences: Sequence[str]) -> set[str]:
    """The words that stand in sentences beside their gaps."""
    return {part for sentence in sentences for part, gap in _parts(sentence) if gap is None}


@dataclass(frozen=True)
class Lot:
    """What one example is drawn from; no name and no figure is drawn twice.

    Attributes:
        rng: chance; names, figures: of one split; known: names that are drawn as often as all others together.
        taken: what was drawn.
    """

    rng: Random
    names: tuple[str, ...]
    known: tuple[str, ...]
    figures: tuple[str, ...]
    taken: set[str]

    def name(self) -> str:
        """One more name."""
        known = len(self.known) > len(self.taken) and self.rng.random() < 0.5
        return self._new(self.known if known else self.names)

    def figure(self) -> str:
        """One more figure."""
        return self._new(self.figures)

    def _new(self, words: tuple[str, ...]) -> str:
        while (word := self.rng.choice(words)) in self.taken:
            pass
        self.taken.add(word)
        return word


@dataclass(frozen=True)
class AbstractUnseen(AbstractTask):
    """A task about names that are not in its vocabularies. Small letters; a word, or a sign, is a token."""

    unseen: ClassVar[bool] = True

    known: int = setting(
        40, low=0, high=100, help="training names that the vocabularies hold; all others are unknown words"
    )

    @abstractmethod
    def write(self, lot: Lot) -> Example:
        """An example with names and figures of this lot."""

    @property
    @abstractmethod
    def sentences(self) -> tuple[Sequence[str], Sequence[str]]:
        """All sentences of sources and of targets, with gaps."""

    @cached_property
    def names(self) -> dict[Split, tuple[str, ...]]:
        """Names by split."""
        return by_split(NAMES)

    @cached_property
    def known_names(self) -> tuple[str, ...]:
        """The training names that the vocabularies hold."""
        return self.names["train"][: self.known]

    @cached_property
    def _words(self) -> frozenset[str]:
        """All that stands in sentences beside their gaps."""
        return frozenset().union(*map(without_gaps, self.sentences))

    def sample(self, rng: Random) -> Example:
        """One example; all its names and figures are of one split."""
        (split,) = rng.choices(SPLITS, _SHARES)
        known = self.known_names if split == "train" else ()
        return self.write(Lot(rng, self.names[split], known, _FIGURES[split], set()))

    def held_out_by(self, example: Example) -> Sequence[str]:
        """One of its names or figures: the others are of the same split."""
        return [next(token for token in example.source if token not in self._words)]

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The words of the sentences, and the known names."""
        source, target = (without_gaps(sentences) for sentences in self.sentences)
        return Vocabulary.of({*source, *self.known_names}), Vocabulary.of({*target, *self.known_names})

    def tokenize(self, text: str) -> list[str]:
        """Words in small letters; every other sign is a token of its own."""
        return re.findall(r"\w+|[^\w\s]", unicodedata.normalize("NFC", text).lower())

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """Words with spaces between, punctuation at the word before it."""
        return re.sub(r" ([.,:;!?])(?= |$)", r"\1", " ".join(tokens))

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)


_FIGURES = by_split(FIGURES)
