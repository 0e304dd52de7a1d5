"""The head of a page: what it is for in one sentence, and larger letters for a projector. Its name stands in the menu."""

import streamlit as st

from dashboard import links, state

_PROJECTOR = "<style>html { font-size: 21px; }</style>"  # Streamlit and the drawn components size themselves by it


def heading(title: str, sentence: str) -> None:
    """Draw the head of a page."""
    state.carry(title, "projector", links.RUN, links.SOURCE)
    left, right = st.columns([5, 1], vertical_alignment="center")
    left.markdown(f"**{title}** · {sentence}")
    with right:
        if st.toggle("Projector", key="projector", bind="query-params", help="larger letters everywhere"):
            st.html(_PROJECTOR)
    state.keep("projector")
