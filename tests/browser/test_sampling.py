"""The page Sampling as a student uses it: filters, one draw checked by eye, replay, and a link that brings it all back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ADDRESS = (
    "/sampling?run=demo/pinyin-transformer&settings=sampling:draws=40,temperature=1.8,top_k=12,top_p=0.9,min_length=6"
)


def digest(page: Page) -> str:
    found = re.search(r"digest ([0-9a-f]{12})", page.get_by_test_id("stMain").inner_text())
    assert found is not None
    return found[1]


def test_draws_are_counted_replayed_and_brought_back_by_their_link(page: Page) -> None:
    page.goto(ADDRESS)
    expect(page.get_by_text("All 40 draws in their order have the digest")).to_be_visible()
    expect(page.get_by_text("Outputs, the most frequent first")).to_be_visible()
    before = digest(page)
    button(page, "Replay").click()
    expect(page.get_by_text("the same draws again, token for token")).to_be_visible()
    assert digest(page) == before
    page.get_by_label("seed", exact=True).fill("9")
    page.keyboard.press("Enter")
    expect(page.get_by_text(before)).to_have_count(0)
    expect(page.get_by_text("All 40 draws in their order have the digest")).to_be_visible()
    settled(page)
    after = digest(page)
    expect(page).to_have_url(re.compile("seed%3D9"))
    classmate = page.context.new_page()
    classmate.goto(page.url)
    expect(classmate.get_by_text(after)).to_be_visible()
    classmate.close()


def test_a_draw_is_followed_step_by_step_with_what_was_excluded(page: Page) -> None:
    page.goto(f"{ADDRESS}&draw=3")
    page.get_by_role("tab", name="One draw, step by step").click()
    expect(page.get_by_text("the interval of").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").get_by_text("u = ").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").get_by_text("top-k 12").first).to_be_visible()
    expect(page.get_by_text("min length 6").first).to_be_visible()
    page.get_by_test_id("stMain").get_by_role("radio", name=re.compile("^2 · ")).click()
    expect(page.get_by_text(re.compile(r"^After \S+: u = "))).to_be_visible()
    settled(page)


def test_repetition_marks_the_passage_that_comes_twice(page: Page) -> None:
    page.goto("/sampling?run=demo/pinyin-transformer&settings=sampling:draws=60,temperature=3,seed=1")
    page.get_by_role("tab", name="Repetition").click()
    page.get_by_test_id("stMain").get_by_role("radio", name="1 token", exact=True).click()
    expect(page.get_by_text("The worst, with the longest passage")).to_be_visible()
    expect(page.locator("table tr")).to_have_count(9)
    settled(page)
