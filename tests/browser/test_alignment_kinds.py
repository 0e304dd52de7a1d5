"""The page Attention types in a real Chromium: maps come while all learn, Stop keeps them, and the ladder says what it shows."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; six models are made and take their first steps


def test_maps_come_while_all_learn_and_stop_keeps_them(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/alignment_kinds")
    seed = page.get_by_label("Seed", exact=True)
    expect(seed).to_be_visible(timeout=SLOW)
    if page.viewport_size["width"] < 1200:  # another race for each page: what one of them trains, the other has
        seed.fill("1")
        page.keyboard.press("Enter")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=SLOW)
    progress = page.get_by_text(re.compile(r"^step \d+ of 500 of each"))
    expect(progress).to_contain_text("step 0 of", timeout=SLOW)
    button(page, "Train").click()
    expect(page.locator(".live-figure .plot .heatmaplayer")).to_have_count(6, timeout=SLOW)
    expect(page.get_by_text("Right from the first frame to the last")).to_be_visible()
    stop(page)
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=SLOW)
    still(page, progress)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    settled(page)
    page.get_by_label("Utterance", exact=True).fill("fa zhu")
    page.keyboard.press("Enter")
    expect(page.get_by_text("no syllables: zhu")).to_be_visible()
    page.get_by_text("The repeat ladder", exact=True).click()
    expect(page.locator(".live-figure .plot .heatmaplayer")).to_have_count(24, timeout=SLOW)
    expect(page.get_by_text("once badly and four times well")).to_be_visible()
    settled(page)
