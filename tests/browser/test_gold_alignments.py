"""The page Gold alignments in a real Chromium: the grid of heads, gold links over a map, sentences that are uploaded."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def opened(page: Page) -> None:
    page.goto("/gold_alignments?gold+run=demo/synonyms-transformer")
    choose(page, "Model", "demo/synonyms-transformer")
    expect(page.locator(".live-figure .heatmaplayer")).to_have_count(2)
    settled(page)


def test_heads_stand_in_a_grid_and_gold_links_over_the_map_of_the_best(page: Page) -> None:
    opened(page)
    expect(page.get_by_text("best head is")).to_be_visible()
    expect(page.locator(".live-figure").first.get_by_text("★")).to_be_visible()
    expect(page.locator(".live-figure").first.get_by_text("mean of heads")).to_be_visible()
    figure = page.locator(".live-figure").nth(1)
    expect(figure.get_by_text("gold, sure")).to_be_visible()
    expect(figure.locator(".barlayer .point").first).to_be_visible()
    choose(page, "A map's links are", "threshold")
    expect(page.get_by_role("slider", name="Threshold")).to_be_visible()
    settled(page)


def test_sentences_and_links_that_are_uploaded_are_drawn_and_bad_ones_said(page: Page) -> None:
    opened(page)
    page.get_by_test_id("stMain").get_by_role("radio", name="My sentences").click()
    places = page.locator("input[type=file]")
    expect(places).to_have_count(2)
    sentences = b"dog eats fast ||| Hund speist schnell"
    places.nth(0).set_input_files({"name": "pairs.txt", "mimeType": "text/plain", "buffer": sentences})
    places.nth(1).set_input_files({"name": "links.txt", "mimeType": "text/plain", "buffer": b"0-0 1p1 9-9"})
    expect(page.get_by_text("9-9 has source position 9")).to_be_visible()
    places.nth(1).set_input_files({"name": "links.txt", "mimeType": "text/plain", "buffer": b"0-0 1p1"})
    expect(page.get_by_text("Without a gold link (∅): source")).to_be_visible()
    expect(page.locator(".live-figure").nth(1).get_by_text("schnell ∅")).to_be_visible()
    settled(page)
