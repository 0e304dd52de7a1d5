"""The copies that a server keeps of the runs its cluster trains on storage, so that every page finds an ordinary run folder.

A thread looks after them all, under each run's lock: of several servers on one home, one brings a round and the others the next. A
server that comes later finds the runs on its disk, since their statuses say that they are trained.
"""

import contextlib
import logging
import os
import threading
import time
from pathlib import Path

from core.errors import AttentionLabError, RunError
from core.language import tr
from core.runs import status, workspace
from core.runs.cluster import writer
from core.runs.cluster.mirror import Inward
from core.runs.cluster.storage import STORAGE, Stored
from core.runs.cluster.writer import EVERY
from core.runs.folder import RunFolder

_SCAN = 5.0  # seconds between looks for runs of other servers
_log = logging.getLogger("attention_lab")
_making = threading.Lock()
_made: "dict[str, Following]" = {}


class Following:
    """Keeps up the copies of a home's runs.

    Args:
        url: the storage; a run lies there under its place in the home.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._lock = threading.Lock()
        self._runs: dict[Path, Inward] = {}
        self._thread: threading.Thread | None = None

    def place(self, run: RunFolder) -> str:
        """Where a run is stored.

        Raises:
            RunError: it is not in the home.
        """
        try:
            return f"{self._url}/{run.path.relative_to(workspace.root()).as_posix()}"
        except ValueError:
            raise RunError(
                tr(
                    "{address} is not in {root}: only what is there is carried to {url}",
                    address=run.address,
                    root=workspace.root(),
                    url=self._url,
                )
            ) from None

    def put(self, run: RunFolder) -> None:
        """Store a run that is about to be trained; the caller holds its lock.

        Raises:
            RunError: it is not in the home, or the storage refuses.
        """
        stored = Stored(self.place(run))
        try:
            writer.put(stored, run)
        except Exception as error:  # each kind of storage has errors of its own
            raise RunError(
                tr("{address} cannot be stored at {url}: {error}", address=run.address, url=stored.url, error=error)
            ) from error

    def bring(self, run: RunFolder) -> None:
        """Bring what is stored of a run, if that can be had; the caller holds its lock."""
        with contextlib.suppress(
            Exception
        ):  # each kind of storage has errors of its own; then it goes on from what is here
            Inward(Stored(self.place(run)), run).pull()

    def begin(self) -> None:
        """Look after all runs from now on; called again it does nothing."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, daemon=True, name="storage")
                self._thread.start()

    def round(self) -> None:
        """Bring and send for each run that is followed."""
        for path, inward in list(self._runs.items()):
            run = RunFolder(path, path.name, path.name)
            try:
                with run.lock():
                    now = status.written(run)
                    if now is None or not now.alive:
                        del self._runs[path]
                        continue
                    inward.send()
                    inward.pull()
            except AttentionLabError:
                continue  # somebody else brings it at this moment, or it is being deleted
            except Exception as error:
                _log.warning("%s is not brought from %s: %s", path.name, self._url, error)

    def scan(self) -> None:
        """Follow every run of the home that a cluster trains."""
        for home in (workspace.root(), *workspace.workspaces().values()):
            for path in (home / "runs").glob("[!.]*"):
                run = RunFolder(path, path.name, path.name)
                with contextlib.suppress(AttentionLabError):
                    now = status.written(run)
                    if now is not None and now.alive and now.job and path not in self._runs:
                        self._runs[path] = Inward(Stored(self.place(run)), run)

    def _follow(self) -> None:
        scanned = -_SCAN
        while True:
            try:
                if time.monotonic() - scanned >= _SCAN:
                    scanned = time.monotonic()
                    self.scan()
                self.round()
            except Exception:  # nothing must end this thread: no run would be brought any more
                _log.exception("runs on %s", self._url)
            time.sleep(EVERY)


def following(url: str) -> Following:
    """The one of this process."""
    with _making:  # two pages ask for it at once
        if url not in _made:
            _made[url] = Following(url)
        return _made[url]


def chosen() -> str:
    """Where this server's cluster stores runs; empty where all nodes see one folder."""
    return os.environ.get(STORAGE, "")
