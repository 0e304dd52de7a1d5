"""The page Claims in a real Chromium: a link to a claim, filters, a row that is clicked, and an experiment beside its measurement."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.claims.heads import Heads
from core.claims.one_hot import OneHot
from tests.browser.pages import button, choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_claim_is_found_and_measured_here_beside_what_it_came_to(page: Page) -> None:
    page.goto("/claims")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=90_000)
    choose(page, "Step of the lecture", "2 · Text as vectors: one-hot and embedding")
    expect(page).to_have_url(re.compile(r"lecture\+step=2"))
    settled(page)
    box = page.get_by_test_id("stDataFrame").first.locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 17, box["y"] + 53)  # the mark of the first row
    expect(page.get_by_role("heading", name=OneHot.statement)).to_be_visible()
    page.get_by_label("Seed", exact=True).fill("3")
    page.keyboard.press("Enter")
    button(page, "Measure").click()
    expect(page.get_by_text("seed 3 ·")).to_be_visible(timeout=90_000)
    expect(button(page, "Measure again")).to_be_visible()
    page.get_by_text("The experiment's table, 4 rows").click()
    expect(page.get_by_test_id("stDataFrame").last).to_be_visible()
    settled(page)


def test_a_link_opens_a_claim(page: Page) -> None:
    page.goto("/claims?claim=heads")
    expect(page.get_by_role("heading", name=Heads.statement)).to_be_visible(timeout=90_000)
    expect(page.get_by_text(Heads.rule)).to_be_visible()
    settled(page)
