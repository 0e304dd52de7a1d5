"""The page The 发财 ladder in a real Chromium: it trains, stops, and what is said can be played and looked at."""

import io
import wave

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import button, settled, stop

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def played(page: Page, at: int) -> tuple[float, float]:
    """Seconds and loudness of a sound of the page."""
    source = page.locator("audio").nth(at).get_attribute("src")
    assert source is not None
    with wave.open(io.BytesIO(page.request.get(source).body())) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        assert file.getframerate() == 16_000 and file.getnchannels() == 1
        return len(samples) / file.getframerate(), float(np.sqrt(np.mean(samples**2)))


def test_speakers_learn_and_what_they_say_can_be_played(page: Page) -> None:
    page.goto("/ladder")
    expect(page.get_by_text("Press Train")).to_be_visible()
    main = page.get_by_test_id("stMain")
    main.get_by_text("location-aware", exact=True).click()  # contents alone are enough here
    button(page, "Train").click()
    expect(page.get_by_text("Loss of the last ten steps")).to_be_visible(timeout=240_000)
    stop(page)
    expect(page.locator("audio")).to_have_count(8, timeout=120_000)
    expect(page.get_by_text("steps · stopped, Train goes on from here")).to_be_visible()
    for times in (1, 2, 3, 4):
        expect(page.get_by_text(f"发财 ×{times} · espeak-ng")).to_be_visible()
        seconds, loudness = played(page, 2 * times - 2)
        assert seconds == pytest.approx(0.5 * times + 0.1, abs=0.1) and loudness > 0.02
        said, heard = played(page, 2 * times - 1)
        shown = page.get_by_text("contents alone: ").nth(times - 1).text_content() or ""
        assert f"{said:.1f} s" in shown and np.isfinite(heard) and heard > 0
    expect(main.locator("canvas").first).to_be_visible()
    expect(page.get_by_text("espeak-ng, 发财 ×4")).to_be_visible()  # the true alignment has a map, too
    settled(page)
