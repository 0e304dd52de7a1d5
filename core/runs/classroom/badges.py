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
from core.language import tr
from core.runs import atomic
from core.runs.classroom.room import Member
from core.runs.workspace import check_workspace, private_folder, root

_MOST = 20  # of one workspace; an older one is taken back
HOURS = 12  # how long a badge holds; a lesson is over by then, whatever happens to the browser
_BADGE = re.compile(r"[A-Za-z0-9_-]{43}")


def give(member: Member, since: float | None = None) -> str:
    """A new badge for somebody who has shown who they are.

    Args:
        since: when they have shown it, in seconds of the epoch, where it was not now: the badge holds from then on.

    Raises:
        RunError: the disk refuses.
    """
    badge = secrets.token_urlsafe(32)
    said = {
        "name": member.name, "workspace": check_workspace(member.workspace), "lecturer": member.lecturer,
        "until": min(time.time(), time.time() if since is None else since) + HOURS * 3600,
    }  # fmt: skip
    with atomic.disk_errors(tr("logging in")):
        private_folder(_folder())
        _sweep(member.workspace)
        atomic.write_json(_file(badge), said, private=True)
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
        said = atomic.read_json(path, tr("log in again"))
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
    with atomic.disk_errors(tr("logging {workspace} out", workspace=workspace)):
        for path in _folder().glob("*.json"):
            with suppress(FileNotFoundError):  # it was taken back meanwhile
                now = path.stat()
                _, member = _read(path, now.st_mtime_ns, now.st_ino)
                if member is not None and member.workspace == workspace:
                    path.unlink(missing_ok=True)


def _sweep(workspace: str) -> None:
    """Forget badges that are long over (by the clock of the disk, which may only be late), and the oldest of a workspace."""
    own: list[tuple[int, Path]] = []
    for path in _folder().glob("*.json"):
        with suppress(OSError):
            now = path.stat()
            _, member = _read(path, now.st_mtime_ns, now.st_ino)
            if now.st_mtime < time.time() - HOURS * 3600:
                path.unlink(missing_ok=True)
            elif member is not None and member.workspace == workspace:
                own.append((now.st_mtime_ns, path))
    for _, path in sorted(own, reverse=True)[_MOST - 1 :]:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return root() / "badges"


def _file(badge: str) -> Path:
    return _folder() / f"{hashlib.sha256(badge.encode()).hexdigest()}.json"
