"""The page Positions in a real Chromium: pictures with signs, shifts, and networks that learn while one watches."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_vectors_have_signs_and_a_shift_changes_weights_unless_only_distance_counts(page: Page) -> None:
    page.goto("/positions?positions+shift=20")
    expect(page.locator(".heatmap .legend")).to_have_text(re.compile(r"−1\.00.*1\.00"))
    expect(page.get_by_text("All positions moved by 20: weights change by up to")).to_be_visible()
    choose(page, "Positions", "rotary")
    expect(page.get_by_text("which is rounding")).to_be_visible()
    expect(page.get_by_role("radio", name="head 4")).to_be_visible()
    choose(page, "Positions", "none")
    expect(page.get_by_text("the layer cannot tell them apart")).to_be_visible()
    settled(page)


def test_networks_learn_while_one_watches_and_stop_keeps_what_was_found(page: Page) -> None:
    page.goto("/positions?positions+part=Trained")
    # enough that it does not end by itself; what was trained in the other window is known here, so ask for something else
    for kind in ("xl", "shaw", "floater", "t5" if page.viewport_size["width"] < 1100 else "rnn"):
        button(page, kind).click()
        expect(button(page, kind)).to_have_attribute("aria-pressed", "true")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile("Right at 80 tokens: none"))).to_be_visible(timeout=60_000)
    stop(page)
    expect(page.get_by_text(re.compile("stopped, Train goes on from here"))).to_be_visible()
    expect(page.get_by_text(re.compile("Right at 80 tokens"))).to_be_visible()
    expect(button(page, "Train")).to_be_enabled()
    settled(page)
