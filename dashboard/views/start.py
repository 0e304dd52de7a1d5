"""Start: a living map of attention, three things to do, and a tour; drawn before PyTorch is imported."""

import streamlit as st

from core.language import tr
from core.runs.first_map import first_map
from dashboard import links, state
from dashboard.components import tour
from dashboard.components.literal import code
from dashboard.components.living_map import living_map
from dashboard.components.page_head import page_head
from dashboard.components.panel import guarded
from dashboard.components.press import pressed


def page() -> None:
    """The map on the left, what to do on the right."""
    if links.RUN in st.query_params:  # an address of before this page was here: the page Attention was the first
        st.switch_page("views/attention.py", query_params=st.query_params.to_dict())
    lead = tr("Train small models, see all their attention, step their decoders, on this computer alone.")
    state.carry("Start")
    page_head(f"**{tr('Attention Lab')}** · {lead}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        guarded(tr("The first map"))(_map)()
    with right:
        _things()


def _map() -> None:
    shown = first_map()
    st.markdown(
        tr("A small model reads a date and writes it anew, one token after the other. Each row says where it looked.")
    )
    living_map(shown, key="first map")
    st.caption(
        tr(
            "Its own numbers: the shipped run {run}, as trained for {step:,} steps.",
            run=code(shown.run),
            step=shown.step,
        )
    )
    st.page_link(
        "views/attention.py",
        label=tr("Open this map in Attention"),
        icon=":material/grid_view:",
        query_params={links.RUN: shown.run, links.SOURCE: shown.source, links.SITE: shown.site, links.HEAD: "1"},
    )


def _things() -> None:
    date = {links.RUN: "demo/dates-transformer", links.SOURCE: "April 30, 1981"}
    _thing(
        "train",
        tr("Train a small model"),
        ":material/model_training:",
        tr("It learns to write words backwards, and you see its attention become sharp."),
        {"task": "reverse"},
    )
    _thing(
        "decoder",
        tr("Step the decoder"),
        ":material/account_tree:",
        tr("What could come next? Take another token than the model would, and see where that leads."),
        date,
    )
    _thing(
        "attention",
        tr("Inspect attention"),
        ":material/grid_view:",
        tr("Every layer and head of a Transformer on a sentence of yours."),
        date,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if pressed(tr("Take the two-minute tour"), type="primary", icon=":material/tour:", key="tour begins"):
            tour.go(1)
        st.page_link("views/lessons.py", label=tr("The whole lecture, as lessons"), icon=":material/school:")


def _thing(view: str, title: str, icon: str, words: str, settings: dict[str, str]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.page_link(f"views/{view}.py", label=f"**{title}**", icon=icon, query_params=settings)
        st.markdown(words)


page()
