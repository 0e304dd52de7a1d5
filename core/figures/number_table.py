"""A table of numbers that a figure draws, and how its traces are asked for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np

from core.figures.panels import plain

Cell = float | str | None
Trace = Mapping[str, Any]


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


def written(value: Cell) -> str:
    """A cell as text: six digits, a real minus, – where there is nothing.

    >>> written(-0.12345678), written(3.0), written(None), written("ja")
    ('−0.123457', '3', '–', 'ja')
    """
    if isinstance(value, str):
        return value
    return "–" if value is None else f"{value:.6g}".replace("-", "−")


def named(trace: Trace) -> str:
    """What a trace is called: by its name, or by what is said when it is pointed at, if that is always the same."""
    if trace.get("name"):
        return plain(trace.get("name"))
    before, _, beside = (trace.get("hovertemplate") or "").partition("<extra>")
    said = [part for part in (beside.removesuffix("</extra>"), before) if part and "%{" not in part]
    return plain(said[0]) if said else ""


def gone(value: Any) -> bool:
    """Whether nothing is drawn."""
    return value is None or (isinstance(value, float | np.floating) and isnan(value))


def number(value: Any) -> Cell:
    """What stands in a cell for it."""
    if gone(value):
        return None
    return plain(value) if isinstance(value, str) else float(value)
