"""The page Copy or generate in a real Chromium: four outputs come while all learn, Stop keeps them, a typed name is taken up."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, still

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; four models are made and take their first steps


def test_outputs_come_while_all_learn_and_a_typed_name_is_marked(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/copying")
    seed = page.get_by_label("Seed", exact=True)
    expect(seed).to_be_visible(timeout=SLOW)
    seed.fill(str(page.viewport_size["width"] % 997))  # another race for each size of the page
    page.keyboard.press("Enter")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=SLOW)
    button(page, "Train").click()
    expect(page.locator(".live-figure .plot .heatmaplayer .hm")).to_have_count(8, timeout=SLOW)
    stop, progress = button(page, "Stop"), page.get_by_text(re.compile(r"^step \d+ of 300 of each"))
    stop.click()
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=SLOW)
    still(page, progress)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=SLOW)
    settled(page)
    source = page.get_by_label("Source", exact=True)
    source.fill("Do you know Ada Lovelace?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("they can only be copied: ada, lovelace")).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .plot .xaxislayer-above b, .live-figure .plot .xtick").first).to_be_visible()
    source.fill("Ada Lovelace")
    page.keyboard.press("Enter")
    expect(page.get_by_text("every word of this source is unknown")).to_be_visible(timeout=SLOW)
    settled(page)
