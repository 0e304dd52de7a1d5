"""The head of a page: what it is for in one sentence, and the tools of all pages: language, projector, figures, keys.

Its name stands in the menu.
"""

from functools import cache

import streamlit as st

from core.language import LANGUAGES
from dashboard import links, state
from dashboard.components.canvas import ASSETS
from dashboard.components.figure_bar import arrive, figure_bar, figure_told
from dashboard.components.keyboard import keyboard
from dashboard.components.projector import projector
from dashboard.language import CHOSEN, asked_for

_BOTH = "Language / 语言"  # for whoever cannot read the other


def heading(title: str, sentence: str) -> None:
    """Draw the head of a page."""
    state.carry(title, links.RUN, links.SOURCE)
    arrive(title)
    st.html(f"<style>{_sheet()}</style>")
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        st.markdown(f"**{title}** · {sentence}", width="stretch")
        with st.container(horizontal=True, vertical_alignment="center", width="content", key="head tools"):
            _language_box()
            projector()
            figure_bar()
            keyboard(str(state.get(links.PAGE, "")))
    state.keep(*state.HEAD)
    figure_told(title)


@cache
def _sheet() -> str:
    return (ASSETS / "heading.css").read_text(encoding="utf-8")


def _language_box() -> None:
    # the first option is left out of the address, so it must be what the app opens in without one
    st.selectbox(
        _BOTH, sorted(LANGUAGES, key=lambda one: one != asked_for()), key=CHOSEN, bind="query-params", width=124,
        format_func=LANGUAGES.__getitem__, label_visibility="collapsed", on_change=state.keep, args=(CHOSEN,),
    )  # fmt: skip
