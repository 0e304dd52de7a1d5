"""Lines, points and bars as tables: beside each other where they have one value at each place, else one by one."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.figures.number_table import Cell, FigureTable, Trace, gone, named, number
from core.figures.panels import Axis, Panel, plain
from core.language import tr

_NUMERAL = re.compile(r"[-−+]?[\d.,]+(?:e[-−+]?\d+)?\s*%?")


def point_tables(panel: Panel) -> Iterator[FigureTable]:
    """All of a panel but its maps."""
    points = [trace for trace in panel.traces if trace["type"] != "heatmap"]
    wander = any(_wanders(trace) for trace in points)  # the order of points says something, so all are told in theirs
    together = [] if wander else [trace for trace in points if _one_a_place(trace, panel)]
    if together:
        yield _beside(together, panel)
    alone = [trace for trace in points if not any(trace is one for one in together)]
    if alone:
        yield _one_by_one(alone, panel)


def _one_a_place(trace: Trace, panel: Panel) -> bool:
    """Whether a value at each place says all: no text, no second number, no place twice."""
    places = _sides(trace)[0]
    if any(map(gone, places)) or _extras(trace) or (not named(trace) and len(panel.traces) > 1):
        return False
    return len({_place(panel, trace, one) for one in places}) == len(places) and not _filled(trace)


def _wanders(trace: Trace) -> bool:
    """Whether a line goes back."""
    orders = [_order(one) for one in _sides(trace)[0] if not gone(one)]
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
        if any(word and not _NUMERAL.fullmatch(word) for word in words):
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
    columns = tuple(named(one) or values.title or tr("value") for one in traces)
    cells = tuple(tuple(_told(values, one.get(row)) for one in series) for row in rows)
    return FigureTable(panel.title or values.title, axis.title or tr("place"), columns, rows, cells)


def _told(axis: Axis, value: Any) -> Cell:
    return None if gone(value) else axis.told(value)


def _one_by_one(traces: Sequence[Trace], panel: Panel) -> FigureTable:
    """A row for each point."""
    extras = [_extras(one) for one in traces]
    more = tuple(dict.fromkeys(name for one in extras for name in one))
    rows, cells = [], []
    for at, (trace, extra) in enumerate(zip(traces, extras), start=1):
        name = named(trace) or str(at)
        for point, (x, y) in enumerate(zip(*_drawn(trace))):
            if gone(x) or gone(y):
                continue
            rows.append(name)
            rest = (extra[one][point] if one in extra else None for one in more)
            cells.append((panel.x.told(x), panel.y.told(y), *(_cell(one) for one in rest)))
    columns = (panel.x.title or tr("across"), panel.y.title or tr("upwards"), *more)
    return FigureTable(panel.title, tr("series"), columns, tuple(rows), tuple(cells))


def _drawn(trace: Trace) -> tuple[list[Any], list[Any]]:
    first, second = _sides(trace)
    return (second, first) if _lies(trace) else (first, second)


def _cell(value: Any) -> Cell:
    return None if value == "" else number(value)


def _order(value: Any) -> tuple[int, Any]:
    """Numbers by their size, names as they came."""
    return (0, value) if not isinstance(value, str) else (1, 0)
