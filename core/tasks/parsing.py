"""Seq2seq for parsing: a sentence in, its tree out, bracket by bracket."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from core.data.batch import Example
from core.data.brackets import Leaf, Tree, Treebank, read_treebank
from core.data.named_file import named_file
from core.data.tree_tokens import LEAVES, WORD, closing, linear, opening
from core.data.vocabulary import Vocabulary
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.attachment import LEXICON, parsed, sentence
from core.tasks.task import AbstractTask, split_of

_LABELS = ("S", "NP", "VP", "PP", "SBAR")  # of the small grammar
_FINAL = ".,!?;:"


@dataclass(frozen=True)
class Parsing(AbstractTask):
    """A sentence in, its constituents out as brackets, a word as XX or as its part of speech.

    Without a path, sentences come from a small grammar in which the preposition says what a phrase belongs to
    (core/tasks/attachment.py). With one, from trees in the form of the Penn Treebank: words in small letters, those seen
    once in training unknown, so that a model learns what an unknown word is like.

    Settings: `path`, `reads`, `leaves`, `shortest`, `longest`, `vocabulary_size`. Held out: sentences, whatever their capitals.

    Source: Vinyals et al. 2015, arXiv:1412.7449.

    >>> task = Parsing()
    >>> task.join_target(task.reference(task.tokenize("The boy slept near Mary.")))
    '(S (NP XX XX )NP (VP XX (PP XX (NP XX )NP )PP )VP )S'
    """

    name: ClassVar[str] = "parse"
    summary: ClassVar[str] = "a sentence to its tree, written as brackets"
    writes_trees: ClassVar[bool] = True

    path: str = setting("", help="a file or folder of trees in brackets (.ptb, .mrg); empty: a small grammar")
    reads: str = setting(
        "words", choices=("words", "tags"), help="what a sentence is read as; tags are learned from fewer"
    )
    leaves: str = setting(WORD, choices=LEAVES, help="what stands for a word in the output: XX, or its part of speech")
    shortest: int = setting(3, low=1, high=100, help="words; shorter sentences are left out")
    longest: int = setting(12, low=3, high=100, help="words; longer sentences are left out")
    vocabulary_size: int = setting(
        4000, low=20, high=50_000, step=500, help="words that are read; rarer ones become <unk>"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.shortest > self.longest:
            raise SettingError(
                tr(
                    "shortest={shortest} is more than longest={longest}; lower shortest or raise longest",
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )

    @cached_property
    def treebank(self) -> Treebank:
        """The trees of the path, with notes on what was left out.

        Raises:
            SettingError: no path is given; DataError: it cannot be used.
        """
        if not self.path:
            raise SettingError(tr("path is empty: give a file or a folder of trees in brackets (task.path=…)"))
        return read_treebank(named_file(self.path))

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All trees of the path whose sentence is neither too short nor too long, of all splits.

        Raises:
            DataError: there is none.
        """
        kept = [tree for tree in self.treebank.trees if self.shortest <= len(tree.leaves) <= self.longest]
        if not kept:
            raise DataError(
                tr(
                    "no sentence of {path} has from {shortest} to {longest} words; widen shortest and longest",
                    path=self.path,
                    shortest=self.shortest,
                    longest=self.longest,
                )
            )
        return tuple(self.example(tree) for tree in kept)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the path: what was left out."""
        if not self.path:
            return ()
        left, total = len(self.treebank.trees) - len(self.examples), len(self.treebank.trees)
        note = tr(
            "{left:,} of {total:,} trees have fewer than {shortest} or more than {longest} words and were left out",
            left=left,
            total=total,
            shortest=self.shortest,
            longest=self.longest,
        )
        return (*self.treebank.notes, note) if left else self.treebank.notes

    def example(self, tree: Tree) -> Example:
        """A tree as this task reads and writes it."""
        return Example(tuple(self._read(leaf) for leaf in tree.leaves), tuple(linear(tree, self.leaves)))

    def sample(self, rng: Random) -> Example:
        """A sentence of the grammar, or a tree of the path, each as likely as another."""
        if self.path:
            return rng.choice(self.examples)
        while True:
            tree = sentence(rng)
            if self.shortest <= len(tree.leaves) <= self.longest:
                return self.example(tree)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The sentence, without capitals."""
        return [token.casefold() for token in example.source]

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Of the grammar all words and labels, of a path those of its training split."""
        if not self.path:
            words = [word for tag, found in LEXICON.items() for word in (found if self.reads == "words" else [tag])]
            leaves = [WORD] if self.leaves == WORD else [*LEXICON]
            return Vocabulary.of(words), Vocabulary.of([*_brackets(_LABELS), *leaves])
        training = [one for one in self.examples if split_of(self.held_out_by(one)) == "train"]
        if not training:
            raise DataError(
                tr("{path} has too few trees to train on ({count}); add more", path=self.path, count=len(self.examples))
            )
        seen = Counter(token for one in training for token in one.source)
        often = sorted((-count, token) for token, count in seen.items() if count > 1)[: self.vocabulary_size]
        written = {token for one in training for token in one.target}
        labels = {token[1:] for token in written if token.startswith(("(", ")")) and len(token) > 1}
        return Vocabulary.of(token for _, token in often), Vocabulary.of([*written, *_brackets(labels)])

    def tokenize(self, text: str) -> list[str]:
        """Words between spaces, in small letters; tags as they are. The grammar's sentences need no full stop."""
        tokens = unicodedata.normalize("NFC", text).split()
        if self.reads == "words":
            tokens = [token.lower() for token in tokens]
        return tokens if self.path else [token for one in tokens if (token := one.rstrip(_FINAL))]

    def tokenize_target(self, text: str) -> list[str]:
        """Brackets and leaves between spaces."""
        return text.split()

    def join(self, tokens: Sequence[str]) -> str:
        """Words with spaces between."""
        return " ".join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """As the source."""
        return self.join(tokens)

    def reference(self, source: Sequence[str]) -> tuple[str, ...] | None:
        """The tree of a sentence of the grammar; of a person's own trees, none: no rule can tell."""
        tree = parsed(source) if not self.path and self.reads == "words" else None
        return None if tree is None else tuple(linear(tree, self.leaves))

    def _read(self, leaf: Leaf) -> str:
        return leaf.tag if self.reads == "tags" else leaf.word.lower()


def _brackets(labels: Sequence[str] | set[str]) -> Iterator[str]:
    for label in labels:
        yield from (opening(label), closing(label))
