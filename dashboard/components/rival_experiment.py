"""An experiment on a page: one press begins it, a panel feeds it slices of work and draws what is known so far."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.claims.claim import Finding, Row
from core.claims.experiment import Experiment
from core.claims.table import CLAIMS
from core.errors import AttentionLabError
from core.language import tr
from dashboard import kept, state
from dashboard.components import turns
from dashboard.components.literal import literal
from dashboard.components.locks import unless_locked
from dashboard.components.panel import panel

_TICK = 0.4  # seconds between redraws while it runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long
_FRESH = (0, False)  # how often it was begun anew, and whether it runs

Draw = Callable[[Sequence[Row], Finding | None], None]


@kept.shared(says=False, show_spinner=False, max_entries=32)
def found(name: str, seeds: tuple[int, ...], attempt: int) -> Experiment:
    """What is known, for everybody; it computes nothing by itself."""
    return Experiment(CLAIMS[name](), seeds)


def experiment(name: str, seeds: tuple[int, ...], draw: Draw, *, title: str, before: str) -> None:
    """The button, the progress and what was found.

    Args:
        name: of a claim; seeds: one experiment each.
        draw: given the rows so far, and the finding once all seeds are through.
        title: of the panel; before: what pressing will do, in a sentence.
    """
    key = f"begun {name}"  # whatever the seeds: a press that overtakes a change of theirs means what is on screen
    attempt, running = state.get(key, _FRESH)
    one = found(name, seeds, attempt)
    if running and not one.done:
        st.button(
            tr("Stop"), icon=":material/stop:", key=f"{name} stop", on_click=state.put, args=(key, (attempt, False)),
            help=tr("what was found is kept, and Measure goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Measure again") if one.done else tr("Measure"), key=f"{name} run", type="primary",
            icon=":material/refresh:" if one.done else ":material/play_arrow:",
            on_click=state.put, args=(key, (attempt + one.done, True)), **unless_locked("practice"),
        )  # fmt: skip
    panel(title, every=_TICK if running and not one.done else None)(_panel)(title, one, draw, running, before)


def _panel(title: str, one: Experiment, draw: Draw, running: bool, before: str) -> None:
    worked = running and not one.done
    try:
        turns.work(title, worked, partial(one.go_on, _SLICE))
    except AttentionLabError:
        if not one.failed:  # else it is said below, for as long as it stands there
            raise
    if not one.done and one.share > 0:
        words = f"**{one.share:.0%}**" + ("" if running else tr(" · stopped, Measure goes on from here"))
        st.progress(one.share, text=words)
    elif not one.done:
        st.caption(before)
    if one.failed:
        said = tr("The experiment failed before its end. Measure again begins anew.")
        st.warning(literal(one.problem) if one.problem else said, icon=":material/info:")
    if one.rows:
        draw(one.rows, one.finding)
    if worked and one.done:
        st.rerun()  # one full redraw: from here on nothing redraws itself
