"""Over held-out sentences: one button that computes in slices, shows what it has, and can be stopped."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

import streamlit as st

from core.language import tr
from core.runs.slices import Slices
from dashboard import state
from dashboard.components import turns
from dashboard.components.locks import unless_locked
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import guarded, panel

_TICK = 0.4  # seconds between redraws while it runs
_SLICE = 0.3  # seconds of work in each: a press on Stop never waits long


class Counted(Protocol):
    """What knows how many of its sentences are done."""

    @property
    def done(self) -> int:
        """Sentences so far."""

    @property
    def total(self) -> int:
        """Sentences there will be."""


C = TypeVar("C", bound=Counted)


def survey(
    name: str, does: str, chosen: Chosen, find: Callable[[int], Slices[C]], draw: Callable[[C], None], *, option: str
) -> None:
    """A button, its progress, and the picture of what was found.

    Args:
        name: of this survey, for its keys; does: what happens to each sentence, in words.
        find: what is known about n sentences, for everybody; draw: draws it.
        option: what else was chosen: another one is another survey.
    """
    guarded(tr("The survey"))(_body)(name, does, chosen, find, draw, option)


def _body(
    name: str, does: str, chosen: Chosen, find: Callable[[int], Slices[C]], draw: Callable[[C], None], option: str
) -> None:
    st.divider()
    words, count, press = st.columns([4, 1, 1], vertical_alignment="bottom")
    with count:
        n = int(st.number_input(
            tr("sentences"), value=24, step=8, key=f"{name} n", help=tr("held-out test sentences (at least 1 and at most 1,000)")
        ))  # fmt: skip
    words.markdown(
        tr(
            "**Over held-out sentences** · {does}, on {n} sentences that the model never saw in training.",
            does=does,
            n=n,
        )
    )
    key = repr((name, chosen.model.run.address, chosen.model.model_hash, n, option))
    running = state.running(f"{name} running", key)
    with press:
        _button(name, running)
    panel(tr("The survey"), every=_TICK if running else None)(_found)(name, find, n, draw, running)


def _button(name: str, running: bool) -> None:
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key=f"{name} stop", width="stretch", on_click=state.put,
            args=(f"{name} running", None), help=tr("what was found is kept, and Run goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Run"), type="primary", icon=":material/play_arrow:", key=f"{name} run", width="stretch",
            on_click=state.press, args=(f"{name} running",), **unless_locked("practice"),
        )  # fmt: skip


def _found(name: str, find: Callable[[int], Slices[C]], n: int, draw: Callable[[C], None], running: bool) -> None:
    one = find(n)
    turns.work(name, running and not one.done, partial(one.go_on, _SLICE))
    now = one.now
    if now is not None and not one.done:
        said = tr("{done:,} of {total:,} sentences", done=now.done, total=now.total)
        st.progress(
            now.done / now.total, text=said if running else tr("{said} · stopped, Run goes on from here", said=said)
        )
    if now is not None:
        draw(now)
    if running and one.done:
        state.put(f"{name} running", None)
        st.rerun()  # one full redraw: from here on nothing redraws itself
