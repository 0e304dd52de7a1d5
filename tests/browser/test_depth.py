"""The page Depth in a real Chromium: three parts, a token that is chosen, a survey that is stopped."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.figures.opening import open_figure
from tests.browser.pages import button, settled, still, stop
from tests.browser.test_figures import drop, taken

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SOURCE = "20 de mayo de 1948"


def opened(page: Page, part: str, run: str = "demo/dates-transformer") -> None:
    page.goto(f"/depth?run={run}&source={SOURCE}&depth={part}")
    expect(page.get_by_role("combobox", name="Model")).to_have_value(run)
    settled(page)


def choice(page: Page, name: str) -> None:
    page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).click()


def drawn(page: Page, title: str) -> None:
    """Wait for a map of this title."""
    expect(page.locator(".heatmap .title").filter(has_text=title)).to_be_visible()


def test_rollout_and_flow_draw_four_maps_and_change_with_the_layer(page: Page) -> None:
    opened(page, "Through the layers")
    drawn(page, "rollout · layers 1 to 2")
    drawn(page, "carried to the source · rollout")
    expect(page.get_by_role("button", name="Table", exact=True)).to_have_count(4)
    choice(page, "1")
    drawn(page, "layer 1 alone · mean over heads")
    settled(page)
    choice(page, "attention flow")
    drawn(page, "attention flow · layers 1 to 1")
    settled(page)


def test_a_figure_of_the_flow_brings_back_its_layer(page: Page) -> None:
    opened(page, "Through the layers")
    choice(page, "1")
    drawn(page, "layer 1 alone · mean over heads")
    settled(page)
    choice(page, "attention flow")
    drawn(page, "attention flow · layers 1 to 1")
    settled(page)
    page.get_by_text("Take away", exact=True).click()
    choice(page, "attention flow · layers 1 to 1")
    expect(page.locator("[class*='st-key-download-attention-flow']").first).to_be_visible()
    settled(page)
    figure = taken(page, "PNG")
    assert open_figure(figure).about.site == "attention flow of encoder layers 1…1"
    page.goto("/attention?run=demo/pinyin-gru")
    settled(page)
    drop(page, "flow.png", figure)
    expect(page.get_by_text("From a figure: demo/dates-transformer · attention flow · layers 1 to 1")).to_be_visible()
    drawn(page, "layer 1 alone · mean over heads")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("demo/dates-transformer")
    settled(page)
    page.get_by_text("Take away", exact=True).click()
    page.get_by_text("Take away", exact=True).scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="NPZ", exact=True)).to_be_visible()


def test_heads_are_drawn_with_numbers_and_a_survey_can_be_stopped(page: Page) -> None:
    assert page.viewport_size is not None
    n = page.viewport_size["width"] // 2  # another one for each page: what one of them finds, the other has
    opened(page, "Head by head")
    expect(page.locator(".live-figure .heatmaplayer")).to_have_count(2)
    expect(page.get_by_text("5.06 ≠")).to_be_visible()
    page.get_by_label("sentences", exact=True).fill(f"{n}")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"on {n} sentences that")).to_be_visible()
    button(page, "Run").click()
    progress = page.get_by_text(f"of {n:,} sentences")
    expect(progress).to_be_visible()
    stop(page)
    expect(progress).to_contain_text("stopped, Run goes on from here")
    still(page, progress)
    expect(page.locator(".live-figure .heatmaplayer")).to_have_count(3)
    settled(page)


def test_another_output_token_has_another_explanation(page: Page) -> None:
    opened(page, "Explain a token")
    expect(page.get_by_text("For the output token 2, here")).to_be_visible()  # it needs the source most
    expect(page.locator(".live-figure .xtick text").first).to_be_visible()
    choice(page, "8₄")
    expect(page.get_by_text("For the output token 8, here")).to_be_visible()
    choice(page, "<end>₁₁")
    expect(page.get_by_text("For the output token <end>, here")).to_be_visible()
    expect(page.locator(".live-figure").first.get_by_text("<end>")).to_be_visible()
    settled(page)


def test_a_recurrent_encoder_has_nothing_to_roll_and_the_page_says_so(page: Page) -> None:
    opened(page, "Through the layers", "demo/dates-gru")
    expect(page.get_by_text(re.compile("Nothing is rolled: this encoder has no self-attention"))).to_be_visible()
    expect(page.get_by_role("button", name="Table", exact=True)).to_have_count(1)
    settled(page)
