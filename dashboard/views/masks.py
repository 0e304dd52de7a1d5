"""Masks: who may look at whom, what that costs, and how far information travels in some layers."""

import streamlit as st

from core.attention.patterns import PATTERNS
from core.language import mark, tr
from core.runs.masked import composed, shown
from dashboard.components import mask_view
from dashboard.components.graph_view import graph_view
from dashboard.components.heading import heading
from dashboard.components.panel import panel

SEQUENCE, GRAPH = mark("a sequence"), mark("a graph")


def page() -> None:
    """Choose, look."""
    heading("Masks", tr("Who may look at whom, what it costs, and how far information travels."))
    what = st.segmented_control(
        tr("Attention over"), [SEQUENCE, GRAPH], format_func=tr, default=SEQUENCE, key="over", required=True, bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    if what == GRAPH:
        panel(tr("The graph"))(graph_view)()
    else:
        panel(tr("The mask"))(_sequence)()


def _sequence() -> None:
    names = list(PATTERNS)
    kind, *places = st.columns(4, vertical_alignment="bottom")
    pattern = kind.selectbox(tr("Pattern"), names, index=names.index("local"), key="pattern", bind="query-params")
    length = places[0].slider(tr("Length"), 8, 64, 24, key="length", bind="query-params", help=tr("tokens"))
    window = places[1].slider(
        tr("Window"), 1, 16, 2, key="window", bind="query-params", disabled=PATTERNS[pattern].least_window is None,
        help=tr("neighbors on each side; the stride of strided, the size of blocks"),
    )  # fmt: skip
    layers = places[2].slider(tr("Layers"), 1, 8, 4, key="layers", bind="query-params", help=tr("for the reach"))
    told, past, padding = st.columns([2, 1, 1], vertical_alignment="center")
    told.caption(f"`{pattern}`: {tr(PATTERNS[pattern].summary)}")
    backwards = past.toggle(tr("& causal"), key="causal", bind="query-params", help=tr("nobody looks ahead"))
    pads = padding.slider(
        tr("& padding"), 0, 7, 0, key="pads", bind="query-params", help=tr("last tokens that are padding")
    )
    masks = composed(pattern, length, window, backwards=backwards, pads=pads)
    together, name = masks.together(), " & ".join(masks.parts)
    st.markdown(mask_view.in_words(name, shown(together, length), layers))
    left, right = st.columns([2, 3])
    with left:
        mask_view.picture(name, shown(together, length))
    with right:
        mask_view.cost(pattern, window, length, backwards=backwards)
        mask_view.reached(together, length, layers, key="sequence")
    mask_view.parts(masks, pattern, length, window)


page()
