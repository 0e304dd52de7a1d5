"""Texts with one label each: two files, one a class, a text a line; or a table of labels and texts with a tab between.

Control characters of the second kind (U+0080 to U+009F) stand in no text: they are bytes of Windows-1252 that were once read as
Latin-1, and are read again as what they were. A text that comes twice is used once; one that has two labels is left out.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.data.parallel_text import decode, read_bytes, split_lines
from core.data.skipped import places
from core.errors import DataError
from core.language import tr

_C1 = re.compile("[\x80-\x9f]")
_TORN_SHARE = 0.05  # above this share of lines without a tab the file is something else than a table


@dataclass(frozen=True)
class LabelledTexts:
    """Attributes:
    texts: a label and a text each, none empty, none twice, in the order of the files.
    notes: what was repaired, skipped or guessed, for the person who brought the file.
    """

    texts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def read_classes(paths: Iterable[tuple[str, Path]]) -> LabelledTexts:
    """A file for each label.

    Args:
        paths: labels and files.

    Raises:
        DataError: a file cannot be read, or nothing is left.
    """
    lines, notes = list[tuple[str, str]](), tuple[str, ...]()
    for label, path in paths:
        text, said = _decoded(path, tr("a text on each line"))
        lines += [(label, line) for line in split_lines(text)]
        notes += said
    return _sorted_out(lines, notes, tr(" and ").join(path.name for _, path in paths))


def read_labelled_table(path: Path) -> LabelledTexts:
    """A label, a tab and a text on each line; lines without a tab are skipped and counted.

    Raises:
        DataError: the file cannot be read, or is no such table.
    """
    text, notes = _decoded(path, tr("a label, a tab and a text on each line"))
    cells = [(at, line.split("\t", 1)) for at, line in enumerate(split_lines(text), 1) if line.strip()]
    torn = [at for at, cell in cells if len(cell) < 2 or not cell[0].strip()]
    if torn:
        where = places(torn, "line")
        if len(torn) > _TORN_SHARE * len(cells):
            raise DataError(
                tr(
                    "{name}: {count:,} of {count2:,} lines have no label and tab in front ({where}); expected a label, "
                    "a tab and a text on each, or two files, one a class (path and other_path)",
                    name=path.name,
                    count=len(torn),
                    count2=len(cells),
                    where=where,
                )
            )
        notes = (
            *notes,
            tr(
                "{name}: {count:,} lines without a label and a tab skipped ({where})",
                name=path.name,
                count=len(torn),
                where=where,
            ),
        )
    good = [(cell[0].strip(), cell[1]) for _, cell in cells if len(cell) > 1 and cell[0].strip()]
    return _sorted_out(good, notes, path.name)


def repaired(text: str) -> tuple[str, int]:
    """A text with its control characters of the second kind read as Windows-1252, and how many there were.

    >>> repaired("well \\x96 no \\x81")
    ('well – no ', 2)
    """
    return _C1.subn(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)


def _decoded(path: Path, expected: str) -> tuple[str, tuple[str, ...]]:
    data = read_bytes(path, expected)
    try:
        text, notes = decode(data, path.name)
    except DataError:
        if b"\x00" in data:
            raise
        text, notes = (
            data.decode("cp1252", "replace"),
            (tr("{name} is not UTF-8; it was read as Windows-1252", name=path.name),),
        )
    mended, count = repaired(text)
    lines = sum(bool(_C1.search(line)) for line in split_lines(text))
    said = tr(
        "{name}: {count:,} control characters in {lines:,} lines read as Windows-1252, which they once were",
        name=path.name,
        count=count,
        lines=lines,
    )
    return mended, (*notes, said) if count else notes


def _sorted_out(lines: Iterable[tuple[str, str]], notes: tuple[str, ...], name: str) -> LabelledTexts:
    """Every text once; those with two labels left out."""
    found: dict[str, str] = {}
    both: set[str] = set()
    empty = twice = 0
    for label, line in lines:
        text = " ".join(line.split())
        empty += not text
        twice += text in found
        if text and found.setdefault(text, label) != label:
            both.add(text)
    skipped = (
        (empty, tr("lines without a text")), (twice - len(both), tr("texts said before")), (len(both), tr("texts with two labels"))
    )  # fmt: skip
    notes += tuple(
        tr("{name}: {count:,} {words} left out", name=name, count=count, words=words)
        for count, words in skipped
        if count > 0
    )
    texts = tuple((label, text) for text, label in found.items() if text not in both)
    if len({label for label, _ in texts}) < 2:
        raise DataError(
            tr(
                "{name}: {count:,} texts with {count2} labels are left; at least two labels are "
                "needed: a table of labels and texts, or a second file (other_path)",
                name=name,
                count=len(texts),
                count2=len({label for label, _ in texts}),
            )
        )
    return LabelledTexts(texts, notes)
