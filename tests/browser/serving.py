"""Starting the app for a browser test: on a free loopback port, ended by the process that was started."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """`streamlit run dashboard/app.py` with a home of its own; may be stopped and started again on the same port.

    Args:
        home: a folder for its log, and for what it keeps; page: what is run, `gate.py` for a classroom.
        lab: where it keeps what it keeps, if elsewhere: with another server.
    """

    def __init__(self, home: Path, page: str = "app.py", lab: Path | None = None) -> None:
        self.home, self.page, self._lab = home, page, lab or home / "lab"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        # whoever in the app asks the network, asks this way (a library that looks for files, say), and is found out
        self._way_out = socket.create_server(("127.0.0.1", 0))
        self._way_out.setblocking(False)

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [
            sys.executable,
            "-m",
            "streamlit",
            "run",
            str(ROOT / "dashboard" / self.page),
            "--server.headless",
            "true",
            "--server.port",
            str(self.port),
            "--server.address",
            "127.0.0.1",
            "--server.fileWatcherType",
            "none",
        ]
        proxy = f"http://127.0.0.1:{self._way_out.getsockname()[1]}"
        environment = {
            **os.environ, "ATTNLAB_HOME": str(self._lab), "PYTHONPATH": str(ROOT), "HTTP_PROXY": proxy, "HTTPS_PROXY": proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "ATTNLAB_TRAININGS": os.environ.get("ATTNLAB_TRAININGS", "8"),  # tests wait for their own, not for each other's
        }  # fmt: skip
        with (self.home / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.home, stdout=log, stderr=subprocess.STDOUT, env=environment
            )
        end = time.monotonic() + 90
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.2)
        pytest.fail(f"the app did not start:\n{self.log()}")

    def asked(self) -> bool:
        """Whether the app has asked the network for anything so far."""
        try:
            self._way_out.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def stop(self) -> None:
        """End the server; trainings it started live on."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self) -> str:
        """What it printed."""
        return (self.home / "log.txt").read_text(errors="replace")

    def condition(self) -> str:
        """Whether it lives and what it printed, for the report of a test that failed."""
        lives = self.process is not None and self.process.poll() is None
        return f"{'alive' if lives else 'ended'}\n{self.log()[-4000:]}"
