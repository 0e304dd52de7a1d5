"""Positions at work: one press trains the same small network with every chosen kind, a slice at a time."""

from collections.abc import Generator
from functools import partial
from threading import Lock
from time import perf_counter

import streamlit as st

from core.claims.claim import Progress, Row
from core.claims.ordered import KINDS, TASKS_OF_ORDER, compare
from core.figures.positions import accuracies
from core.language import tr
from dashboard import kept, state
from dashboard.components import turns
from dashboard.components.live_figure import live_figure
from dashboard.components.locks import unless_locked
from dashboard.components.mode import mode
from dashboard.components.panel import panel

_TICK, _SLICE = 0.4, 0.3  # seconds between redraws while it runs, and of work in each
_FIRST = ["none", "sinusoidal", "rotary"]
_RUNNING = "positions running"


class Trainings:
    """Networks that learn beside each other. Threads may share one: each takes a slice in turn.

    Args:
        kinds: of KINDS; task: of TASKS_OF_ORDER.
    """

    def __init__(self, kinds: tuple[str, ...], task: str) -> None:
        self.share, self.done = 0.0, False
        self.rows: tuple[Row, ...] = ()
        self._lock = Lock()
        self._steps: Generator[Progress, None, tuple[Row, ...]] = compare(
            {name: KINDS[name] for name in kinds}, TASKS_OF_ORDER[task], seed=0
        )

    def go_on(self, seconds: float) -> None:
        """Work for about so long."""
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                now = next(self._steps, None)
                self.done = now is None
                if now is not None:
                    self.share, self.rows = now.share, now.rows


@kept.shared(says=False, show_spinner=False, max_entries=32)
def _trainings(kinds: tuple[str, ...], task: str) -> Trainings:
    return Trainings(kinds, task)


def position_race() -> None:
    """Choose, press, watch."""
    left, right, last = st.columns([3, 6, 1], vertical_alignment="bottom")
    with left:
        task = st.selectbox(
            tr("Task"), list(TASKS_OF_ORDER), format_func=lambda name: tr(TASKS_OF_ORDER[name].name), key="order task",
            bind="query-params", help=tr("the token before: name it. I saw a saw: is the word a verb or a noun here?"),
        )  # fmt: skip
    with right:
        chosen = st.pills(
            tr("Positions"), list(KINDS), selection_mode="multi", default=_FIRST, key="order kinds", bind="query-params"
        )
    if not chosen:
        st.info(tr("Choose one kind of positions at least."), icon=":material/info:")
        return
    kinds = tuple(name for name in KINDS if name in chosen)
    key, one = repr((kinds, task)), _trainings(kinds, task)
    running = state.running(_RUNNING, key) and not one.done
    with last:
        _button(running, done=one.done)
    panel(tr("The trainings"), every=_TICK if running else None)(_curves)(one, task, running)


def _button(running: bool, *, done: bool) -> None:
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key="order stop", width="stretch", on_click=state.put, args=(_RUNNING, None),
            help=tr("what was found is kept, and Train goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Train"), type="primary", icon=":material/play_arrow:", key="order train", width="stretch",
            on_click=state.press, args=(_RUNNING,), **unless_locked("practice", disabled=done, help=tr("done") if done else None),
        )  # fmt: skip


def _curves(one: Trainings, task: str, running: bool) -> None:
    turns.work("order", running, partial(one.go_on, _SLICE))
    told = TASKS_OF_ORDER[task]
    if one.share and not one.done:
        held = "" if running else tr(" · stopped, Train goes on from here")
        st.progress(min(one.share, 1.0), text=f"{one.share:.0%}{held}")
    if one.rows:
        st.markdown(_words(one.rows, tr(told.size_is)))
        live_figure(accuracies(one.rows, tr(told.size_is), mode()), key="order accuracies", height=360)
    elif not one.share:
        st.caption(
            tr(
                "Press Train: small networks learn “{name}” in texts of {trained} to {trained2} "
                "{size_is}, and are asked in texts of {map}.",
                name=tr(told.name),
                trained=told.trained[0],
                trained2=told.trained[1],
                size_is=tr(told.size_is),
                map=", ".join(map(str, told.asked)),
            )
        )
    if running and one.done:
        st.rerun()  # one full redraw: from here on nothing redraws itself


def _words(rows: tuple[Row, ...], size_is: str) -> str:
    """The last accuracies at the largest size."""
    far = max(int(row["size"] or 0) for row in rows)
    last = {str(row["positions"]): float(row["accuracy"] or 0) for row in rows if row["size"] == far}
    said = " · ".join(f"{name} **{value:.0%}**" for name, value in last.items())
    return tr("Right at {far} {size_is}: {said}", far=far, size_is=size_is, said=said)
