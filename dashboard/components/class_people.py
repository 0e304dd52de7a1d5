"""The people of a class: who is here, what they use of their quota; and locks and a new pass phrase for one of them."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.errors import AttentionLabError
from core.language import tr
from core.runs.classroom import locked, roll
from core.runs.classroom.locked import CONTROLS, Lock
from core.runs.classroom.roll import Page
from core.runs.classroom.room import LECTURER, Quotas
from dashboard import state
from dashboard.components.data_table import data_table
from dashboard.components.literal import literal

_SAID = "people said"
_PHRASE = "people phrase"
_TALLEST = 11, 420  # rows that are shown whole; pixels of more


def people_table(pages: Sequence[Page], megabytes: dict[str, float], quotas: Quotas) -> None:
    """Everybody in one table."""
    students = [page for page in pages if page.name != LECTURER]
    named = any(page.owner != page.name for page in students)  # people who came in by accounts have names of their own
    rows = [
        {
            "workspace": page.name, **({"name": page.owner} if named else {}), "here": _here(page), "runs": len(page.runs),
            "training": page.active, "MB": megabytes.get(page.name, 0.0),
        }
        for page in students
    ]  # fmt: skip
    column = st.column_config
    data_table(
        pd.DataFrame(rows), hide_index=True, height="content" if len(rows) <= _TALLEST[0] else _TALLEST[1], key="class people", placeholder="",
        alt=tr("people of the class"),
        column_config={
            "runs": column.NumberColumn(tr("runs"), help=tr("at most {runs} a workspace", runs=quotas.runs)),
            "training": column.NumberColumn(tr("training"), help=tr("runs that are trained or wait now")),
            "MB": column.ProgressColumn(
                tr("MB"), min_value=0, max_value=quotas.megabytes, format="%.0f", help=tr("at most {megabytes} a workspace", megabytes=quotas.megabytes)
            ),
        },
    )  # fmt: skip


def locks_for_all() -> None:
    """What everybody may do: a switch a control."""
    st.markdown(tr("##### Locked for the class"))
    held = locked.locks()
    for control, meant in CONTROLS.items():
        key = f"lock {control}"
        state.put(key, Lock(control) in held)
        st.toggle(
            tr(meant.title),
            key=key,
            on_change=_switch,
            args=(control, key),
            help=tr("{covers}; you are never locked", covers=tr(meant.covers)),
        )
    some = [one for one in held if one.workspace]
    if some:
        st.caption(
            tr("For some: ")
            + literal(
                ", ".join(
                    tr("{control} for {name}", control=tr(CONTROLS[one.control].title), name=one.workspace)
                    for one in some
                )
            )
        )
    _told()


def one_person(pages: Sequence[Page]) -> None:
    """Locks for one person, and a new pass phrase."""
    names = [page.name for page in pages if page.name != LECTURER]
    name = st.selectbox(tr("One person"), names, key="one person", index=None, placeholder=tr("choose a workspace"))
    if name is None:
        return
    held = locked.locks()
    key = f"locks of {name}"
    state.put(key, [one.control for one in held if one.workspace == name])
    st.multiselect(
        tr("Locked for them alone"), list(CONTROLS), key=key, format_func=lambda control: tr(CONTROLS[control].title),
        on_change=_lock_one, args=(name, key), placeholder=tr("nothing"),
    )  # fmt: skip
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.text_input(
        tr("New pass phrase"),
        type="password",
        key=_PHRASE,
        help=tr("tell it to them; the old one opens nothing any more, and whoever is logged in by it is out"),
    )
    right.button(tr("Set"), key="set phrase", on_click=_set_phrase, args=(name,), width="stretch")


def _switch(control: str, key: str) -> None:
    _try(locked.lock if state.get(key) else locked.unlock, control)


def _lock_one(name: str, key: str) -> None:
    wanted, held = set(state.get(key)), {one.control for one in locked.locks() if one.workspace == name}
    for control in wanted - held:
        _try(locked.lock, control, name)
    for control in held - wanted:
        _try(locked.unlock, control, name)


def _set_phrase(name: str) -> None:
    phrase = state.get(_PHRASE) or ""
    state.put(_PHRASE, "")
    _try(roll.set_phrase, name, phrase, done=tr("{name} has a new pass phrase", name=name))


def _try(deed: Callable[..., object], *arguments: str, done: str = "") -> None:
    try:
        deed(*arguments)
        state.put(_SAID, done)
    except AttentionLabError as error:
        state.put(_SAID, str(error))


def _told() -> None:
    if said := state.get(_SAID):
        st.caption(literal(said))


def _here(page: Page) -> str:
    if page.here:
        return tr("● here")
    if page.seen is None:
        return ""
    minutes = page.seen / 60
    return (
        tr("{minutes:.0f} min ago", minutes=minutes)
        if minutes < 90
        else tr("{n:.0f} h ago", n=minutes / 60)
        if minutes < 2880
        else tr("{n:.0f} d ago", n=minutes / 1440)
    )
