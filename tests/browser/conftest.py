"""One Chromium and one gallery for all browser tests; without one they skip with advice, and in CI they fail."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.browser.components import Gallery

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
expect.set_options(timeout=30_000)


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


@pytest.fixture(scope="session")
def gallery(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """The gallery's server and one page in front of it: a second visit costs a third of a new page's first."""
    from tests.benchmarks.served import app  # not above: what it imports of core must be imported under shape checks

    with app(Path(__file__).parent / "gallery.py", tmp_path_factory.mktemp("gallery")) as url:
        context = chromium.new_context()
        yield Gallery(context.new_page(), url)
        context.close()


@pytest.fixture
def shown(gallery: Gallery) -> Iterator[Gallery]:
    """For one test; fails if the browser reported an error."""
    yield gallery
    complaints = list(gallery.complaints)
    gallery.leave()
    assert complaints == []
