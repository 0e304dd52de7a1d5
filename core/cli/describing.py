"""The command that asks a figure what it is of."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from core.cli.printing import Json, show
from core.errors import DataError
from core.language import tr


def figure(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="an .svg, .png, .pdf or .html that was saved here")],
    json: Json = False,
) -> None:
    """Tell what a figure says of itself; exit code 1 where it was edited after it was saved."""
    from core.figures.opening import LARGEST_FILE, open_figure

    try:
        with file.open("rb") as opened:
            raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DataError(
            tr("cannot read {file}: {reason}; give the path of a figure", file=file, reason=error.strerror)
        ) from error
    found = open_figure(raw)
    about = found.about
    tokens = tr(
        "rows ({rows}): {queries}\ncolumns ({columns}): {keys}",
        rows=len(about.queries),
        queries=" ".join(about.queries),
        columns=len(about.keys),
        keys=" ".join(about.keys),
    )
    show({**about.to_dict(), "edited": list(found.edited)}, json, f"{about.told}\n{tokens}")
    if found.edited:
        print(tr("edited after it was saved: {parts}", parts=found.parts), file=sys.stderr)
        sys.exit(1)
