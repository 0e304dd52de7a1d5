"""In which language a session is spoken to: what its address says, else what was chosen, else what its browser asks for.

Widgets' callbacks and parts of a page that redraw alone begin runs of their own, so it is looked up where a text is said.
"""

import threading
from contextlib import suppress
from contextvars import ContextVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import language
from core.language import ENGLISH, LANGUAGES
from dashboard import state

CHOSEN = "lang"  # in the address, and in the session's memory
TAGS = {ENGLISH: "en", "zh": "zh-CN"}  # as a browser names them, to choose letters and voices by


_known = (
    threading.local()
)  # of the run in this thread: a page says hundreds of texts, and looking it up takes a twentieth of a millisecond
_asked: ContextVar[str | None] = ContextVar("language of a request", default=None)  # outside of every session


def speak_to(accepted: str) -> None:
    """Speak to whoever sends this request of no session; it ends with the request.

    Args:
        accepted: the header Accept-Language, the languages of a browser, the dearest first.
    """
    settle()
    _asked.set(next(filter(None, map(language.nearest, accepted.replace(";", ",").split(","))), None))


def settle() -> None:
    """`core` knows whom it speaks to by asking here."""
    language.ask(spoken)


def spoken() -> str:
    """The language of the session in whose run of the script this is asked; elsewhere that of a request, or English."""
    run = get_script_run_ctx(suppress_warning=True)
    if run is None:
        return _asked.get() or ENGLISH
    if getattr(_known, "run", None) is not run.cursors:  # new with every run
        said = (st.query_params.get(CHOSEN), state.get(CHOSEN), state.kept(CHOSEN))
        chosen = next((one for one in said if one in LANGUAGES), None) or asked_for()
        _known.run, _known.language = run.cursors, chosen
    return _known.language


def asked_for() -> str:
    """The language that the browser asks for first, of those there are."""
    with suppress(Exception):  # a test of one page has no browser
        return language.nearest(st.context.locale) or ENGLISH
    return ENGLISH
