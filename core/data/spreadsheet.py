"""Tables as CSV that a spreadsheet may open: lines as RFC 4180 has them, and no text of them is ever run as a formula.

The one writer of such files. The rule: text that a spreadsheet would take for the beginning of a formula (= + - @, a tab, a line
end) gets an apostrophe before it, and so does text that begins with apostrophes before one of these, so that `meant` gives every
text back; numbers are numbers and stay as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

_FORMULA = re.compile("'*[=+\\-@\t\r\n]")  # what spreadsheets take for the beginning of one, perhaps marked already


def harmless(cell: Any) -> Any:
    """Text that begins like a formula gets an apostrophe before it; numbers and all other text stay as they are.

    >>> harmless("=1+1"), harmless("-"), harmless(-0.5), harmless("a=b"), harmless("'"), harmless("'=1")
    ("'=1+1", "'-", -0.5, 'a=b', "'", "''=1")
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def meant(cell: str) -> str:
    """The text that `harmless` was given.

    >>> meant("'=1+1"), meant("''=1"), meant("'tis"), meant("-0.5")
    ('=1+1', "'=1", "'tis", '-0.5')
    """
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def written(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as UTF-8; a token that is a line end is quoted, half of a surrogate pair becomes a question mark, None is empty."""
    file = io.StringIO()
    csv.writer(file).writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8", "replace")
