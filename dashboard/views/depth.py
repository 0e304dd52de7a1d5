"""Depth: what reaches where through the layers, which heads matter, and whether a map explains the output."""

import streamlit as st

from core.language import mark, tr
from dashboard import links
from dashboard.components.depth_explanation import explained, explained_over_sentences
from dashboard.components.depth_heads import head_by_head, heads_over_sentences
from dashboard.components.depth_layers import layers
from dashboard.components.heading import heading
from dashboard.components.model_bar import Chosen, model_bar

LAYERS, HEADS, TOKEN = links.THROUGH, mark("Head by head"), mark("Explain a token")


def page() -> None:
    """Choose a model, a source and what to look at."""
    heading("Depth", tr("What reaches where through the layers, which heads matter, and what a map really explains."))
    chosen = model_bar()
    if chosen is not None:
        _section(chosen)


def _section(chosen: Chosen) -> None:
    section = st.segmented_control(
        tr("Look at"), (LAYERS, HEADS, TOKEN), format_func=tr, default=LAYERS, key=links.DEPTH, bind="query-params", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if section == HEADS:
        head_by_head(chosen)
        heads_over_sentences(chosen)
    elif section == TOKEN:
        explained(chosen)
        explained_over_sentences(chosen)
    else:
        layers(chosen)


page()
