"""The roll of a class: every workspace, who is here, and what their runs are doing; and the lecturer's hand on them.

Read anew as often as somebody looks, from small files only: a configuration and a curve are read once as long as their file
stays the same, journals are looked into and never read (core/runs/classroom/glance.py).
"""

import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from core.errors import RunError
from core.language import tr
from core.runs import job_queue, status, workspace
from core.runs.classroom import accounts, authority, desk, presence
from core.runs.classroom.glance import glance
from core.runs.folder import RunFolder
from core.runs.status import Status

_MB = 1_000_000
_FILES = ("status.json", "config.json", "events.jsonl")


@dataclass(frozen=True)
class Entry:
    """One run of somebody.

    Attributes:
        workspace, name, address: whose it is, its name there, and how the lecturer opens it.
        task, model: of its configuration; "" where that is damaged.
        status: what it does; problem: why it cannot be used, "" while it can.
        place: how many are started before it, where it waits; memory_mb: of its process, where it is one of this computer.
        curve: losses, first to newest; made: when, in seconds since 1970.
    """

    workspace: str
    name: str
    address: str
    task: str
    model: str
    status: Status
    problem: str
    place: int | None
    memory_mb: float | None
    curve: tuple[float, ...]
    made: float


@dataclass(frozen=True)
class Page:
    """One workspace.

    Attributes:
        name: of the workspace; owner: their name for people to read, as they last came in.
        seen: seconds since a page of it was last shown, None if never; runs: the newest first.
    """

    name: str
    owner: str
    seen: float | None
    runs: tuple[Entry, ...]

    @property
    def here(self) -> bool:
        """Whether somebody has a page of it open."""
        return self.seen is not None and self.seen <= presence.FRESH

    @property
    def active(self) -> int:
        """Its runs that are trained or wait."""
        return sum(run.status.active for run in self.runs)


def roll() -> list[Page]:
    """Every workspace, by name.

    Raises:
        RunError: no lecturer asks.
    """
    _check()
    places = {ticket.path: at for at, ticket in enumerate(job_queue.line().waiting)}
    seen = presence.seen()
    pages = []
    for name, folder in workspace.workspaces().items():
        ago, owner = seen.get(name, (None, name))
        runs = sorted(_entries(name, folder, places), key=lambda one: (-one.made, one.name))
        pages.append(Page(name, owner, ago, tuple(runs)))
    return pages


def stop(place: str, name: str) -> None:
    """End a training of anybody, or take it out of the line: what it has learned is kept, and its owner may resume it.

    Raises:
        RunError: no lecturer asks, there is no such run, or it is out of reach from here.
    """
    job_queue.cancel(run_of(place, name))


def set_phrase(place: str, phrase: str) -> None:
    """Give a workspace a new pass phrase, for somebody who has forgotten theirs.

    Raises:
        RunError: no lecturer asks; InputError: there is no such workspace, or the pass phrase is too short.
    """
    _check()
    accounts.set_phrase(place, phrase)


def run_of(place: str, name: str) -> RunFolder:
    """The run called `name` in the workspace called `place`, in the lecturer's hand: not for looking only.

    Raises:
        RunError: no lecturer asks, or there is no such run.
    """
    _check()
    folder = workspace.workspaces().get(place)
    if folder is None or name not in [path.name for path in _runs(folder)]:
        raise RunError(
            tr(
                "there is no run {name!r} in the workspace {place!r}; it may have been deleted or renamed",
                name=name[:100],
                place=place[:60],
            )
        )
    return RunFolder(folder / "runs" / name, name, desk.address(place, name))


def _check() -> None:
    authority.check_lecturer(tr("the roll of the class"))


def _entries(place: str, folder: Path, places: dict[str, int]) -> Iterator[Entry]:
    for path in _runs(folder):
        entry = _read(place, path, _marks(path))
        if (
            entry.status.active
        ):  # what rests is the same as long as its files are; what does not may have died meanwhile
            now = status.read(RunFolder(path, path.name, entry.address, read_only=True))
            entry = replace(entry, status=now, place=places.get(str(path)), memory_mb=_memory(now))
        yield entry


def _runs(folder: Path) -> list[Path]:
    try:
        return [path for path in (folder / "runs").iterdir() if not path.name.startswith(".") and path.is_dir()]
    except OSError:
        return []


def _marks(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether the files that are read of a run are still the same."""
    found = []
    try:
        with os.scandir(path) as files:
            for file in files:
                if file.name in _FILES:
                    facts = file.stat()
                    found.append((file.name, facts.st_mtime_ns, facts.st_size))
    except OSError:
        return ()  # deleted meanwhile
    return tuple(sorted(found))


@functools.lru_cache(maxsize=8192)
def _read(place: str, path: Path, marks: tuple[tuple[str, int, int], ...]) -> Entry:
    """A run as its files have it; the same as long as their marks are."""
    run = RunFolder(path, path.name, desk.address(place, path.name), read_only=True)
    try:
        config, problem = run.config(), ""
    except RunError as error:
        config, problem = {}, str(error)
    parts = (config.get("task"), config.get("model"))
    task, model = (str(part.get("name", ""))[:40] if isinstance(part, dict) else "" for part in parts)
    made = next((changed / 1e9 for name, changed, _ in marks if name == "config.json"), 0.0)
    return Entry(place, run.name, run.address, task, model, status.read(run), problem, None, None, glance(run), made)


def _memory(now: Status) -> float | None:
    if not now.alive or not status.is_here(now):
        return None
    try:
        return psutil.Process(now.pid).memory_info().rss / _MB
    except psutil.Error:
        return None
