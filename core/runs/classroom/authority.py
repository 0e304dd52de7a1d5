"""Who asks, and what only a lecturer may: asked where a deed is done, so that no page, link or stale button leads around it.

Like the workspace of whoever asks (core/runs/workspace.py), who it is cannot be a parameter: the app says once how it is
known. Outside a classroom there is nobody to keep apart, and everybody may do everything. In a classroom who is not known is
taken for a student.
"""

from collections.abc import Callable
from pathlib import Path

from core.errors import RunError
from core.language import tr
from core.runs import workspace
from core.runs.classroom.room import Member

_who: Callable[[], Member | None] | None = None


def ask(who: Callable[[], Member | None] | None) -> None:
    """Say how it is known in a classroom who asks; None is nobody."""
    global _who
    _who = who


def asker() -> Member | None:
    """Who asks; None outside a classroom, and where nobody is logged in."""
    return _who() if workspace.in_classroom() and _who is not None else None


def teaches() -> bool:
    """Whether whoever asks may do what a lecturer may: the lecturer of a classroom, and everybody where there is none."""
    if not workspace.in_classroom():
        return True
    member = asker()
    return member is not None and member.lecturer


def check_lecturer(what: str) -> None:
    """Raise unless whoever asks teaches.

    Args:
        what: what only a lecturer does, as "publishing a run".

    Raises:
        RunError: a student, or nobody, asks.
    """
    if not teaches():
        raise RunError(tr("{what} is the lecturer's; log in as the lecturer, or ask them", what=what))


def places_of_others() -> dict[str, Path]:
    """Workspaces whose runs whoever asks may look at: of a lecturer in a classroom all; of everybody else none."""
    return workspace.workspaces() if workspace.in_classroom() and teaches() else {}
