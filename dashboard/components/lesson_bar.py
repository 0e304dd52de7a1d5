"""The lesson that is on, beside every page: words, what to look at, a question that is checked, the way on and back."""

import re

import streamlit as st

from core.errors import InputError
from core.language import tr
from core.lessons.lesson import Question, spoken
from dashboard import state
from dashboard.components import lesson_course
from dashboard.components.lesson_course import Standing
from dashboard.components.literal import literal
from dashboard.components.panel import panel
from dashboard.components.press import pressed

_RIGHT, _WRONG = "right", "wrong"


def lesson_bar(page: str) -> None:
    """Draw it where a lesson is on.

    Args:
        page: that is open, by its file.
    """
    now = lesson_course.standing()
    problem = lesson_course.problem()
    if now is None and problem is None:
        return
    lesson_course.say()
    with st.sidebar:
        if now is None:
            st.warning(literal(problem or ""), icon=":material/link_off:")
            _leave()
            return
        _head(now, page)
        if now.step.question is not None:
            panel("The question of the lesson")(_question)(now, now.step.question)
        _ways(now)
    _hide(lesson_course.hidden())


def _head(now: Standing, page: str) -> None:
    count = len(now.lesson.steps)
    st.caption(tr("{title} · step {at} of {count}", title=literal(now.lesson.title), at=now.at + 1, count=count))
    st.progress((now.at + 1) / count)
    st.markdown(f"##### {literal(now.step.title)}")
    st.markdown(spoken(now.step.words))
    st.info(spoken(now.step.look), icon=":material/visibility:")
    if page != now.step.page:
        st.button(
            tr("To the page of this step"), icon=":material/arrow_forward:", key="lesson again", type="primary", width="stretch",
            on_click=lesson_course.begin, args=(now.address, now.at),
        )  # fmt: skip


def _question(now: Standing, question: Question) -> None:
    name = f"lesson {now.address} {now.at}"
    with st.form(f"{name} form", border=True):
        if question.choices:
            given = st.radio(
                spoken(question.text), question.choices, index=None, key=f"{name} answer", format_func=spoken
            )
        else:
            told = tr("a number") if question.by_number else tr("a word")
            given = st.text_input(spoken(question.text), key=f"{name} answer", placeholder=told)
        asked = pressed(tr("Check"), draw=st.form_submit_button, key=f"{name} check", width="stretch")
    if asked:
        _judge(now, question, given, name)
    said = state.get(f"{name} said")
    if said is None and now.at in lesson_course.answered(now.address):
        said = (_RIGHT, "")
    if said is not None:
        _said(question, *said)


def _judge(now: Standing, question: Question, given: str | None, name: str) -> None:
    try:
        right = bool(given) and question.right(str(given))
    except InputError as error:
        state.put(f"{name} said", (_WRONG, str(error)))
        return
    if right:
        lesson_course.keep_answered(now)
    missing = "" if given else tr("Answer first.")
    state.put(f"{name} said", (_RIGHT if right else _WRONG, missing))


def _said(question: Question, how: str, words: str) -> None:
    if how == _RIGHT:
        st.success(f"{tr('Right.')} {spoken(question.because)}", icon=":material/check:")
    else:
        st.warning(literal(words or tr("Not yet. Look at the page again.")), icon=":material/replay:")


def _ways(now: Standing) -> None:
    last = now.at + 1 == len(now.lesson.steps)
    back, forth = st.columns(2)
    back.button(
        tr("Back"), icon=":material/arrow_back:", key="lesson back", width="stretch", disabled=now.at == 0,
        on_click=lesson_course.begin, args=(now.address, now.at - 1),
    )  # fmt: skip
    if not last:
        forth.button(
            tr("Next"), icon=":material/arrow_forward:", key="lesson next", width="stretch", type="primary",
            on_click=lesson_course.begin, args=(now.address, now.at + 1),
        )  # fmt: skip
    elif pressed(
        tr("Done"), draw=forth.button, icon=":material/done_all:", key="lesson done", width="stretch", type="primary"
    ):
        lesson_course.leave()
        st.switch_page(f"views/{lesson_course.PAGE}.py", query_params={})
    _leave()


def _leave() -> None:
    st.button(
        tr("Leave the lesson"), key="lesson leave", type="tertiary", icon=":material/close:", on_click=lesson_course.leave,
        width="stretch",
    )  # fmt: skip


def _hide(names: tuple[str, ...]) -> None:
    """Widgets that the lesson does not show: by the class that Streamlit gives each of them for its key."""
    classes = [f".st-key-{re.sub('[^a-zA-Z0-9_-]', '-', name.strip())}" for name in names]
    if classes:
        st.html(f"<style>{', '.join(classes)} {{ display: none; }}</style>")
