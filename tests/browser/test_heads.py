"""Thumbnails of all heads: what is read is the data, what is chosen comes back and stays."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.components import ROOT, Gallery, check_picture, point_at_cell
from tests.browser.gallery_data import END, ENGLISH, GERMAN, invented

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_hovering_a_thumbnail_reads_the_datas_number(shown: Gallery) -> None:
    matrices = invented(ENGLISH, [*GERMAN, END], 2, 4)
    high = max(float(matrix.weights.max()) for matrix in matrices)
    page = shown.open("heads")
    cross = next(matrix for matrix in matrices if matrix.site.kind == "cross")
    for row, column in [(0, 1), (9, 9), (4, 3)]:
        point_at_cell(page, f".spot[data-site='{cross.site.name}'][data-head='1']", row, column, 10, 10)
        said = page.locator(".heads .said")
        expect(said).to_contain_text(f"{cross.queries[row]} → {cross.keys[column]} ≈ ")
        number = float(re.search(r"≈ ([\d.]+)", said.text_content()).group(1))
        assert abs(number - cross.weights[1, row, column]) <= high / 255 / 2 + 0.0005


def test_a_clicked_head_comes_back_and_stays(shown: Gallery) -> None:
    page = shown.open("heads")
    expect(page.get_by_text("chosen: ('decoder.blocks.0.cross', 1)")).to_be_visible()
    page.locator(".spot[data-site='encoder.blocks.1.self'][data-head='3']").click()
    expect(page.get_by_text("chosen: ('encoder.blocks.1.self', 3)")).to_be_visible()
    page.get_by_role("button", name="rerun").click()
    expect(page.locator(".spot[aria-pressed='true']")).to_have_attribute("data-site", "encoder.blocks.1.self")
    expect(page.locator(".spot[aria-pressed='true']")).to_have_count(1)


def test_the_last_of_four_quick_clicks_wins(shown: Gallery) -> None:
    page = shown.open("heads")
    for head in (0, 1, 2, 3):
        page.locator(f".spot[data-site='encoder.blocks.0.self'][data-head='{head}']").click(no_wait_after=True)
    expect(page.get_by_text("chosen: ('encoder.blocks.0.self', 3)")).to_be_visible()
    expect(page.locator(".spot[aria-pressed='true']")).to_have_attribute("data-head", "3")


def test_a_head_is_chosen_by_keyboard(shown: Gallery) -> None:
    page = shown.open("heads")
    page.locator(".spot[aria-pressed='true']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".heads .said")).to_contain_text("head 3")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("chosen: ('decoder.blocks.1.cross', 2)")).to_be_visible()


def test_forty_eight_large_heads_are_drawn_read_and_drawn_anew_when_the_data_change(shown: Gallery) -> None:
    page = shown.open("heads_large")
    expect(page.locator(".spot")).to_have_count(48)
    spot, said = ".spot[data-site='encoder.2'][data-head='1']", page.locator(".heads .said")
    point_at_cell(page, spot, 40, 40, 80, 80)
    expect(said).to_contain_text("largest under the pointer")
    before, revision = said.text_content(), page.evaluate(f"{ROOT}.attentionLab.revision")
    page.get_by_text("other layers first").click()
    page.wait_for_function(f"before => {ROOT}.attentionLab.revision !== before", arg=revision)
    point_at_cell(page, spot, 40, 40, 80, 80)
    expect(said).to_contain_text("largest under the pointer")
    assert said.text_content() != before
    shown.darken()
    check_picture(page)
