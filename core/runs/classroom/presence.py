"""Who is here now: the moment a workspace was last shown, as the time of a file that holds its owner's name.

Pages write it as they are drawn; a server that is killed leaves nothing to be cleaned up, and several servers know the same.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from core.runs import atomic, workspace
from core.runs.classroom.room import Member

FRESH = 20.0  # seconds; whoever has a page open is seen more often than that
_OFTEN = 4.0  # seconds between two greetings
_LONGEST = 120  # letters of a name


class Seen(NamedTuple):
    """Attributes:
    ago: seconds; name: of its owner, for people to read.
    """

    ago: float
    name: str


def greet(member: Member) -> None:
    """Say that somebody has a page of their workspace open; a disk that refuses is no reason not to show the page."""
    path = _folder() / workspace.check_workspace(member.workspace)
    with suppress(OSError):
        if path.exists() and 0 <= time.time() - path.stat().st_mtime < _OFTEN:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(path, member.name[:_LONGEST].encode())


def seen() -> dict[str, Seen]:
    """When each workspace was last shown, by its name; one that never was is left out."""
    now = time.time()
    found: dict[str, Seen] = {}
    with suppress(OSError):
        for entry in _folder().iterdir():
            with suppress(OSError):
                name = entry.read_bytes()[: 4 * _LONGEST].decode("utf-8", errors="replace")
                found[entry.name] = Seen(max(0.0, now - entry.stat().st_mtime), name)
    return found


def _folder() -> Path:
    return workspace.root() / "present"
