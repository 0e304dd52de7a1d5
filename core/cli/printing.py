"""What commands print: JSON for programs, aligned columns for people."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import SettingError

Json = Annotated[bool, typer.Option("--json", help="print JSON for programs")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="a run's name, the path of a run folder, or demo/NAME")]
Assignments = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="change a setting; may be given several times")
]


def show(data: Any, as_json: bool, text: str) -> None:
    """Print `data` as JSON or `text` as it is."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2) if as_json else text)


def write_file(path: Path, content: bytes) -> None:
    """Write a file that somebody asked for.

    Raises:
        SettingError: it cannot be written there.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise SettingError(f"cannot write {path}: {error.strerror}; choose another place") from error


def columns(rows: Sequence[Sequence[Any]], heads: Sequence[str]) -> str:
    """Rows under their heads, aligned.

    >>> print(columns([["a", 1], ["bcd", 22]], ["name", "n"]))
    name  n
    a     1
    bcd   22
    """
    table = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[at]) for row in table) for at in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)
