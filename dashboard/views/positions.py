"""Positions: what each kind adds and where, what depends on distance alone, and what it takes to learn an order."""

import streamlit as st

from core.language import mark, tr
from core.runs.placing import ALL
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel
from dashboard.components.position_race import position_race
from dashboard.components.position_view import gallery

GALLERY, RACE = mark("Gallery"), mark("Trained")


def page() -> None:
    """Choose, look."""
    heading("Positions", tr("Self-attention sees a set of vectors. How does it come to know their order?"))
    what = st.segmented_control(
        tr("Part"), [GALLERY, RACE], format_func=tr, default=GALLERY, key="positions part", required=True, bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if what == RACE:
        guarded(tr("The trainings"))(position_race)()  # no fragment of its own: the button must stop one
    else:
        panel(tr("The gallery"))(_gallery)()


def _gallery() -> None:
    kind, length, moved = st.columns([2, 1, 1], vertical_alignment="bottom")
    name = kind.selectbox(tr("Positions"), ALL, index=1, key="positions", bind="query-params")
    count = length.slider(tr("Positions drawn"), 8, 64, 32, key="positions count", bind="query-params")
    shift = moved.slider(
        tr("Moved by"), 0, 100, 0, key="positions shift", bind="query-params", help=tr("added to every position")
    )
    gallery(name, count, shift)


page()
