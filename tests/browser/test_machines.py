"""The page One sentence, four machines in a real Chromium: four maps on one scale, a typed name, a run that does not fit."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import choose, settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; four models are loaded and asked


def maps(page: Page) -> list[tuple[float, float, float]]:
    """Of each machine's map, the last trace of the first four figures: both ends of its scale, and its width in points."""
    told = page.evaluate(
        "[...document.querySelectorAll('.live-figure .plot')].slice(0, 4).map(plot => "
        "[plot.data.at(-1).zmin, plot.data.at(-1).zmax, plot._fullLayout.xaxis3._length])"
    )
    return [(low, high, round(width)) for low, high, width in told]


def test_four_machines_answer_one_source_on_one_scale_and_strangers_are_told(page: Page) -> None:
    page.goto("/machines")
    expect(page.locator(".live-figure .plot .heatmaplayer .hm")).to_have_count(10, timeout=SLOW)
    expect(page.get_by_text(re.compile(r"^Pointer-generator right"))).to_be_visible()
    for one in ("RNN", "Transformer", "Non-autoregressive"):
        expect(page.get_by_text(re.compile(rf"^{one} not right")).first).to_be_visible()
    until(page, lambda: len(set(maps(page))) == 1)
    assert maps(page)[0][:2] == (0, 1)
    settled(page)
    source = page.get_by_role("textbox", name="Source")
    source.fill("Do you know Ada Lovelace?")
    source.press("Enter")
    answers = page.get_by_text("no, who is ada lovelace?", exact=True)  # what is right, and what one of them wrote
    expect(answers).to_have_count(2, timeout=SLOW)
    expect(page.get_by_text("they can only be copied: ada, lovelace")).to_be_visible()
    choose(page, "Non-autoregressive", "demo/phrases-parallel")
    expect(page.get_by_text("demo/phrases-parallel cannot answer beside demo/chat-gru")).to_be_visible(timeout=SLOW)
    choose(page, "Non-autoregressive", "demo/chat-parallel")
    expect(page.get_by_text(re.compile(r"^Pointer-generator right"))).to_be_visible(timeout=SLOW)
    settled(page)
