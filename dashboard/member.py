"""Who is logged in, for whoever asks in a run of the script: the page, its parts, callbacks.

The gate (dashboard/gate.py) lets nobody in without a cookie that it has given out; here the cookie that a session was
opened with is looked up again, each time. So who logs out, or is logged out, has no workspace from that moment on.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import RunError
from core.runs import admission, workspace
from core.runs.classroom import Member

COOKIE = "attnlab_member"


def member() -> Member | None:
    """Who asks; None where there is no classroom.

    Raises:
        RunError: this is a classroom, and whoever asks is not logged in.
    """
    if not workspace.in_classroom():
        return None
    found = _known()
    if found is None:
        raise RunError("you are not logged in any more; reload this page to log in again")
    return found


def settle() -> None:
    """Once per server: in a classroom, `core` finds the workspace of whoever asks by asking here."""
    workspace.ask(_place)


def token() -> str:
    """What this session was opened with; "" outside a session's script, and where there was none."""
    return st.context.cookies.get(COOKIE, "") if get_script_run_ctx(suppress_warning=True) is not None else ""


def _known() -> Member | None:
    return admission.admitted(token())


def _place() -> Path | None:
    found = _known()
    return None if found is None else workspace.workspace(found.workspace)
