"""A page for whoever speaks the pretended language."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st

from core.lessons.lesson import Lesson, Question, Step
from core.lessons.reading import read_lesson
from tests.languages.pretend import CLOSE, OPEN, Pretended, pretending


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Pretended]:
    """Everybody speaks it; lessons do too, which are files in languages of their own that tests/lessons looks after."""
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    monkeypatch.setattr("core.runs.jobs.prepare", lambda *chosen: None)  # no process per test
    monkeypatch.setattr("core.lessons.shelves.read_lesson", lambda data, name: _lesson(read_lesson(data, name)))
    with pretending() as spoken:
        yield spoken
    st.cache_resource.clear()  # every AppTest is the same session, and the next one shall find nothing that was trained here


def _lesson(lesson: Lesson) -> Lesson:
    steps = tuple(map(_step, lesson.steps))
    return replace(lesson, title=_said(lesson.title), goal=_said(lesson.goal), steps=steps)


def _step(step: Step) -> Step:
    question = step.question and _question(step.question)
    return replace(step, title=_said(step.title), words=_said(step.words), look=_said(step.look), question=question)


def _question(question: Question) -> Question:
    choices = tuple(map(_said, question.choices))
    answer = _said(question.answer) if choices and isinstance(question.answer, str) else question.answer
    return replace(question, text=_said(question.text), answer=answer, choices=choices, because=_said(question.because))


def _said(text: str) -> str:
    return f"{OPEN}{text.replace('[[', '').replace(']]', '')}{CLOSE}" if text else ""
