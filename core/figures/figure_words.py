"""A Plotly figure in a sentence, for whoever does not see it: how large it is, and where its largest number stands."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.number_table import written
from core.figures.panels import Panel, panels, plain
from core.language import tr

_TOLD = 3  # parts that are told one by one


def in_words(figure: go.Figure) -> str:
    """What is drawn, in words.

    >>> in_words(go.Figure(go.Heatmap(z=[[0.25, 0.5]], x=["a", "b"], y=["c"])))
    'A map of 1 × 2 numbers; the largest number is 0.5, at c, b.'
    >>> in_words(go.Figure([go.Scatter(x=[1, 2], y=[3.0, 2.0], name="loss")]))
    'A line with 2 points; the highest is 3, at 1.'
    """
    parts = [(panel, trace) for panel in panels(figure) for trace in panel.traces]
    maps = [(panel, trace) for panel, trace in parts if trace.get("type") == "heatmap"]
    others = [(panel, trace) for panel, trace in parts if trace.get("type") != "heatmap"]
    said = [_map(panel, trace) for panel, trace in maps[:_TOLD]]
    if len(maps) > _TOLD:
        said.append(tr("And {n} more maps.", n=len(maps) - _TOLD))
    if others:
        said.append(_lines(others))
    return " ".join(said)


def _map(panel: Panel, trace: Mapping[str, Any]) -> str:
    values = np.asarray(trace.get("z"))
    rows, columns = values.shape
    size = tr("A map of {rows} × {columns} numbers", rows=rows, columns=columns)
    told = "%{z" in (trace.get("hovertemplate") or "%{z") or "%{z" in (trace.get("texttemplate") or "")
    known = values.astype(float) if values.dtype == object else values
    if not told or not known.size or np.isnan(known).all():
        return f"{size}."
    row, column = divmod(int(np.nanargmax(known)), columns)
    at = (
        panel.y.label(_place(trace.get("y"), trace.get("y0"), trace.get("dy"), row)),
        panel.x.label(_place(trace.get("x"), trace.get("x0"), trace.get("dx"), column)),
    )
    most = written(float(known[row, column]))
    return tr(
        "{size}; the largest number is {most}, at {row}, {column}.", size=size, most=most, row=at[0], column=at[1]
    )


def _place(values: Any, start: Any, step: Any, at: int) -> Any:
    return values[at] if values is not None else (start or 0) + at * (1 if step is None else step)


def _lines(others: list[tuple[Panel, Any]]) -> str:
    points = [_highest(panel, trace) for panel, trace in others]
    count = max(one[2] for one in points)
    bars = all(trace.get("type") == "bar" for _, trace in others)
    if len(others) == 1:
        size = tr("{n} bars", n=count) if bars else tr("A line with {n} points", n=count)
    elif bars:
        size = tr("{n} groups of up to {points} bars", n=len(others), points=count)
    else:
        size = tr("{n} lines of up to {points} points", n=len(others), points=count)
    known = [one for one in points if one[0] is not None]
    if not known:
        return f"{size}."
    value, place, _, name = max(known, key=lambda one: one[0])
    most = written(value)
    if name and len(others) > 1:
        return tr("{size}; the highest is {most}, of {name} at {place}.", size=size, most=most, name=name, place=place)
    return tr("{size}; the highest is {most}, at {place}.", size=size, most=most, place=place)


def _highest(panel: Panel, trace: Mapping[str, Any]) -> tuple[float | None, str, int, str]:
    """Largest value, its place, number of points, and name of the line."""
    lies = trace.get("type") == "bar" and trace.get("orientation") == "h"
    values, places = (trace.get("x"), trace.get("y")) if lies else (trace.get("y"), trace.get("x"))
    numbers = [(one, at) for at, one in enumerate(values if values is not None else ()) if _is_number(one)]
    name = plain(trace.get("name"))
    if not numbers:
        return None, "", 0, name
    value, at = max(numbers)
    axis = panel.y if lies else panel.x
    place = places[at] if places is not None else at
    return float(value), axis.label(place) if place is not None else "", len(numbers), name


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not np.isnan(value)
