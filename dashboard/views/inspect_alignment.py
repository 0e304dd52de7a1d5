"""Inspect my alignment: attention maps of any toolkit, labelled, scored and examined; a head chosen by evidence."""

import streamlit as st

from core.language import mark, tr
from dashboard.components.alignment_downloads import alignment_downloads
from dashboard.components.alignment_source import alignment_source
from dashboard.components.alignment_view import alignment_view, noticed
from dashboard.components.heading import heading
from dashboard.components.panel import panel


def page() -> None:
    """Drop, look, take along."""
    heading("Inspect my alignment", tr("Drop the attention maps of any program: what they align, and where they fail."))
    _panel()


@panel(mark("The alignment"))
def _panel() -> None:
    brought = alignment_source()
    noticed(brought.dump)
    diagnosis = alignment_view(brought)
    alignment_downloads(diagnosis, brought.dump)
    if brought.example:
        st.caption(
            tr("This is an example: the cross-attention of {example} on its probe sentence.", example=brought.example)
        )


page()
