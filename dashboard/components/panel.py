"""A panel: a part of a page that redraws alone, and whose failure stays its own.

What the house raises on purpose is said in its own words; anything else becomes a card with a number that stands in
the server's log as well. The rest of the page lives on.
"""

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from inspect import getfile
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.errors import AttentionLabError
from core.language import tr
from dashboard.components.literal import literal
from dashboard.one_at_a_time import answers

P = ParamSpec("P")
R = TypeVar("R")
_log = logging.getLogger("attention_lab")


def panel(title: str, *, every: float | None = None) -> Callable[[Callable[P, R]], Callable[P, R | None]]:
    """Make a function a panel.

    Args:
        title: what the card says has failed.
        every: seconds between redraws by itself; None redraws on interaction only.
    """

    def decorate(draw: Callable[P, R]) -> Callable[P, R | None]:
        return st.fragment(guarded(title)(draw), run_every=every)

    return decorate


def guarded(title: str) -> Callable[[Callable[P, R]], Callable[P, R | None]]:
    """As `panel`, without redrawing alone."""

    def decorate(draw: Callable[P, R]) -> Callable[P, R | None]:
        @wraps(draw)
        def safely(*args: P.args, **kwargs: P.kwargs) -> R | None:
            try:
                with answers.turn():
                    return draw(*args, **kwargs)
            except AttentionLabError as error:
                st.warning(literal(str(error)), icon=":material/info:")
            except Exception:  # a panel must not take the page with it; the log has the whole story
                number = secrets.token_hex(3)
                _log.exception("incident %s in panel %s", number, title)
                st.error(
                    tr(
                        "{title} could not be drawn. The rest of the page works; try other input or reload. "
                        "(incident {number}, see the server's log)",
                        title=tr(title),
                        number=number,
                    ),
                    icon=":material/error:",
                )
            return None

        # Streamlit tells fragments apart by module, name and place: every page is the module __main__, and what the
        # page before still asks would be drawn here
        safely.__qualname__ = f"{Path(getfile(draw)).stem}.{draw.__qualname__}"
        return safely

    return decorate


def redraw(key: str) -> None:
    """In a callback: draw one fragment instead of the one it stands in; where more is drawn anyway, nothing is cut short.

    A browser makes one message of what happens at one moment, and a server of what comes while it is busy: a step at the
    decoder, and a sentence typed beside it.
    """
    here = get_script_run_ctx()
    if here is not None and len(here.fragment_ids_this_run or ()) == 1:
        st.rerun(key)


def again() -> None:
    """Run the panel once more; where the whole page runs, the page."""
    try:
        st.rerun(scope="fragment")
    except StreamlitAPIException:
        st.rerun()
