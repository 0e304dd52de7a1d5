"""A person's own pairs of texts: translations, spellings, anything in two columns."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from core.data.batch import Example
from core.data.parallel_text import ParallelText, clean, read_table, read_two_files
from core.data.tokenization import TOKENIZERS, AbstractTokenizer, tokenizer_of, vocabulary_of
from core.data.vocabulary import Vocabulary
from core.errors import DataError, SettingError
from core.settings import setting
from core.tasks.task import AbstractTask, split_of


@dataclass(frozen=True)
class Text(AbstractTask):
    """Pairs of a file with two columns (a tab between), or of two files line by line.

    Settings: `path`, `target_path`, `source_tokens`, `target_tokens`, `vocabulary_size`, `longest`, `most`. Tokenizers
    and vocabularies are learned from the training split only, so held-out texts may hold <unk>.

    Held out: source texts; those that differ only in capitals, spaces or punctuation stay together.

    Source: the file; the order of reading and what is repaired or refused is said in core/data/parallel_text.py.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "pairs.tsv")
    ...     _ = path.write_text("Go.\\tGeh.\\nHelp!\\tHilfe!\\n", "utf-8")
    ...     [task.join_target(example.target) for task in [Text(path=str(path))] for example in task.examples]
    ['Geh.', 'Hilfe!']
    """

    name: ClassVar[str] = "text"
    summary: ClassVar[str] = "your own pairs: a table with tabs, or two files line by line"
    running_text: ClassVar[bool] = True

    path: str = setting("", help="file with a source, a tab and a target on each line; or the file of sources")
    target_path: str = setting("", help="file of targets, line by line; empty when path is a table")
    source_tokens: str = setting("character", choices=tuple(TOKENIZERS), help="what a source is cut into")
    target_tokens: str = setting("character", choices=tuple(TOKENIZERS), help="what a target is cut into")
    vocabulary_size: int = setting(4000, low=50, high=50_000, step=500, help="tokens a side; rarer ones become <unk>")
    longest: int = setting(60, low=1, high=1000, help="tokens; pairs with a longer side are left out")
    most: int = setting(100_000, low=10, high=1_000_000, help="pairs kept of a larger file, chosen by chance")

    @cached_property
    def corpus(self) -> ParallelText:
        """The pairs as read, at most `most`, with notes on what was skipped.

        Raises:
            SettingError: no path is given; DataError: the file cannot be used.
        """
        if not self.path:
            raise SettingError(
                "path is empty: give a file with a source, a tab and a target on each line (task.path=…)"
            )
        path = Path(self.path).expanduser()
        found = read_two_files(path, Path(self.target_path).expanduser()) if self.target_path else read_table(path)
        if len(found.pairs) <= self.most:
            return found
        # files are often sorted by length or alphabet: the first lines would not be a fair sample
        chosen = set(sorted(found.pairs, key=_lot)[: self.most])
        note = f"{len(found.pairs):,} pairs, of which {self.most:,} were chosen by chance (most)"
        return ParallelText(tuple(pair for pair in found.pairs if pair in chosen), (*found.notes, note))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the file: what was skipped, guessed or left out."""
        left_out = len(self.corpus.pairs) - len(self.examples)
        note = f"{left_out:,} of {len(self.corpus.pairs):,} pairs have more than {self.longest} tokens and were left out (longest)"
        return (*self.corpus.notes, note) if left_out else self.corpus.notes

    @cached_property
    def cutters(self) -> tuple[AbstractTokenizer, AbstractTokenizer]:
        """The tokenizers of the two sides, learned from the training split."""
        sides = zip(*self._training_pairs)
        return tuple(
            TOKENIZERS[kind].learn(texts, self.vocabulary_size)
            for kind, texts in zip((self.source_tokens, self.target_tokens), sides)
        )

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All pairs that are short enough, cut, of all splits."""
        source, target = self.cutters
        cut = (
            Example(tuple(source.tokenize(left)), tuple(target.tokenize(right))) for left, right in self.corpus.pairs
        )
        kept = tuple(example for example in cut if max(len(example.source), len(example.target)) <= self.longest)
        if not kept:
            raise DataError(f"every pair of {self.path} has more than {self.longest} tokens on a side; raise longest")
        return kept

    def sample(self, rng: Random) -> Example:
        """One pair, each as likely as another."""
        return rng.choice(self.examples)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The letters of the source text, so that splits do not depend on the tokenizer."""
        return essence("".join(example.source))

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The frequent tokens of the training split, on each side."""
        source, target = self.cutters
        sources, targets = zip(*self._training_pairs)
        size = self.vocabulary_size
        return vocabulary_of(source, sources, size), vocabulary_of(target, targets, size)

    def tokenize(self, text: str) -> list[str]:
        """As the sources of the file were cut."""
        return self.cutters[0].tokenize(clean(text))

    def tokenize_target(self, text: str) -> list[str]:
        """As the targets of the file were cut."""
        return self.cutters[1].tokenize(clean(text))

    def join(self, tokens: Sequence[str]) -> str:
        """Source tokens as text."""
        return self.cutters[0].join(tokens)

    def join_target(self, tokens: Sequence[str]) -> str:
        """Target tokens as text."""
        return self.cutters[1].join(tokens)

    def tokenizers(self) -> dict[str, Any]:
        """Both tokenizers, ready for JSON."""
        source, target = self.cutters
        return {"source": source.to_dict(), "target": target.to_dict()}

    def restored(self, vocabularies: tuple[Vocabulary, Vocabulary], tokenizers: Mapping[str, Any]) -> AbstractTask:
        """This task as a run folder kept it; its file need not be there."""
        twin = super().restored(vocabularies, tokenizers)
        try:
            twin.__dict__["cutters"] = tokenizer_of(tokenizers["source"]), tokenizer_of(tokenizers["target"])
        except (KeyError, TypeError) as error:
            raise DataError("the tokenizers of this run are missing; train it again") from error
        return twin

    @cached_property
    def _training_pairs(self) -> tuple[tuple[str, str], ...]:
        pairs = tuple(pair for pair in self.corpus.pairs if split_of(essence(pair[0])) == "train")
        if not pairs:
            raise DataError(f"{self.path} has too few pairs to train on ({len(self.corpus.pairs)}); add more lines")
        return pairs


def essence(text: str) -> list[str]:
    """Letters and digits in small letters; of a text without any, all that is not space.

    >>> essence("▁Go ▁on!"), essence("?!")
    (['goon'], ['?!'])
    """
    text = text.replace("▁", "").casefold()
    return ["".join(sign for sign in text if sign.isalnum()) or "".join(text.split())]


def _lot(pair: tuple[str, str]) -> bytes:
    return hashlib.sha256("\t".join(pair).encode()).digest()
