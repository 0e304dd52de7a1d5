"""Rows of a file by what stands in them: JSON lines, a JSON list of objects, CSV, or a table with tabs.

Which cell is which is said by its name (a line of column names, the keys of an object), else by its place. A row that is
broken is counted and left out; a file in which no cell can be told from another is refused.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.data.parallel_text import split_lines
from core.data.skipped import skipped_note
from core.errors import DataError
from core.language import tr

Roles = Mapping[str, Sequence[str]]  # what a cell is for: names that it goes by, in small letters
_TRIED = 5  # lines that tell whether there is a value on each


@dataclass(frozen=True)
class Rows:
    """What was read.

    Attributes:
        cells: where each row stands, and what it has for every role, in their order.
        unit: what places count; notes: what was skipped.
    """

    cells: tuple[tuple[int, tuple[Any, ...]], ...]
    unit: str = "line"
    notes: tuple[str, ...] = ()


def read_rows(text: str, name: str, roles: Roles) -> Rows:
    """The rows of a text that have a cell for every role.

    Args:
        name: of the file, for messages; roles: what is looked for; without names, columns are in this order.

    Raises:
        DataError: nothing there, or nothing that could be told apart.

    >>> read_rows('{"document": "long", "summary": "short"}', "x", {"source": ["document"], "target": ["summary"]}).cells
    ((1, ('long', 'short')),)
    """
    found = _objects(text, name, roles) if text.lstrip()[:1] in ("{", "[") else _table(text, name, roles)
    if not found.cells:
        raise DataError(
            tr("{name} has no row to learn from; {wanted}", name=name, wanted=_wanted(roles))
            + "".join(f"; {one}" for one in found.notes)
        )
    return found


def texts_of(value: Any) -> list[str]:
    """The texts of a cell: one, several of a list, or the number as it is written; none where it holds something else.

    >>> texts_of("a"), texts_of(["a", 2]), texts_of({"text": ["a"]}), texts_of(None)
    (['a'], ['a', '2'], ['a'], [])
    """
    if isinstance(value, Mapping):  # answers as {"text": […], "answer_start": […]}
        value = value.get("text")
    found = value if isinstance(value, list) else [value]
    return [str(one) for one in found if isinstance(one, str | int | float)]


def load_json(text: str, name: str) -> Any:
    """What a JSON file says.

    Raises:
        DataError: it is none; with the line.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            tr(
                "{name}, line {lineno}: not JSON ({msg}); export the file again",
                name=name,
                lineno=error.lineno,
                msg=error.msg,
            )
        ) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; lists in lists in lists
        raise DataError(
            tr("{name} is not JSON that can be read: it is nested too deep, or has an endless number", name=name)
        ) from error


def json_lines(text: str) -> tuple[list[tuple[int, Any]], list[int]]:
    """The values of JSON lines with their numbers, and the numbers of broken lines.

    >>> json_lines('{"a": 1}\\n{"a": \\n')
    ([(1, {'a': 1})], [2])
    """
    found, broken = list[tuple[int, Any]](), list[int]()
    for number, line in enumerate(split_lines(text), 1):
        if line.strip():
            try:
                found.append((number, json.loads(line)))
            except (ValueError, RecursionError):
                broken.append(number)
    return found, broken


def is_json_lines(text: str) -> bool:
    """Whether it is a value a line, some of which may be broken, and not one value over all lines.

    >>> is_json_lines('{"a": \\n["b"]'), is_json_lines('["a",\\n"b"]')
    (True, False)
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        first = [line for line in split_lines(text) if line.strip()][:_TRIED]
        return any(isinstance(value, dict | list) for _, value in json_lines("\n".join(first))[0])
    return False


def _objects(text: str, name: str, roles: Roles) -> Rows:
    if is_json_lines(text):
        values, broken = json_lines(text)
        return _picked(values, "line", name, roles, broken)
    data = load_json(text, name)
    known = {word for words in roles.values() for word in words}
    if isinstance(data, dict) and known & {key.lower() for key in data}:
        data = [data]
    lists = [data] if isinstance(data, list) else [one for one in data.values() if isinstance(one, list)]
    if len(lists) != 1:
        raise DataError(tr("{name} is JSON without a list of objects; {wanted}", name=name, wanted=_wanted(roles)))
    return _picked(list(enumerate(lists[0], 1)), "item", name, roles, [])


def _picked(values: Sequence[tuple[int, Any]], unit: str, name: str, roles: Roles, broken: list[int]) -> Rows:
    cells, lacking = list[tuple[int, tuple[Any, ...]]](), list[int]()
    for number, value in values:
        known = {str(key).lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
        row = [next((known[word] for word in words if word in known), None) for words in roles.values()]
        if any(one is None for one in row):
            lacking.append(number)
        else:
            cells.append((number, tuple(row)))
    notes = _skipped(name, broken, unit, tr("that cannot be read as JSON")) + _skipped(
        name, lacking, unit, tr("without {all}", all=_all_of(roles))
    )
    return Rows(tuple(cells), unit, notes)


def _table(text: str, name: str, roles: Roles) -> Rows:
    first = next(iter(split_lines(text)), "")
    tabs = "\t" in first
    lines = _tabbed(text) if tabs else _quoted(text, ";" if first.count(";") > first.count(",") else ",")
    rows = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not rows:
        raise DataError(tr("{name} has no rows; {wanted}", name=name, wanted=_wanted(roles)))
    at, headed = _columns(rows[0][1], name, roles)
    cells, torn = list[tuple[int, tuple[Any, ...]]](), list[int]()
    for number, row in rows[headed:]:
        # a cell with a comma that nobody quoted shifts all behind it; a table with tabs has columns that are ignored
        if len(row) <= max(at) or (not tabs and len(row) != len(rows[0][1])):
            torn.append(number)
        else:
            cells.append((number, tuple(row[place] for place in at)))
    return Rows(tuple(cells), "line", _skipped(name, torn, "line", tr("with another number of cells")))


def _columns(first: Sequence[str], name: str, roles: Roles) -> tuple[list[int], bool]:
    """Where each role stands, and whether the first row says so."""
    named = [cell.strip().lower() for cell in first]
    found = [next((named.index(word) for word in words if word in named), None) for words in roles.values()]
    at = [place for place in found if place is not None]
    if len(at) == len(roles):
        return at, True
    if (at and len(at) < len(roles)) or len(first) < len(roles):
        raise DataError(
            tr(
                "{name} has the columns {join}; {wanted}",
                name=name,
                join=", ".join(cell[:20] or tr("(empty)") for cell in first[:6]),
                wanted=_wanted(roles),
            )
        )
    return list(range(len(roles))), False


def _tabbed(text: str) -> Iterator[tuple[int, list[str]]]:
    return ((number, line.split("\t")) for number, line in enumerate(split_lines(text), 1))


def _quoted(text: str, comma: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with quotes as spreadsheets write them, each with the number of its first line."""
    reader, before = csv.reader(io.StringIO(text, newline=""), delimiter=comma), 0
    try:
        for row in reader:
            yield before + 1, row
            before = reader.line_num
    except csv.Error:  # a quote that is never closed has swallowed the rest
        yield before + 1, ["?"]


def _skipped(name: str, numbers: Sequence[int], unit: str, why: str) -> tuple[str, ...]:
    return (skipped_note(name, numbers, unit, why),) if numbers else ()


def _all_of(roles: Roles) -> str:
    return tr(" or ").join(roles)


def _wanted(roles: Roles) -> str:
    each = "; ".join(tr("{role} (or {list})", role=role, list=", ".join(words[1:4])) for role, words in roles.items())
    return tr("expected rows or JSON objects with {each}", each=each)
