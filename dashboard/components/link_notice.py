"""What a link asks for and cannot have: said where it is missed, for as long as it takes to read it."""

from time import monotonic

import streamlit as st

from dashboard import state

READ = 10.0  # seconds: the browser has a page drawn again in its first moments, before anyone has read a word


def link_notice(of: str, problem: str | None) -> None:
    """Say a problem of the link; go on saying it when the page is drawn again within `READ` seconds.

    A page that nobody touches keeps it; what is pressed after that time takes it away.

    Args:
        of: which part of a page it is about; problem: in Markdown, found just now; None where nothing new was found.
    """
    page, key = state.get("page"), f"link notice {of}"
    if problem is not None:
        state.put(key, (page, problem, monotonic() + READ))
    told, text, until = state.get(key, (None, "", 0.0))
    if told == page and monotonic() < until:
        st.warning(text, icon=":material/link_off:")
