"""A recording of 6 layers × 8 heads × 512 × 512 dropped on its page, in a real Chromium: to the drawn heads, and in memory.

Time runs in the page from the moment that the server has the file until all small pictures are painted, so reading it is in it
and the way to the server, 50 MB, is not.
"""

import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from tests.benchmarks.pictures import HOVERED
from tests.benchmarks.recording import empty_home
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

if TYPE_CHECKING:
    from playwright.sync_api import Page

VISITS, MOVES = 5, 30
LAYERS, HEADS, TOKENS = 6, 8, 512
# from the end of the file's way to the server to the frame after all heads have been painted
DRAWN = """async (tokens) => {
    const view = () => [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
        .map((one) => one.shadowRoot?.attentionLab).find((one) => one?.data?.sites);
    const start = performance.now();
    while (view()?.data.sites[0].keys.length !== tokens && performance.now() - start < 60000)
        await new Promise(requestAnimationFrame);
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const sent = performance.getEntriesByType("resource").filter((one) => one.name.includes("upload_file"));
    return performance.now() - sent.at(-1).responseEnd;
}"""


@functools.cache
def sitting(share: float) -> dict[str, Any]:
    """Visits to the page: milliseconds from the file to the picture, MiB that the server keeps for one, milliseconds of moves."""
    shown, kept = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_home() as home,
        app(ROOT / "dashboard" / "app.py", home) as address,
    ):
        file = Path(folder) / "cross_attentions.npy"
        np.save(file, _weights())
        with page(f"{address}/recordings") as opened:
            for _ in range(times(VISITS, share) + 1):
                opened.goto(f"{address}/recordings")
                opened.locator(".heads .spot").first.wait_for()
                opened.wait_for_timeout(1500)  # until the page is at rest
                before = resident()
                shown.append(_dropped(opened, file))
                opened.wait_for_timeout(1500)
                kept.append((resident() - before) / 2**20)
            host, count = opened.locator(".lab[data-milliseconds]").first, times(MOVES, share)
            hover = [host.evaluate(HOVERED, [at / count, ".spot[data-head='5']"]) for at in range(count)]
    return {
        "shown": shown[1:],
        "kept": kept[:1],
        "hover": hover,
    }  # the first visit warms the server, and is its largest


def _weights() -> np.ndarray:
    far = np.abs(np.arange(TOKENS)[:, None] - np.arange(TOKENS)) / 40
    powers = np.exp(np.random.default_rng(0).normal(size=(LAYERS, HEADS, TOKENS, TOKENS)) - far).astype(np.float32)
    return powers / powers.sum(-1, keepdims=True)


def _dropped(opened: "Page", file: Path) -> float:
    opened.evaluate("performance.clearResourceTimings()")
    opened.get_by_test_id("stFileUploader").locator("input[type=file]").first.set_input_files(file)
    return opened.evaluate(DRAWN, TOKENS)


def resident() -> int:
    """Bytes of the server in memory."""
    servers = [one for one in psutil.Process().children(recursive=True) if "streamlit" in " ".join(one.cmdline())]
    return max(one.memory_info().rss for one in servers)


def _row(name: str, what: str, unit: str, target: float, kind: str) -> Row:
    def measure(share: float) -> Measured:
        values = sitting(share)[kind]
        return middle(values, f"{len(values)} times")

    return Row(name, what, unit, target, measure)


ROWS = [
    _row(
        "recording-shown",
        "a recording of 6 × 8 heads at 512 × 512 brought to the page, to the drawn heads",
        "ms",
        3000,
        "shown",
    ),
    _row("recording-kept", "the server's memory that it takes", "MiB", 300, "kept"),
    _row("recording-hover", "a pointer's move over its heads to the frame after the read-out", "ms", 250, "hover"),
]
