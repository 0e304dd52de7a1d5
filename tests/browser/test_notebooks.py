"""The examples of docs/notebooks.md in a notebook: run by Jupyter's own kernel, written as a page, opened without a network."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.pages import until

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "notebooks.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
VIEWS = (
    "heatmap",
    "bipartite",
    "tree",
    "heatmap",
)  # one of each, then numbers of one's own; the last example keeps a file


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> tuple[nbformat.NotebookNode, Path]:
    """A cell an example, run, and as a page."""
    folder = tmp_path_factory.mktemp("notebook")
    cells = [new_code_cell(f"import sys; sys.path.insert(0, {str(ROOT)!r})"), *map(new_code_cell, EXAMPLES)]
    book = new_notebook(cells=cells)
    NotebookClient(book, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    # what nbconvert itself would fetch, for outputs that need it; ours do not
    plain = HTMLExporter(require_js_url="", mathjax_url="", jquery_url="", mermaid_js_url="", template_name="lab")
    text, _ = plain.from_notebook_node(book)
    page = folder / "notebook.html"
    page.write_text(text, encoding="utf-8")
    return book, page


def test_three_lines_show_a_view(notebook):
    assert [len(re.findall(r"\S.*", example)) for example in EXAMPLES[:3]] == [3, 3, 3]
    book, page = notebook
    outputs = [cell.outputs for cell in book.cells[1:]]
    assert [len(one) for one in outputs] == [1] * len(EXAMPLES), "one output a cell, nothing printed, no error"
    for (one,), view in zip(outputs, VIEWS):
        assert one.output_type == "execute_result" and f"HtmlView(view='{view}'" in one.data["text/plain"]
        assert one.data["text/html"].startswith("<iframe ")
        assert not re.search(r"https?://(?!www\.w3\.org/)", one.data["text/html"])
    assert (page.parent / "dates.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.fixture
def written(notebook: tuple[nbformat.NotebookNode, Path], chromium: Browser) -> Iterator[Page]:
    """The page in a browser that reaches nothing but files."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort())
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(notebook[1].as_uri())
    yield page
    context.close()
    assert complaints == []


def frame(page: Page, at: int) -> FrameLocator:
    return page.frame_locator(f"iframe >> nth={at}")


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_views_on_one_page_work_beside_each_other_and_take_its_light(written: Page) -> None:
    page = written
    for at in range(4):
        expect(frame(page, at).locator("#view[data-milliseconds]")).to_be_visible()
    tall = "[...document.querySelectorAll('iframe')].every(one => one.contentDocument.body.scrollHeight <= one.clientHeight + 1)"
    until(page, lambda: page.evaluate(tall))
    frame(page, 0).locator(".heatmap .board").hover()
    expect(frame(page, 0).locator(".heatmap .said .number")).to_contain_text("=")
    frame(page, 1).locator(".board").hover(position={"x": 60, "y": 120})
    expect(frame(page, 1).locator(".said")).to_contain_text("is looked at by")
    pruned = frame(page, 2).locator(".pills g.pruned:not(.more)").first
    pruned.scroll_into_view_if_needed()  # a card goes where the tree is moved
    pruned.hover()
    expect(frame(page, 2).locator(".card")).to_contain_text("log p")
    frame(page, 3).locator(".heatmap .board").focus()
    page.keyboard.press("ArrowRight")
    expect(frame(page, 3).locator(".heatmap .said")).to_contain_text("le → the = 0.9")
    assert frame(page, 0).locator(".heatmap .said").text_content() != "", (
        "what one view reads another does not take away"
    )
    page.evaluate("document.body.style.background = 'rgb(20, 20, 30)'")  # as when another theme is chosen
    body = frame(page, 1).locator("body")
    expect(body).to_have_css("background-color", "rgb(20, 20, 30)")
    expect(body).to_have_css("color", "rgb(232, 237, 241)")
