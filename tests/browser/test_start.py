"""The first minute in a real Chromium: a map that moves, three things to do, and the tour to its end by mouse and by keyboard."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from core.runs.first_map import first_map
from dashboard.components.tour import STOPS
from tests.browser.conftest import outside
from tests.browser.pages import settled, until
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
FOCUSED = "document.activeElement.matches('a, button') ? document.activeElement.innerText.trim() : ''"
SLOW = 120_000  # milliseconds; models are loaded


@pytest.fixture
def calm(chromium: Browser, server: Server) -> Iterator[Page]:
    """A page of somebody who has asked for less motion."""
    context = chromium.new_context(base_url=server.url, reduced_motion="reduce")
    asked: list[str] = []
    context.on("request", lambda one: asked.extend(outside(one.url)))
    yield context.new_page()
    context.close()
    assert asked == []


def at(page: Page) -> int:
    return int(page.locator(".living-map").get_attribute("data-at") or -1)


def test_the_map_grows_by_itself_and_by_keys(page: Page) -> None:
    page.goto("/")
    page.locator(".living-map .row.there").first.wait_for()
    before = at(page)
    until(page, lambda: at(page) > before)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".living-map[data-playing=false]")).to_be_visible()
    page.locator(".living-map .grid").focus()
    page.keyboard.press("Home")
    for step in range(1, 4):
        page.keyboard.press("ArrowRight")
        assert at(page) == step
    expect(page.locator(".living-map .said")).to_have_text("It writes “8” and looks most at “8” (0.92)")
    assert page.locator(".living-map .row.there").all_text_contents() == ["1", "9", "8"]
    page.keyboard.press("End")
    expect(page.locator(".living-map .said")).to_contain_text("It ends")
    page.keyboard.press(" ")
    expect(page.locator(".living-map[data-playing=true]")).to_be_visible()
    settled(page)


def test_it_is_also_a_table_and_its_controls_have_names(page: Page) -> None:
    page.goto("/")
    rows = page.locator(".living-map table tbody tr")
    expect(rows).to_have_count(11)
    assert rows.nth(2).locator("th").text_content() == "8"
    assert rows.nth(2).locator("td").nth(12).text_content() == f"{first_map().weights[2, 12]:.3f}"  # the 8 of the year
    for name in ("Back one token", "Next token", "Pause"):
        expect(page.get_by_role("button", name=name)).to_be_visible()


def test_nothing_moves_where_less_motion_is_asked_for(calm: Page) -> None:
    calm.goto("/")
    expect(calm.locator(".living-map .row.there")).to_have_count(11)
    calm.wait_for_timeout(2_000)
    assert at(calm) == 11 and calm.locator(".living-map").get_attribute("data-playing") == "false"


@pytest.mark.parametrize(
    ("link", "address", "there"),
    [
        ("Train a small model", "/train", "Name of the run"),
        ("Step the decoder", "/decoder?", "Source"),
        ("Inspect attention", "/attention?", "Source"),
        ("Open this map in Attention", "/attention?", "Source"),
    ],
)
def test_links_open_their_page_with_its_settings(page: Page, link: str, address: str, there: str) -> None:
    page.goto("/")
    page.get_by_role("link", name=link).click()
    expect(page.get_by_label(there, exact=True)).to_be_visible(timeout=SLOW)
    assert address in page.url
    if there != "Source":
        expect(page.get_by_role("combobox", name="Task")).to_have_value(re.compile("^reverse"))
    else:
        expect(page.get_by_label("Source", exact=True)).to_have_value("April 30, 1981")
    if "map" in link:
        expect(page.get_by_role("combobox", name="Model")).to_have_value("demo/dates-gru")
        expect(page.get_by_text("cross · layer 1 · head 1").first).to_be_visible()
    settled(page)


def stop(page: Page, number: int) -> None:
    """Wait until the page of a stop is there."""
    expect(page.get_by_text(f"Tour, stop {number} of {len(STOPS)}")).to_be_visible(timeout=SLOW)
    expect(page).to_have_url(re.compile(rf"/{STOPS[number - 1].page}\?.*tour={number}"), timeout=SLOW)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=SLOW)
    settled(page)


def test_the_tour_to_its_end_and_out_by_mouse(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Take the two-minute tour").click()
    for number in range(1, len(STOPS)):
        stop(page, number)
        page.get_by_role("button", name="Next stop").click()
    stop(page, len(STOPS))
    expect(page.get_by_role("button", name="Next stop")).to_have_count(0)
    page.locator(".st-key-tour").get_by_role("button", name="Back").click()
    stop(page, len(STOPS) - 1)
    page.reload()
    stop(page, len(STOPS) - 1)
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("Tour, stop")).to_have_count(0)
    assert "tour=" not in page.url and STOPS[-2].page in page.url
    settled(page)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name is focused, and then Enter."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED).startswith(name) or page.evaluate(FOCUSED).endswith(name):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never came to {name}")


def test_the_tour_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.locator(".living-map .row.there").first.wait_for()
    tab_to(page, "Take the two-minute tour")
    for number in range(1, len(STOPS)):
        stop(page, number)
        page.keyboard.press("Alt+n")
    stop(page, len(STOPS))
    page.keyboard.press("Alt+b")
    stop(page, len(STOPS) - 1)
    page.reload()
    stop(page, len(STOPS) - 1)
    tab_to(page, "Leave")
    expect(page.get_by_text("Tour, stop")).to_have_count(0)
    settled(page)


def test_a_link_to_a_stop_and_a_page_chosen_meanwhile(page: Page) -> None:
    page.goto("/?tour=3")
    stop(page, 3)
    page.get_by_role("navigation").get_by_role("link", name="Start").click()
    page.locator(".living-map .row.there").first.wait_for()
    expect(page.get_by_text("Tour, stop")).to_have_count(0)
