"""The first line of every page, and the tools that all pages have: language, projector, keys. Needs no PyTorch."""

from collections.abc import Callable
from functools import cache

import streamlit as st

from core.language import LANGUAGES
from dashboard import links, state
from dashboard.components.canvas import ASSETS
from dashboard.components.keyboard import keyboard
from dashboard.components.mode import mode
from dashboard.components.projector import projector
from dashboard.language import CHOSEN, asked_for, spoken

_BOTH = "Language / 语言"  # for whoever cannot read the other
_ON_PRIMARY = {"light": "#ffffff", "dark": "#0b1116"}  # Streamlit writes white on the dark theme's light blue too


def page_head(line: str, *tools: Callable[[], None]) -> None:
    """Draw it; what the tools of all pages were set to is to be carried before (`state.carry`).

    Args:
        line: Markdown; tools: draw what this page has besides.
    """
    st.html(f"<style>:root {{ --on-primary: {_ON_PRIMARY[mode()]}; }}\n{_sheet()}</style>")
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", key="page head"):
        st.markdown(line, width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", wrap=False, width="content", key="page tools"):
            _language_box()
            projector()
            for tool in tools:
                tool()
            keyboard(str(state.get(links.PAGE, "")))
    state.keep(*state.HEAD)


@cache
def _sheet() -> str:
    return (ASSETS / "page_head.css").read_text(encoding="utf-8")


def _language_box() -> None:
    """The choice; it is in the address where it is not what the browser asks for.

    Not by `bind`, which writes what is shown, 简体中文, where every link says zh.
    """
    state.first(CHOSEN, spoken())
    chosen = st.selectbox(
        _BOTH, list(LANGUAGES), key=CHOSEN, width=150, format_func=LANGUAGES.__getitem__, label_visibility="collapsed",
        on_change=_choose,
    )  # fmt: skip
    said = st.query_params.get(CHOSEN)
    if said != chosen and (said or chosen != asked_for()):
        st.query_params[CHOSEN] = chosen


def _choose() -> None:
    """Before anything is said in the new language: the address counts more than what is remembered."""
    state.keep(CHOSEN)
    st.query_params[CHOSEN] = state.get(CHOSEN)
