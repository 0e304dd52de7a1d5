"""What pages share that train while they are looked at: the button, the bar, and the end.

What runs is remembered under a name of the page's own (state.py); it goes on for a slice of time whenever its panel is drawn.
"""

from functools import partial
from typing import Protocol

import streamlit as st

from core.language import mark, tr
from dashboard import links, state
from dashboard.components import turns
from dashboard.components.literal import literal
from dashboard.components.locks import unless_locked


class Race(Protocol):
    """Something that is trained in slices.

    Attributes:
        step, steps: done, and in all; done: whether it is at its end.
    """

    @property
    def step(self) -> int:
        """Steps done."""

    @property
    def steps(self) -> int:
        """Steps in all."""

    @property
    def done(self) -> bool:
        """Whether it is at its end."""

    def go_on(self, seconds: float) -> None:
        """Train for so long."""


def race_button(key: str, remembered: str, *, running: bool, done: bool, help: str | None = None) -> None:
    """Train, or Stop while it runs.

    Args:
        key: prefix of the button's key; remembered: the name under which the page remembers what runs.
        help: of a button that cannot be pressed any more.
    """
    if running:
        st.button(
            tr("Stop"), icon=":material/stop:", key=f"{key} stop", width="stretch", on_click=state.put,
            args=(remembered, None), help=tr("what was learned is kept, and Train goes on from there"),
        )  # fmt: skip
    else:
        st.button(
            tr("Train"), type="primary", icon=":material/play_arrow:", key=f"{key} train", width="stretch",
            on_click=state.press, args=(remembered,),
            **unless_locked("practice", disabled=done, help=help if done else None),
        )  # fmt: skip


def say_trained(step: int) -> None:
    """Let the link of a page say how far its training has come."""
    links.say(trained=step or None)
    wanted = links.linked("trained")
    if wanted and not step:  # it goes by itself nowhere: a link must not start a computation
        st.caption(
            tr(
                ":material/link: The link was made after {steps} steps: press Train; the same seeds give the same steps.",
                steps=literal(wanted[:10]),
            )
        )


def race_bar(one: Race, *, running: bool, seconds: float, each: bool = True) -> None:
    """Go on for a slice while it runs and has its turn (turns.py), and say how far it is.

    Args:
        seconds: of the slice; each: whether several things take so many steps.
    """
    turns.work("race", running, partial(one.go_on, seconds))
    say_trained(one.step)
    if not one.done:
        held = tr(" · stopped, Train goes on from here") if one.step and not running else ""
        text = mark("step {step:,} of {steps:,} of each{held}") if each else mark("step {step:,} of {steps:,}{held}")
        st.progress(one.step / one.steps, text=tr(text, step=one.step, steps=one.steps, held=held))


def race_ended(remembered: str, *, running: bool, done: bool) -> None:
    """Draw the page once more where what runs has just ended: from here on nothing redraws itself."""
    if running and done:
        state.put(remembered, None)
        st.rerun()
