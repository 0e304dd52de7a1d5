"""A Ray cluster of several nodes on this computer, each a `ray start` as a person would type it, ended by handle."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_enable_metrics_collection": "0", "RAY_CLIENT_MODE": "0", "OMP_NUM_THREADS": "1",
    "RAY_health_check_initial_delay_ms": "0", "RAY_health_check_period_ms": "1000",
}  # fmt: skip


def free_ports(count: int) -> list[int]:
    """Ports above those that Ray gives its workers, free at this moment."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Nodes:
    """A head without places, and nodes with some.

    Attributes:
        address: what `--cluster` takes.
    """

    def __init__(self, **environment: str) -> None:
        self._folder = Path(
            tempfile.mkdtemp(prefix="ray", dir="/tmp")
        )  # short: a socket's path has 107 letters at most
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        self._environment = {
            **os.environ,
            **_QUIET,
            "RAY_TMPDIR": str(self._folder),
            "PYTHONPATH": paths,
            **environment,
        }
        port, client = free_ports(2)
        self._head, self.address = f"127.0.0.1:{port}", f"ray://127.0.0.1:{client}"
        self._all: list[list[psutil.Process]] = []
        self._started: list[subprocess.Popen[bytes]] = []
        self._start(
            "--head",
            f"--port={port}",
            f"--ray-client-server-port={client}",
            "--num-cpus=0",
            "--include-dashboard=false",
        )
        self._await(port)
        self._client = client

    def ready(self) -> None:
        """Wait until the head takes clients."""
        self._await(self._client)

    def add(self, cpus: int) -> int:
        """Another node; its number."""
        self._start(f"--address={self._head}", f"--num-cpus={cpus}")
        return len(self._started) - 1

    def kill(self, number: int) -> None:
        """End a node as a power cut would: all of its processes at once, without a word."""
        _end(self._started[number])

    def processes(self, number: int) -> list[int]:
        """Numbers of the processes of a node."""
        return [one.pid for one in psutil.Process(self._started[number].pid).children(recursive=True)]

    def members(self, number: int) -> list[int]:
        """Those of a node's processes that are members of a team."""
        family = psutil.Process(self._started[number].pid).children(recursive=True)
        return [
            one.pid
            for one in family
            if one.cmdline()[:1] == ["ray::Member.train"] or one.name().startswith("ray::Member")
        ]

    def alive(self) -> list[int]:
        """Numbers of the nodes that have places."""
        return [number for number, one in enumerate(self._started) if number and one.poll() is None]

    def close(self) -> None:
        """End all nodes and remove what they wrote."""
        for one in reversed(self._started):
            _end(one)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self, *options: str) -> None:
        command = [
            str(Path(sys.executable).with_name("ray")),
            "start",
            "--block",
            "--disable-usage-stats",
            "--node-ip-address=127.0.0.1",
        ]
        small = ["--object-store-memory=80000000", "--include-log-monitor=false"]
        own = self._folder / str(len(self._started))  # two raylets that begin in one folder may take one socket
        own.mkdir()
        with (self._folder / "out.txt").open("ab") as output:
            self._started.append(
                subprocess.Popen(
                    [*command, *small, f"--temp-dir={own}", *options],
                    env={**self._environment, "TMPDIR": str(own)},
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            )

    def _await(self, port: int) -> None:
        end = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, (self._folder / "out.txt").read_text()[-2000:]
                time.sleep(0.05)


def _end(started: "subprocess.Popen[bytes]") -> None:
    if started.poll() is not None:
        return
    family = [psutil.Process(started.pid)]
    family += family[0].children(recursive=True)
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGSTOP)  # nobody of them sees another one end
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    started.wait()
    psutil.wait_procs(family, 10)
