"""The link of what a page shows, everything spelled out, and the Python that gives the same numbers."""

import streamlit as st

from core.errors import AttentionLabError
from core.language import mark, tr
from dashboard import links, state
from dashboard.components.literal import literal
from dashboard.components.locks import download_button

_ASKS = "link asked for"
_HEIGHT = 380  # pixels of the script
_COMMAND = mark(
    "`attnlab replay LINK --check` computes this view and runs the script in a Python of its own: every number must be the same."
)


def view_link(title: str) -> None:
    """The button that asks for both; none on a page that nothing replays.

    Args:
        title: of the page.
    """
    if links.page_of(title) is None:
        return
    st.button(
        tr("Link, code"), icon=":material/share:", key="view link", on_click=state.put, args=(_ASKS, True),
        help=tr("a link that restores exactly this view, and the Python that gives its numbers"),
    )  # fmt: skip
    if state.get(_ASKS):  # remembered: a page that is drawn again meanwhile does not close it
        st.dialog(tr("This view, again"), width="large", on_dismiss=_answered)(_asking)(title)


def _answered() -> None:
    state.forget(_ASKS)


def _asking(title: str) -> None:
    from core.replay.script import script

    try:
        reading = links.shown(title)
        python, address = script(reading), links.address_of(reading)
    except AttentionLabError as error:
        st.info(
            literal(tr("There is no link for this: {problem}.", problem=str(error).rstrip("."))),
            icon=":material/link_off:",
        )
        return
    st.markdown(tr("**Link**: opens this view wherever the same runs are, seeds included."))
    st.code(address, None, wrap_lines=True)
    st.markdown(tr("**The Python for this**: the same numbers, with `core` alone."))
    st.code(python, "python", height=_HEIGHT)
    left, right = st.columns([1, 3], vertical_alignment="center")
    download_button(
        tr("Python .py"), python, f"{reading.page}.py", "text/x-python", on_click="ignore", icon=":material/download:",
        key="view python", width="stretch", place=left,
    )  # fmt: skip
    right.caption(tr(_COMMAND))
