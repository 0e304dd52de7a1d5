"""Who is here now: the moment a workspace was last shown, as the time of an empty file.

Pages touch it as they are drawn; a server that is killed leaves nothing to be cleaned up, and several servers know the same.
"""

import time
from contextlib import suppress
from pathlib import Path

from core.runs import workspace

FRESH = 20.0  # seconds; whoever has a page open is seen more often than that
_OFTEN = 4.0  # seconds between two touches


def greet(name: str) -> None:
    """Say that somebody has a page of this workspace open; a disk that refuses is no reason not to show the page."""
    path = _folder() / workspace.check_workspace(name)
    with suppress(OSError):
        if path.exists() and 0 <= time.time() - path.stat().st_mtime < _OFTEN:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def seconds_ago() -> dict[str, float]:
    """How long ago each workspace was last shown, in seconds, by name; one that never was is left out."""
    now = time.time()
    found: dict[str, float] = {}
    with suppress(OSError):
        for entry in _folder().iterdir():
            with suppress(OSError):
                found[entry.name] = max(0.0, now - entry.stat().st_mtime)
    return found


def _folder() -> Path:
    return workspace.root() / "present"
