"""Which head is open, in the address of the page: what it asks for, and what the page writes into it."""

from collections.abc import Sequence

import streamlit as st

from core.recording.matrix import AttentionMatrix
from dashboard import links, state

_WRITTEN, _ASKED, _TIMES = "head written", "head asked for", "heads asked for"


def wanted_head(known: Sequence[AttentionMatrix], first: tuple[str, int]) -> tuple[tuple[str, int], int]:
    """The site and the head that the address asks for, where there are such, else the first; and how often it has asked.

    What the page itself has written is no wish: a click that is under way must not be undone by the one before it.
    """
    asked = (st.query_params.get(links.SITE), st.query_params.get(links.HEAD))
    if asked != state.get(_WRITTEN):
        state.put(_WRITTEN, asked)
        state.put(_ASKED, asked)
        state.put(_TIMES, state.get(_TIMES, 0) + 1)
    site, head = state.get(_ASKED)
    at = int(head) - 1 if head and head.isdecimal() and len(head) < 6 else 0
    fits = any(one.site.name == site and 0 <= at < one.heads for one in known)
    return ((str(site), at) if fits else first), state.get(_TIMES)


def put_head(site: str, head: int, first: tuple[str, int]) -> None:
    """Say in the address which head is open, counted from 1; what the page opens on is left out."""
    said = (None, None) if (site, head) == first else (site, str(head + 1))
    state.put(_WRITTEN, said)
    for name, value in zip((links.SITE, links.HEAD), said):
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def ask_for(site: str | None, head: str | None) -> None:
    """Ask for a head as the address would, counted from 1; before the heads are drawn."""
    state.put(_WRITTEN, (st.query_params.get(links.SITE), st.query_params.get(links.HEAD)))
    state.put(_ASKED, (site, head))
    state.put(_TIMES, state.get(_TIMES, 0) + 1)
