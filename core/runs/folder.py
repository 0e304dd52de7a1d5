"""One run: a folder with a configuration, that any program can read at any moment and one process at a time may write.

A `RunFolder` is a name for a place, not a copy of what is in it: every reader looks at the disk again, and a damaged
run is still a RunFolder (with a `problem`), so that it can be listed and deleted. The lock belongs to the operating
system and dies with the process that holds it, however it dies.
"""

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import portalocker

from core.errors import RunError
from core.language import mark, tr
from core.runs import atomic

SCHEMA = "attnlab/run/1"
# what a run is that may only be looked at, and what to do about a damaged one, by how its address begins
_READ_ONLY = {
    "demo": (mark("a shipped run"), mark("get the repository's assets/runs again")),
    "class": (mark("a published run"), mark("whoever published it can take it back and publish it again")),
    "of": (mark("somebody else's run"), mark("its owner can restore or delete it")),
}


@dataclass(frozen=True)
class RunFolder:
    """Where a run is.

    Attributes:
        path: the folder, absolute.
        name: its last part.
        address: what finds it again: the name, `demo/NAME`, `class/NAME`, `of/WORKSPACE/NAME`, or the path of a folder elsewhere.
        read_only: a shipped or published run, or somebody else's; nothing may be written into it.
    """

    path: Path
    name: str
    address: str
    read_only: bool = False

    def config(self) -> dict[str, Any]:
        """The configuration, its schema checked (its settings are not: that is the experiment's trade).

        Raises:
            RunError: missing, truncated, edited to something else, or made by a newer Attention Lab.
        """
        try:
            return check_config(atomic.read_json(self.path / "config.json", _advice(self)), self.path / "config.json")
        except RunError as error:
            if not os.path.lexists(self.path):  # asked afterwards: it may go at any moment
                raise self._gone() from error
            raise

    @property
    def problem(self) -> str | None:
        """Why the run cannot be used, or None."""
        try:
            self.config()
        except RunError as error:
            return str(error)
        return None

    def notes(self) -> str:
        """What somebody wrote about the run; empty where nobody did."""
        try:
            return (self.path / "notes.md").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def write_notes(self, text: str) -> None:
        """Replace the notes; allowed while the run is training."""
        self.check_writable(tr("its notes cannot change"))
        with atomic.disk_errors(tr("writing the notes of {address}", address=self.address)):
            atomic.write_bytes(self.path / "notes.md", text.encode("utf-8", errors="replace"))

    def check_writable(self, consequence: str) -> None:
        """Raise RunError if this is a run that may only be looked at."""
        if self.read_only:
            raise RunError(
                tr(
                    "{address} is {kind}: {consequence}; train a run of your own with its settings",
                    address=self.address,
                    kind=_kind(self),
                    consequence=consequence,
                )
            )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Be the run's only writer until the block ends or the process dies.

        Raises:
            RunError: another process (or another part of this one) is the writer, or the run may only be looked at.
        """
        self.check_writable(tr("it cannot be trained further"))
        path = self.path / ".lock"
        with atomic.disk_errors(f"locking {self.address}"):
            try:
                file = path.open("ab+", buffering=0)
            except FileNotFoundError:
                raise self._gone() from None
        with file:
            if not acquire(file, patience=0.3):  # somebody may only be looking whether the lock is free
                raise RunError(
                    tr(
                        "{address} is being trained by process {owner}; wait for it or stop it first",
                        address=self.address,
                        owner=_owner(path),
                    )
                )
            try:
                moved = not os.path.samestat(os.fstat(file.fileno()), path.stat())
            except FileNotFoundError:
                moved = True
            if moved:
                raise self._gone()
            with contextlib.suppress(OSError):  # for whoever asks; a full disk keeps no number, and locks all the same
                file.truncate(0)
                file.write(str(os.getpid()).encode())
            try:
                yield
            finally:
                portalocker.unlock(file)

    def _gone(self) -> RunError:
        return RunError(
            tr(
                "{address} is not there any more: it was renamed or deleted meanwhile; look at the list of runs",
                address=self.address,
            )
        )

    @property
    def locked(self) -> bool:
        """Whether some process writes the run at this moment."""
        try:
            with (self.path / ".lock").open("r+") as file:
                return not acquire(file, patience=0.0)
        except FileNotFoundError:
            return False
        except OSError as error:  # a lock that may not even be opened is somebody else's
            return not self.read_only and error.errno != errno.EROFS


def check_config(config: Any, path: Path) -> dict[str, Any]:
    """Return `config` if it carries the schema this program reads, or raise RunError naming `path`."""
    schema = config.get("schema") if isinstance(config, dict) else None
    if schema == SCHEMA:
        return config
    family, _, version = str(schema).rpartition("/")
    if family == SCHEMA.rpartition("/")[0] and version.isdecimal() and int(version) > int(SCHEMA.rpartition("/")[2]):
        raise RunError(
            tr(
                "{path}: made by a newer Attention Lab ({schema}; this one reads {schema2}); "
                "update: git pull, then pip install -e .",
                path=path,
                schema=schema,
                schema2=SCHEMA,
            )
        )
    raise RunError(
        tr(
            '{path}, line 1: expected an object with "schema": "{schema}", found schema {schema2!r}; '
            "this is not the configuration of a run, or it was edited",
            path=path,
            schema=SCHEMA,
            schema2=schema,
        )
    )


def acquire(file: IO[Any], patience: float) -> bool:
    """Take the lock of an open file, trying for `patience` seconds; it is given back when the file is closed."""
    end = time.monotonic() + patience
    while True:
        try:
            portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
            return True
        except portalocker.LockException:
            if time.monotonic() >= end:
                return False
            time.sleep(0.02)


def _advice(run: RunFolder) -> str:
    if not run.read_only:
        return tr("restore it from a copy, or delete the run")
    return _READ_ONLY.get(_prefix(run), _READ_ONLY["demo"])[1]


def _kind(run: RunFolder) -> str:
    return _READ_ONLY.get(_prefix(run), _READ_ONLY["demo"])[0]


def _prefix(run: RunFolder) -> str:
    return run.address.partition("/")[0]


def _owner(lock: Path) -> str:
    """The number of the process that wrote itself into the lock; unknown where locked files hide (Windows)."""
    try:
        text = lock.read_text().strip()
    except OSError:
        text = ""
    return text if text.isdecimal() else tr("(unknown)")
