"""Maps as tables: rows and columns as they are drawn, in each cell what is said of it."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.figures.number_table import Cell, FigureTable, Trace, gone, named, number, written
from core.figures.panels import Panel, plain


def map_table(trace: Trace, panel: Panel) -> FigureTable:
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
                _with(tell(value, row, column) if tell else number(value), over.get((names[0][column], names[1][row])))
                for column, value in enumerate(line)
            )
            for row, line in enumerate(values)
        )
    )
    scale = plain(((trace.get("colorbar") or {}).get("title") or {}).get("text")) or panel.scale
    title = " · ".join(part for part in (panel.title, named(trace), scale) if part)
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
            if gone(value)
            else meta["cell"].format(text=plain(text[row, column]), customdata=plain(custom[row, column]))
        )
    numbers = custom is not None and "%{customdata" in hover and custom.dtype != object
    if numbers and "%{z" not in hover:
        return lambda value, row, column: number(custom[row, column])
    told = text if text is not None and ("%{text" in inside or ("%{text" in hover and "%{z" not in hover)) else None
    if told is None and custom is not None and "%{customdata" in hover:
        told = custom
    if told is None:
        return None
    if "%{z" in hover + inside:
        return lambda value, row, column: _with(number(value), plain(told[row, column]))
    return lambda value, row, column: plain(told[row, column]) or number(value)


def _grid(values: Any) -> np.ndarray | None:
    if values is None:
        return None
    found = np.asarray(values)
    return found if found.dtype.kind in "fiu" else np.asarray(values, dtype=object)


def _corner(rows: str, columns: str) -> str:
    if rows and columns:
        return f"{rows} \\ {columns}"
    return rows or columns
