"""The page Train on BLEU in a real Chromium: both go on from a shipped run, Stop keeps them, outputs and figures are drawn."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_shipped_run_is_rewarded_beside_more_cross_entropy(page: Page) -> None:
    page.goto("/train_on_bleu")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=90_000)
    choose(page, "Steps", "50")
    choose(page, "References while it trains", "25 % of tokens wrong")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile("Drawn outputs are worth"))).to_be_visible(timeout=90_000)
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(6)
    expect(page.get_by_text("step 50 of 50")).to_have_count(0)
    expect(button(page, "Train")).to_be_disabled(timeout=240_000)  # through
    expect(
        page.get_by_text(re.compile(r"more with the reward than with more cross-entropy|worth the same"))
    ).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(page.get_by_text(re.compile("of 8 held-out sources"))).to_be_visible()
    settled(page)


def test_stop_keeps_what_was_learned(page: Page) -> None:
    page.goto("/train_on_bleu")
    choose(page, "Steps", "400")
    button(page, "Train").click()
    progress = page.get_by_text(re.compile(r"step [1-9]\d* of 400 of each"))
    expect(progress).to_be_visible(timeout=90_000)
    expect(page.get_by_text(re.compile("of 8 held-out sources"))).to_be_visible(timeout=90_000)  # drawn to its end
    stop(page)
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=60_000)
    still(page, progress)
    settled(page)
