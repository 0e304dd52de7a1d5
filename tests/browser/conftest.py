"""One Chromium for all browser tests; without one they skip with advice, and in CI they fail."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Whatever Chromium there is."""
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        try:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            advice = "no Chromium: `apt-get install chromium`, or `python -m playwright install chromium`"
            if os.environ.get("CI"):
                pytest.fail(f"{advice} ({error})")
            pytest.skip(advice)
        yield browser
        browser.close()
