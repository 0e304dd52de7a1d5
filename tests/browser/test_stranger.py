"""A stranger's first path through the app: start, tour, train, step, compare, take a picture along; in English, in Chinese, by keys alone."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect

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
  return (one?.getAttribute("aria-label") || one?.innerText || "").trim(); }"""
Press = Callable[[Locator, str], None]


def clicked(control: Locator, name: str) -> None:
    control.click()


def reached_by_tab(control: Locator, name: str) -> None:
    """Tab until the control has the focus, and then Enter; nothing else tells where it is."""
    page = control.page
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(NAMED).endswith(name):
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


@pytest.mark.parametrize(
    ("language", "press"), [("en", clicked), ("zh", clicked), ("en", reached_by_tab)], ids=["en", "zh", "en-by-keys"]
)
def test_from_the_start_to_a_picture_of_ones_own(opened: Callable[[str], Page], language: str, press: Press) -> None:
    page = opened(language)
    with speaking(language):
        words = {text: tr(text) for text in ("Take the two-minute tour", "Train", "Next stop", "Take away", "Leave", "Next token",
                                             "Tour, stop {number} of {count}")}  # fmt: skip

    def push(text: str) -> None:
        name = words[text]
        press(page.get_by_test_id("stMain").get_by_role("button", name=re.compile(f"{re.escape(name)}$")).first, name)

    def stop(number: int) -> None:
        told = words["Tour, stop {number} of {count}"].format(number=number, count=len(STOPS))
        expect(page.get_by_text(told)).to_be_visible(timeout=SLOW)
        expect(page).to_have_url(re.compile(rf"/{STOPS[number - 1].page}\?.*tour={number}"), timeout=SLOW)
        expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
        settled(page)

    page.goto("/")
    page.locator(".living-map .row.there").first.wait_for()
    push("Take the two-minute tour")
    stop(1)
    push("Train")
    expect(page.locator(".heatmap .board").first).to_be_visible(timeout=SLOW)  # its attention, while it learns
    push("Next stop")
    stop(2)
    push("Next stop")
    stop(3)
    place = page.locator(".stepper .place")
    before = place.inner_text()
    if press is clicked:
        page.get_by_role("button", name=words["Next token"]).first.click()
    else:
        page.keyboard.press("ArrowRight")
    until(page, lambda: place.inner_text() != before)
    push("Next stop")
    stop(4)
    expect(page.get_by_text("1981-04-30").first).to_be_visible(timeout=SLOW)
    for number in (5, 6, 7):
        push("Next stop")
        stop(number)
    _opens(page, words["Take away"], press)
    about = open_figure(_taken(page, press)).about
    assert (about.page, about.source, about.origin.run) == ("attention", "April 30, 1981", "demo/dates-transformer")
    push("Leave")
    expect(page.locator(".st-key-tour")).to_have_count(0)
    assert "tour=" not in page.url
    settled(page)


def _opens(page: Page, name: str, press: Press) -> None:
    """What is folded away under this name."""
    press(page.get_by_test_id("stExpander").locator("summary").filter(has_text=name).first, name)


def _taken(page: Page, press: Press) -> bytes:
    button = page.get_by_role("button", name=re.compile("SVG$")).first
    expect(button).to_be_visible()
    settled(page)
    with page.expect_download(timeout=SLOW) as coming:
        press(button, "SVG")
    download: Download = coming.value
    return download.path().read_bytes()
