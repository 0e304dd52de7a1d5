"""A lesson that is on: which step, where it leads, what was answered; and the address that brings it back.

The session knows which lesson is on. The address says it too, `lesson=NAME&step=N`, and is asked once, when a session begins: what
the page itself has written is no wish.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core.errors import AttentionLabError
from core.lessons import shelves
from core.lessons.lesson import Lesson, Step
from core.lessons.pages import NAVIGATION, PAGES
from dashboard import state
from dashboard.language import CHOSEN, asked_for, spoken

LESSON, STEP = "lesson", "step"  # of the address
PAGE = "lessons"  # the page that lists them
_ON, _GOES, _ASKED, _ANSWERED, _PROBLEM = (
    "lesson on", "lesson goes", "lesson address asked", "lessons answered", "lesson problem",
)  # fmt: skip
_KEEPING = "keeping what the address says"
_FROM_ADDRESS = ("site", "head")  # of the page Attention: no widgets, but asked for


@dataclass(frozen=True)
class Standing:
    """Where somebody is in a lesson.

    Attributes:
        address: of the lesson; at: the step, counted from 0; lesson: as it is now.
    """

    address: str
    at: int
    lesson: Lesson

    @property
    def step(self) -> Step:
        """The step that is on."""
        return self.lesson.steps[self.at]


def standing() -> Standing | None:
    """Where the session is; None while no lesson is on, or where it is gone (`problem` says it)."""
    on = state.get(_ON)
    if on is None:
        return None
    address, at = on
    try:
        lesson = shelves.find(address).lesson
    except AttentionLabError as error:
        state.put(_PROBLEM, str(error))
        return None
    assert lesson is not None
    return Standing(address, min(at, len(lesson.steps) - 1), lesson)


def is_on() -> bool:
    """Whether a lesson is on, or was asked for and is not there."""
    return state.get(_ON) is not None


def problem() -> str | None:
    """Why the lesson that was asked for is not shown."""
    return state.get(_PROBLEM) if state.get(_ON) else None


def begin(address: str, at: int = 0) -> None:
    """Go to a step of a lesson, counted from 0, when the page is drawn next; as a button's callback too."""
    state.forget(_PROBLEM)
    state.put(_ON, (address, at))
    state.put(_GOES, True)


def leave() -> None:
    """End the lesson; the page stays as it is."""
    state.forget(_ON, _GOES, _PROBLEM)
    for name in (LESSON, STEP):
        st.query_params.pop(name, None)


def follow_address() -> None:
    """Take a lesson from the address with which a session begins; before anything is drawn.

    What else the address says, as it stands in the browser in the middle of a step, is kept: it was chosen there.
    """
    if state.get(_ASKED):
        return
    state.put(_ASKED, True)
    address, at = st.query_params.get(LESSON), st.query_params.get(STEP, "1")
    if address:
        begin(address[:100], int(at) - 1 if at.isdecimal() and 0 < len(at) < 4 and int(at) > 0 else 0)
        state.put(_GOES, _KEEPING)


def arrive(page: str) -> None:
    """Go to the page of the step that was asked for, and give its widgets their settings; before they are drawn.

    Args:
        page: that is open, by its file.
    """
    if not state.get(_GOES):
        return
    now = standing()
    if now is not None and now.step.page != page:
        # a page that is left forgets the language that was chosen there
        tongue = {CHOSEN: spoken()} if spoken() != asked_for() else {}
        st.switch_page(f"views/{now.step.page}.py", query_params=_address(now) | tongue)
    chosen = set(st.query_params) if state.get(_GOES) == _KEEPING else set()
    state.forget(_GOES)
    if now is not None:
        _settle(now.step.page, {name: value for name, value in now.step.settings.items() if name not in chosen})


def say() -> None:
    """Let the address name the lesson and the step; what else it says is the page's."""
    now = standing()
    for name, value in _address(now).items() if now else ():
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def link(address: str, at: int = 0) -> str:
    """The address that opens a lesson anywhere where it is."""
    here = (st.context.url or "").split("?")[0].split("#")[0].rpartition("/")[0]
    return f"{here}/?{urlencode({LESSON: address, STEP: at + 1})}"


def hidden() -> tuple[str, ...]:
    """What the lesson that is on does not show."""
    now = standing()
    return now.lesson.hidden(now.at) if now else ()


def navigates() -> bool:
    """Whether the menu of pages is shown."""
    return NAVIGATION not in hidden()


def answered(address: str) -> frozenset[int]:
    """The steps of a lesson whose questions were answered in this session, counted from 0."""
    return state.get(_ANSWERED, {}).get(address, frozenset())


def keep_answered(now: Standing) -> None:
    """Remember that the question of a step was answered."""
    known = state.get(_ANSWERED, {})
    state.put(_ANSWERED, {**known, now.address: answered(now.address) | {now.at}})


def _address(now: Standing) -> dict[str, str]:
    return {LESSON: now.address, STEP: str(now.at + 1)}


def _settle(page: str, settings: Mapping[str, Any]) -> None:
    values = {name: value for name, value in settings.items() if PAGES[page][name].widget}
    state.restore({name: list(value) if isinstance(value, tuple) else value for name, value in values.items()})
    asked = {name: value for name, value in settings.items() if name not in values}
    if page == "attention" and (asked or not any(name in st.query_params for name in _FROM_ADDRESS)):
        from dashboard.components.head_address import ask_for  # here, as torch comes with it and the frame comes first

        ask_for(*(asked.get(name) for name in _FROM_ADDRESS))
    elif page != "attention" and asked:
        state.forget("page", "bench", "bench said")  # what pages take from their address when they are opened
        for name, value in asked.items():
            st.query_params[name] = value
