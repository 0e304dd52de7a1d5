"""A run in two places: outward from the node that trains it to storage, inward from storage to the server whose pages show it.

Either end has an ordinary run folder, and the lock of a run is that of its folder: nothing else in the lab knows of storage. Outward goes
all that the folder holds, twice a second; requests come back the same way. What is shown is therefore at most about a
second old on a fast storage, and never ahead of what a lost node leaves behind.
"""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.language import tr
from core.runs import atomic
from core.runs.cluster.storage import Index, Part, Stored
from core.runs.folder import RunFolder

_PART = 256_000  # bytes from which a part of the journal is left as it is
_ENDED = ("done", "stopped", "failed")
# what has a way of its own, and notes: people write them here, and no training reads them
_APART = {"checkpoints", "events.jsonl", "status.json", "control", "notes.md"}


class Taken(RunError):
    """Somebody else has become the writer of a run."""


class Outward:
    """The one writer of a run on storage, from a folder that it trains in.

    Args:
        run: what is in it already is carried too; me: as `core.runs.cluster.writer.taken_over` gave it.
        index: what of it is stored already, as `Inward` brought it.
    """

    def __init__(self, stored: Stored, run: RunFolder, me: str, index: Index | None = None) -> None:
        self._stored, self._run, self._me, self._index = stored, run, me, index or Index()
        self._kept = dict(self._index.files)
        self._at = {path: _mark(run.path / path) for path in self._kept}
        self._unused: set[str] = set()
        self._taken: set[str] = set()

    def push(self, *, over: bool = True) -> None:
        """Carry what changed since the last time, as one change.

        Args:
            over: whether nothing comes after this; else it is not said yet that the training has ended, for a limit adds why.

        Raises:
            Taken: there is another writer; nothing was changed. OSError: the storage refuses.
        """
        status = _json(self._run.path / "status.json")  # first: when it says `done`, all the rest is there already
        if not over and status.get("state") in _ENDED:
            status = self._index.status
        # then checkpoints, before the journal: one goes on where its journal must have come to
        saved = self._files("checkpoints")
        # the journal before the snapshots: they are written before their events
        new = self._new_lines()
        index = Index(status, {**saved, **self._files("")}, self._index.events)
        if new is not None:
            start, lines = new
            before = tuple(part for part in self._index.events if part.offset < start)
            index = replace(index, events=(*before, Part(self._keep(lines), start, len(lines))))
        if index == self._index:
            return
        if self._stored.writer != self._me:
            raise Taken(tr("{address} is trained elsewhere now", address=self._run.address))
        self._stored.commit(index)
        self._forget(self._unused - index.objects())
        self._unused = self._index.objects() - index.objects()  # a reader of the index before may still want them
        self._index = index

    def take(self) -> None:
        """Bring requests into the folder, each once; one that the training has taken from there is taken from storage too."""
        folder = self._run.path / "control"
        for name in self._stored.asked():
            if name in self._taken:
                if not (folder / name).exists():
                    self._stored.answer(name)
            elif request := self._stored.request(name):  # else it is being written at this moment
                folder.mkdir(exist_ok=True)
                atomic.write_bytes(folder / name, request)
                self._taken.add(name)

    def _keep(self, data: bytes) -> str:
        name = self._stored.keep(data)
        self._unused.add(name)  # until an index names it; where the next one does not, it goes
        return name

    def _forget(self, names: set[str]) -> None:
        for name in names:
            with contextlib.suppress(OSError):
                self._stored.forget(name)
        self._at = {path: mark for path, mark in self._at.items() if self._kept[path] not in names}

    def _new_lines(self) -> tuple[int, bytes] | None:
        """What a new part holds and where it begins; the last part is written anew while it is small."""
        last = self._index.events[-1] if self._index.events else Part("", 0, 0)
        start, sent = (last.offset if last.size < _PART else last.offset + last.size), last.offset + last.size
        try:
            with (self._run.path / "events.jsonl").open("rb") as file:
                file.seek(start)
                lines = file.read()
        except FileNotFoundError:
            return None
        lines = lines[: lines.rfind(b"\n") + 1]
        return (start, lines) if start + len(lines) > sent else None

    def _files(self, within: str) -> dict[str, str]:
        """Files of a folder of the run, or all that have no turn of their own."""
        found: dict[str, str] = {}
        torn: set[str] = set()
        for path in sorted((self._run.path / within).rglob("*")):
            place = path.relative_to(self._run.path)
            name, hidden = place.as_posix(), any(part.startswith(".") or part.endswith(".old") for part in place.parts)
            if hidden or (not within and place.parts[0] in _APART) or path.is_dir():
                continue
            try:
                mark = _mark(path)
                if self._at.get(name) != mark:
                    self._kept[name], self._at[name] = self._keep(path.read_bytes()), mark
                found[name] = self._kept[name]
            except FileNotFoundError:  # an old checkpoint that went while it was read goes as a whole
                torn.add(place.parent.as_posix())
        return {name: kept for name, kept in found.items() if Path(name).parent.as_posix() not in torn - {"."}}


class Inward:
    """A copy of a stored run in a folder, kept up; whoever calls holds the run's lock."""

    def __init__(self, stored: Stored, run: RunFolder) -> None:
        self._stored, self._run = stored, run
        self._have: dict[str, str] = {}
        self._sent: set[str] = set()
        self.index: Index | None = None

    def pull(self) -> bool:
        """Bring what is new, the status last; whether all came. What is asked for in vain comes with the next index.

        Raises:
            OSError: the storage or the disk refuses.
        """
        index = self._stored.index()
        if index is None or index == self.index:
            return index is not None
        self._run.path.mkdir(parents=True, exist_ok=True)
        if not (self._bring_files(index) and self._bring_events(index)):
            return False
        atomic.write_json(self._run.path / "status.json", index.status)
        self.index = index
        return True

    def send(self) -> None:
        """Carry requests to the training. They lie here until it has taken them: so it is seen that it hears."""
        mine = sorted((self._run.path / "control").glob("[!.]*.json"))
        asked = self._stored.asked() if mine else []
        for path in mine:
            with contextlib.suppress(FileNotFoundError):
                if path.name not in self._sent:
                    self._stored.ask(path.name, path.read_bytes())
                    self._sent.add(path.name)
                elif path.name not in asked:
                    path.unlink()

    def _bring_files(self, index: Index) -> bool:
        for folder, paths in _by_folder(index).items():
            new = [path for path in paths if self._have.get(path) != index.files[path]]
            if not new:
                continue
            whole = folder.startswith("checkpoints/")  # comes in one rename, as where it was written
            data = {path: self._stored.get(index.files[path]) for path in (paths if whole else new)}
            if any(one is None for one in data.values()):
                return False
            _place(self._run.path, folder, {path: one or b"" for path, one in data.items()}, whole=whole)
            self._have.update({path: index.files[path] for path in new})
        kept = {Path(path).parent.name for path in index.files if path.startswith("checkpoints/")}
        for old in (self._run.path / "checkpoints").glob("step-*"):
            if old.name not in kept:
                atomic.remove_folder(old)
        return True

    def _bring_events(self, index: Index) -> bool:
        path = self._run.path / "events.jsonl"
        for part in index.events:
            size = path.stat().st_size if path.exists() else 0
            if part.offset + part.size <= size:
                continue
            data = self._stored.get(part.name)
            if data is None or part.offset > size:
                return False
            with path.open("ab") as file:
                file.write(data[size - part.offset :])
        return True


def _mark(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


def _json(path: Path) -> dict[str, Any]:
    value = atomic.read_json(path, tr("the run has not begun")) if path.exists() else {}
    return dict(value)


def _by_folder(index: Index) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for path in index.files:
        folders.setdefault(Path(path).parent.as_posix(), []).append(path)
    return folders


def _place(root: Path, folder: str, data: dict[str, bytes], *, whole: bool) -> None:
    target = root / folder
    into = atomic.temporary_beside(target) if whole else target
    into.mkdir(parents=True, exist_ok=True)
    for path, one in data.items():
        (atomic.write_synced if whole else atomic.write_bytes)(into / Path(path).name, one)
    if whole:
        atomic.remove_folder(target)
        into.rename(target)
