"""The page Inputs in a real Chromium: words, a sound of one's own and a graph become vectors, and a file without sound is refused."""

import io
import re
import wave

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; the first model is loaded


def recording(samples: int) -> dict:
    """A WAV file of so many samples at 8 kHz."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\x00\x10" * samples)
    return {"name": f"{samples}.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}


def kind(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").first.get_by_text(name, exact=True).click()


def test_words_a_sound_and_a_graph_become_vectors(page: Page) -> None:
    page.goto("/")
    visit(page, "Systems", "Inputs")
    expect(page.get_by_text(re.compile(r"\d+ tokens, so \d+ vectors"))).to_be_visible(timeout=SLOW)
    for name in ("one-hot", "rows of the embedding", "which embedded tokens are alike"):
        expect(page.get_by_role("img", name=re.compile(rf"^{name}\."))).to_be_visible(timeout=SLOW)
    kind(page, "Sound")
    expect(page.get_by_text("1.00 s are 100 vectors")).to_be_visible(timeout=SLOW)
    box = page.locator("input[type=file]").first
    box.set_input_files(recording(0))
    expect(page.get_by_text("0.wav has no samples")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name=re.compile("Remove|Delete")).first.click()
    expect(page.get_by_text("1.00 s are 100 vectors")).to_be_visible(timeout=SLOW)
    box.set_input_files(recording(4000))
    expect(page.get_by_text("0.50 s are 50 vectors")).to_be_visible(timeout=SLOW)
    kind(page, "Graph")
    expect(page.get_by_text("34 nodes, so 34 vectors")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("img", name=re.compile(r"has \d+ edges"))).to_be_visible(timeout=SLOW)
    settled(page)
