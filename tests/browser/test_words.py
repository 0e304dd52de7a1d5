"""The pages Tagging, One label and Fill in in a real Chromium: from choosing the task to what decided and where attention looked."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, train_anew

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 180_000  # milliseconds; a job starts and learns


def shorten(page: Page, steps: int) -> None:
    """Fewer steps than usual, by the settings of the bench."""
    page.get_by_text("Settings: data, model, training").click()
    field = page.get_by_label("steps", exact=True)
    field.fill(str(steps))
    field.press("Enter")


def test_a_word_under_the_pointer_shows_what_decided_beside_where_attention_looked(page: Page) -> None:
    page.goto("/tagging")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 60)
    train_anew(page, 60)
    spots = page.locator(".deciding .spot")
    expect(spots.first).to_be_visible(timeout=SLOW)
    spots.nth(1).hover()
    expect(spots.nth(1)).to_have_class("spot now")
    strips = page.locator(".deciding section")
    expect(strips).to_have_count(2)
    expect(strips.nth(0)).to_contain_text("What decided: nats that")
    expect(strips.nth(1)).to_contain_text("Where attention looked")
    expect(strips.nth(1).locator(".chip")).to_have_count(spots.count())
    assert page.locator(".heatmap canvas").first.is_visible()
    settled(page)


def test_a_text_gets_one_label_and_the_class_item_s_look_is_drawn(page: Page) -> None:
    rows = [f"{('praise', 'blame')[at % 2]}\t{('good', 'bad')[at % 2]} film number {at}" for at in range(80)]
    page.goto("/one_label")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 20)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "films.tsv", "mimeType": "text/plain", "buffer": "\n".join(rows).encode()}
    )
    expect(page.get_by_text("films.tsv")).to_be_visible(timeout=SLOW)
    train_anew(page, 20)
    strips = page.locator(".deciding section")
    expect(strips).to_have_count(2, timeout=SLOW)
    expect(strips.nth(1)).to_contain_text("<class>")
    settled(page)


def test_a_hidden_word_gets_candidates_and_attention(page: Page) -> None:
    page.goto("/fill_in")
    expect(button(page, "Train")).to_be_visible(timeout=SLOW)
    shorten(page, 40)
    train_anew(page, 40)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(1, timeout=SLOW)
    first = page.locator(".deciding .spot .word").first
    expect(first).to_be_visible(timeout=SLOW)
    settled(page)  # the training's end draws the page once more, and a press before that would be lost
    words = page.get_by_test_id("stButtonGroup").filter(has_text="Hide words")
    words.get_by_text(first.inner_text(), exact=True).first.click()
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".deciding .spot:enabled")).to_have_count(2, timeout=SLOW)
    expect(page.locator(".deciding section")).to_have_count(2)
    settled(page)
