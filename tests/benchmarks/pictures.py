"""Large pictures in a real Chromium: 48 heads at 512 × 512, one map of 2000 × 400, trees (the pages are tests/browser/gallery.py)."""

import functools
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

if TYPE_CHECKING:
    from playwright.sync_api import Page

DRAWS, MOVES, TREES = 7, 30, 9
DRAWN = """(host) => Number(host.dataset.milliseconds)"""
# from a click that makes Python send the matrices in another order to the frame after they are drawn
SENT = """async () => {
    const view = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.attentionLab;
    const before = view.revision;
    const start = performance.now();
    document.querySelector("[data-testid=stCheckbox] input").click();
    while (view.revision === before && performance.now() - start < 30000) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
# from a move of the pointer to the frame after the read-out has changed
HOVERED = """async (host, [at, selector]) => {
    const target = host.querySelector(selector);
    const box = target.getBoundingClientRect();
    const start = performance.now();
    target.dispatchEvent(new PointerEvent("pointermove", {
        clientX: box.left + box.width * (0.1 + 0.8 * at), clientY: box.top + box.height * (0.9 - 0.7 * at), bubbles: true,
    }));
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
# from a click that gives the tree another number of nodes to the frame after it is drawn
GROWN = """async (size) => {
    const box = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot.querySelector(".treebox");
    const label = [...document.querySelectorAll("[data-testid=stRadio] label")].find((each) => each.textContent.trim() === size);
    const before = box.getAttribute("aria-label");
    const start = performance.now();
    label.click();
    while (box.getAttribute("aria-label") === before && performance.now() - start < 30000) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


@functools.cache
def sitting(show: str, share: float) -> dict[str, Any]:
    """One visit to a page of the gallery: milliseconds of drawing, of sending and drawing anew, of hovering."""
    script = ROOT / "tests" / "browser" / "gallery.py"
    with tempfile.TemporaryDirectory() as home, app(script, Path(home)) as address:
        drawn = []
        with page(address) as opened:
            for _ in range(times(DRAWS, share)):
                opened.goto(f"{address}/?show={show}")
                host = opened.locator(".lab[data-milliseconds]").first
                host.wait_for()
                drawn.append(host.evaluate(DRAWN))
            opened.wait_for_timeout(500)
            return {
                "drawn": drawn,
                "hover": _hover(opened, share),
                "sent": _sent(opened, share) if show == "heads_large" else [],
            }


def _hover(opened: "Page", share: float) -> list[float]:
    host, count = opened.locator(".lab[data-milliseconds]").first, times(MOVES, share)
    selector = ".spot[data-head='5'], .heatmap .board, .board"
    return [host.evaluate(HOVERED, [at / count, selector]) for at in range(count)]


def _sent(opened: "Page", share: float) -> list[float]:
    opened.evaluate(SENT)  # Python computes its answer for the first time
    return [opened.evaluate(SENT) for _ in range(times(DRAWS, share))]


def _trees(share: float) -> Measured:
    """How many times as long a tree of 2000 nodes takes as one of 20, by turns."""
    script = ROOT / "tests" / "browser" / "gallery.py"
    with (
        tempfile.TemporaryDirectory() as home, app(script, Path(home)) as address,
        page(f"{address}/?show=tree_sizes") as opened,
    ):  # fmt: skip
        opened.locator(".treebox").wait_for()
        for size in ("200", "2000", "200"):  # Python invents the trees for the first time
            opened.evaluate(GROWN, size)
        pairs = [(opened.evaluate(GROWN, "20"), opened.evaluate(GROWN, "2000")) for _ in range(times(TREES, share))]
    few, many = (median(column) for column in zip(*pairs))
    ratios = [large / small for small, large in pairs]
    return Measured(many / few, min(ratios), max(ratios), f"{len(pairs)} times, {few:.0f} ms and {many:.0f} ms")


def _row(name: str, what: str, target: float, show: str, kind: str) -> Row:
    def measure(share: float) -> Measured:
        values = sitting(show, share)[kind]
        return middle(values, f"{len(values)} times")

    return Row(name, what, "ms", target, measure)


ROWS = [
    _row("heads-512", "6 × 8 heads at 512 × 512, drawn by the browser", 1000, "heads_large", "drawn"),
    _row("heads-512-sent", "the same from a click through Python to the drawn picture", 1000, "heads_large", "sent"),
    _row("heads-512-hover", "a pointer's move over them to the frame after the read-out", 100, "heads_large", "hover"),
    _row("map-2000x400", "one map of 2000 × 400, drawn by the browser", 300, "heatmap_large", "drawn"),
    _row("map-2000x400-hover", "a pointer's move over it to the frame after the read-out", 100, "heatmap_large", "hover"),
    Row("tree-2000", "a tree of 2000 nodes against one of 20, from a click through Python to the drawn tree", "×", 3, _trees),
]  # fmt: skip
