"""What commands print: JSON for programs, aligned columns for people."""

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import SettingError
from core.language import ENGLISH, language, tr

if TYPE_CHECKING:
    from core.recording.matrix import AttentionMatrix

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
        raise SettingError(
            tr("cannot write {path}: {reason}; choose another place", path=path, reason=error.strerror)
        ) from error


def columns(rows: Sequence[Sequence[Any]], heads: Sequence[str]) -> str:
    """Rows under their heads, aligned.

    >>> print(columns([["a", 1], ["bcd", 22]], ["name", "n"]))
    name  n
    a     1
    bcd   22
    """
    table = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[at]) for row in table) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths)).rstrip() for row in table
    )


def told_sites(matrices: "Sequence[AttentionMatrix]") -> str:
    """Where attention was recorded, and how large it is."""
    rows = [[one.site.name, one.site.said, one.heads, len(one.queries), len(one.keys)] for one in matrices]
    return columns(rows, [tr("site"), "", tr("heads"), tr("queries"), tr("keys")])


def _width(text: str) -> int:
    """How many columns of a terminal it takes: Chinese signs take two; in English each sign counts one, as programs read it."""
    wide = 0 if language() == ENGLISH else sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide
