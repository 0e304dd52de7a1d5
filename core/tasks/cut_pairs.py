"""A person's pairs as examples: thinned, cut by what was learned from the training split, split by their sources' letters."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.data.batch import Example
from core.data.parallel_text import ParallelText
from core.data.tokenization import TOKENIZERS, AbstractTokenizer, vocabulary_of
from core.data.vocabulary import Vocabulary
from core.errors import DataError
from core.language import tr
from core.tasks.task import split_of

Cutters = tuple[AbstractTokenizer, AbstractTokenizer]


@dataclass(frozen=True)
class CutPairs:
    """Pairs and how they are split and cut. Tokenizers and vocabularies know nothing of held-out pairs.

    Attributes:
        path: of the file, for messages; corpus: what was read of it.
        longest: tokens of a side; longer pairs are left out.
        held_by: the part of a source text that decides its split; of joined tokens it must find the same.
    """

    path: str
    corpus: ParallelText
    longest: int
    held_by: Callable[[str], str] = str

    def cutters(self, kinds: tuple[str, str], size: int) -> Cutters:
        """A tokenizer for each side, learned from its own texts of the training split.

        Args:
            kinds: of TOKENIZERS; size: different tokens to aim at.
        """
        source, target = (TOKENIZERS[kind].learn(texts, size) for kind, texts in zip(kinds, self._training_sides))
        return source, target

    def cutter(self, kind: str, size: int) -> AbstractTokenizer:
        """One tokenizer for both sides, learned from both: a token that is copied is the same on the other side."""
        sources, targets = self._training_sides
        return TOKENIZERS[kind].learn([*sources, *targets], size)

    def cut(self, cutters: Cutters) -> tuple[Example, ...]:
        """All pairs that are short enough, of all splits.

        Raises:
            DataError: none is short enough.
        """
        source, target = cutters
        cut = (
            Example(tuple(source.tokenize(left)), tuple(target.tokenize(right))) for left, right in self.corpus.pairs
        )
        kept = tuple(example for example in cut if max(len(example.source), len(example.target)) <= self.longest)
        if not kept:
            raise DataError(
                tr(
                    "every pair of {path} has more than {longest} tokens on a side; raise longest",
                    path=self.path,
                    longest=self.longest,
                )
            )
        return kept

    def notes(self, kept: int) -> tuple[str, ...]:
        """What a person should know about the file: what was skipped, guessed or left out.

        Args:
            kept: how many pairs were short enough.
        """
        read, left_out = len(self.corpus.pairs), len(self.corpus.pairs) - kept
        note = tr(
            "{left_out:,} of {read:,} pairs have more than {longest} tokens and were left out (longest)",
            left_out=left_out,
            read=read,
            longest=self.longest,
        )
        return (*self.corpus.notes, note) if left_out else self.corpus.notes

    def vocabularies(self, cutters: Cutters, size: int) -> tuple[Vocabulary, Vocabulary]:
        """The frequent tokens of the training split, on each side."""
        source, target = (vocabulary_of(cutter, side, size) for cutter, side in zip(cutters, self._training_sides))
        return source, target

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The letters of the part that decides the split, so that splits do not depend on the tokenizer."""
        if example.source not in self._letters:  # a stream asks for those of each example it draws
            self._letters[example.source] = essence(self.held_by("".join(example.source)))
        return self._letters[example.source]

    @cached_property
    def _letters(self) -> dict[tuple[str, ...], list[str]]:
        return {}

    @cached_property
    def _training_sides(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        pairs = [pair for pair in self.corpus.pairs if split_of(essence(self.held_by(pair[0]))) == "train"]
        if not pairs:
            raise DataError(
                tr(
                    "{path} has too few pairs to train on ({count}); add more lines",
                    path=self.path,
                    count=len(self.corpus.pairs),
                )
            )
        sources, targets = zip(*pairs)
        return sources, targets


def thinned(found: ParallelText, most: int, setting: str) -> ParallelText:
    """At most so many pairs, chosen by chance and in their order: files are often sorted, their first lines no fair sample.

    Args:
        setting: that says how many, for the note.
    """
    if len(found.pairs) <= most:
        return found
    chosen = set(sorted(found.pairs, key=_lot)[:most])
    note = tr(
        "{count:,} pairs, of which {most:,} were chosen by chance ({setting})",
        count=len(found.pairs),
        most=most,
        setting=setting,
    )
    return ParallelText(tuple(pair for pair in found.pairs if pair in chosen), (*found.notes, note))


def essence(text: str) -> list[str]:
    """Letters and digits in small letters; of a text without any, all that is not space.

    >>> essence("▁Go ▁on!"), essence("?!")
    (['goon'], ['?!'])
    """
    text = text.replace("▁", "").casefold()
    return ["".join(sign for sign in text if sign.isalnum()) or "".join(text.split())]


def _lot(pair: tuple[str, str]) -> bytes:
    return hashlib.sha256("\t".join(pair).encode()).digest()
