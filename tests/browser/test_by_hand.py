"""The page By hand as a lecturer uses it: change a probability in the table, watch the paths, undo, hand on the link."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import button, choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def best(page: Page) -> Locator:
    """The pills of the path that is shown."""
    return page.locator(".treebox .pills g.best .word")


def type_probability(page: Page, line: int, value: str) -> None:
    """Into the last column of a line of the table, counted from 1."""
    grid = page.get_by_test_id("stDataFrame").first
    box = grid.locator("canvas").first.bounding_box()
    assert box is not None
    rem = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.mouse.dblclick(box["x"] + box["width"] - 30, box["y"] + (line + 0.5) * 35 * rem / 16)
    cell = page.locator("#portal input, [data-testid='stDataFrameColumnNumber'] input, .gdg-style input").first
    cell.fill(value)
    cell.press("Enter")


def test_a_probability_is_changed_by_hand_and_another_path_wins(page: Page) -> None:
    page.goto("/by_hand")
    expect(best(page)).to_have_text(["<begin>", "A", "B", "B", "<end>"])
    expect(page.get_by_text("The path with crossed flags is the best output")).to_be_visible()
    settled(page)
    type_probability(page, 1, "0.3")
    expect(page.get_by_text("the row of the first step sums to 0.7, not to 1")).to_be_visible()
    expect(best(page)).to_have_text(["<begin>", "A", "B", "B", "<end>"])
    button(page, "Keep what I typed, scale the rest").click()
    expect(best(page)).to_have_text(["<begin>", "B", "B", "B", "<end>"])
    expect(page.get_by_text("sums to")).to_have_count(0)
    link = page.url
    button(page, "Undo").click()
    button(page, "Undo").click()
    expect(best(page)).to_have_text(["<begin>", "A", "B", "B", "<end>"])
    button(page, "Redo").click()
    button(page, "Redo").click()
    expect(best(page)).to_have_text(["<begin>", "B", "B", "B", "<end>"])
    settled(page)
    classmate = page.context.new_page()
    classmate.goto(link)
    expect(best(classmate)).to_have_text(["<begin>", "B", "B", "B", "<end>"])
    classmate.close()


def test_every_strategy_shows_its_own_path_and_an_example_comes_with_its_lesson(page: Page) -> None:
    page.goto("/by_hand")
    expect(best(page)).to_have_count(5)
    choose(page, "Start from", "Short outputs win")
    expect(page.get_by_text("Every token costs probability")).to_be_visible()
    expect(best(page)).to_have_text(["<begin>", "I", "think", "so", "too", "<end>"])
    page.get_by_test_id("stMain").get_by_role("radio", name="exact").click()
    expect(best(page)).to_have_text(["<begin>", "no", "<end>"])
    page.get_by_test_id("stMain").get_by_role("radio", name="as it searched").click()
    expect(page.locator(".treebox .pills g").first).to_be_visible()
    settled(page)
