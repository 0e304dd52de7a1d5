"""The page Beam size in a real Chromium: one press, points as they come, the curse in words, a file to take along."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, still, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_one_press_draws_the_curse_and_says_it(page: Page) -> None:
    page.goto("/beam_size")
    expect(page.get_by_role("combobox", name="Model")).to_have_value("demo/synonyms-transformer")
    button(page, "Run").click()
    expect(button(page, "Run")).to_be_visible()  # it has ended
    expect(page.get_by_text("The beam-search curse: from beam 1 to beam 64")).to_be_visible()
    expect(page.get_by_text("Exact search proved 40 of 40")).to_be_visible()
    expect(page.locator(".live-figure .plot .scatterlayer .trace")).to_have_count(8)  # 4 measures, and each exact
    expect(page.locator(".live-figure .x2tick text").last).to_have_text("exact")
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    with page.expect_download() as download:
        button(page, "Table .csv").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("search,width,sentences,logp,right") and len(lines) == 9
    settled(page)


def test_stop_holds_it_and_a_cure_is_seen_at_once(page: Page) -> None:
    assert page.viewport_size is not None
    n = page.viewport_size["width"] // 4  # other numbers for each page: what one of them finds, the other has
    few = 30 if page.viewport_size["width"] > 1200 else 31
    page.goto("/beam_size")
    page.get_by_label("sentences", exact=True).fill(f"{n}")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{n} held-out sentences are decoded with 8 searches")).to_be_visible()
    button(page, "Run").click()
    progress = page.get_by_text(f"of {8 * n:,} outputs")
    expect(progress).to_be_visible()
    stop(page)
    expect(progress).to_contain_text("stopped, Run goes on from here")
    still(page, progress)
    page.get_by_label("sentences", exact=True).fill(f"{few}")
    page.get_by_label("nodes of exact search", exact=True).fill("0")
    page.keyboard.press("Enter")
    choose(page, "length norm", "mean")
    expect(page.get_by_text(f"{few} held-out sentences are decoded with 7 searches")).to_be_visible()
    button(page, "Run").click()
    expect(page.get_by_text("No beam-search curse up to beam 64")).to_be_visible()
    settled(page)
