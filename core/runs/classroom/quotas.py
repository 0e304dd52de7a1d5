"""How much a student's workspace may hold: asked before anything is added, refused in one sentence.

Whoever adds holds the workspace from the question until it is there, so two who ask at once are not both told that there is room.

A training that is under way is never cut short by it: it may grow past the megabytes, and then nothing is added until
something is deleted. Whoever teaches has no quotas, nor has anybody outside a classroom.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import RunError
from core.language import tr
from core.runs import atomic, workspace
from core.runs.classroom import authority
from core.runs.classroom.room import Quotas, load_classroom
from core.runs.classroom.used import megabytes
from core.runs.folder import acquire

_MB = 1_000_000
_PATIENCE = 30.0  # seconds that something else may take to be added


@contextmanager
def room_for_run(size: int = 0) -> Iterator[None]:
    """Add a run within the block, if whoever asks has room for another.

    Args:
        size: bytes that it brings.

    Raises:
        RunError: there are as many runs as there may be, or as many megabytes, or something is being added that takes long.
    """
    with _held() as allowed:
        if allowed is not None:
            _check_count(allowed)
            _check_room(size, allowed)
        yield


@contextmanager
def room_for_bytes(size: int) -> Iterator[None]:
    """Add so many bytes within the block, if whoever asks has room for them.

    Raises:
        RunError: their workspace would hold more than it may, or something is being added that takes long.
    """
    with _held() as allowed:
        if allowed is not None:
            _check_room(size, allowed)
        yield


@contextmanager
def _held() -> Iterator[Quotas | None]:
    """The quotas of whoever asks, who alone adds to their workspace within the block; None where there are none."""
    allowed = None if authority.teaches() else load_classroom().quotas
    if allowed is None:
        yield None
        return
    with atomic.disk_errors(tr("opening the workspace")):
        workspace.home().mkdir(parents=True, exist_ok=True)
        file = (workspace.home() / ".adding.lock").open("a+")
    with file:
        if not acquire(file, _PATIENCE):
            raise RunError(tr("something else is being added to your workspace; try again when it is there"))
        yield allowed


def _check_count(allowed: Quotas) -> None:
    try:
        entries = list((workspace.home() / "runs").iterdir())
    except OSError:
        entries = []
    runs = sum(not entry.name.startswith(".") for entry in entries)
    if runs >= allowed.runs:
        raise RunError(
            tr(
                "you have {runs} runs, and a workspace of this class may hold {runs2}: delete one that you do not need",
                runs=runs,
                runs2=allowed.runs,
            )
        )


def _check_room(size: int, allowed: Quotas) -> None:
    held = megabytes(workspace.home())
    if held + size / _MB > allowed.megabytes:
        raise RunError(
            tr(
                "your workspace holds {held:,.0f} MB, this would bring {size:,.1f} MB more, and one of this class may hold "
                "{megabytes:,} MB: delete runs that you do not need",
                held=held,
                size=size / _MB,
                megabytes=allowed.megabytes,
            )
        )
