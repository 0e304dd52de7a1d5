"""One map: every cell reads its exact weight, by pointer, by keyboard and as a table; large maps are pooled and zoomed."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.components import ROOT, Gallery
from tests.browser.gallery_data import END, GERMAN, soft

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def frame(page: Page) -> dict[str, float]:
    """Where the cells are on the screen."""
    return page.evaluate(f"""() => {{
        const view = {ROOT}.attentionLab;
        const box = view.board.getBoundingClientRect();
        const {{ x, y, width, height }} = view.frame;
        return {{ x: box.left + x, y: box.top + y, width, height }};
    }}""")


def test_a_cell_reads_its_exact_weight_by_pointer_by_keyboard_and_in_the_table(shown: Gallery) -> None:
    page = shown.open("heatmap")
    said = page.locator(".heatmap .said")
    weights = soft(np.random.default_rng(3), 10, 10, 2.0)
    page.locator(".heatmap .board").focus()
    for press in ("ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(press)
    expect(said).to_contain_text(f"= {weights[1, 1]:.4f}")
    area = frame(page)
    for row, column in [(1, 0), (5, 6), (9, 9)]:
        page.mouse.move(area["x"] + area["width"] * (column + 0.5) / 10, area["y"] + area["height"] * (row + 0.5) / 10)
        expect(said).to_contain_text(f"= {weights[row, column]:.4f}")
        expect(said.locator(".query")).to_have_text([*GERMAN, END][row])
    page.locator(".heatmap .toggle").click()
    expect(page.locator(".heatmap td").nth(1 + 10 + 1)).to_have_text(f"{weights[1, 1]:.3f}")


def test_a_large_map_says_that_it_pools_is_zoomed_by_keys_and_shown_whole_again(shown: Gallery) -> None:
    page = shown.open("heatmap_large")
    note = page.locator(".heatmap .note")
    expect(note).to_contain_text(re.compile(r"max of \d+×1 cells"))
    page.locator(".heatmap .board").hover()
    expect(page.locator(".heatmap .said .query")).to_contain_text("frame ")
    page.locator(".heatmap .board").focus()
    for _ in range(8):
        page.keyboard.press("+")
    expect(note).not_to_contain_text("max of")
    page.locator(".heatmap .whole").click()
    expect(note).to_contain_text("max of")


def test_two_maps_share_a_scale(shown: Gallery) -> None:
    tops = shown.open("heatmap_mixed").locator(".heatmap .legend span:last-child").all_text_contents()
    assert len(tops) == 2 and tops[0] == tops[1]
