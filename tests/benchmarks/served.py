"""A Streamlit app of our own and a real Chromium in front of it, for the length of a `with` block."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import RunError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 90.0  # seconds for a server to answer
SLOW = 90_000  # milliseconds for a page to be drawn on a busy machine


@contextmanager
def app(script: Path, home: Path) -> Iterator[str]:
    """`streamlit run` of a script on a free loopback port, with the app's own theme and settings; its address."""
    with serving(script, home) as (address, _):
        yield address


@contextmanager
def serving(script: Path, home: Path) -> Iterator[tuple[str, int]]:
    """The same; its address and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if script.parent != ROOT / "dashboard":  # elsewhere the settings must lie in the working directory
        (home / ".streamlit").mkdir(exist_ok=True)
        shutil.copy(ROOT / "dashboard" / ".streamlit" / "config.toml", home / ".streamlit")
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.headless",
        "true",
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.fileWatcherType",
        "none",
    ]
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])  # this clone, installed or not
    environment = {**os.environ, "ATTNLAB_HOME": str(home), "PYTHONPATH": path}
    with (home / "server.txt").open("wb") as log:
        server = subprocess.Popen(command, cwd=home, stdout=log, stderr=subprocess.STDOUT, env=environment)
    try:
        _wait(f"http://127.0.0.1:{port}", server, home / "server.txt")
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def page(address: str, width: int = 1440, height: int = 900) -> Iterator["Page"]:
    """A page of a fresh Chromium.

    Raises:
        RunError: there is no Chromium or no Playwright.
    """
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": width, "height": height})
        opened.set_default_timeout(SLOW)
        opened.goto(address)
        yield opened


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A fresh Chromium without a page.

    Raises:
        RunError: there is no Chromium or no Playwright.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise RunError('this row drives a browser; install it with: pip install -e ".[test]"') from error
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        try:
            browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error as error:
            raise RunError(
                "this row drives a browser; apt-get install chromium, or python -m playwright install chromium"
            ) from error
        try:
            yield browser
        finally:
            browser.close()


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise RunError(f"the app did not start: {log.read_text(errors='replace')[-400:]}")
