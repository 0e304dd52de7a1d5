"""Trainings go through one line (core/runs/job_queue.py): asking for a turn, what is said of a place, Cancel."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import AttentionLabError
from core.language import tr
from core.runs import job_queue
from core.runs.classroom.room import load_classroom
from core.runs.folder import RunFolder
from core.runs.limits import NO_LIMITS
from core.runs.status import Status
from dashboard import state
from dashboard.components.literal import literal
from dashboard.components.locks import unless_locked
from dashboard.member import member

_SAID = "queue said"


def train(run: RunFolder) -> None:
    """Have a run trained when its turn comes, within the limits of whoever asks.

    Raises:
        AttentionLabError: it is trained already, is damaged, or may not be trained now.
    """
    who = member()
    if who is None:
        job_queue.submit(run, _session())
        return
    room = load_classroom()
    limits = None if room.limits == NO_LIMITS else room.limits
    job_queue.submit(run, who.workspace, limits, None if who.lecturer else room.quotas.waiting)


def resume_button(run: RunFolder, *, key: str) -> None:
    """Resume, from its newest checkpoint, when its turn comes."""
    st.button(
        tr("Resume"), icon=":material/resume:", width="stretch", on_click=told, args=(train, run), key=key,
        **unless_locked("train", help=tr("from its newest checkpoint")),
    )  # fmt: skip


def cancel_button(run: RunFolder, *, key: str) -> None:
    """Cancel, for a training that has learned nothing yet."""
    st.button(
        tr("Cancel"), icon=":material/close:", width="stretch", on_click=told, args=(job_queue.cancel, run), key=key,
        help=tr("takes it out of the queue; what it had learned before is kept"),
    )  # fmt: skip


def complaint() -> None:
    """Why the last press came to nothing, where it did."""
    if said := state.get(_SAID):
        st.warning(literal(said), icon=":material/info:")


def standing(run: RunFolder, now: Status) -> str:
    """The state of a run, for people; of one that waits its place."""
    if now.state != "waiting":
        return {"starting": tr("starting: loading the data and the model"), "new": tr("not started")}.get(
            now.state, tr(now.state)
        )
    before = job_queue.place(run)
    if before is None:
        return tr("waiting, but without a place in the queue: press Resume")
    place = tr("{before} before it", before=before) if before else tr("it is next")
    return tr("waiting · {place} · you may close the page", place=place)


def lost(run: RunFolder, now: Status) -> bool:
    """Whether a run waits without a place: its ticket was damaged, or the server was killed while it was cancelled."""
    return now.state == "waiting" and job_queue.place(run) is None


def _session() -> str:
    here = get_script_run_ctx(suppress_warning=True)
    return here.session_id if here is not None else "nobody"


def told(deed: Callable[..., None], *asked: Any) -> None:
    """As a button's callback: a refusal is said on the page when it is drawn next."""
    state.put(_SAID, None)
    try:
        deed(*asked)
    except AttentionLabError as error:
        state.put(_SAID, str(error))
