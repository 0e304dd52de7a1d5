"""Tables as CSV that a spreadsheet may open: lines as RFC 4180 has them, and no text of them is ever run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for the beginning of one


def harmless(cell: Any) -> Any:
    """Text that begins like a formula gets an apostrophe before it; numbers and all other text stay as they are.

    >>> harmless("=1+1"), harmless("-"), harmless(-0.5), harmless("a=b"), harmless("'")
    ("'=1+1", "'-", -0.5, 'a=b', "'")
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def written(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as UTF-8; a token that is a line end is quoted, half of a surrogate pair becomes a question mark."""
    file = io.StringIO()
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8", "replace")
