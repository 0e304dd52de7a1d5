"""Who is logged in: tickets that the server gives out, keeps and can take back.

A ticket is 256 bits of chance. The browser has it as a cookie, the disk only its SHA-256, in a file of its own that says
whose it is and until when. So a copy of the disk lets nobody in, a restart of the server throws nobody out, several
servers on one folder know the same people, and to log out is to delete a file.
"""

import hashlib
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path

from core.errors import AttentionLabError
from core.runs import atomic
from core.runs.classroom import Member
from core.runs.workspace import check_workspace, root

HOURS = 12  # how long a ticket holds; a lesson is over by then, whatever happens to the browser
_TICKET = re.compile(r"[A-Za-z0-9_-]{43}")


def admit(member: Member) -> str:
    """A new ticket for somebody who has shown who they are.

    Raises:
        RunError: the disk refuses.
    """
    ticket = secrets.token_urlsafe(32)
    said = {
        "name": member.name, "workspace": check_workspace(member.workspace), "lecturer": member.lecturer,
        "until": time.time() + HOURS * 3600,
    }  # fmt: skip
    with atomic.disk_errors("logging in"):
        _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep()
        atomic.write_json(_file(ticket), said)
    return ticket


def admitted(ticket: str) -> Member | None:
    """Whose ticket this is; None where it was never given out, is over, or was taken back."""
    if not _TICKET.fullmatch(ticket):
        return None
    try:
        said = atomic.read_json(_file(ticket), "log in again")
        if time.time() >= float(said["until"]):
            return None
        return Member(str(said["name"]), check_workspace(said["workspace"]), said["lecturer"] is True)
    except (AttentionLabError, KeyError, TypeError, ValueError):
        return None


def dismiss(ticket: str) -> None:
    """Take a ticket back: whoever holds it is logged out, everywhere, at once."""
    if _TICKET.fullmatch(ticket):
        with suppress(OSError):
            _file(ticket).unlink(missing_ok=True)


def _sweep() -> None:
    """Forget tickets that are long over; by the clock of the disk, which may only be late."""
    for path in _folder().glob("*.json"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - HOURS * 3600:
                path.unlink(missing_ok=True)


def _folder() -> Path:
    return root() / "admitted"


def _file(ticket: str) -> Path:
    return _folder() / f"{hashlib.sha256(ticket.encode()).hexdigest()}.json"
