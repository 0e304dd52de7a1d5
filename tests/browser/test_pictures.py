"""The pages Inputs and Pictures in a real Chromium: a picture becomes patches, is learned, and is looked at from a patch."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, train_anew

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a job starts and learns


def test_a_picture_becomes_patches_and_is_learned_and_looked_at(page: Page) -> None:
    page.goto("/inputs?input+kind=Picture")
    expect(page.get_by_text("16 patches, so 16 vectors")).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .plot .heatmaplayer .hm").first).to_be_visible(timeout=SLOW)
    page.goto("/pictures")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    train_anew(page, 600)
    expect(page.get_by_text("Where the class item looks")).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .plot .heatmaplayer .hm")).to_have_count(5, timeout=SLOW)
    expect(page.get_by_text("How many pictures it learned from")).to_be_visible(timeout=SLOW)
    settled(page)
