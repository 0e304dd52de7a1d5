"""One Chromium, one gallery and one app for all browser tests; without one they skip with advice, and in CI they fail."""

import os
import re
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests.browser.components import Gallery
from tests.browser.pages import SIZES
from tests.browser.serving import Server

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SHOTS = os.environ.get("ATTNLAB_SHOTS")  # a folder, to look at what the tests saw
expect.set_options(timeout=30_000)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the usual run each page test is run in one of the two sizes and looks, half of them in either; in the other with -m slow."""
    for item in items:
        drawn = getattr(item, "callspec", None) and item.callspec.params.get("page")
        if drawn in SIZES:
            test = item.nodeid.split("@")[0].replace(drawn, "")
            if drawn != list(SIZES)[zlib.crc32(test.encode()) % len(SIZES)]:
                item.add_marker(pytest.mark.slow)


def chromium_here() -> str | None:
    """Whatever Chromium there is; None lets Playwright look for its own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def outside(url: str) -> list[str]:
    """What to say of a request that leaves this computer; nothing of others."""
    parts = urlsplit(url)
    here = parts.scheme in ("blob", "data", "about", "file") or parts.hostname in ("127.0.0.1", "localhost")
    return [] if here else [f"the page asked the network for {url[:200]}"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Whatever Chromium there is."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_here(), args=FLAGS)
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


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, for all page tests."""
    one = Server(tmp_path_factory.mktemp("app"))
    one.start()
    yield one
    one.stop()
    assert "Traceback" not in one.log()
    assert not one.asked(), "the app asked the network for something"


@pytest.fixture(params=SIZES, ids=list(SIZES))
def page(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator[Page]:
    """A page of its own in each size and look; fails if the browser reported an error or asked for anything elsewhere."""
    with window(request, chromium, server) as one:
        yield one


@contextmanager
def window(request: pytest.FixtureRequest, chromium: Browser, server: Server) -> Iterator[Page]:
    """The page of a fixture whose parameters are the sizes and looks."""
    width, height, scheme = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, base_url=server.url
    )
    one = context.new_page()
    complaints: list[str] = []
    one.on("pageerror", lambda error: complaints.append(str(error)))
    context.on("request", lambda asked: complaints.extend(outside(asked.url)))
    one.on("console", lambda said: print(f"{time.monotonic():.1f} console: {said.text}"))  # pytest shows it on failure
    yield one
    if SHOTS:
        one.screenshot(path=Path(SHOTS) / f"{re.sub(r'[^a-z0-9]+', '-', request.node.name.lower())}.png")
    print(f"{time.monotonic():.1f} server: {server.condition()}")
    context.close()
    assert complaints == []
