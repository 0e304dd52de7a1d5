"""From a press to the changed picture, in a real Chromium in front of the real app: the Decoder page on a shipped model.

A picture counts as changed when the page's text says the new place and two more frames have been painted. Times are taken
inside the page. With a training beside it, the training is a process of its own, as the page Train starts it.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from statistics import median
from typing import TYPE_CHECKING, Any

from core.runs import jobs
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.presets import preset_of
from tests.benchmarks.recording import NEVER, empty_home
from tests.benchmarks.row import Measured, Row, middle, times
from tests.benchmarks.served import ROOT, app, page

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

CLICKS, PRESSES = 30, 20
PAUSE = 300  # ms between two clicks: the server hears of a place 120 ms after it was left
APART = 80  # ms between two key presses
ADDRESS = "/decoder?run=demo/dates-transformer"

# Milliseconds from acting until the place reads another step and two frames have passed; -1 where nothing came in 15 s.
CHANGE = """async (host, act) => {
    const place = host.querySelector(".place");
    const step = () => place.textContent.split("·")[0];
    const before = step();
    const changed = new Promise((done) => {
        const observer = new MutationObserver(() => { if (step() !== before) { observer.disconnect(); done(true); } });
        observer.observe(place, { childList: true, characterData: true, subtree: true });
        setTimeout(() => { observer.disconnect(); done(false); }, 15000);
    });
    const start = performance.now();
    if (act.key) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: act.key, bubbles: true, cancelable: true }));
    else host.querySelectorAll(act.button)[act.number || 0].click();
    if (!await changed) return -1;
    const told = performance.now();
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    return act.key ? told - start : performance.now() - start;
}"""
WATCH = """(host) => {
    host.places = [];
    new MutationObserver(() => {
        const now = host.querySelector(".place").textContent.split("·")[0];
        if (now !== host.places.at(-1)) host.places.push(now);
    }).observe(host.querySelector(".place"), { childList: true, characterData: true, subtree: true });
}"""


@contextmanager
def training(count: int = 1) -> Iterator[list[RunFolder]]:
    """Trainings in processes of their own for the length of the block."""
    config = preset_of("dates").changed({"training.steps": NEVER, "training.evaluate_every": 100})
    runs = [create(f"beside-{at}", config) for at in range(count)]
    try:
        for run in runs:
            jobs.start(run)
        yield runs
    finally:
        for run in runs:
            jobs.kill(run)


@functools.cache
def sitting(beside: bool, share: float) -> dict[str, Any]:
    """One visit to the page: milliseconds of clicks on Next, of forced candidates, of key presses; presses lost."""
    with (
        empty_home() as home, app(ROOT / "dashboard" / "app.py", home) as address, page(address + ADDRESS) as opened,
        training() if beside else nullcontext(),
    ):  # fmt: skip
        host = opened.locator(".lab.stepper")
        host.locator(".candidate").first.wait_for()
        opened.wait_for_timeout(6000 if beside else 2000)  # until the training trains, and the page is at rest
        return {
            "next": list(_next(opened, host, times(CLICKS, share))),
            "force": list(forced(opened, host, times(CLICKS, share))),
            "keys": list(_keys(opened, host, times(PRESSES, share))),
            "lost": _lost(opened, host, times(PRESSES, share)),
        }


def _next(opened: "Page", host: "Locator", count: int) -> Iterator[float]:
    for _ in range(count):
        if host.locator(".step.next").is_disabled():
            _back_to_start(opened, host)
        yield _took(host.evaluate(CHANGE, {"button": ".step.next"}))
        opened.wait_for_timeout(PAUSE)


def forced(opened: "Page", host: "Locator", count: int) -> Iterator[float]:
    """Milliseconds until the page shows a candidate that was never forced before, so that the model must be asked."""
    for at in range(count):
        _back_to_start(opened, host)
        position, candidate = at % 6, 1 + at // 6
        for _ in range(position):
            opened.keyboard.press("ArrowRight")
        opened.wait_for_timeout(PAUSE)
        yield _took(
            host.evaluate(CHANGE, {"button": ".candidate:not(.default):not([hidden])", "number": candidate - 1})
        )
        opened.wait_for_timeout(PAUSE)


def _keys(opened: "Page", host: "Locator", count: int) -> Iterator[float]:
    _back_to_start(opened, host)
    for at in range(count):
        yield _took(host.evaluate(CHANGE, {"key": "ArrowRight" if at % 16 < 8 else "ArrowLeft"}))
        opened.wait_for_timeout(APART)


def _lost(opened: "Page", host: "Locator", count: int) -> int:
    """Of presses 80 ms apart, there and back along the path, how many changed nothing."""
    _back_to_start(opened, host)
    host.evaluate(WATCH)
    for at in range(count):
        opened.keyboard.press("ArrowRight" if at % 16 < 8 else "ArrowLeft")
        opened.wait_for_timeout(APART)
    opened.wait_for_timeout(PAUSE)
    return count - len(host.evaluate("(host) => host.places"))


def _back_to_start(opened: "Page", host: "Locator") -> None:
    host.locator(".step.reset").click()
    opened.wait_for_timeout(PAUSE)


def _took(milliseconds: float) -> float:
    return milliseconds if milliseconds >= 0 else float("inf")


def _row(name: str, what: str, target: float, kind: str, *, beside: bool, share_of: float | None = None) -> Row:
    """A row over a sitting; `share_of` is the percentile as a share, None the median."""

    def measure(share: float) -> Measured:
        values = sorted(sitting(beside, share)[kind])
        if share_of is None:
            return middle(values, f"{len(values)} times")
        at = min(len(values) - 1, int(share_of * len(values)))
        return Measured(values[at], values[0], values[-1], f"{len(values)} times, median {median(values):.0f}")

    return Row(name, what + (", a training beside it" if beside else ""), "ms", target, measure)


def _rows(beside: bool) -> Iterator[Row]:
    end = "-training" if beside else ""
    yield _row(f"click-next{end}", "Next to the changed picture, median", 120, "next", beside=beside)
    yield _row(
        f"click-next-p95{end}",
        "Next to the changed picture, 95th percentile",
        300,
        "next",
        beside=beside,
        share_of=0.95,
    )
    yield _row(f"click-force{end}", "a forced candidate, through the server, median", 120, "force", beside=beside)
    yield _row(
        f"click-force-p95{end}", "a forced candidate, 95th percentile", 300, "force", beside=beside, share_of=0.95
    )
    yield _row(
        f"arrow-key{end}",
        "an arrow key to the changed page, 95th percentile (two frames: 34 ms)",
        34,
        "keys",
        beside=beside,
        share_of=0.95,
    )
    yield Row(
        f"arrow-keys-lost{end}",
        "of 20 presses 80 ms apart, how many were lost" + (", a training beside it" if beside else ""),
        "",
        0,
        lambda share: middle([sitting(beside, share)["lost"]]),
    )


ROWS = [*_rows(False), *_rows(True)]
