"""One map: every cell reads its exact weight, by pointer, by keyboard and as a table; large maps are pooled and zoomed."""

import re
from pathlib import Path

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
    expect(page.locator(".heatmap td").nth(10 + 1)).to_have_text(f"{weights[1, 1]:.4f}")


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


def pixel(page: Page, row: float, column: float, rows: int = 12, columns: int = 10) -> list[int]:
    """The color drawn at a place of the map, in cells."""
    return page.evaluate(
        f"""([row, column]) => {{
        const view = {ROOT}.attentionLab;
        const ratio = window.devicePixelRatio || 1;
        const x = (view.frame.x + column * view.frame.width) * ratio, y = (view.frame.y + row * view.frame.height) * ratio;
        return [...view.map.getContext("2d").getImageData(Math.round(x), Math.round(y), 1, 1).data].slice(0, 3);
    }}""",
        [row / rows, column / columns],
    )


def test_a_path_is_drawn_through_its_cells_and_marks_are_read_out(shown: Gallery) -> None:
    page = shown.open("heatmap_path")
    page.wait_for_function(f"{ROOT}.attentionLab?.frame")
    on, off = pixel(page, 7.5, 7.5), pixel(page, 7.5, 5.5)
    assert on[0] > on[1] + 60 and max(off) - min(off) < 40, (on, off)  # magenta on the path, paper beside it
    marked, free = pixel(page, 8.5, 3.2), pixel(page, 8.5, 6.2)
    assert marked != free, "a marked column is tinted"
    area = frame(page)
    said = page.locator(".heatmap .said")
    page.mouse.move(area["x"] + area["width"] * 3.5 / 10, area["y"] + area["height"] * 11.5 / 12)
    expect(said).to_contain_text("1 stuck on the last token · 2 never read")
    page.mouse.move(area["x"] + area["width"] * 6.5 / 10, area["y"] + area["height"] * 2.5 / 12)
    expect(said).to_contain_text("= 0.0200")
    expect(said).not_to_contain_text("stuck")
    expect(page.locator(".heatmap .note")).to_contain_text("line: the best path")


def test_the_picture_is_saved_as_it_is_drawn(shown: Gallery) -> None:
    page = shown.open("heatmap_path")
    with page.expect_download() as saved:
        page.locator(".heatmap .keep").click()
    content = Path(saved.value.path()).read_bytes()
    assert saved.value.suggested_filename == "attention-map.png" and content.startswith(b"\x89PNG")
    width = int.from_bytes(content[16:20], "big")
    assert width == page.evaluate(f"{ROOT}.attentionLab.map.width")
