"""A voice from disk in a real Chromium: chosen, typed, played, and its map has tokens and seconds."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import settled
from tests.browser.serving import Server
from tests.runs.test_voices import config, trained
from tests.spoken import folder_of_speech

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SLOW = 120_000  # milliseconds; a voice is loaded, and Griffin–Lim imported


@pytest.fixture(scope="module")
def voice(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A voice that has hardly learned, in the app's home."""
    folder: Path = tmp_path_factory.mktemp("speech")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(server.home / "lab"))
        trained("tones", config(folder_of_speech(folder, 20), training_steps=3))
    return "tones"


def test_a_voice_is_heard_and_its_map_has_tokens_and_seconds(page: Page, voice: str) -> None:
    page.goto("/ladder")
    page.get_by_text("A voice from disk", exact=True).click(timeout=SLOW)
    text = page.get_by_label("Text", exact=True)
    expect(text).to_be_visible(timeout=SLOW)
    heard = page.locator("audio")
    expect(heard).to_have_count(1, timeout=SLOW)
    text.fill("fox")
    page.keyboard.press("Enter")
    expect(page.get_by_text("tones never learned to say 'o' 'x'")).to_be_visible(timeout=SLOW)
    expect(heard).to_have_count(0)
    settled(page)
    text.fill("fade")
    page.keyboard.press("Enter")
    expect(page.get_by_label("fade: 5 tokens by").first).to_be_visible(timeout=SLOW)
    page.wait_for_function("document.querySelector('audio')?.duration > 0.02", timeout=SLOW)
    expect(page.get_by_text("Doctor: ")).to_be_visible()
    settled(page)
