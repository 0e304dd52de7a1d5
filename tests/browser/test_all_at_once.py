"""The page All at once in a real Chromium: three ways are drawn, a pass is chosen, another number of passes is drawn."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def words(page: Page, at: int) -> int:
    """How many are said in a picture."""
    return page.locator(".live-figure .plot").nth(at).locator(".annotation-text").count()


def test_every_call_is_a_row_and_the_mixed_output_is_explained(page: Page) -> None:
    page.goto("/all_at_once?places+source=thanks+hello+never+sorry&places+passes=2")
    expect(page.get_by_text(re.compile("Left to right · 13 calls"))).to_be_visible(timeout=90_000)
    expect(page.get_by_text(re.compile("All at once · 1 call of the decoder"))).to_be_visible()
    expect(page.get_by_text(re.compile("is neither")).first).to_be_visible()
    expect(page.locator(".live-figure .plot")).to_have_count(7, timeout=90_000)
    # left to right every word is said once, mask-predict says all of them again in each of its calls
    until(page, lambda: [words(page, at) for at in (0, 1, 2)] == [13, 13, 26], seconds=60)
    page.get_by_role("slider", name=re.compile(r"^Pass\b")).press("ArrowRight")
    expect(page.get_by_text("Pass 2 of 2 · cross · layer 2 · mean over heads")).to_be_visible(timeout=60_000)
    settled(page)


def test_another_number_of_passes_and_another_source_are_drawn(page: Page) -> None:
    page.goto("/all_at_once?places+source=thanks+hello+never+sorry")
    expect(page.locator(".live-figure .plot")).to_have_count(7, timeout=90_000)
    settled(page)
    slider = page.get_by_role("slider", name="Passes")
    slider.press("ArrowRight")
    expect(page.get_by_text(re.compile("Mask-predict, 5 passes · 5 calls"))).to_be_visible(timeout=60_000)
    source = page.get_by_role("textbox", name="Source")
    source.fill("goodbye please")
    source.press("Enter")
    expect(page.get_by_text(re.compile("Left to right · 7 calls"))).to_be_visible(timeout=60_000)
    source.fill("zounds")
    source.press("Enter")
    expect(page.get_by_text(re.compile("has never seen any token of this source"))).to_be_visible(timeout=60_000)
    settled(page)
