"""The line from a server to a Ray cluster: one a process, looked after by a thread, so that no page ever waits for it.

It is a Ray client's (`ray://`), never a member of the cluster: a client whose cluster dies gets errors, a member is ended with
it, and the server would be that member. The thread asks every second what there is; what it last heard is what `seen` says.
`auto` is the head on this computer, at Ray's usual port; `local` starts one there, if there is none, that outlives the server.
"""

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import AttentionLabError, InputError, MissingExtra, RunError
from core.language import tr

NAMESPACE = "attnlab"
PORT = 10001  # of Ray's own choice
_HERE = f"ray://127.0.0.1:{PORT}"
_LOOK = 1.0  # seconds between looks
_FRESH = 10.0  # seconds for which a look counts
_FIRST = 120.0  # seconds until the first one; the head starts a process for each client
_TRIES = 3
_REACH = 5.0  # seconds to reach a port
_log = logging.getLogger("attention_lab")
_making = threading.Lock()
_made: "dict[str, Connection]" = {}


@dataclass(frozen=True)
class Seen:
    """What a look saw.

    Attributes:
        jobs: the trainings that the cluster has, those it is moving to another node too; cpus, gpus: of all its nodes that live.
    """

    jobs: frozenset[str] = frozenset()
    cpus: int = 0
    gpus: int = 0


def resolved(address: str) -> str:
    """The client's address that `--cluster` means, as `ray://HOST:PORT`.

    Raises:
        InputError: it is none.

    >>> resolved("auto"), resolved("ray://head")
    ('ray://127.0.0.1:10001', 'ray://head:10001')
    >>> resolved("head:6379")
    Traceback (most recent call last):
    ...
    core.errors.InputError: --cluster 'head:6379' is no address of a cluster; use ray://HOST:10001, auto (the head on this
    computer) or local (start one here)
    """
    if address in ("auto", "local"):
        return _HERE
    with contextlib.suppress(ValueError):
        place = urlsplit(address)
        if place.scheme == "ray" and place.hostname and place.path in ("", "/"):
            return f"ray://{place.hostname}:{place.port or PORT}"
    raise InputError(
        tr(
            "--cluster {address!r} is no address of a cluster; use ray://HOST:{port}, auto (the head on this computer) "
            "or local (start one here)",
            address=address[:80],
            port=PORT,
        )
    )


class Connection:
    """A client of the cluster at `address`, connected when it is first needed, and again when it was lost."""

    def __init__(self, address: str) -> None:
        self.address = resolved(address)
        self._lock = threading.Lock()
        self._looked, self._ended = threading.Event(), threading.Event()
        self._seen, self._at = Seen(), -_FRESH
        self._wrong: AttentionLabError | None = None
        self._thread: threading.Thread | None = None

    def ray(self) -> Any:
        """The module `ray`, connected.

        Raises:
            MissingExtra: it is not installed. RunError: nothing answers there, or it is another Ray or Python.
        """
        with self._lock:
            ray = _module()
            if not ray.is_initialized():
                _reach(self.address)
                _connect(ray, self.address)
            return ray

    def watch(self) -> None:
        """Look every second from now on; returns at once, and called again does nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_on, daemon=True, name="cluster")
                self._thread.start()

    def lately(self) -> Seen | None:
        """What was seen last, at once; None where that is too long ago."""
        return self._seen if time.monotonic() - self._at <= _FRESH else None

    def seen(self) -> Seen:
        """What was seen last; waits for the first look.

        Raises:
            MissingExtra, RunError: as `ray` does; what is wrong with the connection now.
        """
        self.watch()
        self._looked.wait(_FIRST)
        seen = self.lately()
        if seen is None:
            wrong = self._wrong or RunError(
                tr("the cluster at {address} does not answer; see whether `ray status` does", address=self.address)
            )
            raise wrong.with_traceback(None)  # it is raised anew for everybody who asks
        return seen

    def look(self) -> Seen:
        """See what there is now.

        Raises:
            MissingExtra, RunError: as `ray` does, or the cluster was lost meanwhile.
        """
        ray = self.ray()
        try:
            jobs, has = ray.util.list_named_actors(), ray.cluster_resources()
        except Exception as error:  # of Ray's many kinds
            raise RunError(
                tr("the cluster at {address} was lost: {error}", address=self.address, error=error)
            ) from error
        self._seen = Seen(frozenset(jobs), int(has.get("CPU", 0)), int(has.get("GPU", 0)))
        self._at, self._wrong = time.monotonic(), None
        return self._seen

    def began(self, job: str) -> None:
        """Know of a training that was just started, before the next look."""
        self._seen = replace(self._seen, jobs=self._seen.jobs | {job})

    def close(self) -> None:
        """Look no more, and part from the cluster; `watch` begins again."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        with contextlib.suppress(AttentionLabError):
            self._part()
        self._thread, self._at = None, -_FRESH
        self._ended.clear()
        self._looked.clear()

    def _look_on(self) -> None:
        while not self._ended.is_set():
            try:
                self.look()
            except Exception as error:  # of Ray's many kinds; nothing must end this thread
                self._note(error)
                with contextlib.suppress(Exception):
                    self._part()
            self._looked.set()
            self._ended.wait(_LOOK)

    def _note(self, error: Exception) -> None:
        said = (
            error
            if isinstance(error, AttentionLabError)
            else RunError(tr("the cluster at {address}: {error}", address=self.address, error=error))
        )
        if str(said) != str(self._wrong):
            _log.warning("%s", said)
        self._wrong = said

    def _part(self) -> None:
        with self._lock:
            _module().shutdown()


def connection(address: str) -> Connection:
    """The one connection of this process to a cluster."""
    with _making:  # two pages ask for it at once
        if address not in _made:
            _made[address] = Connection(address)
        return _made[address]


def start_here() -> None:
    """Start a head on this computer, as `ray start --head` does, unless one answers; it stays until `ray stop`.

    Raises:
        MissingExtra: Ray is not installed; RunError: it does not start.
    """
    _module()
    with contextlib.suppress(RunError):
        _reach(_HERE)
        return
    beside = Path(sys.executable).with_name("ray")
    program = str(beside) if beside.exists() else shutil.which("ray")
    if program is None:
        raise MissingExtra("ray", "cluster", tr("a cluster on this computer"))
    command = [program, "start", "--head", f"--ray-client-server-port={PORT}", "--include-dashboard=false"]
    done = subprocess.run(
        [*command, "--disable-usage-stats"], capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [
            tr("exit code {returncode}", returncode=done.returncode)
        ]
        raise RunError(
            tr("Ray does not start on this computer: {last}; try it by hand: ray start --head", last=last[0][:300])
        )


def _module() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import grpc  # noqa: F401 - what its client speaks; Ray is installed without it too
        import ray
    except ModuleNotFoundError:
        raise MissingExtra("ray", "cluster", tr("a cluster")) from None
    return ray


def _reach(address: str) -> None:
    place = urlsplit(address)
    try:
        socket.create_connection((str(place.hostname), place.port or PORT), _REACH).close()
    except OSError as error:
        raise RunError(
            tr(
                "no cluster answers at {address} ({strerror}); start one there with `ray start --head`, or mend the "
                "address",
                address=address,
                strerror=error.strerror or error,
            )
        ) from error


def _connect(ray: Any, address: str) -> None:
    """Connect; a head under load may not start what serves a client in time, and is asked again."""
    said = ""
    for _ in range(_TRIES):
        try:
            ray.init(address, namespace=NAMESPACE, log_to_driver=False, logging_level=logging.ERROR)
            return
        except (RuntimeError, ConnectionError, ValueError) as error:
            said = " ".join(str(error).split())[:300]
            if "version" in said.lower():
                said = tr("it is another Ray or Python than here ({said}); install the same on all machines", said=said)
                break
    raise RunError(tr("the cluster at {address} cannot be used: {said}", address=address, said=said))
