"""Widgets under a lock of the lecturer (core/runs/classroom/locked.py): grey, with the reason as their help, and deaf if pressed anyway."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.runs import workspace
from core.runs.classroom import locked
from dashboard.member import acting_for, badge


def unless_locked(control: str, *, disabled: bool = False, help: str | None = None) -> dict[str, Any]:
    """`disabled` and `help` of a widget.

    Args:
        control: of CONTROLS; disabled, help: while it is not locked.
    """
    told = locked.problem(control)
    return {"disabled": disabled or told is not None, "help": told or help}


def file_box(
    label: str,
    *arguments: Any,
    place: DeltaGenerator | None = None,
    control: str = "upload",
    help: str | None = None,
    **options: Any,
) -> Any:
    """`st.file_uploader` under a lock: what was dropped counts for nothing while it is locked."""
    box = st.file_uploader if place is None else place.file_uploader
    found = box(label, *arguments, **unless_locked(control, help=help), **options)
    if found and locked.problem(control) is not None:
        return [] if isinstance(found, list) else None
    return found


def download_button(
    label: str,
    data: str | bytes | Callable[[], str | bytes],
    *arguments: Any,
    place: DeltaGenerator | None = None,
    disabled: bool = False,
    help: str | None = None,
    **options: Any,
) -> None:
    """`st.download_button` under the lock `download`.

    In a classroom the file is always made when it is asked for, as whoever asks: the lock is looked at then, and nothing lies
    ready that an address would still give out.
    """
    button = st.download_button if place is None else place.download_button
    given = _asked_for(data) if workspace.in_classroom() else data
    button(label, given, *arguments, **unless_locked("download", disabled=disabled, help=help), **options)


def _asked_for(data: str | bytes | Callable[[], str | bytes]) -> Callable[[], str | bytes]:
    holder = badge()

    def make() -> str | bytes:
        with acting_for(holder):  # Streamlit makes it in a thread that is no run of the script
            locked.check("download")
            return data() if callable(data) else data

    return make
