"""Where a person's things are: the folder of the server, and in it the workspace of whoever asks.

Without a classroom there is one workspace, and it is the folder of the server. In a classroom each person has one, and
which is meant is not a parameter that somebody could forget or forge: the app says once how it is known (`ask`), a worker
says it from the path of its run (`settle`), and where nobody has said it there is no folder, only an error.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import platformdirs

from core.data import named_file
from core.errors import InputError, RunError
from core.language import tr

CLASSROOM = "ATTNLAB_CLASSROOM"  # the environment variable that a server of a classroom and its workers have
WORKSPACES = "workspaces"  # the folder that they lie in
_LONGEST = 40
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9_-])?")

_whose: Callable[[], Path | None] | None = None
_within: ContextVar[Path | None] = ContextVar("workspace", default=None)


def root() -> Path:
    """The folder of everything this server keeps; it need not exist yet."""
    if os.environ.get("ATTNLAB_HOME"):
        chosen = Path(os.environ["ATTNLAB_HOME"]).expanduser()
        return _resolved(chosen if chosen.is_absolute() else Path.cwd() / chosen)
    return platformdirs.user_data_path("attention-lab", appauthor=False)


@lru_cache(maxsize=64)
def _resolved(path: Path) -> Path:
    """Kept, since every answer of a server asks many times."""
    return path.resolve()


def home() -> Path:
    """The folder of everything that whoever asks makes; it need not exist yet.

    Raises:
        RunError: this is a classroom, and nobody's workspace is known in this thread.
    """
    chosen = _within.get()
    if chosen is not None:
        return chosen
    if not in_classroom():
        return root()
    found = _whose() if _whose is not None else None
    if found is None:
        raise RunError(
            tr("nobody is logged in here, so there is no workspace to look into; log in, or reload the page")
        )
    return found


def in_classroom() -> bool:
    """Whether each person has a workspace of their own."""
    return os.environ.get(CLASSROOM, "") not in ("", "0")


def ask(whose: Callable[[], Path | None] | None) -> None:
    """Say how the workspace of whoever asks is known in a classroom; None is nobody's."""
    global _whose
    _whose = whose


def settle(run: Path) -> None:
    """Make this process one of the workspace that a run lies in: its other runs and uploads are found there, and nothing else.

    A process on another machine does not know that it belongs to a classroom; the path says it.

    Args:
        run: the run's folder, `…/workspaces/NAME/runs/NAME`; one that lies elsewhere changes nothing.
    """
    place = run.parent.parent
    if run.parent.name == "runs" and place.parent.name == WORKSPACES:
        os.environ[CLASSROOM] = "1"
        ask(lambda: place)


@contextmanager
def within(place: Path) -> Iterator[None]:
    """Look into one workspace in this block and thread, whoever asks: for a lecturer, who sees all."""
    token = _within.set(place)
    try:
        yield
    finally:
        _within.reset(token)


def uploads_folder() -> Path:
    """Where the files are that whoever asks has uploaded; it need not exist yet."""
    return home() / "uploads"


def workspaces() -> dict[str, Path]:
    """All workspaces of a classroom, by name."""
    folder = root() / WORKSPACES
    try:
        found = sorted(entry.name for entry in folder.iterdir() if _NAME.fullmatch(entry.name) and entry.is_dir())
    except OSError:
        return {}
    return {name: folder / name for name in found}


def workspace(name: str) -> Path:
    """The folder of the workspace called `name`; it need not exist yet.

    Raises:
        InputError: nothing may be called so.
    """
    return root() / WORKSPACES / check_workspace(name)


def private_folder(folder: Path) -> None:
    """Make a folder that nobody else on this computer may look into, or close one that is there.

    Raises:
        OSError: the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def check_workspace(name: str) -> str:
    """Return `name` if a workspace may be called so.

    >>> check_workspace("ann-2")
    'ann-2'
    >>> check_workspace("../bob")
    Traceback (most recent call last):
    ...
    core.errors.InputError: '../bob' cannot be the name of a workspace; use 1 to 40 small letters (a-z), digits, - _ and . (not first, not last)
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise InputError(
            tr(
                "{name!r} cannot be the name of a workspace; "
                "use 1 to {longest} small letters (a-z), digits, - _ and . (not first, not last)",
                name=name[:80],
                longest=_LONGEST,
            )
        )
    return name


def _may_be_named() -> tuple[Path, ...] | None:
    return (uploads_folder(),) if in_classroom() else None


named_file.ask(_may_be_named)
