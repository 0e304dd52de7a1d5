"""Sentences with a tag for each word, from files in the CoNLL-U format of Universal Dependencies.

A word is a line of ten columns with tabs between: number, form, lemma, UPOS, … Beside words there are comments (#), ranges of
what is written as one (3-4, whose words follow) and words that nobody wrote (8.1); both are counted and not read. A sentence
with a line that cannot be read is left out whole, because a word without its neighbors is another word; all others are used.

The package conllu (6.0) reads the same format, but its messages name no line and its first fault ends the reading.
Source: https://universaldependencies.org/format.html.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.data.parallel_text import clean, decode, read_bytes
from core.errors import DataError
from core.language import tr

COLUMNS = 10
UNTAGGED = "_"  # the format's word for nothing
_FORM, _UPOS = 1, 3
_TORN_SHARE = 0.5  # above this share of sentences with a broken line the file is something else than it was taken for
_SHOWN = 3
_RANGE, _EMPTY, _WORD = re.compile(r"\d+-\d+"), re.compile(r"\d+\.\d+"), re.compile(r"[1-9]\d*")


@dataclass(frozen=True)
class TaggedSentence:
    """Attributes:
    words: as written; tags: UPOS of each, UNTAGGED where the file has none.
    line: where its first word stands, counted from 1.
    """

    words: tuple[str, ...]
    tags: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Treebank:
    """What a file held.

    Attributes:
        sentences: those that could be read, in order.
        ranges, empty_nodes: lines that stand for what is written as one word (3-4) and for words that nobody wrote (8.1).
        broken: what is wrong with each sentence that was left out, with its line.
        untagged: words without a tag.
        name: of the file; notes: on its encoding.
    """

    sentences: tuple[TaggedSentence, ...]
    ranges: int
    empty_nodes: int
    broken: tuple[str, ...]
    untagged: int
    name: str
    notes: tuple[str, ...] = ()

    def told(self) -> tuple[str, ...]:
        """Sentences for the person who brought the file: what was not read."""
        counted = (
            (self.ranges, tr("ranges of words written as one (3-4): their words were read")),
            (self.empty_nodes, tr("empty nodes (8.1) skipped")),
            (self.untagged, tr("words without a tag: read, and nothing is asked of them")),
        )
        said = [f"{self.name}: {count:,} {words}" for count, words in counted if count]
        if self.broken:
            more = ", …" if len(self.broken) > _SHOWN else ""
            said.append(
                tr(
                    "{name}: {count:,} sentences left out: {list}{more}",
                    name=self.name,
                    count=len(self.broken),
                    list="; ".join(self.broken[:_SHOWN]),
                    more=more,
                )
            )
        return (*self.notes, *said)


def read_conllu(path: Path) -> Treebank:
    """The sentences of a file.

    Raises:
        DataError: it cannot be read, holds no sentence, or is something else than CoNLL-U.
    """
    text, notes = decode(read_bytes(path, tr("a word on each line, in ten columns with tabs between")), path.name)
    return parse_conllu(text, path.name, notes)


def parse_conllu(text: str, name: str, notes: tuple[str, ...] = ()) -> Treebank:
    """The sentences of a text.

    Args:
        name: of the file, for messages; notes: on how it was read.

    Raises:
        DataError: no sentence, or most of them broken.

    >>> parse_conllu("1\\tIt\\t_\\tPRON\\t_\\t_\\t_\\t_\\t_\\t_\\n2\\truns\\t_\\tVERB\\t_\\t_\\t_\\t_\\t_\\t_", "it").sentences[0].tags
    ('PRON', 'VERB')
    """
    read = [_Reading.of(block) for block in _blocks(text)]
    good = tuple(
        TaggedSentence(tuple(one.words), tuple(one.tags), one.line) for one in read if not one.fault and one.words
    )
    broken = tuple(one.fault for one in read if one.fault)
    if not good or len(broken) > _TORN_SHARE * len(read):
        first = f"; {broken[0]}" if broken else ""
        raise DataError(
            tr(
                "{name}: {count:,} of {count2:,} sentences can be read{first}. Expected CoNLL-U: a word a line in "
                "{columns} columns with tabs between, a blank line after each sentence",
                name=name,
                count=len(good),
                count2=len(read),
                first=first,
                columns=COLUMNS,
            )
        )
    untagged = sum(one.tags.count(UNTAGGED) for one in good)
    whole = [one for one in read if not one.fault]
    return Treebank(
        good, sum(one.ranges for one in whole), sum(one.empty for one in whole), broken, untagged, name, notes
    )


def _blocks(text: str) -> Iterator[Sequence[tuple[int, str]]]:
    """Lines between blank lines, with their numbers, without comments."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line.strip():
            block += [] if line.startswith("#") else [(number, line)]
        elif block:
            yield block
            block = []
    if block:
        yield block


@dataclass
class _Reading:
    """A sentence while it is read; `fault` says what is wrong with the first line that cannot be."""

    line: int
    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    ranges: int = 0
    empty: int = 0
    fault: str = ""

    @classmethod
    def of(cls, block: Sequence[tuple[int, str]]) -> "_Reading":
        reading = cls(block[0][0])
        for number, line in block:
            if wrong := reading._take(line.split("\t")):
                reading.fault = tr("line {number} {wrong}", number=number, wrong=wrong)
                break
        return reading

    def _take(self, columns: list[str]) -> str:
        """Read a line; what is wrong with it, or nothing."""
        if len(columns) != COLUMNS:
            return tr("has {count} columns, not {columns} (tabs between)", count=len(columns), columns=COLUMNS)
        number = columns[0].strip()
        if _RANGE.fullmatch(number):
            self.ranges += 1
        elif _EMPTY.fullmatch(number):
            self.empty += 1
        elif not _WORD.fullmatch(number):
            return tr("begins with {number!r}, which is no number of a word", number=number[:20])
        elif number != str(len(self.words) + 1):
            return tr(
                "is word {number} where word {count} is due (is a blank line missing?)",
                number=number[:20],
                count=len(self.words) + 1,
            )
        elif not (word := clean(columns[_FORM]).replace(" ", "_")):
            return tr("has no word in its second column")
        else:
            self.words.append(word)
            self.tags.append(clean(columns[_UPOS]) or UNTAGGED)
        return ""
