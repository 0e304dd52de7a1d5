"""The page Inspect my alignment in a real Chromium: files are dropped, and what is drawn is what is in them."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.adapters.written import npy, soft
from tests.browser.pages import button, settled
from tests.browser.serving import Server

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
    page.get_by_text("Take away").click()
    with page.expect_download() as saved:
        button(page, "HTML").click()
    report = Path(saved.value.path()).read_text("utf-8")
    assert "align · head 2 · step 30" in report and "<svg" in report and "model.pt is a pickle" in report
    look = page.context.new_page()
    look.goto(Path(saved.value.path()).rename(tmp_path / "report.html").as_uri())
    expect(look.locator("svg polyline.path")).to_have_count(1)
    assert look.locator("svg image").bounding_box()["height"] > 100
    look.close()
    settled(page)


def test_a_folder_over_the_training_is_dropped_and_read_as_its_steps(page: Page, tmp_path: Path) -> None:
    opened(page)
    for step in (30, 200, 4000):
        folder = tmp_path / "maps" / f"step_{step}"
        folder.mkdir(parents=True)
        (folder / f"align_{step}.npy").write_bytes(npy(soft(60, 10, step, step / 50)))
    (tmp_path / "maps" / "notes.md").write_text("not a map")
    page.get_by_test_id("stMain").get_by_role("radio", name="A folder").click()
    box = page.locator("input[type=file][webkitdirectory]")
    expect(box).to_have_count(1)
    box.set_input_files(tmp_path / "maps")
    expect(page.get_by_text("3 maps at 3 steps, 30 to 4,000")).to_be_visible()
    expect(page.locator(".heatmap .title")).to_contain_text("step 4,000")
    page.get_by_role("slider", name="Training step").press("ArrowLeft")
    expect(page.locator(".heatmap .title")).to_contain_text("step 200")
    expect(page.locator(".live-figure .scatterlayer .point")).to_have_count(3)
    settled(page)


def peak(server: Server) -> int:
    """The most memory that the server has had, in bytes."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


def test_a_map_of_20000_by_5000_is_shown_reduced_and_said_so(chromium: Browser, server: Server, tmp_path: Path) -> None:
    file = tmp_path / "long.npy"
    weights = np.lib.format.open_memmap(file, mode="w+", dtype=np.float32, shape=(20_000, 5_000))
    weights[np.arange(20_000), np.arange(20_000) // 4] = 1  # all else stays a hole in the file
    weights.flush()
    page = chromium.new_page(base_url=server.url)
    opened(page)
    before = peak(server)
    page.get_by_test_id("stFileUploader").locator("input[type=file]").first.set_input_files(file)
    expect(
        page.get_by_text("20,000 × 5,000 cells are more than a screen shows: made smaller to 2,000 × 1,667")
    ).to_be_visible(timeout=180_000)
    expect(page.locator(".heatmap .note")).to_contain_text("line: the path", timeout=120_000)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(re.compile(r"0\.9\d|1\.00"))
    assert peak(server) - before < 3 * file.stat().st_size, "the file, what of it is being read, and a picture of 13 MB"
    settled(page)
    page.close()


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "double.npy"
    with file.open("wb") as made:
        made.truncate(800_000_128)  # 20,000 × 5,000 in doubles; a hole
    opened(page)
    expect(page.get_by_text("Larger than 500 MB: save it as float16")).to_be_visible()
    page.get_by_test_id("stFileUploader").locator("input[type=file]").first.set_input_files(file)
    expect(page.get_by_test_id("stFileUploader").first).to_contain_text("File must be 500.0MB or smaller")
    expect(page.get_by_text("Larger than 500 MB: save it as float16")).to_be_visible()
    expect(page.locator(".heatmap .title")).to_contain_text("cross-attention")  # the page is as it was
    settled(page)
