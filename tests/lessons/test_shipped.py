"""Laws of every shipped lesson: it is read in both languages, which lead to the same pages; its answers are answers."""

import re
from pathlib import Path

import pytest

from core.language import LANGUAGES
from core.lessons.lesson import Lesson, Question
from core.lessons.reading import read_lesson
from core.lessons.shelves import ORDER, known
from tests.languages.catalogues import templates

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"


def lesson(name: str, code: str) -> Lesson:
    path = FOLDER / f"{name}.{code}.md"
    return read_lesson(path.read_bytes(), path.name)


def wrong_answers(question: Question) -> list[str]:
    if question.choices:
        return [one for one in question.choices if one != question.answer]
    if question.by_number:
        far = 2 * question.tolerance + 1 + abs(float(question.answer))
        return [str(float(question.answer) + far), str(float(question.answer) - far)]
    return [f"no {question.answer}", ""]


def test_the_folder_holds_the_lessons_of_the_lecture_in_every_language_and_nothing_else():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        f"{name}.{code}.md" for name in ORDER for code in LANGUAGES
    )
    assert [one.address for one in known()][: len(ORDER)] == list(ORDER)


@pytest.mark.parametrize("name", ORDER)
def test_all_languages_of_a_lesson_have_the_same_steps_settings_and_questions(name):
    first, *others = (lesson(name, code) for code in LANGUAGES)
    for other in others:
        assert (other.minutes, other.hide, len(other.steps)) == (first.minutes, first.hide, len(first.steps))
        for one, twin in zip(first.steps, other.steps):
            assert (one.page, one.settings, one.hide) == (twin.page, twin.settings, twin.hide), one.title
            assert (one.question is None) == (twin.question is None), one.title
            if one.question and twin.question:
                assert len(one.question.choices) == len(twin.question.choices), one.title
                assert one.question.tolerance == twin.question.tolerance, one.title
                assert place(one.question) == place(twin.question), one.title


def place(question: Question) -> object:
    """Which choice is right, or the number; a word may be another in another language."""
    if question.choices:
        return question.choices.index(str(question.answer))
    return question.answer if question.by_number else "a word"


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ORDER)
def test_every_answer_is_right_and_others_are_not(name, code):
    for step in lesson(name, code).steps:
        if step.question:
            assert step.question.right(f" {step.question.answer} ")
            assert not any(step.question.right(one) for one in wrong_answers(step.question)), step.title


@pytest.mark.parametrize("name", ORDER)
def test_a_lesson_is_short_asks_something_and_says_why(name):
    one = lesson(name, "en")
    assert 2 <= len(one.steps) <= 8 and one.asked >= 2 and 3 <= one.minutes <= 20
    assert all(step.question.because for step in one.steps if step.question)
    assert all(len(step.words) < 1_200 for step in one.steps)


@pytest.mark.parametrize("name", ORDER)
def test_chinese_lessons_are_in_chinese(name):
    for step in lesson(name, "zh").steps:
        for text in (step.words, step.look):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text), text


def test_what_the_interface_calls_something_is_a_text_of_the_interface():
    known = {message.id for catalog in templates().values() for message in catalog}
    for path in sorted(FOLDER.iterdir()):
        named = re.findall(r"\[\[([^\[\]]+)\]\]", path.read_text(encoding="utf-8"))
        assert set(named) <= known, path.name
