"""attnlab app for a new user: it asks nothing, says its address and opens the browser there; without one it goes on."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems open browsers otherwise")
PATIENCE = 60.0  # seconds


@contextmanager
def running(folder: Path, *options: str, opener: bool = True) -> Iterator[tuple[str, Path]]:
    """`attnlab app` of somebody who has never started Streamlit; its address, and the file with what it says."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tools, home = folder / "tools", folder / "home"
    (home / ".claude").mkdir(parents=True)  # for whose owner Streamlit has an offer
    tools.mkdir()
    if opener:
        (tools / "xdg-open").write_text(f'#!/bin/sh\necho "$1" > "{folder}/opened"\n')
        (tools / "xdg-open").chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    environment |= {"HOME": str(home), "PATH": str(tools), "BROWSER": "", "ATTNLAB_HOME": str(folder / "lab")}
    command = [sys.executable, "-c", "from core.cli import main; main()", "app", "--port", str(port), *options]
    with (folder / "said").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
        )  # fmt: skip
    try:
        yield f"http://127.0.0.1:{port}", folder / "said"
    finally:
        os.killpg(server.pid, 15)
        server.wait(15)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def waited(address: str, said: Path) -> str:
    """What it has said once it answers and has named its address."""
    end = time.monotonic() + PATIENCE
    while not (answers(address) and address in said.read_text()):
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.1)
    return said.read_text()


def test_the_browser_is_opened_at_the_address_and_nothing_is_asked(tmp_path: Path) -> None:
    with running(tmp_path) as (address, said):
        told = waited(address, said)
        assert "mail" not in told and "skills" not in told
        end = time.monotonic() + PATIENCE
        while not (tmp_path / "opened").exists():
            assert time.monotonic() < end, said.read_text()
            time.sleep(0.1)
        assert (tmp_path / "opened").read_text().strip() == address


@pytest.mark.parametrize(("options", "opener"), [((), False), (("--no-browser",), True)])
def test_where_no_browser_can_or_shall_be_opened_the_address_is_said_and_it_goes_on(
    tmp_path: Path, options: tuple[str, ...], opener: bool
) -> None:
    with running(tmp_path, *options, opener=opener) as (address, said):
        assert "Traceback" not in waited(address, said)
        time.sleep(1.0)  # a browser would be opened by now
        assert answers(address) and not (tmp_path / "opened").exists()
