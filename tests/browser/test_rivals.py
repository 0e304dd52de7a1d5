"""The page Rivals in a real Chromium: paint, slide, choose a query; measure, stop, go on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import button, choose, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def section(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()


def press(canvas: Locator, row: int, column: int, count: int = 12) -> None:
    """The middle of a field."""
    box = canvas.bounding_box()
    assert box is not None
    canvas.click(position={"x": (column + 0.5) * box["width"] / count, "y": (row + 0.5) * box["height"] / count})


def test_a_convolution_and_its_twin_answer_paint_alpha_and_query(page: Page) -> None:
    page.goto("/rivals")
    said = page.get_by_test_id("stMarkdown").filter(has_text="9 heads, one for each tap")
    expect(said).to_contain_text("largest difference is 2.2e-02")
    expect(page.locator(".twin .maps canvas")).to_have_count(9)
    choose(page, "Image", "empty")
    expect(said).to_contain_text("largest output is 0)")
    press(page.locator(".twin canvas.image"), 0, 0)
    expect(said).to_contain_text("largest output is 0.89)")
    alpha = page.get_by_role("slider", name="α, how sharply heads look")
    alpha.focus()
    page.keyboard.press("End")
    expect(said).to_contain_text(re.compile(r"largest difference is \d\.\de-\d\d"))
    settled(page)
    press(page.locator(".twin canvas.output"), 0, 0)
    page.locator(".twin .maps canvas").first.hover(position={"x": 3, "y": 3})
    expect(page.locator(".twin .said")).to_contain_text("looks at a zero outside the image with weight 1.0000")
    settled(page)


def test_a_query_is_chosen_by_the_keyboard_too(page: Page) -> None:
    page.goto("/rivals")
    page.locator(".twin canvas.attended").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".twin .said")).to_contain_text("Self-attention, row 7, column 7:")
    settled(page)


def test_gradients_and_times_are_measured_on_a_press(page: Page) -> None:
    page.goto("/rivals?rival=Recurrent+network")
    button(page, "Measure|Measure again").click()
    expect(button(page, "Measure again")).to_be_visible()
    expect(page.get_by_text("Over 128 tokens, the gradient from the last output to the first input is")).to_be_visible()
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(3 + 6)
    settled(page)


def test_time_and_memory_are_measured_on_a_press(page: Page) -> None:
    page.goto("/rivals?rival=Linear+attention")
    button(page, "Measure|Measure again").click()
    expect(button(page, "Measure again")).to_be_visible()
    expect(page.get_by_text("At 2,048 tokens softmax attention takes")).to_be_visible()
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(2 * 3)
    settled(page)


def test_curves_come_while_networks_train_and_stop_keeps_them(page: Page) -> None:
    page.goto("/rivals?rival=Small+data")
    assert page.viewport_size is not None
    section(page, "2" if page.viewport_size["width"] > 1200 else "3")  # what one page finds, the other has
    button(page, "Measure").click()
    expect(page.get_by_text("CNN, mean is ahead of ViT at 1 of 1 sizes")).to_be_visible(timeout=90_000)
    stop(page)
    progress = page.get_by_text("stopped, Measure goes on from here")
    expect(progress).to_be_visible()
    still(page, progress)
    expect(page.get_by_text("That is theirs, not shown here")).to_be_visible()
    settled(page)
