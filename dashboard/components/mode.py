"""Light or dark: what the reader's page looks like."""

import streamlit as st

from core.figures.theme import Mode


def mode() -> Mode:
    """The theme the browser shows now."""
    return "dark" if st.context.theme.type == "dark" else "light"
