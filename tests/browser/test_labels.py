"""The page Labels in a real Chromium: a set comes label after label while both learn, Stop keeps it and Train goes on, a typed text is labelled."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; two models are made and take their first steps
WATCH_STOP = """(() => { window.stood = []; const look = () => { const stop = document.querySelector('.st-key-labels-stop');
  if (stop?.checkVisibility()) window.stood.push(Math.round(stop.getBoundingClientRect().y)); requestAnimationFrame(look); }; look(); })()"""


def test_labels_come_one_after_the_other_while_both_learn_and_a_typed_text_is_labelled(page: Page) -> None:
    assert page.viewport_size is not None
    page.goto("/labels")
    seed = page.get_by_label("Seed", exact=True)
    expect(seed).to_be_visible(timeout=SLOW)
    seed.fill(str(page.viewport_size["width"] % 997))  # another race for each size of the page
    page.keyboard.press("Enter")
    expect(page.get_by_text("Press Train")).to_be_visible(timeout=SLOW)
    progress = page.get_by_text(re.compile(r"^step \d+ of 200 of each"))
    page.evaluate(WATCH_STOP)
    button(page, "Train").click()
    expect(progress).to_contain_text(re.compile(r"^step [1-9]"), timeout=SLOW)
    stop(page)
    assert len(set(page.evaluate("window.stood"))) == 1, "a button that moves is missed"
    expect(progress).to_contain_text("stopped, Train goes on from here", timeout=SLOW)
    still(page, progress)
    button(page, "Train").click()  # to its end, some seconds later
    expect(progress).to_have_count(0, timeout=SLOW)
    expect(button(page, "Train")).to_be_disabled(timeout=SLOW)
    expect(page.locator(".live-figure .plot .heatmaplayer .hm")).to_have_count(3, timeout=SLOW)
    expect(page.locator(".live-figure .plot .barlayer .point").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=SLOW)
    settled(page)
    text = page.get_by_label("Text", exact=True)
    text.fill("The choir had a song")
    page.keyboard.press("Enter")
    expect(page.locator(".live-figure .plot .x3tick").filter(has_text="choir")).to_be_visible(timeout=SLOW)
    text.fill("Ada Lovelace")
    page.keyboard.press("Enter")
    expect(page.get_by_text("every word of this text is unknown")).to_be_visible(timeout=SLOW)
    settled(page)
