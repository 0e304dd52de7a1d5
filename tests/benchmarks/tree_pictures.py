"""A tree of ten thousand nodes in a real Chromium: frames a second while it is panned and zoomed (tests/browser/gallery.py)."""

import functools
import tempfile
from pathlib import Path

from tests.benchmarks.row import Measured, Row, times
from tests.benchmarks.served import ROOT, app, page

FRAMES = 120
# every frame a push; milliseconds a frame over all of them. Wheel events go through the same door as a person's.
MOVED = """async ([kind, level, frames]) => {
    const host = document.querySelector("[data-testid=stBidiComponentIsolated]").shadowRoot;
    const view = host.attentionLab.tree;
    const box = host.querySelector(".treebox");
    const frame = () => new Promise(requestAnimationFrame);
    view.zoom(level);
    box.scrollTop = box.scrollHeight * 0.4;
    await frame(); await frame();
    const rect = box.getBoundingClientRect();
    const start = performance.now();
    for (let i = 0; i < frames; i++) {
        if (kind === "zoom") {
            box.dispatchEvent(new WheelEvent("wheel", {
                ctrlKey: true, deltaY: i < frames / 2 ? 30 : -30, bubbles: true, cancelable: true,
                clientX: rect.left + rect.width / 2, clientY: rect.top + rect.height / 2,
            }));
        } else {
            box.scrollTop += 23;
            box.scrollLeft += i < frames / 2 ? 11 : -11;
        }
        await frame();
    }
    return (performance.now() - start) / frames;
}"""
GESTURES = [("pan", 1.0), ("pan", 0.6), ("pan", 0.3), ("pan", 0.1), ("pan", 0.02), ("zoom", 1.0), ("zoom", 0.1)]


@functools.cache
def frames(show: str, count: int) -> dict[str, float]:
    """Milliseconds a frame of every gesture, all pruned candidates unfolded."""
    script = ROOT / "tests" / "browser" / "gallery.py"
    with (
        tempfile.TemporaryDirectory() as home, app(script, Path(home)) as address,
        page(f"{address}/?show={show}") as opened,
    ):  # fmt: skip
        opened.locator(".tree .unfold").click()
        opened.wait_for_timeout(500)
        opened.evaluate(MOVED, ["zoom", 1.0, 20])
        return {f"{kind} at {level:g}": opened.evaluate(MOVED, [kind, level, count]) for kind, level in GESTURES}


def _row(name: str, what: str, show: str, target: float | None) -> Row:
    def measure(share: float) -> Measured:
        found = frames(show, times(FRAMES, share, least=20))
        slow = max(found, key=lambda gesture: found[gesture])
        note = f"{1000 / found[slow]:.0f} frames/s at worst ({slow}), {1000 / min(found.values()):.0f} at best"
        return Measured(found[slow], min(found.values()), found[slow], note)

    return Row(name, what, "ms", target, measure)


ROWS = [
    _row("tree-10000", "a frame of a tree of 10,000 nodes, panned and zoomed: the slowest gesture", "tree10000", 1000 / 30),
    _row("tree-30000", "the same of 30,000 nodes", "tree30000", None),
]  # fmt: skip
