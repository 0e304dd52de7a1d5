"""Texts with their labels from a table that people bring: a text, a tab, its labels with commas between; more is ignored.

Labels are names, or numbers of the lines of a file of names, counted from 0. A row without a label is a text that has none.
What is wrong with a few rows is skipped and counted; with more than one row in twenty the file is something else.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data.parallel_text import LINE_LIMIT, clean, decode, read_bytes, split_lines
from core.data.skipped import counted, places
from core.errors import DataError
from core.language import mark, tr

_TORN_SHARE = 0.05
_MOST_LABELS = 2000
_FORM = mark("each row needs a text, a tab, and its labels with commas between")


@dataclass(frozen=True)
class LabelledText:
    """What a table says.

    Attributes:
        rows: text and labels, each label once, in the order of the file; texts are clean and none is empty.
        labels: all that there are: those of the file of names in its order, or those that occur, the most frequent first.
        notes: sentences for the person who brought the file: what was skipped.
    """

    rows: tuple[tuple[str, tuple[str, ...]], ...]
    labels: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_labelled(path: Path, names: Path | None = None) -> LabelledText:
    """The rows of a table.

    Args:
        names: a file with a label on each line, or None where the table has names.

    Raises:
        DataError: a file is missing, too large or no text, or more than one row in twenty cannot be used.
    """
    known = None if names is None else read_names(names)
    text, notes = decode(read_bytes(path, tr("a text and its labels on each line, a tab between")), path.name)
    lines = [(number, line.split("\t")) for number, line in enumerate(split_lines(text), 1) if line.strip()]
    rows: list[tuple[str, tuple[str, ...]]] = []
    wrong: dict[str, list[int]] = {}
    for number, cells in lines:
        found = _row(cells, known)
        if isinstance(found, str):
            wrong.setdefault(found, []).append(number)
        else:
            rows.append(found)
    said = tuple(
        tr(
            "{name}: {counted} skipped ({places}): {reason}",
            name=path.name,
            counted=counted(len(numbers), "line"),
            places=places(numbers),
            reason=reason,
        )
        for reason, numbers in wrong.items()
    )
    if sum(map(len, wrong.values())) > _TORN_SHARE * len(lines) or not rows:
        told = "; ".join(said) or tr("{name} has no rows", name=path.name)
        raise DataError(tr("{told}. {form}: repair these rows", told=told, form=tr(_FORM)))
    labels = known or _by_frequency([one for _, own in rows for one in own])
    if not labels:
        raise DataError(tr("no row of {name} has a label; {form}", name=path.name, form=tr(_FORM)))
    return LabelledText(tuple(rows), _few(labels, path), notes + said)


def read_names(path: Path) -> tuple[str, ...]:
    """The labels of a file, one a line.

    Raises:
        DataError: it cannot be read, a name is empty or has a comma in it, or a name comes twice.
    """
    text, _ = decode(read_bytes(path, tr("the name of a label on each line")), path.name)
    found: dict[str, int] = {}
    for number, line in enumerate(split_lines(text), 1):
        name = clean(line)
        if not name or "," in name:
            raise DataError(
                tr(
                    "{name}, line {number}: {name2!r} is no label; each line needs a name, without commas",
                    name=path.name,
                    number=number,
                    name2=name[:40],
                )
            )
        if name in found:
            raise DataError(
                tr(
                    "{name}, lines {found} and {number}: {name2!r} comes twice; rename one",
                    name=path.name,
                    found=found[name],
                    number=number,
                    name2=name[:40],
                )
            )
        found[name] = number
    return _few(tuple(found), path)


def _few(labels: tuple[str, ...], path: Path) -> tuple[str, ...]:
    if len(labels) > _MOST_LABELS:
        raise DataError(
            tr(
                "{name} has {count:,} different labels, and at most {most_labels:,} are read: is the second column "
                "really one of labels? For texts as targets take the task text",
                name=path.name,
                count=len(labels),
                most_labels=_MOST_LABELS,
            )
        )
    return labels


def _row(cells: Sequence[str], known: tuple[str, ...] | None) -> tuple[str, tuple[str, ...]] | str:
    """Text and labels, or what is wrong with them."""
    if len(cells) < 2:
        return tr("no tab")
    text = clean(cells[0])
    if not text:
        return tr("no text")
    if len(text) > LINE_LIMIT:
        return tr("more than {line_limit:,} characters", line_limit=LINE_LIMIT)
    own = [name for cell in cells[1].split(",") if (name := clean(cell))]
    if known is None:
        return text, tuple(dict.fromkeys(own))
    named = [_named(one, known) for one in own]
    strange = next((one for one, name in zip(own, named) if name is None), None)
    if strange is not None:
        return tr(
            "{strange!r} is neither a label nor a number from 0 to {count}", strange=strange[:40], count=len(known) - 1
        )
    return text, tuple(dict.fromkeys(name for name in named if name is not None))


def _named(label: str, known: tuple[str, ...]) -> str | None:
    if label in known:
        return label
    number = int(label) if label.isascii() and label.isdigit() and len(label) < 6 else len(known)
    return known[number] if number < len(known) else None


def _by_frequency(labels: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(labels)
    return tuple(sorted(counts, key=lambda one: (-counts[one], one)))
