"""The two-minute tour: a few stops through the pages, one thing to try at each, above the page that it is about.

Which stop it is stands in the address, so a reload, a bookmark and a link to a class come back to it. Whoever goes to a page by
the menu has left the tour. Needs no PyTorch: its words are on screen while a page is still being prepared.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from core.language import mark, tr
from dashboard import links, state
from dashboard.components.press import pressed

TOUR = "tour"  # in the address: the number of a stop, from 1
_DATE = {links.RUN: "demo/dates-transformer", links.SOURCE: "April 30, 1981"}


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        page: file of its page; says: what is to be seen there; tries: one thing to do; settings: of its widgets.
    """

    page: str
    says: str
    tries: str
    settings: Mapping[str, str] = field(default_factory=dict)


STOPS = (
    Stop(
        "train",
        mark("A model learns to write words backwards, on this computer."),
        mark("Press Train, watch for a moment how its attention sharpens, then go on: it trains by itself."),
        {"task": "reverse"},
    ),
    Stop(
        "attention",
        mark("All heads of a trained Transformer on one sentence. Rows look, columns are looked at."),
        mark("Point at small maps, click one: it opens large below."),
        _DATE,
    ),
    Stop(
        "decoder",
        mark("The same model, one token at a time: what it could write next, and where it looks for it."),
        mark("Press → a few times, then click a token that it did not choose."),
        _DATE,
    ),
    Stop(
        "compare",
        mark(
            "Several searches on one source. Each score is taken apart, each answer judged against the best there is."
        ),
        mark("Look at the card of beam search, then at its tree below."),
        _DATE,
    ),
    Stop(
        "intervene",
        mark("Does it need what it looks at? Switch heads off, or move attention by hand, and decode again."),
        mark("Click head 2 in row L1 of cross, which switches it off, and see what becomes of the day."),
        _DATE,
    ),
    Stop(
        "attention_by_hand",
        mark("What all of that is made of: four small vectors, and every number from them to the outputs."),
        mark("Change a number of a vector, and follow what moves after it."),
    ),
    Stop(
        "attention",
        mark("Everything you see can be taken along, and says what it is of: pictures, tables, the Python for it."),
        mark("Open Take away under the map and save one. Then leave the tour: the pages are yours."),
        _DATE,
    ),
)


def asked_stop() -> int | None:
    """The stop that the address asks for, from 1; None where there is no such stop."""
    return {str(number): number for number in range(1, len(STOPS) + 1)}.get(st.query_params.get(TOUR, ""))


def go(number: int) -> None:
    """Go to the page of a stop; its widgets get the settings, and say them in the address themselves."""
    stop = STOPS[number - 1]
    state.restore(dict(stop.settings))
    st.switch_page(f"views/{stop.page}.py", query_params={TOUR: str(number)})


def tour(page: str) -> None:
    """Draw the stop that the address asks for; on another page than its own, go there.

    Args:
        page: file of the page that is open.
    """
    number = asked_stop()
    if number is None:
        return
    stop = STOPS[number - 1]
    if stop.page != page:
        go(number)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="tour"):
        with st.container():
            place = tr("Tour, stop {number} of {count}", number=number, count=len(STOPS))
            st.markdown(f"**{place}** · {tr(stop.says)}  \n:material/touch_app: **{tr('Try it')}:** {tr(stop.tries)}")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            _moves(number)


def _moves(number: int) -> None:
    """Back, Next and Leave; with keys, since a page that is opened takes the focus away."""
    if number > 1 and pressed(tr("Back"), icon=":material/arrow_back:", key="tour back", shortcut="Alt+B"):
        go(number - 1)
    if number < len(STOPS) and pressed(
        tr("Next stop"), icon=":material/arrow_forward:", key="tour next", shortcut="Alt+N", type="primary"
    ):
        go(number + 1)
    st.button(tr("Leave"), icon=":material/close:", on_click=_leave, key="leave the tour", type="tertiary")


def _leave() -> None:
    st.query_params.pop(TOUR, None)
