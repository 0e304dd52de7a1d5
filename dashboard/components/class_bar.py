"""The line above every page of a classroom: whose workspace this is, what is locked and published, one's place, what is used."""

import streamlit as st

from core.language import tr
from core.runs import job_queue, workspace
from core.runs.classroom import authority, locked, presence, published
from core.runs.classroom.locked import CONTROLS
from core.runs.classroom.room import Member, load_classroom
from dashboard import resources
from dashboard.components.literal import literal
from dashboard.components.log_out import log_out
from dashboard.components.panel import panel

_TICK = 5.0  # seconds between looks; how long what the lecturer does may take to be seen without a click
_NAMED = 3  # published runs that are named


def class_bar() -> None:
    """Draw it, where there is a classroom and somebody is logged in; it looks again by itself."""
    if authority.asker() is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container():
                panel(tr("The line of the class"), every=_TICK)(_bar)(_given())
            log_out()


def _given() -> tuple[list[str], list[str]]:
    """What the lecturer has locked for whoever asks, and what is published."""
    return list(locked.problems()), [run.address for run in published.published()]


def _bar(drawn: tuple[list[str], list[str]]) -> None:
    """Args:
    drawn: what was given when the page was drawn; where it is other now, the whole page is drawn anew.
    """
    who = authority.asker()
    if who is None:
        return
    presence.greet(who)
    now = _given()
    if now != drawn:
        st.rerun()
    st.caption(" · ".join(part for part in _parts(who, *now) if part))


def _parts(who: Member, shut: list[str], given: list[str]) -> list[str]:
    room = load_classroom()
    name = tr(who.name) if who.lecturer else who.name
    first = f":material/{'school' if who.lecturer else 'person'}: **{literal(name)}** · {literal(room.name)}"
    if who.lecturer:
        return [first, tr("your own workspace; everybody's runs are on the page Class")]
    more = tr(" and {count} more", count=len(given) - _NAMED) if len(given) > _NAMED else ""
    runs, megabytes = len(_own()), resources.own_megabytes()
    return [
        first,
        tr(
            "{runs} of {runs2} runs, {megabytes:,.0f} of {megabytes2:,} MB",
            runs=runs,
            runs2=room.quotas.runs,
            megabytes=megabytes,
            megabytes2=room.quotas.megabytes,
        ),
        _line(),
        tr(":material/campaign: from your lecturer: {list}{more}", list=literal(", ".join(given[:_NAMED])), more=more)
        if given
        else "",
        tr(
            ":orange[:material/lock: locked by your lecturer: {shut}]",
            shut=", ".join(tr(CONTROLS[one].title) for one in shut),
        )
        if shut
        else "",
    ]


def _own() -> list[str]:
    try:
        return [
            path.name
            for path in (workspace.home() / "runs").iterdir()
            if not path.name.startswith(".") and path.is_dir()
        ]
    except OSError:
        return []


def _line() -> str:
    """One's own places in the line of trainings."""
    own = str(workspace.home() / "runs") + "/"
    told = [
        tr("{removeprefix} is next", removeprefix=literal(ticket.path.removeprefix(own)))
        if at == 0
        else tr("{removeprefix}: {at} before it", removeprefix=literal(ticket.path.removeprefix(own)), at=at)
        for at, ticket in enumerate(job_queue.line().waiting)
        if ticket.path.startswith(own)
    ]
    return tr(":material/hourglass_empty: waiting: {told}", told="; ".join(told)) if told else ""
