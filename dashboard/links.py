"""The address of a page: what it may say, and what is refused.

Widgets bind themselves to query parameters; this file judges the ones that name things on this computer, and carries a
session at the decoder.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from core.language import mark, tr

if TYPE_CHECKING:
    from core.runs.sessions import SavedSession  # it imports PyTorch, and the page Start has links before that is here

PAGE = "page file"  # not in the address: the name of the open page's file, for what has to know it in every language
RUN = "run"
SOURCE = "source"
SEARCH = "search"
SESSION = "session"
EDITS = "edits"
TARGET = "target"
WORDS = "words"
BESIDE = "beside"
REDUCTION = "reduction"
SITE = "site"
HEAD = "head"
RECORDED_REDUCTION = "recorded reduction"  # of the page Recordings: a widget there, no parameter
DEPTH, THROUGH = "depth", mark("Through the layers")  # the page Depth, and its first part
CARRY, LAYER = "carry", "layer"  # widgets of that part, no parameters
RECORDED_SECTION, EVERY_HEAD = "recorded section", mark("Every head")
ATTENTION = (RUN, SOURCE, TARGET, BESIDE, REDUCTION, SITE, HEAD, WORDS)  # the state of the page Attention
NOBODY = "no other model"  # beside it; the address leaves it out


def wanted_run(known: list[str]) -> tuple[str | None, str | None]:
    """The run the address asks for, and what is wrong with it where it cannot be.

    Args:
        known: the runs that can be looked at.
    """
    asked = st.query_params.get(RUN)
    if asked is None or asked in known:
        return asked, None
    return None, tr("There is no run “{asked}” with a checkpoint here; another one is shown.", asked=asked[:80])


def wanted_session() -> str | None:
    """The session in the address, unread."""
    return st.query_params.get(SESSION)


def contradicts(saved: "SavedSession") -> bool:
    """Whether the address asks for another run or source than the session in it: somebody has edited it."""
    asked = ((RUN, saved.run), (SOURCE, saved.session.source))
    return any(st.query_params.get(name, value) != value for name, value in asked)


def wanted_search(known: Collection[str]) -> str | None:
    """The search the address asks for, if there is one of this name; asked once, since a session says it better."""
    asked = st.query_params.pop(SEARCH, None)
    return asked if asked in known else None


def session_address(saved: "SavedSession") -> str:
    """The address that opens a session anywhere with the same model.

    Raises:
        DataError: it is too long for one.
    """
    here = (st.context.url or "").split("?")[0].split("#")[0]
    return f"{here}?{urlencode({RUN: saved.run, SOURCE: saved.session.source, SESSION: saved.to_link()})}"
