"""Every picture has a name, and its numbers stand in a table that anybody can open: on every page, as the browser tells it to a screen reader."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

import core
from core.figures.number_table import written
from dashboard.components.canvas import ASSETS
from tests.browser.components import Gallery
from tests.browser.gallery_data import soft
from tests.browser.gallery_words import ENGLISH
from tests.browser.pages import settled, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 60_000
DATE = "30. April 1981"
PAGES = sorted(path.stem for path in (ASSETS.parent / "views").glob("[a-z]*.py") if path.stem != "class_room")
# pages that show pictures before anything is pressed
AT_ONCE = {
    "all_at_once",
    "attention",
    "decoder",
    "gold_alignments",
    "inputs",
    "machines",
    "masks",
    "positions",
    "rivals",
}
PARTS = [PAGES[at::6] for at in range(6)]

# Every picture of a page that a person sees, into shadow trees; tables of Streamlit's, which speak for themselves, left out.
# Returns those that have no name, and those that have no table beside them.
LOOK = """() => {
  const inside = (root) => [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? inside(one.shadowRoot) : [])]);
  const up = (one) => one.parentElement || one.getRootNode().host;
  const around = (one) => { const found = []; for (let at = one; at; at = up(at)) found.push(at); return found; };
  const told = { seen: 0, nameless: [], without: [] };
  for (const one of inside(document.body).filter((each) => /^(canvas|svg|img)$/i.test(each.tagName))) {
    const box = one.getBoundingClientRect();
    const chain = around(one);
    if (box.width < 40 || box.height < 40 || box.right < 0) continue;
    if (chain.some((each) => each.matches("[data-testid=stDataFrame], .modebar, button, nav") || getComputedStyle(each).visibility === "hidden")) continue;
    told.seen += 1;
    const view = chain.find((each) => each.matches(".lab"));
    const speaks = (each) => each.getAttribute("aria-label") && /^(img|application|tree|group)$/.test(each.getAttribute("role"));
    const layer = one.matches(".main-svg[aria-hidden=true]") && view?.querySelector(".main-svg[role=img][aria-label]");
    const said = `${one.tagName} ${one.getAttribute("class")} in ${view?.className}`;
    if (!chain.some(speaks) && !layer) told.nameless.push(said);
    if (!view || ![...view.querySelectorAll(".as-numbers, .toggle")].some((each) => !each.hidden)) told.without.push(said);
  }
  return told;
}"""
DRAWN = "() => [...document.querySelectorAll('.live-figure')].every((one) => !one.clientWidth || one.querySelector('.main-svg[role=img]'))"


def finished(page: Page) -> None:
    """The script has run to its end, and everything it sent is drawn."""
    expect(page.get_by_test_id("stMain").get_by_test_id("stMarkdown").first).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=SLOW)
    settled(page)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0, timeout=SLOW)
    expect(page.locator(".lab:not([data-milliseconds])")).to_have_count(0)
    page.wait_for_function(DRAWN, timeout=SLOW)


def opened(table: Locator) -> Locator:
    """The table behind a button that opens it."""
    table.locator(".as-numbers").click()
    sheet = table.get_by_role("table")
    expect(sheet).to_be_visible(timeout=SLOW)
    return sheet


def line(sheet: Locator, row: int) -> list[str]:
    """The cells of a row, without its label."""
    return sheet.locator("tbody tr").nth(row).locator("td").all_text_contents()


@pytest.mark.slow
@pytest.mark.parametrize("views", PARTS, ids=[f"{part[0]}-and-{len(part) - 1}-more" for part in PARTS])
def test_every_picture_of_every_page_has_a_name_and_a_table(page: Page, views: list[str]) -> None:
    for view in views:
        page.goto(f"/{'' if view == 'start' else view}")
        finished(page)
        if view in AT_ONCE:
            until(page, lambda: page.evaluate(LOOK)["seen"] > 0)
        told = page.evaluate(LOOK)
        assert not told["nameless"] and not told["without"], (view, told)
        tables = page.locator(".number-table:has(.as-numbers:visible)")
        if tables.count():
            sheet = opened(tables.first)
            expect(sheet.locator("caption")).to_contain_text(re.compile(r": \d+ rows, \d+ columns"))
            assert sheet.locator("tbody tr").count() and sheet.locator("tbody td").count()


def test_an_attention_map_can_be_read_as_the_record_has_it(page: Page) -> None:
    page.goto(f"/attention?run=demo/dates-gru&source={DATE}")
    expect(page.get_by_text("1981-04-30").first).to_be_visible(timeout=SLOW)
    settled(page)
    (matrix,) = core.load("demo/dates-gru").matrices(DATE)
    page.locator(".heatmap .toggle").click()
    sheet = page.locator(".heatmap").get_by_role("table")
    for row in (0, len(matrix.queries) - 1):
        assert line(sheet, row) == [f"{weight:.4f}" for weight in matrix.weights[0, row]]
    expect(sheet.get_by_role("columnheader")).to_have_count(1 + len(matrix.keys))
    expect(sheet.get_by_role("rowheader")).to_have_count(len(matrix.queries))
    every = opened(page.locator(".heads .number-table"))
    assert line(every, 0)[2] == f"{matrix.weights[0].max():.3f}"


def test_a_curve_can_be_read_by_keyboard_alone(page: Page) -> None:
    page.goto("/masks?length=16")
    finished(page)
    picture = page.get_by_role(
        "img", name=re.compile("lines of up to .* points; the highest is 262144, of full at 512")
    )
    expect(picture).to_be_visible()
    button = page.locator(".live-figure").filter(has=picture).locator(".as-numbers")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    sheet = page.locator(".live-figure").filter(has=picture).get_by_role("table", name=re.compile("pairs scored"))
    expect(sheet.get_by_role("columnheader", name="full")).to_be_visible(timeout=SLOW)
    last = sheet.get_by_role("row").filter(has=page.get_by_role("rowheader", name="512", exact=True))
    expect(last.get_by_role("cell").first).to_have_text("262144")
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(sheet).to_have_count(0)


def test_a_large_map_is_read_block_by_block(shown: Gallery) -> None:
    page = shown.open("heatmap_large")
    weights = soft(np.random.default_rng(4), 2000, 400, 30.0)
    page.locator(".heatmap .toggle").click()
    table = page.locator(".heatmap .number-table")
    expect(table).to_contain_text("rows 1 to 64 of 2000")
    table.get_by_role("button", name="Rows after").click()
    table.get_by_role("button", name="Columns after").click()
    expect(table).to_contain_text("columns 33 to 64 of 400")
    assert table.locator("tbody th").first.text_content() == "frame 64"
    near = [abs(float(one) - weights[64, 32 + at]) for at, one in enumerate(line(table, 0))]
    assert len(near) == 32 and max(near) <= 0.002  # 256 levels are sent of so many
    table.get_by_role("button", name="Rows before").click()
    expect(table.get_by_role("button", name="Rows before")).to_be_disabled()


def test_the_tree_and_the_stepper_tell_every_node(shown: Gallery) -> None:
    page = shown.open("tree_gold")
    sheet = opened(page.locator(".number-table"))
    nodes = page.locator("[data-testid=stMarkdown] >> text=chosen").text_content() or ""
    assert f"of {sheet.locator('tbody tr').count()} runs" in nodes
    assert {"step", "log p", "status", "reason"} <= set(sheet.locator("thead th").all_text_contents())
    page = shown.open("stepper")
    sheet = opened(page.locator(".stepper .number-table"))
    expect(sheet.get_by_role("columnheader")).to_have_count(1 + len(ENGLISH))
    assert sum(map(float, line(sheet, 0))) == pytest.approx(1.0, abs=0.002)
    page.get_by_role("combobox", name="Which numbers").select_option("Next token")
    assert line(sheet, 0)[0] == "0.6276"


def test_a_live_figures_table_follows_it(shown: Gallery) -> None:
    page = shown.open("live")
    table = page.locator(".number-table").first
    sheet = opened(table)
    before = sheet.locator("tbody tr").count()
    x = np.arange(2)
    assert [line(sheet, at)[0] for at in x] == [written(value) for value in 2 * np.exp(-x / 30) + 0.05 * np.sin(x)]
    page.wait_for_function(
        "before => document.querySelector('.number-table table').rows.length > before + 1", arg=before
    )
    shown.darken()


def test_words_of_a_table_stand_in_their_own_direction(shown: Gallery) -> None:
    page = shown.open("heatmap_mixed")
    page.locator(".heatmap .toggle").last.click()
    head = page.locator(".heatmap tbody th bdi")
    assert head.all_text_contents() == ["一", "два", "ثلاثة", "four"]
