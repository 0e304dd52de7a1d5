"""From a click on a node of a tree of ten thousand to its attention on screen: the Decoder page in a real Chromium.

Nodes are taken all over the tree, dead ones too. The attention is on screen when all heads and the large one have been
drawn anew and two more frames have been painted.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from core.decoding.beam import BeamSearch
from core.decoding.session import Session
from core.runs.sessions import SavedSession
from core.runs.trained import load
from tests.benchmarks.recording import empty_home
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

if TYPE_CHECKING:
    from playwright.sync_api import Page

CLICKS = 20
PAUSE = 400  # ms between two clicks
SEARCH = BeamSearch(width=40, stop="never")

# Milliseconds from a click until both pictures were drawn; -1 where that took more than 15 s.
LOOK = """async (pill, pictures) => {
    const drawn = (host) => new Promise((done) => {
        const observer = new MutationObserver(() => { observer.disconnect(); done(true); });
        observer.observe(host, { attributes: true, attributeFilter: ["data-milliseconds"] });
        setTimeout(() => { observer.disconnect(); done(false); }, 15000);
    });
    const all = Promise.all(pictures.map(drawn));
    const start = performance.now();
    pill.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    if (!(await all).every(Boolean)) return -1;
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
OTHERS = ".treebox g[data-node]:not(.more):not(.selected)"


def node_attention(share: float) -> Measured:
    """The median over clicks."""
    trained = load("demo/dates-transformer")
    source = trained.config.task.join(trained.examples.test[0].source)
    nodes = len(trained.tree(source, SEARCH, keep_pruned=9))
    link = SavedSession.of(trained, Session(source, SEARCH)).to_link()
    with empty_home() as home, app(ROOT / "dashboard" / "app.py", home) as address:
        asked = {"run": trained.run.address, "source": source, "session": link}
        with page(f"{address}/decoder?{urlencode(asked)}") as opened:
            opened.locator(".lab.heatmap").last.wait_for()
            opened.locator(".step.end").click()
            opened.wait_for_timeout(3000)
            found = [_looked(opened, at) for at in range(times(CLICKS, share, 3))]
    return middle(found, f"a tree of {nodes:,} nodes")


def _looked(opened: "Page", at: int) -> float:
    pills = opened.locator(OTHERS)
    pictures = [opened.locator(kind).last.element_handle() for kind in (".lab.heads", ".lab.heatmap")]
    took = float(pills.nth((7 * at + 3) % pills.count()).evaluate(LOOK, pictures))
    opened.wait_for_timeout(PAUSE)
    return took if took >= 0 else float("inf")


ROWS = [
    Row("node-attention", "from a click on any node of a tree of 10,000 to its attention, every layer and head, on screen",
        "ms", 250.0, node_attention),
]  # fmt: skip
