"""Files and folders that a setting or a typed text names: all of this computer's, or only those that may be named here.

Where several people share a server, a path is a way around every wall: into another's files, and into the server's own. So
whatever turns a text into a path asks here, before the disk is asked anything; `core.runs.workspace` says what may be named.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.errors import DataError
from core.language import tr

_may_name: Callable[[], tuple[Path, ...] | None] | None = None


def ask(may_name: Callable[[], tuple[Path, ...] | None]) -> None:
    """Say which folders may be named, and all in them; None is everything."""
    global _may_name
    _may_name = may_name


def named_file(text: str) -> Path:
    """The file or folder that a text names; it need not be there. A leading ~ is whose home it says.

    Raises:
        DataError: it may not be named here, whether it is there or not.
    """
    path = Path(text)
    with suppress(RuntimeError):  # ~ and the name of nobody here: then it is no home, and no such file is what is said
        path = path.expanduser()
    return reachable(path)


def beside(folder: Path, text: str) -> Path:
    """The file of this name in a folder, else the one that the text names.

    Raises:
        DataError: it may not be named here.
    """
    inside = reachable(folder / text)
    return inside if inside.is_file() else named_file(text)


def reachable(path: Path) -> Path:
    """Return a path that may be named here.

    Raises:
        DataError: it may not.
    """
    places = _may_name() if _may_name is not None else None
    if places is not None and not any(lies_in(path, place) for place in places):
        raise DataError(
            tr(
                "{name!r} is not among the files you uploaded; in a classroom no other files of the server are read: upload it",
                name=path.name[:80],
            )
        )
    return path


def lies_in(path: Path, place: Path) -> bool:
    """Whether a path, its links followed, is in a folder; it need not be there. Asked before the disk is asked for the file."""
    try:
        return path.resolve().is_relative_to(place.resolve())
    except (OSError, RuntimeError, ValueError):  # a NUL in it, or a ring of links
        return False
