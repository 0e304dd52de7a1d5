"""Recordings: attention that another program recorded, every layer and head of any hypothesis."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.language import mark, tr
from dashboard import links
from dashboard.components.downloads import Taken
from dashboard.components.dump_alignment import dump_alignment
from dashboard.components.dump_depth import dump_layers, dump_spread
from dashboard.components.dump_source import Chosen, dump_source
from dashboard.components.dump_view import dump_downloads, maps, said
from dashboard.components.heading import heading
from dashboard.components.panel import guarded, panel

PARTS: Mapping[str, Callable[[Chosen], Taken | None]] = {
    links.EVERY_HEAD: maps,
    mark("Which head aligns"): dump_alignment,
    links.THROUGH: dump_layers,
    mark("Spread of the heads"): dump_spread,
}


def page() -> None:
    """Drop, choose, look, take along."""
    heading(
        "Recordings",
        tr("Drop the attention that another program recorded: every layer and head, any hypothesis of a beam."),
    )
    _panel()


@panel(mark("The recording"))
def _panel() -> None:
    chosen = dump_source()
    if chosen.example:
        st.caption(
            tr(
                "Nothing dropped yet. This is the attention of a shipped model; docs/your-own-model.md says how to record yours."
            )
        )
    said(chosen)
    part = st.segmented_control(
        tr("Look at"), list(PARTS), format_func=tr, default=links.EVERY_HEAD, key=links.RECORDED_SECTION, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    dump_downloads(chosen, _drawn(part, chosen) or {})


@guarded(mark("This view of the recording"))
def _drawn(part: str, chosen: Chosen) -> Taken | None:
    return PARTS[part](chosen)


page()
