"""The page Guided or not in a real Chromium: both grow, Stop keeps them, guidance is switched, and what aligned first is said."""

import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.pages import button, choose, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def guidance(page: Page) -> Locator:
    """The switch: what is pressed is the text beside it, as people do."""
    return page.get_by_test_id("stCheckbox").filter(has_text="Guidance")


def to_the_start(page: Page) -> None:
    """Move the slider over steps; a move made while the page is still drawn anew after Stop may be lost."""
    slider = page.get_by_role("slider", name="Step looked at")
    for _ in range(4):
        slider.press("End")
        slider.press("Home")
        try:
            page.get_by_text(re.compile("^without guidance · step 0 · ")).wait_for(timeout=10_000)
        except TimeoutError:
            continue
        return
    raise AssertionError("the slider moved, but the picture did not")


def test_guidance_is_switched_on_in_the_middle_and_a_slider_goes_back_over_the_steps(page: Page) -> None:
    page.goto("/guided")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=60_000)
    choose(page, "Steps", "1600")  # long enough to be switched and stopped on a fast machine too
    guidance(page).get_by_text("Guidance").click()  # off: the same training twice
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(r"^with guidance · step \d+ · "))).to_be_visible(timeout=90_000)
    guidance(page).get_by_text("Guidance").click()
    expect(page.locator(".live-figure .plot").first.get_by_text("guidance 10")).to_be_visible(timeout=90_000)
    stop(page)
    progress = page.get_by_text(re.compile(r"step [\d,]+ of 1,600 of each"))
    expect(progress).to_contain_text("stopped, Train goes on from here")
    still(page, progress)
    settled(page)
    to_the_start(page)
    expect(page.get_by_text(re.compile("^with guidance · step 0 · "))).to_be_visible()
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(4)
    settled(page)


def test_trained_to_the_end_it_is_said_which_aligned_sooner_and_what_both_can_do(page: Page) -> None:
    page.goto("/guided")
    choose(page, "Model", "Transformer")
    choose(page, "Steps", "200")
    button(page, "Train").click()
    expect(
        page.get_by_text(re.compile("With guidance it first aligned at step|First aligned .* with guidance at step"))
    ).to_be_visible(timeout=240_000)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible(timeout=240_000)  # some 5 seconds of work on a quiet core
    expect(page.get_by_text("The lecture's 发财")).to_be_visible()
    expect(button(page, "Train")).to_be_disabled()
    settled(page)
