"""The pages Inputs and Pictures in a real Chromium: a picture becomes patches, is learned, and is looked at from a patch."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, still, stop, train_anew

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


@pytest.mark.parametrize("page", ["dark-1024"], indirect=True)
def test_the_curve_over_the_number_of_pictures_grows_while_both_learn(page: Page) -> None:
    page.goto("/pictures")
    page.get_by_text("How many pictures", exact=True).click()
    button(page, "Measure").click()
    curve = page.get_by_role(
        "img", name="share of held-out pictures right over the number of pictures, convolutions and self-attention"
    )
    expect(curve).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .legendtext", has_text="self-attention")).to_be_visible(timeout=SLOW)
    stop(page)
    progress = page.get_by_text(re.compile("stopped, Measure goes on from here"))
    expect(progress).to_be_visible(timeout=SLOW)
    still(page, progress)
    expect(page.get_by_text("cross")).to_have_count(0)  # nothing is said of a crossover before all is measured
    settled(page)
