"""A table of probabilities that is edited by hand: every version is kept, and the address says the present one.

Versions need not sum to one; what is drawn is the last one that does.
"""

import pandas as pd
import streamlit as st

from core.errors import DataError
from core.language import tr
from core.models.example_tables import EXAMPLE_TABLES
from core.models.table import TableModel
from core.models.table_rows import Rows, changed_tokens, gathered, pack, read_rows, scaled, unpack, write_rows
from dashboard import state
from dashboard.components.literal import literal
from dashboard.components.locks import download_button, file_box
from dashboard.components.uploaded import content

_VERSIONS, _AT, _EPOCH, _GOOD = "table versions", "table version", "table epoch", "table drawn"
_READ = "table file read"  # which file was opened last
_BASE = "table in the editor"  # it must not change under an editor that is on screen
_PARAMETER = "table"
_MEGABYTES = 1


def open_table(page: str) -> str | None:
    """On a page just opened, take the table from its address, or the one it was left with; what is wrong, if anything.

    Call it before the page's heading.
    """
    if state.get("page") == page:
        return None
    rows, problem = _now() if state.get(_VERSIONS) else _example("lecture"), None
    text = st.query_params.get(_PARAMETER)
    if text is not None:
        try:
            rows = unpack(text)
        except DataError as error:
            problem = tr("{error}. Another table is shown.", error=error)
    if not state.get(_VERSIONS):
        state.put(_VERSIONS, [rows])
        state.put(_AT, 0)
        state.put(_GOOD, _example("lecture"))
    _push(rows)
    return problem


def table_bar() -> None:
    """Examples, undo and redo, files."""
    names, back, again, files = st.columns([3, 1, 1, 1], vertical_alignment="bottom")
    with names:
        st.selectbox(
            tr("Start from"), list(EXAMPLE_TABLES), format_func=lambda name: tr(EXAMPLE_TABLES[name].title), key="example table",
            index=None, placeholder=tr("an example …"), on_change=_take_example, help=tr("replaces the table; undo brings it back"),
        )  # fmt: skip
    at, last = state.get(_AT), len(state.get(_VERSIONS)) - 1
    with back:
        st.button(tr("Undo"), icon=":material/undo:", on_click=_go, args=(-1,), disabled=at == 0, width="stretch")
    with again:
        st.button(tr("Redo"), icon=":material/redo:", on_click=_go, args=(1,), disabled=at == last, width="stretch")
    with files, st.popover(tr("File"), icon=":material/folder_open:", width="stretch"):
        plain = write_rows(_now())
        download_button(tr("Table .json"), plain, "table.json", on_click="ignore", key="table json", width="stretch")
        given = file_box(
            tr("Open a table (.json, at most {megabytes} MB)", megabytes=_MEGABYTES),
            type="json",
            max_upload_size=_MEGABYTES,
            key="table file",
        )
        if given is not None and state.new(_READ, given.file_id):
            opened = _open_file(content(given, _MEGABYTES))
            state.put(_READ, given.file_id)
            if opened:
                st.rerun()


def table_editor() -> TableModel:
    """The table to edit; what is wrong with it is said below it.

    Returns:
        The present table, or the last one that could be drawn.
    """
    if state.new("table epoch shown", state.get(_EPOCH)):
        state.put(_BASE, _now())
        state.put("table epoch shown", state.get(_EPOCH))
    edited = st.data_editor(
        _frame(state.get(_BASE)), key=f"table {state.get(_EPOCH)}", num_rows="dynamic", hide_index=True, width="stretch", height=420,
        column_config={
            "after": st.column_config.TextColumn(tr("after"), help=tr("the tokens before, with spaces; empty = the first step")),
            "token": st.column_config.TextColumn(tr("token"), help=tr("what may come next; <end> ends the output")),
            "p": st.column_config.NumberColumn(tr("probability"), help=tr("0 to 1; a row of one “after” sums to 1"), format="%.4g"),
        },
    )  # fmt: skip
    try:
        rows = gathered(edited[["after", "token", "p"]].itertuples(index=False, name=None))
    except DataError as error:
        _said(error)
        st.button(tr("Take the change back"), icon=":material/undo:", on_click=_go, args=(0,))
        return TableModel(state.get(_GOOD))
    _note(rows)
    try:
        model = TableModel(rows)
    except DataError as error:
        _said(error)
        _offers()
        return TableModel(state.get(_GOOD))
    st.caption(tr("What has no line of its own ends there, with probability 1."))
    state.put(_GOOD, _now())
    return model


def _said(error: DataError) -> None:
    st.warning(
        tr("{error}. What is drawn is the last table that was whole.", error=literal(str(error))),
        icon=":material/edit:",
    )


def _offers() -> None:
    """Ways to a row that sums to one."""
    typed = changed_tokens(_now(), state.get(_GOOD))
    left, right = st.columns(2)
    left.button(tr("Scale to one"), on_click=_scale, args=(None,), width="stretch", help=tr("every row in proportion"))
    if typed:
        right.button(
            tr("Keep what I typed, scale the rest"), on_click=_scale, args=(typed,), width="stretch",
            help=tr("{tokens} stay as they are", tokens=", ".join(literal(token) for token in typed.values())),
        )  # fmt: skip


def _scale(kept: dict[tuple[str, ...], str] | None) -> None:
    try:
        _push(scaled(_now(), kept))
    except DataError as error:
        st.toast(literal(str(error)), icon=":material/info:")


def _open_file(content: bytes) -> bool:
    try:
        _push(read_rows(content.decode("utf-8-sig")))
        return True
    except UnicodeDecodeError:
        st.warning(tr("The file is no text in UTF-8; save the table as JSON in UTF-8."), icon=":material/edit:")
    except DataError as error:
        st.warning(literal(str(error)), icon=":material/edit:")
    return False


def _take_example() -> None:
    name = state.get("example table")
    if name:
        _push(_example(name))
        state.put("example table", None)


def _example(name: str) -> Rows:
    return {prefix: dict(row) for prefix, row in EXAMPLE_TABLES[name].table.rows.items()}


# ---------------------------------------------------------------- versions
def _now() -> Rows:
    return state.get(_VERSIONS)[state.get(_AT)]


def _go(steps: int) -> None:
    state.put(_AT, state.get(_AT) + steps)
    state.put(_EPOCH, state.get(_EPOCH, 0) + 1)


def _push(rows: Rows) -> None:
    """A new version that the editor begins anew with."""
    _note(rows)
    state.put(_EPOCH, state.get(_EPOCH, 0) + 1)


def _note(rows: Rows) -> None:
    """Remember a version that the editor shows already, and let the address say it."""
    at = state.get(_AT)
    if pack(rows) != pack(_now()):
        state.put(_VERSIONS, [*state.get(_VERSIONS)[: at + 1], rows])
        state.put(_AT, at + 1)
    st.query_params[_PARAMETER] = pack(rows)


def _frame(rows: Rows) -> pd.DataFrame:
    lines = [(" ".join(prefix), token, p) for prefix, row in rows.items() for token, p in row.items()]
    return pd.DataFrame(lines, columns=["after", "token", "p"])
