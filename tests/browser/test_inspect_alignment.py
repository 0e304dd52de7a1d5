"""The page Inspect my alignment in a real Chromium: files are dropped, and what is drawn is what is in them."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.adapters.written import npy, soft
from tests.browser.pages import button, settled

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TOKENS = "我想今天发财发财发财"
# brightness 0…1 of the picture at shares of its height and width
LOOK = """(places) => {
    const view = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .map((one) => one.shadowRoot?.attentionLab).find((one) => one?.data?.queries);
    const ratio = window.devicePixelRatio || 1, pen = view.map.getContext("2d");
    return places.map(([down, across]) => {
        const [x, y] = [view.frame.x + across * view.frame.width, view.frame.y + down * view.frame.height];
        const [r, g, b] = pen.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
        return (r + g + b) / 765;
    });
}"""


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def opened(page: Page) -> Page:
    page.goto("/inspect_alignment")
    expect(page.locator(".heatmap .title")).to_contain_text("cross-attention")
    settled(page)
    return page


def drop(page: Page, *files: FilePayload) -> None:
    page.get_by_test_id("stFileUploader").locator("input[type=file]").first.set_input_files(list(files))


def seen(page: Page, weights: np.ndarray) -> float:
    """How well what is drawn agrees with the weights, cell by cell over a grid: a correlation."""
    rows, columns = weights.shape
    cells = [(row, column) for row in range(1, rows, 5) for column in range(columns)]
    looks = page.evaluate(LOOK, [[(row + 0.5) / rows, (column + 0.5) / columns] for row, column in cells])
    return float(np.corrcoef(looks, [weights[cell] for cell in cells])[0, 1])


def test_a_dropped_map_is_drawn_with_its_tokens_scores_and_path(page: Page) -> None:
    opened(page)
    weights = soft(80, 10)
    drop(page, file("attn.npy", npy(weights)))
    expect(page.locator(".heatmap .title")).to_have_text("attn")
    page.get_by_text("Path and findings on the map").click()
    expect(page.locator(".heatmap .note")).not_to_contain_text("line:")
    sign = 1 if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else -1
    assert sign * seen(page, weights) > 0.9, "what is drawn is what was dropped"
    page.get_by_text("Path and findings on the map").click()
    expect(page.locator(".heatmap .note")).to_contain_text("line: the path with the most weight")
    tokens = page.get_by_role("textbox", name="Tokens")
    tokens.fill(TOKENS)
    tokens.press("Control+Enter")
    expect(page.get_by_text("Columns: source tokens.")).to_be_visible()
    page.locator(".heatmap .board").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".heatmap .said .token").last).to_have_text("我")
    expect(page.locator(".heatmap .said")).to_contain_text(f"= {weights[0, 0]:.4f}")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"0\.\d\d|1\.00"))
    settled(page)


def test_a_training_is_followed_the_best_head_is_named_and_the_report_is_saved(page: Page, tmp_path: Path) -> None:
    opened(page)
    maps = {step: np.stack([soft(60, 10, step, 1), soft(60, 10, step, step / 50)]) for step in (30, 200, 4000)}
    files = [file(f"align_{step}.npy", npy(heads)) for step, heads in maps.items()]
    drop(page, *files, file("model.pt", b"\x80\x02}q\x00."))
    expect(page.locator(".heatmap .title")).to_have_text("align · head 2 · step 4,000")
    expect(page.get_by_text("model.pt is a pickle")).to_be_visible()
    expect(page.get_by_text("The best aligned of 2 layers and heads")).to_be_visible()
    slider = page.get_by_role("slider", name="Training step")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(page.locator(".heatmap .title")).to_have_text("align · head 2 · step 30")
    expect(page.locator(".live-figure .scatterlayer .trace")).to_have_count(1)
    settled(page)
    page.get_by_text("Take it along").click()
    with page.expect_download() as saved:
        button(page, "Report .html").click()
    report = Path(saved.value.path()).read_text("utf-8")
    assert "align · head 2 · step 30" in report and "<svg" in report and "model.pt is a pickle" in report
    look = page.context.new_page()
    look.goto(Path(saved.value.path()).rename(tmp_path / "report.html").as_uri())
    expect(look.locator("svg polyline.path")).to_have_count(1)
    assert look.locator("svg image").bounding_box()["height"] > 100
    look.close()
    settled(page)
