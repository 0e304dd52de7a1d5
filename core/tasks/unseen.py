"""Names and figures nobody has seen, and sentences with gaps to put them into.

Every name and figure belongs to one split, by its hash, and all those of an example to the same one: what stands in a test
example stood in no training example, wherever and beside whatever. Of the training names the vocabularies hold a few; all
others, and every figure, are unknown words there too, so that a model learns what to do with them.
"""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from core.data.batch import Example
from core.data.named_file import named_file
from core.data.parallel_text import ParallelText, clean
from core.data.tokenization import TOKENIZERS, AbstractTokenizer, tokenizer_of
from core.data.vocabulary import Vocabulary
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import declarations, setting
from core.tasks.cut_pairs import CutPairs, thinned
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
_OWN = ("tokens", "vocabulary_size", "longest", "pairs")  # settings of a person's own texts
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
    """A task about names that are not in its vocabularies, or about a person's own texts. Small letters in both.

    Without a `path` examples are written by the task: a word, or a sign, is a token. With one they are read of the file and
    cut by `tokens`; settings of the one kind are refused beside the other.
    """

    unseen: ClassVar[bool] = True
    files: ClassVar[tuple[str, ...]] = ("path",)
    read: ClassVar[Callable[[Path], ParallelText]]
    held_by: ClassVar[Callable[[str], str]] = str

    path: str = setting("", help="your own file, or a folder of them; empty: examples are written by the task")
    tokens: str = setting("word", choices=tuple(TOKENIZERS), help="of your own texts: what both sides are cut into")
    vocabulary_size: int = setting(2000, low=50, high=50_000, step=500, help="of your own texts: tokens a side")
    longest: int = setting(200, low=1, high=1000, help="of your own texts: tokens; longer pairs are left out")
    pairs: int = setting(100_000, low=10, high=1_000_000, help="of your own texts: pairs kept, chosen by chance")
    known: int = setting(
        40, low=0, high=100, help="training names that the vocabularies hold; all others are unknown words"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for one in declarations(type(self)):
            changed = one.name != "path" and getattr(self, one.name) != one.default
            if changed and (one.name in _OWN) != bool(self.path):
                what, other = (
                    (tr("written by the task"), tr("leave path empty"))
                    if self.path
                    else (tr("your own"), tr("give a path"))
                )
                raise SettingError(tr(
                    "{name}={getattr!r} is for examples that are {what}: {other}, or leave it", name=one.name,
                    getattr=getattr(self, one.name), what=what, other=other))  # fmt: skip

    @abstractmethod
    def write(self, lot: Lot) -> Example:
        """An example with names and figures of this lot."""

    @abstractmethod
    def answer(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The right answer to a source of this task, whatever the names in it; None where it is no such source."""

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

    @property
    def running_text(self) -> bool:
        """A person's own texts are; what the task writes is compared token by token."""
        return bool(self.path)

    @cached_property
    def corpus(self) -> ParallelText:
        """The pairs of the file in small letters, at most `pairs`, with notes on what was skipped.

        Raises:
            DataError: the file cannot be used.
        """
        found = type(self).read(named_file(self.path))
        pairs = dict.fromkeys((source.lower(), target.lower()) for source, target in found.pairs)
        return thinned(ParallelText(tuple(pairs), found.notes), self.pairs, "pairs")

    @cached_property
    def cutter(self) -> AbstractTokenizer:
        """What cuts both sides of a person's own texts, learned from the training split."""
        return self._pairs.cutter(self.tokens, self.vocabulary_size)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All pairs of the file that are short enough, of all splits."""
        return self._pairs.cut((self.cutter, self.cutter))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about their file: what was skipped, guessed or left out."""
        return self._pairs.notes(len(self.examples)) if self.path else ()

    def sample(self, rng: Random) -> Example:
        """One pair of the file; or one example that is written, all its names and figures of one split."""
        if self.path:
            return rng.choice(self.examples)
        (split,) = rng.choices(SPLITS, _SHARES)
        known = self.known_names if split == "train" else ()
        return self.write(Lot(rng, self.names[split], known, _FIGURES[split], set()))

    def held_out_by(self, example: Example) -> Sequence[str]:
        """Of a person's own texts the letters of a source; else a name or figure: the others are of the same split."""
        if self.path:
            return self._pairs.held_out_by(example)
        return [next(token for token in example.source if token not in self._words)]

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The frequent tokens of the file's training split; or the words of the sentences, and the known names."""
        if self.path:
            return self._pairs.vocabularies((self.cutter, self.cutter), self.vocabulary_size)
        source, target = (without_gaps(sentences) for sentences in self.sentences)
        return Vocabulary.of({*source, *self.known_names}), Vocabulary.of({*target, *self.known_names})

    def tokenize(self, text: str) -> list[str]:
        """As the file was cut; or words and signs. In small letters."""
        return self.cutter.tokenize(clean(text).lower()) if self.path else self.cut(text)

    def tokenize_target(self, text: str) -> list[str]:
        """As the source."""
        return self.tokenize(text)

    def join(self, tokens: Sequence[str]) -> str:
        """As a person writes it."""
        return self.cutter.join(tokens) if self.path else self.put(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The right answer by the task's rule; a person's own texts have none."""
        return None if self.path else self.answer(source)

    def tokenizers(self) -> dict[str, Any]:
        """What cuts a person's own texts, ready for JSON."""
        return {"both": self.cutter.to_dict()} if self.path else {}

    def restored(self, vocabularies: tuple[Vocabulary, Vocabulary], tokenizers: Mapping[str, Any]) -> AbstractTask:
        """This task as a run folder kept it; its file need not be there."""
        twin = super().restored(vocabularies, tokenizers)
        if self.path:
            try:
                twin.__dict__["cutter"] = tokenizer_of(tokenizers["both"])
            except (KeyError, TypeError) as error:
                raise DataError(tr("the tokenizer of this run is missing; train it again")) from error
        return twin

    def cut(self, text: str) -> list[str]:
        """Words in small letters; every other sign is a token of its own."""
        return re.findall(r"\w+|[^\w\s]", unicodedata.normalize("NFC", text).lower())

    def put(self, tokens: Sequence[str]) -> str:
        """Words with spaces between, punctuation at the word before it."""
        return re.sub(r" ([.,:;!?])(?= |$)", r"\1", " ".join(tokens))

    @cached_property
    def _pairs(self) -> CutPairs:
        return CutPairs(self.path, self.corpus, self.longest, type(self).held_by)


_FIGURES = by_split(FIGURES)
