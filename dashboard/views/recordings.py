"""Recordings: attention that another program recorded, every layer and head of any hypothesis."""

import streamlit as st

from dashboard.components.dump_depth import dump_layers, dump_spread
from dashboard.components.dump_source import Chosen, dump_source
from dashboard.components.dump_view import dump_downloads, maps, said
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel

MAPS, LAYERS, SPREAD = "Every head", "Through the layers", "Spread of the heads"


def page() -> None:
    """Drop, choose, look, take along."""
    heading(
        "Recordings",
        "Drop the attention that another program recorded: every layer and head, any hypothesis of a beam.",
    )
    _panel()


@panel("The recording")
def _panel() -> None:
    chosen = dump_source()
    if chosen.example:
        st.caption(
            "Nothing dropped yet. This is the attention of a shipped model; docs/your-own-model.md says how to record yours."
        )
    said(chosen)
    section = st.segmented_control(
        "Look at",
        (MAPS, LAYERS, SPREAD),
        default=MAPS,
        key="recorded section",
        required=True,
        label_visibility="collapsed",
    )
    _drawn(section, chosen)
    dump_downloads(chosen)


@guarded("This view of the recording")
def _drawn(section: str, chosen: Chosen) -> None:
    {MAPS: maps, LAYERS: dump_layers, SPREAD: dump_spread}[section](chosen)


page()
