"""A block of a figure's table on its way to the browser: nobody reads, and no page holds, a quarter of a million cells at once."""

from collections.abc import Sequence
from typing import Any

from core.figures.number_table import FigureTable, written

ROWS, COLUMNS = 64, 32  # number_table.js steps alike


def block(tables: Sequence[FigureTable], at: int = 0, row: int = 0, column: int = 0) -> dict[str, Any] | None:
    """What number_table.js shows; None of a figure without numbers.

    Args:
        at: which of the tables; row, column: of the first cell. What lies outside is taken for the nearest there is.

    >>> one = FigureTable("t", "step", ("loss",), ("1", "2"), ((0.5,), (None,)))
    >>> block([one])["cells"], block([one], at=9, row=99)["first"]
    ([['0.5'], ['–']], {'row': 0, 'column': 0})
    """
    if not tables:
        return None
    which = min(max(at, 0), len(tables) - 1)
    one = tables[which]
    top, left = _start(row, len(one.rows), ROWS), _start(column, len(one.columns), COLUMNS)
    lines = one.cells[top : top + ROWS]
    return {
        "titles": [each.title for each in tables], "at": which, "corner": one.corner, "first": {"row": top, "column": left},
        "rows": list(one.rows[top : top + ROWS]), "columns": list(one.columns[left : left + COLUMNS]),
        "all": {"row": len(one.rows), "column": len(one.columns)},
        "cells": [[written(cell) for cell in line[left : left + COLUMNS]] for line in lines],
    }  # fmt: skip


def _start(place: int, count: int, size: int) -> int:
    return min(max(place, 0), max(0, count - 1)) // size * size
