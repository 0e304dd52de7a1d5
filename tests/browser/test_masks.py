"""The page Masks in a real Chromium: pictures of a mask and its reach, parts when composed, a graph that is typed."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pages import choose, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_pattern_is_drawn_with_its_cost_its_reach_and_its_parts(page: Page) -> None:
    page.goto("/masks")
    expect(page.get_by_text("scores 114 of 576 pairs")).to_be_visible()
    expect(page.get_by_text("0 of 2,304 cells differ")).to_be_visible()
    expect(page.locator(".heatmap canvas").first).to_be_visible()
    expect(page.locator(".live-figure .heatmaplayer")).to_have_count(4)  # one a layer
    choose(page, "Pattern", "bigbird")
    expect(page.get_by_text("where any of window, global, random does")).to_be_visible()
    page.get_by_text("& causal").click()
    expect(page.get_by_text("bigbird & causal: all of them must let it")).to_be_visible()
    expect(page.get_by_text("cells differ")).to_contain_text("0 of 2,304")
    assert "pattern=bigbird" in page.url and "causal=true" in page.url
    settled(page)


def test_an_address_brings_back_what_it_was_made_from(page: Page) -> None:
    page.goto("/masks?pattern=blocks&length=30&window=5&layers=2")
    expect(page.get_by_text("blocks scores 150 of 900 pairs")).to_be_visible()
    expect(page.get_by_text("0 of 1,800 cells differ")).to_be_visible()
    settled(page)


def test_a_typed_graph_says_who_hears_whom_and_a_slip_is_told(page: Page) -> None:
    page.goto("/masks?over=a+graph")
    expect(page.get_by_text("is heard by nodes 2, 3 and 4; not by")).to_be_visible()
    edges = page.get_by_label("Edges", exact=True)
    edges.fill("1>2, 2>3, 3-4, 4>9")
    edges.press("Enter")
    expect(page.get_by_text("node 9 in “4>9” is not there")).to_be_visible()
    edges.fill("1>2, 2>3")
    edges.press("Enter")
    expect(page.get_by_text("is heard by nodes 2 and 3; not by")).to_be_visible()
    expect(page.locator(".live-figure .scatterlayer text")).to_have_count(8)
    settled(page)


def test_a_box_that_arrives_late_shows_what_it_was_given(page: Page) -> None:
    def late(route: Route) -> None:
        page.wait_for_timeout(4_000)  # the figure below asks for its part again meanwhile
        route.continue_()

    page.route("**/NumberInput.*.js", late)
    page.goto("/masks?over=a+graph")
    edges = page.get_by_label("Edges", exact=True)
    edges.fill("1>2, 2>3, 3>1, 4-5")
    edges.press("Enter")
    expect(page.get_by_text("node 1 is heard by nodes 2 and 3; not by nodes 4, 5, 6, 7 and 8")).to_be_visible()
    expect(page.get_by_label("Nodes", exact=True)).to_have_value("8")
    edges.fill("1>2")
    edges.press("Enter")
    expect(page.get_by_text("node 1 is heard by node 2; not by")).to_be_visible()
    settled(page)
