"""The page Parsing in a real Chromium: a sentence is typed, its tree is drawn, and a bracket shows where it looked."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 90_000  # milliseconds


def shades(page: Page) -> set[str]:
    """The colors of the words under the first tree."""
    cells = page.locator(".parse-tree").first.locator(".leaf rect")
    return {cells.nth(at).evaluate("cell => cell.style.fill") for at in range(cells.count())}


def test_from_a_sentence_to_its_tree_and_where_a_bracket_looked(page: Page) -> None:
    page.goto("/parsing?parsing+source=the+boy+saw+the+dog+of+the+man+with+a+hat")
    written = page.locator(".parse-tree").first
    expect(written.locator(".node")).to_have_count(9, timeout=SLOW)
    expect(page.get_by_text("the right tree")).to_be_visible()
    expect(page.locator(".parse-tree")).to_have_count(2)
    expect(page.locator(".heatmap canvas").first).to_be_visible(timeout=SLOW)
    settled(page)
    told = written.locator(".said")
    expect(told).to_have_text(re.compile("Point at a constituent"))
    assert shades(page) == {""}
    phrase = written.get_by_role("button", name="PP: with a hat")
    phrase.hover()
    expect(told).to_have_text(re.compile(r"^PP over “with a hat” · its bracket looked at \S+ [\d.]+, \S+ [\d.]+, "))
    assert len(shades(page)) > 3
    phrase.click()
    page.mouse.move(2, 2)
    expect(told).to_have_text(re.compile("^PP over “with a hat”"))  # a click keeps it
    page.keyboard.press("Escape")
    expect(told).to_have_text(re.compile("Point at a constituent"))


def test_a_sentence_longer_than_any_in_training_breaks_and_the_restraint_mends_it(page: Page) -> None:
    page.goto("/parsing")
    source = page.get_by_role("textbox", name="Sentence")
    expect(source).to_be_visible(timeout=SLOW)
    source.fill("anna said that a teacher without the king thought that the red girl found anna in a hat")
    source.press("Enter")
    expect(page.get_by_text("no tree", exact=True)).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(re.compile("It breaks: ")).first).to_be_visible()
    page.get_by_role("radio", name="greedy, trees only").or_(
        page.get_by_role("button", name="greedy, trees only")
    ).click()
    expect(page.get_by_text("a tree, not the right one")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(re.compile("It breaks: "))).to_have_count(0)
    written = page.locator(".parse-tree").first
    until(page, lambda: written.locator(".leaf").count() == 18)
    source.fill("zounds")
    source.press("Enter")
    expect(page.get_by_text(re.compile("has never seen any token of this source"))).to_be_visible(timeout=SLOW)
    settled(page)
