"""A session at the decoder on the page: choosing how branches go on, keeping it, handing it on, opening another one."""

from contextlib import suppress
from typing import Any

import streamlit as st

from core.decoding.search import AbstractSearch
from core.decoding.session import Session
from core.decoding.trees.tree import DecodingTree
from core.errors import AttentionLabError, DataError
from core.language import mark, tr
from core.runs.catalog import SEARCHES
from core.runs.classroom import locked
from core.runs.sessions import SavedSession, same_tree
from core.settings import declarations
from dashboard import links, resources, state
from dashboard.components.link_notice import link_notice
from dashboard.components.literal import literal
from dashboard.components.locks import download_button, file_box
from dashboard.components.model_bar import Chosen
from dashboard.components.panel import redraw
from dashboard.components.search_form import search_form
from dashboard.components.uploaded import content

DECODER = "decoder"  # the fragment in which a session stands on the page
SAME = mark("the same search")
_MEGABYTES = 20
_FOLLOWED = "session in the address"
_EDITED = mark("the address asks for another run or source than the session in it")
AFTER_GIVEN = {
    "exact": mark("It looks everywhere below the given tokens; a proof would be about those outputs alone."),
}


def base_search() -> AbstractSearch:
    """What decodes the source unforced: a choice among all searches, the settings behind a button."""
    asked = links.wanted_search(SEARCHES)
    if asked and not state.get(_FOLLOWED):
        state.put(links.SEARCH, asked)
    state.first(links.SEARCH, next(iter(SEARCHES)))
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        name = st.segmented_control(tr("Search"), list(SEARCHES), key=links.SEARCH, required=True, help=_help())
    with right:
        return _settings(name, f"search {state.get('sessions opened', 0)} {name}", state.get("search opened"))


def rest_search(base: AbstractSearch) -> AbstractSearch:
    """What decodes the rest of a branch."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        name = st.selectbox(
            tr("Branches go on with"),
            [SAME, *SEARCHES],
            format_func=lambda one: tr(one) if one == SAME else one,
            key="rest",
            help=tr("what takes over after the tokens you give"),
        )
    with right:
        rest = base if name == SAME else _settings(name, f"rest {name}", None)
    if rest.name in AFTER_GIVEN:
        st.caption(AFTER_GIVEN[rest.name])
    return rest


def _settings(name: str, key: str, start: AbstractSearch | None) -> AbstractSearch:
    if not declarations(SEARCHES[name]):
        return SEARCHES[name]()
    with st.popover(tr("Settings"), icon=":material/tune:", width="stretch"):
        return search_form(name, key=key, start=start.to_dict() if start and start.name == name else None)


def _help() -> str:
    lines = "  \n".join(f"**{name}**: {tr(kind.summary)}" for name, kind in SEARCHES.items())
    return tr("what takes the next token when you do not force one  \n{lines}", lines=lines)


# ---------------------------------------------------------------- keeping and handing on
def known_session(chosen: Chosen, search: AbstractSearch) -> Session:
    """What this visitor has done with a source and a search so far."""
    return state.recall("sessions", place(chosen, search)) or Session(chosen.source, search)


def keep_session(chosen: Chosen, session: Session) -> None:
    """Remember it, whatever is looked at in between."""
    state.remember("sessions", place(chosen, session.search), session)


def place(chosen: Chosen, search: AbstractSearch) -> tuple[str, int, str, AbstractSearch]:
    """What one session at the decoder is of."""
    return chosen.model.run.address, chosen.model.step, chosen.source, search


def session_bar(chosen: Chosen, session: Session, tree: DecodingTree) -> None:
    """Save, link, open, and take all branches back."""
    saved = SavedSession.of(chosen.model, session)
    with suppress(DataError):  # too long for a link: the button says so
        links.say(session=saved.to_link())
    save, link, opening, clear = st.columns(4, vertical_alignment="bottom")
    download_button(
        tr("Save session"),
        lambda: saved.to_file(tree),
        "session.json",
        "application/json",
        icon=":material/save:",
        on_click="ignore",
        width="stretch",
        help=tr("source, search, branches and tree; open it here again"),
        place=save,
    )
    with link.popover(tr("Copy link"), icon=":material/link:", width="stretch"):
        _link(saved)
    with opening.popover(tr("Open session"), icon=":material/folder_open:", width="stretch"):
        _open()
    clear.button(
        tr("Undo all branches"),
        icon=":material/first_page:",
        disabled=session.done == 0,
        width="stretch",
        help=tr("Redo brings them back one by one"),
        key="undo all",
        on_click=_undo_all,
        args=(chosen, session),
    )


def _undo_all(chosen: Chosen, session: Session) -> None:
    keep_session(chosen, session.at(0))
    redraw(DECODER)  # a step told in the same moment asks for less


def _link(saved: SavedSession) -> None:
    try:
        st.code(links.session_address(saved), None, wrap_lines=True)
    except AttentionLabError as error:
        st.warning(literal(str(error)), icon=":material/link_off:")
        return
    st.caption(tr("Opens this tree wherever the same model is: same tokens, sampled ones too."))


def _open() -> None:
    file_box(
        tr("Saved session"), ["json"], key="session file", max_upload_size=_MEGABYTES, on_change=_take_file,
        help=tr("a file made by “Save session”"),
    )  # fmt: skip
    if state.get("session opened"):
        state.forget("session opened")
        st.rerun()
    if problem := state.get("session problem"):
        st.warning(
            tr("{rstrip}. The session on this page is as it was.", rstrip=literal(problem.rstrip("."))),
            icon=":material/error:",
        )


def _take_file() -> None:
    """Open the file that was just chosen; before anything is drawn, since it changes what was chosen above."""
    file = state.get("session file")
    problem = None if file is None else _opened(file)
    state.put("session problem", problem)
    state.put("session opened", file is not None and problem is None)
    redraw(DECODER)


def _opened(file: Any) -> str | None:
    try:
        locked.check("upload")
        return open_session(*SavedSession.from_file(content(file, _MEGABYTES)))
    except AttentionLabError as error:
        return str(error)


# ---------------------------------------------------------------- opening
def follow_link() -> None:
    """Open the session in the address, once; say so where it cannot be opened."""
    text, told = links.wanted_session(), None
    if state.new(_FOLLOWED, text):
        problem = _followed(str(text))
        state.put(_FOLLOWED, text)
        if problem:
            told = tr("The link's session is not opened: {problem}.", problem=literal(tr(problem).rstrip(".。")))
    link_notice("session", told)


def _followed(text: str) -> str | None:
    try:
        saved = SavedSession.from_link(text)
        return _EDITED if links.contradicts(saved) else open_session(saved)
    except AttentionLabError as error:
        return str(error)


def open_session(saved: SavedSession, kept: DecodingTree | None = None) -> str | None:
    """Replay a session and make the page show it; what is wrong with it, if anything.

    Args:
        kept: the tree it had when it was saved.

    Raises:
        AttentionLabError: the model is another one, or a branch cannot be decoded.
    """
    if saved.run not in resources.addresses():
        return tr("it was made with the run “{run}”, which is not here; bring that run here first", run=saved.run[:80])
    trained = resources.any_model(saved.run)
    saved.check(trained)
    session = saved.session
    explorer = resources.explorer(saved.run, trained.step, session.source)
    tree = explorer.tree(session, trained.writing(session.source).tokens, {})
    if kept is not None and not same_tree(kept, tree):
        return tr(
            "this program decodes it differently from the one that saved it, so its tree would not be the saved one"
        )
    values = {links.RUN: saved.run, links.SOURCE: session.source, links.SEARCH: session.search.name}
    for name, value in values.items():
        state.put(name, value)
    state.put("sessions opened", state.get("sessions opened", 0) + 1)
    state.put("search opened", session.search)
    keep_session(Chosen(trained, session.source), session)
    return None
