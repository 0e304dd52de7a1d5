"""Who is logged in, for whoever asks in a run of the script: the page, its parts, callbacks.

The gate (dashboard/gate.py) lets nobody in without a badge, and hands the badge to Streamlit as what it knows of a
session's user; Streamlit gives no session to a connection with another one. Here the badge is looked up again, each time:
who logs out has no workspace from that moment on. A thread that is no run of a script is nobody's,
unless it says for whom it acts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import RunError
from core.language import tr
from core.runs import workspace
from core.runs.classroom import authority, badges
from core.runs.classroom.room import Member

BADGE = "attnlab_badge"  # as dashboard/.streamlit/config.toml names what the gate hands over
_acting: ContextVar[str | None] = ContextVar("badge", default=None)


def member() -> Member | None:
    """Who asks; None where there is no classroom.

    Raises:
        RunError: this is a classroom, and whoever asks is not logged in.
    """
    if not workspace.in_classroom():
        return None
    found = _known()
    if found is None:
        raise RunError(tr("you are not logged in any more; reload this page to log in again"))
    return found


def settle() -> None:
    """In a classroom, `core` knows who asks, and finds their workspace, by asking here."""
    workspace.ask(_place)
    authority.ask(_known)


def badge() -> str:
    """What this session was let in with; "" in a thread that is no run of its script, unless it acts for one."""
    acting = _acting.get()
    if acting is not None:
        return acting
    here = get_script_run_ctx(suppress_warning=True)
    return "" if here is None else str(here.user_info.get(BADGE) or "")


@contextmanager
def acting_for(badge: str) -> Iterator[None]:
    """Do in this thread, within the block, what a session has asked for: as whoever holds the badge, if they still do.

    For what Streamlit does outside a run of the script, as making a file that is taken away.
    """
    token = _acting.set(badge)
    try:
        yield
    finally:
        _acting.reset(token)


def _known() -> Member | None:
    return badges.bearer(badge())


def _place() -> Path | None:
    found = _known()
    return None if found is None else workspace.workspace(found.workspace)
