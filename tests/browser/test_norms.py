"""The page Norms in a real Chromium: gradients at once, curves that grow and stay, bars of what varies over batches."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_gradients_stand_there_at_once_and_follow_the_norm(page: Page) -> None:
    page.goto("/norms")
    said = page.get_by_text("From 2 to 24 layers the last layer's gradient becomes")
    expect(said).to_contain_text("with pre-norm")
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(6)  # three places, in two panels
    before = said.text_content()
    page.get_by_label("Seed", exact=True).fill("7")
    page.keyboard.press("Enter")
    expect(said).not_to_have_text(before or "")
    settled(page)


def test_curves_grow_and_stop_keeps_them(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/norms")
    page.get_by_role("radio", name="Training", exact=True).click()
    expect(page.get_by_text("Press Train")).to_be_visible()
    page.get_by_text("post-norm with warm-up", exact=True).click()  # two runs are enough here
    if page.viewport_size["width"] < 1200:  # another race for each page: what one of them trains, the other has
        page.get_by_text("no residual", exact=True).click()
    button(page, "Train").click()
    progress = page.get_by_text("steps", exact=False).filter(has_text="of ").first
    expect(page.locator(".live-figure .plot .scatterlayer .trace").first).to_be_visible(timeout=90_000)
    stop(page)
    expect(progress).to_contain_text("stopped, Train goes on from here")
    still(page, progress)
    expect(page.get_by_text("Loss of the last ten steps")).to_be_visible()
    settled(page)


def test_what_varies_over_batches_is_measured_on_a_press(page: Page) -> None:
    page.goto("/norms")
    page.get_by_text("Across batches", exact=True).click()
    button(page, "Measure").click()
    expect(page.get_by_text("of a batch varies")).to_be_visible(
        timeout=240_000
    )  # some 20 seconds of work on a quiet core
    expect(page.locator(".live-figure .plot .barlayer .trace")).to_have_count(2)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    expect(button(page, "Measure")).to_be_visible()  # it has ended
    settled(page)
