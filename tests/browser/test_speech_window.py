"""The page Speech in a real Chromium: frames are learned in a job, and each is seen to look at its neighbors only."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, train_anew

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a job starts and learns


def test_frames_are_learned_with_a_window_and_where_they_look_is_drawn(page: Page) -> None:
    page.goto("/speech_window")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    train_anew(page, 250)
    expect(page.get_by_text("Window, pairs scored and what is right")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("of the frames of this utterance are right")).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .plot .heatmaplayer .hm")).to_have_count(2, timeout=SLOW)
    expect(page.get_by_text("encoder self · layer 1 · head 1")).to_be_visible(timeout=SLOW)
    settled(page)
