"""The page Detection in a real Chromium: from choosing the pictures to where a query looks, while the detector learns."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, still, stop, until, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; pictures are drawn and the first steps are taken


def test_a_query_is_chosen_and_its_look_lies_over_the_picture(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/")
    visit(page, "Systems", "Detection")
    expect(page.get_by_text("Nothing is learned yet")).to_be_visible(timeout=SLOW)
    choose(page, "Pictures", "rectangles · one to three, in two colors")
    seed = page.get_by_label("Seed", exact=True)
    seed.fill(str(page.viewport_size["width"] % 997))  # another training for each size of the page
    page.keyboard.press("Enter")
    progress = page.get_by_text(re.compile(r"^step [\d,]+ of 600"))
    expect(progress).to_contain_text("step 0 of 600", timeout=SLOW)
    button(page, "Train").click()
    expect(progress).to_contain_text(re.compile(r"^step [1-9]\d"), timeout=SLOW)  # it was judged at step 10
    stop(page)  # at once: on a quick machine all steps take some seconds
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=SLOW)
    still(page, progress)
    expect(page.locator(".live-figure [aria-label^='after ']")).to_be_visible(timeout=SLOW)  # the curve
    picture = page.locator(".live-figure").first
    expect(picture.locator(".layer-below image, .imagelayer image").first).to_be_attached(timeout=SLOW)
    expect(picture.locator(".heatmaplayer .hm")).to_have_count(0)
    choose(page, "Query", "query 2")
    expect(picture.locator(".heatmaplayer .hm")).to_have_count(1, timeout=SLOW)
    lines = picture.locator(".scatterlayer .trace")
    before = lines.count()
    page.get_by_text("Draw the matching").click()
    until(page, lambda: lines.count() > before, SLOW / 1000)
    expect(picture.locator("svg[aria-label*='query 2 ']")).to_be_visible(timeout=SLOW)
    settled(page)
