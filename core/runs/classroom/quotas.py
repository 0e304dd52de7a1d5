"""How much a student's workspace may hold: asked before anything is added, refused in one sentence.

A training that is under way is never cut short by it: it may grow past the megabytes, and then nothing is added until
something is deleted. Whoever teaches has no quotas, nor has anybody outside a classroom.
"""

from core.errors import RunError
from core.runs import workspace
from core.runs.classroom import authority
from core.runs.classroom.room import Quotas, load_classroom
from core.runs.classroom.used import megabytes

_MB = 1_000_000


def check_run(size: int = 0) -> None:
    """Raise if whoever asks has no room for another run.

    Args:
        size: bytes that it brings.

    Raises:
        RunError: there are as many runs as there may be, or as many megabytes.
    """
    allowed = _quotas()
    if allowed is None:
        return
    try:
        entries = list((workspace.home() / "runs").iterdir())
    except OSError:
        entries = []
    runs = sum(not entry.name.startswith(".") for entry in entries)
    if runs >= allowed.runs:
        raise RunError(
            f"you have {runs} runs, and a workspace of this class may hold {allowed.runs}: delete one that you do not need"
        )
    _check_room(size, allowed)


def check_bytes(size: int) -> None:
    """Raise if whoever asks has no room for so many bytes.

    Raises:
        RunError: their workspace would hold more than it may.
    """
    allowed = _quotas()
    if allowed is not None:
        _check_room(size, allowed)


def _quotas() -> Quotas | None:
    return None if authority.teaches() else load_classroom().quotas


def _check_room(size: int, allowed: Quotas) -> None:
    held = megabytes(workspace.home())
    if held + size / _MB > allowed.megabytes:
        raise RunError(
            f"your workspace holds {held:,.0f} MB, this would bring {size / _MB:,.1f} MB more, and one of this class may hold "
            f"{allowed.megabytes:,} MB: delete runs that you do not need"
        )
