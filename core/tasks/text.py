"""A person's own pairs of texts: translations, spellings, anything in two columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from core.data.batch import Example
from core.data.named_columns import read_named
from core.data.named_file import named_file
from core.data.parallel_text import ParallelText, clean, read_table, read_two_files
from core.data.tokenization import TOKENIZERS, tokenizer_of
from core.data.vocabulary import Vocabulary
from core.errors import DataError, SettingError
from core.language import tr
from core.settings import setting
from core.tasks.cut_pairs import CutPairs, Cutters, thinned
from core.tasks.task import AbstractTask


@dataclass(frozen=True)
class Text(AbstractTask):
    """Pairs of a file with two columns (a tab between), or of two files line by line.

    Settings: `path`, `target_path`, `source_column`, `target_column`, `source_tokens`, `target_tokens`, `vocabulary_size`, `longest`, `most`. Tokenizers
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
    files: ClassVar[tuple[str, ...]] = ("path", "target_path")
    brings: ClassVar[str] = "Your pairs: one table (source, tab, target), or two files line by line"

    path: str = setting("", help="file with a source, a tab and a target on each line; or the file of sources")
    target_path: str = setting("", help="file of targets, line by line; empty when path is a table")
    source_column: str = setting("", help="name of the column of sources, where the first line names columns")
    target_column: str = setting("", help="name of the column of targets, likewise")
    source_tokens: str = setting("character", choices=tuple(TOKENIZERS), help="what a source is cut into")
    target_tokens: str = setting("character", choices=tuple(TOKENIZERS), help="what a target is cut into")
    vocabulary_size: int = setting(4000, low=50, high=50_000, step=500, help="tokens a side; rarer ones become <unk>")
    longest: int = setting(60, low=1, high=1000, help="tokens; pairs with a longer side are left out")
    most: int = setting(100_000, low=10, high=1_000_000, help="pairs kept of a larger file, chosen by chance")

    def __post_init__(self) -> None:
        super().__post_init__()
        if bool(self.source_column) != bool(self.target_column):
            raise SettingError(tr("one column makes no pair: give both source_column and target_column, or neither"))
        if self.source_column and self.target_path:
            raise SettingError(
                tr(
                    "two files line by line have no columns: leave target_path empty, or source_column and target_column"
                )
            )

    @cached_property
    def corpus(self) -> ParallelText:
        """The pairs as read, at most `most`, with notes on what was skipped.

        Raises:
            SettingError: no path is given; DataError: the file cannot be used.
        """
        if not self.path:
            raise SettingError(
                tr("path is empty: give a file with a source, a tab and a target on each line (task.path=…)")
            )
        return thinned(self._read(named_file(self.path)), self.most, "most")

    def _read(self, path: Path) -> ParallelText:
        if self.source_column:
            return read_named(path, self.source_column, self.target_column)
        return read_two_files(path, named_file(self.target_path)) if self.target_path else read_table(path)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the file: what was skipped, guessed or left out."""
        return self._pairs.notes(len(self.examples))

    @cached_property
    def cutters(self) -> Cutters:
        """The tokenizers of the two sides, learned from the training split."""
        return self._pairs.cutters((self.source_tokens, self.target_tokens), self.vocabulary_size)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """All pairs that are short enough, cut, of all splits."""
        return self._pairs.cut(self.cutters)

    def sample(self, rng: Random) -> Example:
        """One pair, each as likely as another."""
        return rng.choice(self.examples)

    def held_out_by(self, example: Example) -> Sequence[str]:
        """The letters of the source text, so that splits do not depend on the tokenizer."""
        return self._pairs.held_out_by(example)

    def build_vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The frequent tokens of the training split, on each side."""
        return self._pairs.vocabularies(self.cutters, self.vocabulary_size)

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
            raise DataError(tr("the tokenizers of this run are missing; train it again")) from error
        return twin

    @cached_property
    def _pairs(self) -> CutPairs:
        return CutPairs(self.path, self.corpus, self.longest)
