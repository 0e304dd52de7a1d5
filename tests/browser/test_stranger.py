"""A stranger's first path through the app: start, tour, train, step, compare, take a picture along; in English, in Chinese, by keys alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.figures.opening import open_figure
from core.language import ENGLISH, speaking, tr
from dashboard.components.tour import STOPS
from tests.browser.conftest import outside
from tests.browser.pages import settled, until
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; models are loaded
MOST_TABS = 120
NAMED = """() => { let one = document.activeElement; while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  return one?.matches("a, button, summary") ? (one.getAttribute("aria-label") || one.innerText).trim() : ""; }"""
Press = Callable[[Locator, str], None]


def named(name: str) -> re.Pattern[str]:
    """A control that is called so: before its name stands its sign, behind it the key that presses it."""
    return re.compile(rf"{re.escape(name)}(\s+(Shortcut|Alt).*)?$", re.DOTALL)


def clicked(control: Locator, name: str) -> None:
    control.click()


def reached_by_tab(control: Locator, name: str) -> None:
    """Tab until what is called so has the focus, and then Enter."""
    page = control.page
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if named(name).search(page.evaluate(NAMED)):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {name}")


@pytest.fixture
def opened(chromium: Browser, server: Server) -> Iterator[Callable[[str], Page]]:
    """A browser that asks for a language, as a new user's does; fails if anything was asked elsewhere."""
    asked: list[str] = []
    contexts = []

    def open_page(language: str) -> Page:
        locale = "en-US" if language == ENGLISH else f"{language}-CN"
        context = chromium.new_context(base_url=server.url, locale=locale, viewport={"width": 1280, "height": 800})
        context.on("request", lambda one: asked.extend(outside(one.url)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert asked == []


@dataclass(frozen=True)
class Stranger:
    """Somebody before the app who speaks one language, and presses in one way."""

    page: Page
    language: str
    press: Press

    def word(self, text: str) -> str:
        """As the app says it to them."""
        with speaking(self.language):
            return tr(text)

    def push(self, text: str) -> None:
        """The button whose name ends so."""
        name = self.word(text)
        found = self.page.get_by_test_id("stMain").get_by_role("button", name=named(name))
        self.press(found.first, name)

    def stands_at(self, number: int) -> None:
        """The page of a stop is there, and nothing is wrong with it."""
        told = self.word("Tour, stop {number} of {count}").format(number=number, count=len(STOPS))
        expect(self.page.get_by_text(told)).to_be_visible(timeout=SLOW)
        expect(self.page).to_have_url(re.compile(rf"/{STOPS[number - 1].page}\?.*tour={number}"), timeout=SLOW)
        expect(self.page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
        settled(self.page)

    def goes_on(self, number: int) -> None:
        """To the next stop."""
        self.push("Next stop")
        self.stands_at(number)

    def steps(self) -> None:
        """One token on, at the decoder."""
        place = self.page.locator(".stepper .place")
        before = place.inner_text()
        if self.press is clicked:
            self.page.locator(".stepper .next").first.click()
        else:
            self.page.keyboard.press("ArrowRight")
        until(self.page, lambda: place.inner_text() != before)
        self.page.wait_for_timeout(500)  # the stepper tells a moment later where it stands
        expect(self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=SLOW)

    def takes(self, ending: str) -> bytes:
        """The large map in one of its forms."""
        away = self.word("Take away")
        self.press(self.page.get_by_test_id("stExpander").locator("summary").filter(has_text=away).first, away)
        button = self.page.get_by_test_id("stMain").get_by_role("button", name=named(ending)).first
        expect(button).to_be_visible()
        settled(self.page)
        with self.page.expect_download(timeout=SLOW) as coming:
            self.press(button, ending)
        return coming.value.path().read_bytes()


@pytest.mark.parametrize(
    ("language", "press"), [("en", clicked), ("zh", clicked), ("en", reached_by_tab)], ids=["en", "zh", "en-by-keys"]
)
def test_from_the_start_to_a_picture_of_ones_own(opened: Callable[[str], Page], language: str, press: Press) -> None:
    one = Stranger(opened(language), language, press)
    one.page.goto("/")
    one.page.locator(".living-map .row.there").first.wait_for()
    one.push("Take the two-minute tour")
    one.stands_at(1)
    one.push("Train")
    expect(one.page.locator(".heatmap .board").first).to_be_visible(timeout=SLOW)  # its attention, while it learns
    for number in (2, 3):
        one.goes_on(number)
    one.steps()
    one.goes_on(4)
    expect(one.page.get_by_text("1981-04-30").first).to_be_visible(timeout=SLOW)
    for number in (5, 6, 7):
        one.goes_on(number)
    about = open_figure(one.takes("SVG")).about
    assert (about.page, about.source, about.origin.run) == ("attention", "April 30, 1981", "demo/dates-transformer")
    one.push("Leave")
    expect(one.page.locator(".st-key-tour")).to_have_count(0)
    assert "tour=" not in one.page.url
    settled(one.page)
