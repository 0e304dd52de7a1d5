"""Lessons: the lecture in its own order, each part with live experiments and questions; one's own beside them."""

import streamlit as st

from core.language import mark, tr
from core.lessons.shelves import CLASS, OWN, Found, known
from dashboard.components import lesson_course
from dashboard.components.heading import heading
from dashboard.components.lesson_shelf import lesson_shelf
from dashboard.components.literal import literal
from dashboard.components.panel import guarded

TITLE = mark("Lessons")
_ROW = 2  # lessons beside each other


def page() -> None:
    """Choose one; bring one's own, hand one out."""
    heading(
        tr(TITLE),
        tr(
            "The lecture in its own order. A lesson goes from page to page beside you: words, an experiment, a question."
        ),
    )
    guarded(tr("The lessons"))(_draw)()


def _draw() -> None:
    found = known()
    shipped = [one for one in found if not one.address.startswith((OWN, CLASS))]
    _cards(shipped, first=1)
    others = {
        CLASS: tr("From your lecturer"),
        OWN: tr("Your own"),
    }
    for shelf, title in others.items():
        mine = [one for one in found if one.address.startswith(shelf)]
        if mine:
            st.markdown(f"##### {title}")
            _cards(mine)
    lesson_shelf(found)


def _cards(found: list[Found], first: int | None = None) -> None:
    for begin in range(0, len(found), _ROW):
        for at, (place, one) in enumerate(zip(st.columns(_ROW), found[begin : begin + _ROW]), begin):
            with place.container(border=True, height="stretch"):
                _card(one, "" if first is None else f"{at + first} · ")


def _card(one: Found, number: str) -> None:
    words, button = st.columns([4, 1.3], vertical_alignment="center")
    if one.lesson is None:
        words.markdown(f"**{literal(one.address)}**  \n:material/error: {literal(one.problem)}")
        return
    lesson, done = one.lesson, lesson_course.answered(one.address)
    told = tr("{minutes} min · {steps} steps", minutes=lesson.minutes, steps=len(lesson.steps))
    share = tr("{done} of {asked} answered", done=len(done), asked=lesson.asked)
    mark_ = ":material/task_alt: " if len(done) >= lesson.asked else ""
    words.markdown(f"**{number}{literal(lesson.title)}** · {literal(lesson.goal)}  \n:small[{mark_}{told} · {share}]")
    button.button(
        tr("Go on") if done else tr("Begin"), key=f"begin {one.address}", width="stretch", on_click=lesson_course.begin,
        args=(one.address, _next(one, done)),
    )  # fmt: skip


def _next(one: Found, done: frozenset[int]) -> int:
    """The first step whose question is open; the first of all where none is, or all are."""
    asked = [at for at, step in enumerate(one.lesson.steps) if step.question] if one.lesson else []
    left = [at for at in asked if at not in done]
    return left[0] if done and left else 0


page()
