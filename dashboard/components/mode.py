"""Light or dark: what the reader's page looks like."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from core.figures.theme import Mode  # which imports Plotly; the page Start waits for nothing


def mode() -> "Mode":
    """The theme the browser shows now."""
    return "dark" if st.context.theme.type == "dark" else "light"
