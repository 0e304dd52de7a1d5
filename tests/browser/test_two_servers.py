"""Two servers on one home behind nginx, with the configuration of docs/operations.md: each person keeps to one, until it dies."""

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages import button, settled, until
from tests.browser.serving import ROOT, Server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SITE = "lab.localhost"  # another name than the servers know of themselves, and to every browser this computer


@dataclass
class Pair:
    """Two servers by the names that the cookie has for them, and the proxy's port."""

    servers: dict[str, Server]
    port: int

    def ask(self, seat: str = "") -> str:
        """Which one answers somebody with this cookie."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/_stcore/health", headers={"Cookie": f"attnlab={seat}"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return re.search(r"attnlab=(\w)", " ".join(answer.headers.get_all("Set-Cookie")))[1]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Both servers and nginx, for one test."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        advice = "no nginx: `apt-get install nginx-light`"
        pytest.fail(advice) if os.environ.get("CI") else pytest.skip(advice)
    servers = {}
    for name in "ab":
        (tmp_path / name).mkdir()
        servers[name] = Server(tmp_path / name, lab=tmp_path / "lab")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "logs").mkdir()
    (tmp_path / "attnlab.conf").write_text(configuration(servers["a"].port, servers["b"].port, port))
    own = "daemon off; pid nginx.pid; error_log logs/error.log;"
    own += " user root;" if os.getuid() == 0 else ""  # it would give up its rights, and with them the test's folder
    proxy = None
    try:
        for server in servers.values():
            server.start()
        proxy = subprocess.Popen([nginx, "-p", tmp_path, "-e", "logs/error.log", "-c", "attnlab.conf", "-g", own])
        end = time.monotonic() + 30
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            assert time.monotonic() < end and proxy.poll() is None, (tmp_path / "logs" / "error.log").read_text()
            time.sleep(0.05)
        yield Pair(servers, port)
    finally:
        if proxy is not None:
            proxy.terminate()
            proxy.wait(15)
        for server in servers.values():
            server.stop()
    for server in servers.values():
        assert "Traceback" not in server.log()
        assert not server.asked(), "the app asked the network for something"


def configuration(first: int, second: int, listen: int) -> str:
    """The document's, on ports that are free, its temporary files in the test's folder."""
    text = re.search(r"```nginx\n(.+?)```", (ROOT / "docs" / "operations.md").read_text(), re.DOTALL)[1]
    places = "".join(f"{kind}_temp_path tmp-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    changes = {
        "8501": str(first),
        "8502": str(second),
        "listen 80;": f"listen 127.0.0.1:{listen};",
        "http {": f"http {{ access_log off; {places}",
    }
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def seat(page: Page) -> str:
    """The server this browser's cookie names."""
    return next(one["value"] for one in page.context.cookies() if one["name"] == "attnlab")


def test_who_loses_their_server_goes_on_at_the_other_one(chromium: Browser, pair: Pair) -> None:
    assert {pair.ask() for _ in range(40)} == {"a", "b"}  # one would be missing once in 5 · 10^11 times
    assert [pair.ask(name) for name in "abab"] == ["a", "b", "a", "b"]
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=f"http://{SITE}:{pair.port}")
    page = context.new_page()
    try:
        page.goto("/train")
        page.get_by_label("Name of the run", exact=True).fill("survivor")
        page.get_by_label("steps", exact=True).fill("900")
        page.keyboard.press("Enter")
        button(page, "Train").click()
        expect(page.get_by_text(re.compile("survivor · running · step (?!0 )"))).to_be_visible()
        first = seat(page)
        process = pair.servers[first].process
        assert process is not None
        process.kill()  # and the page is not touched: it finds the way by itself
        until(page, lambda: seat(page) != first, seconds=60)
        expect(page.get_by_text(re.compile("survivor · (running|done) · step (?!0 )"))).to_be_visible(timeout=60_000)
        pair.servers[first].start()  # it is back, and who has moved stays where they are: their session is there
        expect(page.get_by_text("survivor · done · step 900 of 900")).to_be_visible(timeout=120_000)
        settled(page)
        page.goto("/inspect_alignment")
        expect(page.get_by_test_id("stFileUploaderDropzone").first).to_be_visible()
        page.locator("input[type=file]").first.set_input_files(
            {"name": "map.csv", "mimeType": "text/csv", "buffer": b"0.9,0.1,0\n0.1,0.8,0.1\n0,0.1,0.9\n"}
        )
        expect(page.get_by_text("map.csv").first).to_be_visible()
        settled(page)
        assert seat(page) != first
    finally:
        context.close()
