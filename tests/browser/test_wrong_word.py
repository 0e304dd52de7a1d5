"""The page One wrong word in a real Chromium: two are trained, and an error is put at any place of what both have written."""

import re

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.pages import button, choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def told(page: Page) -> Locator:
    """What is said of the rest behind the wrong word."""
    return page.get_by_text(re.compile("^Right in the rest: "))


def to_the_last_place(page: Page) -> None:
    """Move the slider; a move made while the page is still drawn anew may be lost."""
    slider = page.get_by_role("slider", name="Place of the wrong word")
    for _ in range(4):
        slider.press("Home")
        slider.press("End")
        try:
            expect(told(page)).to_contain_text("of 1 right behind the wrong word", timeout=10_000)
        except (AssertionError, TimeoutError):
            continue
        return
    raise AssertionError("the slider moved, but what is said did not")


def test_two_are_trained_and_a_wrong_word_is_put_anywhere(page: Page) -> None:
    page.goto("/wrong_word")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=60_000)
    choose(page, "Steps", "150")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(r"step \d+ of 150 of each"))).to_be_visible()
    expect(told(page)).to_contain_text("of 25 right behind the wrong word", timeout=240_000)
    expect(button(page, "Train")).to_be_disabled()
    expect(page.get_by_text("Running free").or_(page.get_by_text("running free")).first).to_be_visible()
    figures = page.locator(".live-figure .plot")
    expect(figures).to_have_count(4)
    expect(figures.nth(2).locator("image, .heatmaplayer, .hm").first).to_be_attached()
    choose(page, "Wrong word", "c")
    expect(page.get_by_text("it is told that it wrote c")).to_be_visible()
    to_the_last_place(page)
    settled(page)


def test_two_runs_that_were_trained_elsewhere_are_chosen(page: Page) -> None:
    page.goto("/wrong_word")
    page.get_by_role("radio", name="Two of the runs").click()
    choose(page, "One run", "demo/reverse-gru")
    expect(told(page)).to_contain_text("demo/reverse-gru: ", timeout=60_000)  # the other menu is then that of this run
    choose(page, "Another of the same task", "demo/reverse-transformer")
    expect(told(page)).to_contain_text("demo/reverse-transformer: ", timeout=60_000)
    expect(page.locator(".live-figure .plot")).to_have_count(4)
    settled(page)
