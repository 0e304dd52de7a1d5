"""The numbers of a Plotly figure as tables: for screen readers, and for whoever wants to read what is drawn.

What is drawn is read from the figure itself, so that no figure can be without its table. Lines and
bars that have one value at each place stand beside each other, a column each; what is drawn point by point is told so. Where a
figure's places mean nothing (nodes of a graph stand where there is room), its maker says what its table is: `layout.meta["tables"]`,
as `FigureTable` has its fields. What the numbers of a map stand for, where they are not numbers, is in `meta` of its trace: `words`
by number, or a `cell`, a pattern for its text and customdata.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.panels import Axis, Panel, panels, plain
from core.language import tr

Cell = float | str | None
Trace = Mapping[str, Any]
_NUMBER = re.compile(r"[-−+]?[\d.,]+(?:e[-−+]?\d+)?\s*%?")


@dataclass(frozen=True)
class FigureTable:
    """Numbers of one part of a figure.

    Attributes:
        title: of the part, may be empty; corner: what the labels of the rows are.
        columns, rows: labels; cells: a line for each row, None where nothing is drawn.
    """

    title: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


def as_tables(figure: go.Figure) -> tuple[FigureTable, ...]:
    """All that a figure draws, a table for each of its parts.

    >>> (one,) = as_tables(go.Figure(go.Bar(x=["a", "b"], y=[1.5, 2], name="loss")))
    >>> one.rows, one.columns, one.cells
    (('a', 'b'), ('loss',), ((1.5,), (2.0,)))
    """
    meta = figure.layout.meta
    if isinstance(meta, Mapping) and "tables" in meta:
        return tuple(FigureTable(**_frozen(one)) for one in meta["tables"])
    found = [one for panel in panels(figure) for one in _of_panel(panel)]
    notes = _notes(figure)
    whole = plain(figure.layout.title.text)
    named = [
        replace(one, title=" · ".join(dict.fromkeys(part for part in (whole, one.title) if part))) for one in found
    ]
    return (*named, *notes)


def written(value: Cell) -> str:
    """A cell as text: six digits, a real minus, – where there is nothing.

    >>> written(-0.12345678), written(3.0), written(None), written("ja")
    ('−0.123457', '3', '–', 'ja')
    """
    if isinstance(value, str):
        return value
    return "–" if value is None else f"{value:.6g}".replace("-", "−")


def _frozen(one: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a table as they come back from a figure, which makes lists of all that is given to it."""
    kept = {name: one[name] for name in ("title", "corner")}
    rows = tuple(tuple(row) for row in one["cells"])
    return {**kept, "columns": tuple(one["columns"]), "rows": tuple(one["rows"]), "cells": rows}


# ---------------------------------------------------------------- parts of a figure
def _of_panel(panel: Panel) -> Iterator[FigureTable]:
    points = [trace for trace in panel.traces if trace.get("type") != "heatmap"]
    for trace in panel.traces:
        if trace.get("type") == "heatmap":
            yield _map(trace, panel)
    wander = any(_wanders(trace) for trace in points)  # the order of points says something, so all are told in theirs
    together = [] if wander else [trace for trace in points if _one_a_place(trace, panel)]
    if together:
        yield _beside(together, panel)
    alone = [trace for trace in points if not any(trace is one for one in together)]
    if alone:
        yield _one_by_one(alone, panel)


def _map(trace: Trace, panel: Panel) -> FigureTable:
    """A map as it is drawn: rows and columns keep their labels."""
    values = np.asarray(trace.get("z"), dtype=object)
    rows, columns = values.shape
    across, down = (
        _places(trace.get("x"), trace.get("x0"), trace.get("dx"), columns),
        _places(trace.get("y"), trace.get("y0"), trace.get("dy"), rows),
    )
    tell = _teller(trace)
    over = {(panel.x.label(one["x"]), panel.y.label(one["y"])): plain(one["text"]) for one in panel.said}
    names = tuple(panel.x.label(place) for place in across), tuple(panel.y.label(place) for place in down)
    cells = (
        _numbers(values)
        if tell is None and not over
        else tuple(
            tuple(
                _with(tell(value, row, column) if tell else _number(value), over.get((names[0][column], names[1][row])))
                for column, value in enumerate(line)
            )
            for row, line in enumerate(values)
        )
    )
    scale = plain(((trace.get("colorbar") or {}).get("title") or {}).get("text")) or panel.scale
    title = " · ".join(part for part in (panel.title, _named(trace), scale) if part)
    return FigureTable(title, _corner(panel.y.title, panel.x.title), *names, cells)


def _numbers(values: np.ndarray) -> tuple[tuple[Cell, ...], ...]:
    """A map of numbers alone, as large as it may be."""
    known = values.astype(float)
    return tuple(tuple(row) for row in np.where(np.isnan(known), None, known.astype(object)).tolist())


def _with(cell: Cell, over: str | None) -> Cell:
    """A cell and what is written over it, nothing twice."""
    if not over:
        return cell
    there = written(cell).split(", ")
    return ", ".join([*there, *(part for part in over.split(", ") if part not in there)])


def _places(values: Any, start: Any, step: Any, count: int) -> list[Any]:
    if values is not None:
        return list(values)
    return [(start or 0) + at * (1 if step is None else step) for at in range(count)]


def _teller(trace: Trace) -> Callable[[Any, int, int], Cell] | None:
    """What is said of a cell where its number is not all, or its color only stands for something; None: its number."""
    meta = trace.get("meta") if isinstance(trace.get("meta"), Mapping) else {}
    hover, inside = trace.get("hovertemplate") or "", trace.get("texttemplate") or ""
    text, custom = _grid(trace.get("text")), _grid(trace.get("customdata"))
    if "words" in meta:
        return lambda value, row, column: meta["words"][int(value)]
    if "cell" in meta:
        return lambda value, row, column: (
            None
            if _gone(value)
            else meta["cell"].format(text=plain(text[row, column]), customdata=plain(custom[row, column]))
        )
    numbers = custom is not None and "%{customdata" in hover and custom.dtype != object
    if numbers and "%{z" not in hover:
        return lambda value, row, column: _number(custom[row, column])
    told = text if text is not None and ("%{text" in inside or ("%{text" in hover and "%{z" not in hover)) else None
    if told is None and custom is not None and "%{customdata" in hover:
        told = custom
    if told is None:
        return None
    if "%{z" in hover + inside:
        return lambda value, row, column: _with(_number(value), plain(told[row, column]))
    return lambda value, row, column: plain(told[row, column]) or _number(value)


def _grid(values: Any) -> np.ndarray | None:
    if values is None:
        return None
    found = np.asarray(values)
    return found if found.dtype.kind in "fiu" else np.asarray(values, dtype=object)


# ---------------------------------------------------------------- lines, points and bars
def _one_a_place(trace: Trace, panel: Panel) -> bool:
    """Whether a value at each place says all: no text, no second number, no place twice."""
    places = _sides(trace)[0]
    if any(map(_gone, places)) or _extras(trace) or (not _named(trace) and len(panel.traces) > 1):
        return False
    return len({_place(panel, trace, one) for one in places}) == len(places) and not _filled(trace)


def _wanders(trace: Trace) -> bool:
    """Whether a line goes back."""
    orders = [_order(one) for one in _sides(trace)[0] if not _gone(one)]
    return orders != sorted(orders) and not _filled(trace) and "lines" in (trace.get("mode") or "")


def _filled(trace: Trace) -> bool:
    return trace.get("fill") not in (None, "none")


def _sides(trace: Trace) -> tuple[list[Any], list[Any]]:
    """Places and values: of bars that lie, the other way round."""
    x, y = (list(one) if one is not None else None for one in (trace.get("x"), trace.get("y")))
    across = x if x is not None else list(range(len(y or ())))
    upwards = y if y is not None else list(range(len(x or ())))
    return (upwards, across) if _lies(trace) else (across, upwards)


def _lies(trace: Trace) -> bool:
    return trace.get("type") == "bar" and trace.get("orientation") == "h"


def _place(panel: Panel, trace: Trace, value: Any) -> str:
    return (panel.y if _lies(trace) else panel.x).label(value)


def _extras(trace: Trace) -> dict[str, list[Any]]:
    """What points have beside place and value: words that are no number, where a bar begins, how far a value may be off."""
    count = len(_sides(trace)[1])
    found: dict[str, list[Any]] = {}
    for given in (trace.get("customdata"), trace.get("hovertext"), trace.get("text")):
        if given is None or isinstance(given, str):
            continue
        words = [plain(one) if isinstance(one, str) else "" for one in given]
        if any(word and not _NUMBER.fullmatch(word) for word in words):
            found[tr("what")] = words
            break
    numbers = (
        trace.get("customdata") is not None
        and "%{customdata" in (trace.get("hovertemplate") or "")
        and tr("what") not in found
    )
    if numbers and list(trace.get("customdata")) != _sides(trace)[1]:
        found[tr("what")] = list(trace.get("customdata"))
    if trace.get("type") == "bar" and trace.get("base") is not None:
        found[tr("begins at")] = (
            [trace.get("base")] * count if np.isscalar(trace.get("base")) else list(trace.get("base"))
        )
    off = trace.get("error_y") or {}
    if "array" in off:
        found[tr("above it by up to")] = list(off["array"])
    if "arrayminus" in off:
        found[tr("below it by up to")] = list(off["arrayminus"])
    return found


def _beside(traces: Sequence[Trace], panel: Panel) -> FigureTable:
    """A row for each place, a column for each line."""
    series = [{_place(panel, one, at): value for at, value in zip(*_sides(one))} for one in traces]
    axis, values = (panel.y, panel.x) if _lies(traces[0]) else (panel.x, panel.y)
    every = {place: None for one in traces for place in _sides(one)[0]}
    rows = tuple(dict.fromkeys(axis.label(one) for one in sorted(every, key=_order)))
    columns = tuple(_named(one) or values.title or tr("value") for one in traces)
    cells = tuple(tuple(_told(values, one.get(row)) for one in series) for row in rows)
    return FigureTable(panel.title or values.title, axis.title or tr("place"), columns, rows, cells)


def _told(axis: Axis, value: Any) -> Cell:
    return None if _gone(value) else axis.told(value)


def _one_by_one(traces: Sequence[Trace], panel: Panel) -> FigureTable:
    """A row for each point."""
    extras = [_extras(one) for one in traces]
    more = tuple(dict.fromkeys(name for one in extras for name in one))
    rows, cells = [], []
    for at, (trace, extra) in enumerate(zip(traces, extras), start=1):
        name = _named(trace) or str(at)
        for number, (x, y) in enumerate(zip(*_drawn(trace))):
            if _gone(x) or _gone(y):
                continue
            rows.append(name)
            rest = (extra[one][number] if one in extra else None for one in more)
            cells.append((panel.x.told(x), panel.y.told(y), *(_cell(one) for one in rest)))
    columns = (panel.x.title or tr("across"), panel.y.title or tr("upwards"), *more)
    return FigureTable(panel.title, tr("series"), columns, tuple(rows), tuple(cells))


def _drawn(trace: Trace) -> tuple[list[Any], list[Any]]:
    first, second = _sides(trace)
    return (second, first) if _lies(trace) else (first, second)


# ---------------------------------------------------------------- lines and words over a figure
def _notes(figure: go.Figure) -> list[FigureTable]:
    """Lines that are drawn over a figure, and words that stand in it; those in cells of a map are told there."""
    rows, cells = [], []
    told = [one for panel in panels(figure) for one in panel.notes]
    for at, note in enumerate(told, start=1):
        rows.append(str(at))
        cells.append((note.kind, note.where, note.text or None))
    if not rows:
        return []
    columns = (tr("what"), tr("where"), tr("words"))
    return [FigureTable(tr("Lines and words over it"), tr("number"), columns, tuple(rows), tuple(cells))]


# ---------------------------------------------------------------- values
def _named(trace: Trace) -> str:
    """What a trace is called: by its name, or by what is said when it is pointed at, if that is always the same."""
    if trace.get("name"):
        return plain(trace.get("name"))
    before, _, beside = (trace.get("hovertemplate") or "").partition("<extra>")
    said = [part for part in (beside.removesuffix("</extra>"), before) if part and "%{" not in part]
    return plain(said[0]) if said else ""


def _corner(rows: str, columns: str) -> str:
    if rows and columns:
        return f"{rows} \\ {columns}"
    return rows or columns


def _gone(value: Any) -> bool:
    return value is None or (isinstance(value, float | np.floating) and isnan(value))


def _number(value: Any) -> Cell:
    if _gone(value):
        return None
    return plain(value) if isinstance(value, str) else float(value)


def _cell(value: Any) -> Cell:
    return None if value == "" else _number(value)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers by their size, names as they came."""
    return (0, value) if not isinstance(value, str) else (1, 0)
