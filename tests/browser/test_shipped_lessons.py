"""Every shipped lesson, driven to its end in a real Chromium: each page opens with its settings, each question is answered."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core.lessons.lesson import Lesson, Question, Step
from core.lessons.pages import PAGES
from core.lessons.shelves import ORDER, find
from tests.browser.pages import settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
IN_WORDS = {"gan pooled", "gan sample"}  # menus that show a number as something else: 64 places, the first sample
USUAL = {"self-attention", "beam-sampling"}  # the others with -m slow
_SHOWN = """box => [...box.querySelectorAll("input")].map(one => one.type === "checkbox" ? String(one.checked) : one.value)
    .concat([...box.querySelectorAll("[aria-valuetext], [aria-valuenow]")].flatMap(one => [one.ariaValueText, one.ariaValueNow]))
    .concat([...box.querySelectorAll("[aria-checked=true], [aria-pressed=true]")].map(one => one.textContent.trim()))"""


def bar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar")


def box(page: Page, key: str) -> Locator:
    """Where the widget of a key stands."""
    return page.locator(f".st-key-{re.sub('[^a-zA-Z0-9_-]', '-', key)}").first


def shows(page: Page, key: str, value: Any) -> bool:
    """Whether a widget has a value, or stands in a box that is closed (tests/dashboard/test_lessons.py looks into those)."""
    wanted = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    return not box(page, key).count() or wanted in box(page, key).evaluate(_SHOWN)


def has_arrived(page: Page, lesson: Lesson, number: int, step: Step) -> None:
    expect(bar(page).get_by_text(f"step {number} of {len(lesson.steps)}")).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile(f"/{step.page}[?]"))
    expect(page.get_by_test_id("stMain").get_by_role("switch", name="Projector")).to_be_attached(timeout=120_000)
    settled(page)
    expect(page.get_by_text("could not be drawn")).to_have_count(0)
    for key, value in step.settings.items():
        setting = PAGES[step.page][key]
        if setting.widget and not setting.several and key not in step.hide and plain(step.page, key):
            until(page, lambda key=key, value=value: shows(page, key, value))


def plain(page: str, key: str) -> bool:
    """Whether a widget shows its value as it is: texts, runs, numbers that are typed or slid, switches."""
    return not PAGES[page][key].options and key not in IN_WORDS


def answer(page: Page, question: Question) -> None:
    """Wrong first, then right."""
    wrong = next((one for one in question.choices if one != question.answer), "31415926")
    for given, told in ((wrong, "Not yet"), (str(question.answer), r"Right\.")):
        if question.choices:
            bar(page).get_by_role("radiogroup").locator("label").nth(question.choices.index(given)).click()
        else:
            bar(page).get_by_role("textbox").fill(given)
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
        bar(page).get_by_role("button", name="Check").click()
        expect(bar(page).get_by_test_id("stAlert").filter(has_text=re.compile(told))).to_be_visible()


@pytest.mark.parametrize("name", [one if one in USUAL else pytest.param(one, marks=pytest.mark.slow) for one in ORDER])
def test_a_shipped_lesson_leads_to_its_end(page: Page, name: str) -> None:
    lesson = find(name).lesson
    page.goto(f"/?lesson={name}&step=1")
    for number, step in enumerate(lesson.steps, 1):
        has_arrived(page, lesson, number, step)
        if step.question:
            answer(page, step.question)
        bar(page).get_by_role("button", name="Next" if number < len(lesson.steps) else "Done").click()
    expect(page).to_have_url(re.compile("/lessons$"))
    expect(page.get_by_text(f"{lesson.asked} of {lesson.asked} answered")).to_be_visible()
    expect(bar(page)).not_to_be_visible()
