"""The numbers of a Plotly figure as tables: for screen readers, and for whoever wants to read what is drawn.

What is drawn is read from the figure itself, so that no figure can be without its table. Lines and
bars that have one value at each place stand beside each other, a column each; what is drawn point by point is told so. Where a
figure's places mean nothing (nodes of a graph stand where there is room), its maker says what its table is: `layout.meta["tables"]`,
as `FigureTable` has its fields. What the numbers of a map stand for, where they are not numbers, is in `meta` of its trace: `words`
by number, or a `cell`, a pattern for its text and customdata.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from core.figures.map_tables import map_table
from core.figures.number_table import FigureTable
from core.figures.panels import Panel, panels, plain
from core.figures.point_tables import point_tables
from core.language import tr


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


def _frozen(one: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a table as they come back from a figure, which makes lists of all that is given to it."""
    kept = {name: one[name] for name in ("title", "corner")}
    rows = tuple(tuple(row) for row in one["cells"])
    return {**kept, "columns": tuple(one["columns"]), "rows": tuple(one["rows"]), "cells": rows}


# ---------------------------------------------------------------- parts of a figure
def _of_panel(panel: Panel) -> Iterator[FigureTable]:
    for trace in panel.traces:
        if trace["type"] == "heatmap":
            yield map_table(trace, panel)
    yield from point_tables(panel)


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
