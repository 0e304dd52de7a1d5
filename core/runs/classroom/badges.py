"""Who is logged in: badges that the server gives out, keeps and can take back.

A badge is 256 bits of chance. The browser has it as a cookie, the disk only its SHA-256, in a file of its own that says
whose it is and until when. So a copy of the disk lets nobody in, a restart of the server throws nobody out, several
servers on one folder know the same people, and to log out is to delete a file.
"""

import hashlib
import re
import secrets
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from core.errors import AttentionLabError
from core.runs import atomic
from core.runs.classroom.room import Member
from core.runs.workspace import check_workspace, root

HOURS = 12  # how long a badge holds; a lesson is over by then, whatever happens to the browser
_BADGE = re.compile(r"[A-Za-z0-9_-]{43}")


def give(member: Member) -> str:
    """A new badge for somebody who has shown who they are.

    Raises:
        RunError: the disk refuses.
    """
    badge = secrets.token_urlsafe(32)
    said = {
        "name": member.name, "workspace": check_workspace(member.workspace), "lecturer": member.lecturer,
        "until": time.time() + HOURS * 3600,
    }  # fmt: skip
    with atomic.disk_errors("logging in"):
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep()
        atomic.write_json(_file(badge), said)
    return badge


def bearer(badge: str) -> Member | None:
    """Whose badge this is; None where it was never given out, is over, or was taken back. A look at the disk each time."""
    if not _BADGE.fullmatch(badge):
        return None
    path = _file(badge)
    try:
        now = path.stat()
    except OSError:
        return None
    until, member = _read(path, now.st_mtime_ns, now.st_ino)
    return member if time.time() < until else None


@lru_cache(maxsize=1000)
def _read(path: Path, written: int, number: int) -> tuple[float, Member | None]:
    """What a file says that was written at a moment; a badge is asked for many times a click."""
    try:
        said = atomic.read_json(path, "log in again")
        return float(said["until"]), Member(
            str(said["name"]), check_workspace(said["workspace"]), said["lecturer"] is True
        )
    except (AttentionLabError, KeyError, TypeError, ValueError):
        return 0.0, None


def take_back(badge: str) -> None:
    """Take a badge back: whoever holds it is logged out, everywhere, at once."""
    if _BADGE.fullmatch(badge):
        with suppress(OSError):
            _file(badge).unlink(missing_ok=True)


def take_back_all(workspace: str) -> None:
    """Take back all badges of a workspace: whoever is logged in to it is out, on every computer, at once.

    Raises:
        RunError: the disk refuses, so somebody may still be in.
    """
    with atomic.disk_errors(f"logging {workspace} out"):
        for path in _folder().glob("*.json"):
            with suppress(FileNotFoundError):  # it was taken back meanwhile
                now = path.stat()
                _, member = _read(path, now.st_mtime_ns, now.st_ino)
                if member is not None and member.workspace == workspace:
                    path.unlink(missing_ok=True)


def _sweep() -> None:
    """Forget badges that are long over; by the clock of the disk, which may only be late."""
    for path in _folder().glob("*.json"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - HOURS * 3600:
                path.unlink(missing_ok=True)


def _folder() -> Path:
    return root() / "badges"


def _file(badge: str) -> Path:
    return _folder() / f"{hashlib.sha256(badge.encode()).hexdigest()}.json"
