"""The page Graphs in a real Chromium: a graph is chosen, learned in a job, and a node's looks are drawn on its edges."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, train_anew

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a job starts and learns


def test_a_graph_is_learned_and_a_node_s_looks_are_drawn(page: Page) -> None:
    page.goto("/graphs")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    train_anew(page, 100)
    expect(page.get_by_text("Who does it better")).to_be_visible(timeout=SLOW)
    expect(page.locator(".live-figure .plot .scatterlayer .trace").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("member 1 is taken for Mr. Hi, which is right")).to_be_visible(timeout=SLOW)
    node = page.get_by_label("Node", exact=True)
    node.click()
    node.fill("member 34")
    page.keyboard.press("Enter")
    expect(page.get_by_text("member 34 is taken for Officer, which is right")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("member 34 looks at")).to_be_visible(timeout=SLOW)
    settled(page)
