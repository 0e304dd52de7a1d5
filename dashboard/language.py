"""In which language a session is spoken to: what its address says, else what was chosen, else what its browser asks for.

Widgets' callbacks and parts of a page that redraw alone begin runs of their own, so it is looked up where a text is said.
"""

from contextlib import suppress

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import language
from core.language import ENGLISH, LANGUAGES
from dashboard import state

CHOSEN = "lang"  # in the address, and in the session's memory
TAGS = {ENGLISH: "en", "zh": "zh-CN"}  # as a browser names them, to choose letters and voices by


def settle() -> None:
    """`core` knows whom it speaks to by asking here."""
    language.ask(spoken)


def spoken() -> str:
    """The language of the session in whose run of the script this is asked; English elsewhere."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    chosen = state.get(CHOSEN) or st.query_params.get(CHOSEN) or state.kept(CHOSEN)
    return chosen if chosen in LANGUAGES else asked_for()


def asked_for() -> str:
    """The language that the browser asks for first, of those there are."""
    with suppress(Exception):  # a test of one page has no browser
        return language.nearest(st.context.locale) or ENGLISH
    return ENGLISH
