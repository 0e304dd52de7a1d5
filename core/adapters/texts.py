"""Arrays from JSON and CSV: whatever nests names, lists and numbers; tables with or without tokens on their edges."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.adapters.stored import MOST_ARRAYS, Contents, Stored
from core.adapters.token_lists import WORDS, in_names, is_texts
from core.data.parallel_text import split_lines
from core.data.spreadsheet import meant
from core.errors import DataError
from core.language import tr

_NUMBERS = {"step": ("step", "global_step", "iteration", "epoch"), "layer": ("layer",), "head": ("head",)}
_DEEPEST = 32  # levels of names and lists; a map has two, an export of layers over steps six


# ---------------------------------------------------------------- JSON
def read_json(text: str, name: str) -> Contents:
    """Every array of numbers in a JSON text, under its path; numbers called step, layer, head beside it are believed.

    Raises:
        DataError: no JSON, nested without end, or without any array of numbers.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(
            tr(
                "{name}, line {lineno}: no JSON ({msg}); write it with a program's json.dump",
                name=name,
                lineno=error.lineno,
                msg=error.msg,
            )
        ) from error
    except (RecursionError, ValueError) as error:
        raise DataError(
            tr("{name}: JSON that cannot be read (nested too deep, or a number too long)", name=name)
        ) from error
    arrays = []
    for one in _arrays(value, Stored("", np.empty(0)), 0):
        arrays.append(one)
        if len(arrays) > MOST_ARRAYS:
            raise DataError(
                tr(
                    "{name} holds more than {most_arrays:,} separate arrays; save them as one list of equal shapes",
                    name=name,
                    most_arrays=MOST_ARRAYS,
                )
            )
    if not arrays:
        raise DataError(
            tr('{name} holds no array of numbers; expected [[…], […]] or {{"name": [[…], […]]}}', name=name)
        )
    return Contents(tuple(arrays), texts=in_names(value) if isinstance(value, dict) else ())


def _arrays(value: Any, above: Stored, depth: int) -> Iterator[Stored]:
    """The arrays in a JSON value; `above` carries what the levels above it said."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        here = _said(value, above)
        for word, inner in value.items():
            if isinstance(inner, dict | list) and not is_texts(inner):
                yield from _arrays(inner, replace(here, key=f"{here.key}.{word}".strip(".")), depth + 1)
    elif isinstance(value, list) and value:
        numbers = _numbers(value)
        if numbers is not None:
            yield replace(above, values=numbers)
            return
        for at, inner in enumerate(value):
            if isinstance(inner, dict | list):
                told = (
                    isinstance(inner, dict) and _said(inner, above) != above
                )  # then its place in the list says nothing
                yield from _arrays(inner, above if told else replace(above, key=f"{above.key}[{at}]"), depth + 1)


def _numbers(value: list[Any]) -> np.ndarray | None:
    """A list of lists of numbers, all of one length, as an array; null is NaN. None where it is anything else."""
    inner: Any = value
    while isinstance(inner, list) and inner:
        inner = inner[0]
    if not (inner is None or isinstance(inner, int | float) or inner == []):
        return None
    try:
        return np.asarray(value, dtype=np.float32)
    except (ValueError, TypeError, OverflowError):
        return None


def _said(value: dict[str, Any], above: Stored) -> Stored:
    """What a level says of the arrays in it."""
    told: dict[str, Any] = {}
    site = value["site"] if isinstance(value.get("site"), dict) else {}
    if isinstance(site.get("name"), str):
        told["key"] = f"{above.key}.{site['name']}".strip(".")
    for field, words in _NUMBERS.items():
        found = [value[word] for word in words if isinstance(value.get(word), int)]
        if not found and isinstance(site.get(field), int):
            found = [site[field]]
        if found:
            told[field] = int(found[0])
    for field, words in WORDS.items():
        lists = [value[word] for word in words if is_texts(value.get(word))]
        if lists:
            told[field] = tuple(lists[0])
    return replace(above, **told)


# ---------------------------------------------------------------- CSV
def read_csv(text: str, name: str) -> Contents:
    """A table of numbers; a first row or column of words are its tokens.

    Separators may be commas, semicolons (then a comma may be the decimal sign), tabs or blanks; lines that begin with
    # are skipped.

    Raises:
        DataError: no table of numbers.
    """
    lines = [line for line in split_lines(text) if line.strip() and not line.startswith("#")]
    if not lines:
        raise DataError(tr("{name} has no rows; expected numbers in rows and columns", name=name))
    mark = next((one for one in "\t;," if one in lines[0]), " ")
    first = [cell.strip() for cell in next(csv.reader([lines[0].strip() if mark == " " else lines[0]], delimiter=mark))]
    head, notes = _head(first, lines)
    decimal = "," if mark == ";" and re.search(r"\d,\d", lines[-1]) else "."
    table = _table("\n".join(lines[len(head) > 0 :]), r"\s+" if mark == " " else mark, decimal, name)
    rows: tuple[str, ...] | None = None
    if table.shape[1] > 1 and (table.dtypes.iloc[0].kind not in "fiub" or (head and not head[0])):
        rows, table = tuple(str(cell) for cell in table.iloc[:, 0]), table.iloc[:, 1:]
        head = head[1:] if len(head) > table.shape[1] else head
    _check_cells(table, name)
    columns = tuple(head) if len(head) == table.shape[1] else None
    numbered = columns is not None and columns == tuple(map(str, range(len(columns))))
    counted = rows is not None and rows == tuple(map(str, range(len(rows))))
    values = table.to_numpy(np.float32)
    rows, columns = (None if side is None else tuple(map(meant, side)) for side in (rows, columns))
    return Contents((Stored("", values, queries=None if counted else rows, keys=None if numbered else columns),), notes)


def _head(first: list[str], lines: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """The first row where it names the columns, and a word where that was a guess."""
    if len(lines) < 2:
        return [], ()
    if not first[0] or any(not _is_number(cell) for cell in first[1:]):
        return first, ()
    if len(first) > 2 and first == [str(at) for at in range(len(first))]:
        return first, (tr("its first row counts 0, 1, 2 …: taken for the numbers of the columns"),)
    return [], ()


def _table(text: str, mark: str, decimal: str, name: str) -> pd.DataFrame:
    try:
        return pd.read_csv(io.StringIO(text), sep=mark, header=None, decimal=decimal, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError, OverflowError) as error:
        raise DataError(
            tr(
                "{name} is no table with equally many cells in each row ({split})",
                name=name,
                split=" ".join(str(error).split())[:120],
            )
        ) from error


def _check_cells(table: pd.DataFrame, name: str) -> None:
    for column in range(table.shape[1]):
        cells = table.iloc[:, column]
        if cells.dtype.kind in "fiub":
            continue
        for row, cell in enumerate(cells):
            if not _is_number(str(cell)):
                raise DataError(
                    tr(
                        "{name}, row {row}, column {column}: {cell!r} is no number",
                        name=name,
                        row=row + 1,
                        column=column + 1,
                        cell=str(cell)[:40],
                    )
                )
        raise DataError(tr("{name}, column {column}: numbers mixed with something else", name=name, column=column + 1))


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ".") or "nan")
    except ValueError:
        return False
    return True
