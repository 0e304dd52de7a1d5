"""Answers and summaries from a person's own files in a real Chromium: choose the task, drop a file, train, look where it looks."""

import json
import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, choose, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a training begins, and ends
_NAMES = [first + last for first in ("Ba", "Do", "Fi", "Ge", "Hu", "Jo", "Ka", "Lu", "Mi", "No") for last in
          ("bri", "das", "dy", "fan", "gor", "kel", "lin", "mo")]  # fmt: skip


@dataclass(frozen=True)
class System:
    """A task, the option it has in the menu, what its box for files says, rows of a file, and a source that nobody has seen."""

    name: str
    option: str
    box: str
    rows: list[dict[str, str]]
    source: str


SYSTEMS = [
    System(
        "qa", "qa · A question and a context with unseen names to the answer; or your own questions", "Your own questions",
        [{"question": "Who has the lamp?", "context": f"{one} has the lamp. It is old.", "answer": one} for one in _NAMES],
        "Who has the lamp? | Zorblax has the lamp. It is old.",
    ),
    System(
        "summary", "summary · A report with unseen names and figures to its facts in a fixed order; or your own texts",
        "Your own texts and their summaries",
        [{"text": f"The lamp was found by {one} today.", "summary": f"{one} found it."} for one in _NAMES],
        "The lamp was found by Zorblax today.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    "page", ["light-1440"], indirect=True
)  # the pages Train and Attention are seen in both elsewhere
@pytest.mark.parametrize("system", SYSTEMS, ids=[one.name for one in SYSTEMS])
def test_a_file_is_dropped_trained_on_and_its_attention_looked_at(page: Page, system: System) -> None:
    page.goto("/train")
    expect(page.get_by_role("combobox", name="Task")).to_be_visible(timeout=SLOW)
    choose(page, "Task", system.option)
    uploader = page.get_by_test_id("stFileUploader").filter(has_text=system.box)
    expect(uploader).to_be_visible(timeout=SLOW)
    file = "\n".join(json.dumps(row) for row in system.rows).encode()
    uploader.locator("input[type=file]").set_input_files(
        {"name": "mine.jsonl", "mimeType": "text/plain", "buffer": file}
    )
    expect(page.get_by_text("mine.jsonl", exact=True)).to_be_visible(timeout=SLOW)
    page.get_by_label("Name of the run", exact=True).fill(f"own-{system.name}")
    page.get_by_label("steps", exact=True).fill("20")
    page.keyboard.press("Enter")
    button(page, "Train").click()
    expect(page.get_by_text(f"own-{system.name} · done · step 20 of 20")).to_be_visible(timeout=SLOW)
    visit(page, "Look", "Attention")
    expect(page.get_by_role("combobox", name="Model")).to_have_value(f"own-{system.name}", timeout=SLOW)
    page.get_by_label("Source", exact=True).fill(system.source)
    page.keyboard.press("Enter")
    expect(page.get_by_text("read as <unk>: zorblax")).to_be_visible(timeout=SLOW)
    page.locator(".spot[data-site='decoder.layers.0.cross_attention.attention'][data-head='0']").click()
    expect(page.get_by_text(re.compile("cross · layer 1 · head 1"))).to_be_visible(timeout=SLOW)
    expect(page.locator(".heatmap canvas").first).to_be_visible(timeout=SLOW)
    settled(page)
