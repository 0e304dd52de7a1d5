"""The address of a page: what it may say, and what is refused.

Widgets bind themselves to query parameters; this file judges the ones that name things on this computer, and carries a
session at the decoder.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode

import streamlit as st

from core.language import mark, tr
from dashboard import state

if TYPE_CHECKING:
    from core.replay.parameter import Parameter
    from core.replay.view import Query, Reading
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
NOBODY = mark("no other model")  # beside it; the address leaves it out


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


# ---------------------------------------------------------------- the whole view
_SAID = "said of this view"  # what a page shows and no widget holds


def say(**values: object) -> None:
    """Let the link of the page that is open say what no widget holds, by the names in the address; None says nothing of one."""
    page = str(state.get("page"))
    state.put(_SAID, (page, {**said(page), **values}))


def said(title: str) -> dict[str, object]:
    """What was said, as long as the page is the same."""
    page, texts = state.get(_SAID, ("", {}))
    return dict(texts) if page == title else {}


def query() -> "Query":
    """The address of the page, after its name."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def page_of(title: str) -> str | None:
    """The name of a page in the address, by the title at its head; None of one that nothing replays."""
    from core.replay.table import VIEWS

    here = unquote((st.context.url or "").split("?")[0].split("#")[0]).rstrip("/").rsplit("/", 1)[-1]
    return here if here in VIEWS else next((name for name, one in VIEWS.items() if title in (one.title, tr(one.title))), None)  # fmt: skip


def shown(title: str) -> "Reading":
    """What the page of this title shows.

    Raises:
        AttentionLabError: what no address can say, or nothing.
    """
    from core.replay.table import VIEWS

    page, own = page_of(title), said(title)
    assert page is not None, f"the page {title} has no link, so nothing asks for it"

    def held(name: str, parameter: "Parameter") -> object:
        return own[name] if name in own else state.get(name) if parameter.kept else None

    return VIEWS[page].held(page, held, query())


def address_of(reading: "Reading") -> str:
    """The whole address of a view."""
    here = (st.context.url or "").split("?")[0].split("#")[0].rstrip("/")
    before = here.removesuffix(reading.page).rstrip("/") + "/"
    looks = {name: [str(state.get(name))] for name in reading.view.looks if state.get(name) is not None}
    return reading.link(before, {**query(), **looks})


_OPENED, _LINKED = "restored page", "said by the link"
_SELF_TOLD = (
    RUN,
    "swept",
    "machines ",
    SESSION,
    EDITS,
    "searches",
    "numbers",
    "table",
)  # the page itself says what is wrong with these


def restore(title: str) -> list[str]:
    """On a page just opened, give its widgets what the address says; before they are drawn.

    An address may say it in the words of any language; Streamlit reads but what it has written itself.

    Args:
        title: of the page.

    Returns:
        What is wrong with the address, a sentence each: in place of that the page shows what it shows by itself.
    """
    if state.get(_OPENED) == title:
        return []
    asked = query()
    page = page_of(title) if set(asked) - {"lang", "projector"} else None
    values, told = ({}, {}) if page is None else _read(page, asked, title)
    with state.undisturbed():
        state.put(_OPENED, title)
        state.put(_LINKED, {name: texts[-1] for name, texts in asked.items() if texts})
        state.put(state.REFUSED, tuple(told))
        for name, value in values.items():
            state.put(name, value)
    return list(told.values())


def _read(page: str, asked: "Query", title: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What an address gives to widgets, and what is wrong with it that the page does not say itself; both by name."""
    from core.replay.table import VIEWS

    values, problems = VIEWS[page].restored(asked)
    itself = (*_SELF_TOLD, "settings") if title == "Sampling" else _SELF_TOLD
    return values, {name: words for name, words in problems.items() if not name.startswith(itself)}


def linked(name: str) -> str | None:
    """What the address that opened this page said under a name that no widget has; the same as long as the page is open."""
    return state.get(_LINKED, {}).get(name)


def linked_number(name: str, known: Collection[int]) -> int | None:
    """The same as a number, where it is one of those known."""
    text = linked(name) or ""
    number = int(text) if text.isdecimal() and len(text) < 10 else None
    return number if number in known else None
