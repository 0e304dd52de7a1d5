"""The page GAN in a real Chromium: samples of both come while they learn, a pixel's look is drawn, Stop keeps them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, still, stop, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; the digits are read, four networks are made and take their first steps


def test_samples_come_while_both_learn_and_a_pixels_look_lies_over_its_sample(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/")
    visit(page, "Systems", "GAN")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=SLOW)
    seed = page.get_by_label("Seed", exact=True)
    seed.fill(str(page.viewport_size["width"] % 997))  # another race for each size of the page
    page.keyboard.press("Enter")
    progress = page.get_by_text(re.compile(r"^step [\d,]+ of [\d,]+ of each"))
    expect(progress).to_contain_text("step 0 of", timeout=SLOW)
    expect(page.locator(".live-figure [aria-label^='γ after']")).to_have_count(0)
    button(page, "Train").click()
    for title in ("Convolutions alone", "With attention"):
        label = re.compile(rf"{title}: 16 samples after [1-9]\d* steps")
        expect(page.get_by_role("img", name=label)).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure [aria-label^='γ after']")).to_be_visible(timeout=SLOW)
    stop(page)
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=SLOW)
    still(page, progress)
    choose(page, "Pixel: row", "2")
    choose(page, "Pixel: column", "6")
    look = page.locator(".live-figure").filter(has=page.locator("[aria-label^='sample 1, from row 2, column 6: most']"))
    expect(look.locator(".heatmaplayer .hm")).to_have_count(2, timeout=SLOW)  # the sample, and what lies over it
    expect(page.get_by_text(re.compile(r"^Sample 1, from row 2, column 6: most"))).to_be_visible()
    choose(page, "Sample", "11")
    expect(page.get_by_text(re.compile(r"^Sample 11, from row 2, column 6: most"))).to_be_visible(timeout=SLOW)
    choose(page, "Looks at", "16 squares of 2 × 2")
    expect(
        page.get_by_text(re.compile(r"^Sample 11, from row 2, column 6: most.* at rows \d–\d, columns"))
    ).to_be_visible(timeout=SLOW)
    expect(progress).to_contain_text("step 0 of", timeout=SLOW)  # another training
    settled(page)
