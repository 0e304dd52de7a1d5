"""Lessons of one's own: bring one from a file, hand one out as a file or a link, give one to the class."""

import streamlit as st

from core.errors import AttentionLabError
from core.language import tr
from core.lessons import shelves
from core.lessons.reading import LARGEST
from core.lessons.shelves import CLASS, OWN, Found
from core.runs.classroom import authority
from core.runs.workspace import in_classroom
from dashboard import state
from dashboard.components import lesson_course
from dashboard.components.literal import literal
from dashboard.components.locks import download_button, file_box
from dashboard.components.uploaded import content

_MEGABYTES = 1
_SAID, _COUNT = "lessons said", "lesson files"


def lesson_shelf(found: list[Found]) -> None:
    """Draw both halves: bringing and handing out."""
    left, right = st.columns(2, gap="large")
    with left:
        _bring()
    with right:
        _hand_out([one for one in found if one.lesson is not None])
    if said := state.get(_SAID):
        st.info(literal(said), icon=":material/info:")


def _bring() -> None:
    st.markdown(f"##### {tr('Bring a lesson')}")
    name = f"lesson file {state.get(_COUNT, 0)}"
    file_box(
        tr("A lesson (.md, at most {size} kB)", size=LARGEST // 1000), "md", key=name, max_upload_size=_MEGABYTES, on_change=_take,
        args=(name,), help=tr("Markdown with a header; docs/lessons.md says how to write one"),
    )  # fmt: skip


def _take(name: str) -> None:
    file = state.get(name)
    if file is None:
        return
    try:
        kept = shelves.add(content(file, _MEGABYTES), file.name)
        state.put(_SAID, tr("kept as {address}", address=kept.address))
        state.put(_COUNT, state.get(_COUNT, 0) + 1)
    except AttentionLabError as error:
        state.put(_SAID, str(error))


def _hand_out(found: list[Found]) -> None:
    st.markdown(f"##### {tr('Hand out a lesson')}")
    titles = {one.address: one.title if "/" not in one.address else f"{one.title} · {one.address}" for one in found}
    address = st.selectbox(tr("Lesson"), list(titles), format_func=lambda one: titles[one], key="lesson handed out")
    one = next((each for each in found if each.address == address), None)
    if one is None:
        return
    st.code(lesson_course.link(one.address), language=None)
    with st.container(horizontal=True):
        download_button(
            tr("The file"), one.path.read_bytes, one.path.name, "text/markdown", on_click="ignore", key="lesson file out",
            icon=":material/download:", help=tr("to change and bring back, or for another Attention Lab"),
        )  # fmt: skip
        if one.address.startswith(OWN):
            st.button(
                tr("Take it away"), icon=":material/delete:", key="lesson away", on_click=_told, args=("away", address)
            )
        if in_classroom() and authority.teaches():
            given = address.startswith(CLASS)
            st.button(
                tr("Take it back") if given else tr("Give it to the class"), icon=":material/campaign:", key="lesson given",
                on_click=_told, args=("back" if given else "class", address),
            )  # fmt: skip


def _told(deed: str, address: str) -> None:
    deeds = {"away": shelves.remove, "back": shelves.take_back, "class": shelves.publish}
    try:
        done = deeds[deed](address)
        state.put(
            _SAID,
            tr("{address} is gone", address=address)
            if done is None
            else tr("everybody has it as {address}", address=done.address),
        )
    except AttentionLabError as error:
        state.put(_SAID, str(error))
