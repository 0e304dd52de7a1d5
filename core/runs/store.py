"""All runs: made, found, listed, renamed and deleted, by name.

Runs of a user live in `$ATTNLAB_HOME/runs` (else the platform's data folder), in a classroom in the workspace of whoever
asks. Shipped runs are read-only and addressed `demo/NAME`, published ones `class/NAME`, and those of others, for a lecturer
only, `of/WORKSPACE/NAME`. A run comes into being, and goes, by one rename: two creators of one name cannot both win, and nobody sees
half a run. `find_run` takes names only and is what an address from outside (a link) may say; `open_run` takes paths
too.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.language import tr
from core.runs import atomic, status
from core.runs.classroom import authority, desk, locked, quotas
from core.runs.folder import RunFolder, check_config
from core.runs.run_names import check_name, unlike
from core.runs.workspace import home, in_classroom, root
from core.settings import did_you_mean

__all__ = [
    "CLASS", "DEMO", "check_name", "create", "delete", "demo_folder", "find_run", "free_name", "home", "list_published", "list_runs", "new_draft",
    "open_run", "published_folder", "rename", "root", "runs_folder", "settle",
]  # fmt: skip
DEMO, CLASS = "demo/", "class/"  # how addresses of shipped and of published runs begin
_SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "runs"


def runs_folder() -> Path:
    """Where a user's runs are."""
    return home() / "runs"


def demo_folder() -> Path:
    """Where the shipped runs are: beside the package `core`, in the clone."""
    return _SHIPPED


def published_folder() -> Path:
    """Where the runs are that a lecturer has published."""
    return root() / "published" / "runs"


def create(name: str, config: Mapping[str, Any]) -> RunFolder:
    """Make a run that holds its configuration and nothing else.

    Of two creators of one name, in whatever processes, exactly one gets the run.

    Raises:
        RunError: the name is taken or impossible, the configuration has another schema, or the disk refuses.
        LockedControl: the lecturer has locked training.
    """
    locked.check("train")
    check_name(name)
    check_config(dict(config), Path(name) / "config.json")
    with quotas.room_for_run(), atomic.disk_errors(tr("making the run {name}", name=name)):
        draft = new_draft()
        try:
            atomic.write_json(draft / "config.json", dict(config))
            return settle(draft, name)
        except BaseException:
            atomic.remove_folder(draft)
            raise


def new_draft(folder: Path | None = None) -> Path:
    """An empty hidden folder among the runs, to be filled and then given a name by `settle`.

    Args:
        folder: where, if not among the runs of whoever asks.
    """
    folder = folder or runs_folder()
    draft = folder / f".draft.{secrets.token_hex(6)}.tmp"
    atomic.sweep(folder, older_than=86_400.0)  # drafts of creators that were killed; not this one, whatever the clock
    draft.mkdir(parents=True)
    return draft


def settle(draft: Path, name: str, folder: Path | None = None) -> RunFolder:
    """Give a filled draft its name.

    Args:
        folder: as for `new_draft`.

    Raises:
        RunError: the name is taken; the draft stays where it is.
    """
    target = (folder or runs_folder()) / check_name(name)
    if os.path.lexists(target):  # an empty folder would be replaced silently by the rename below
        raise _taken(name)
    try:
        draft.rename(target)
    except OSError as error:
        if os.path.lexists(target):  # somebody was faster: a folder that is not empty is never renamed over
            raise _taken(name) from error
        raise
    return RunFolder(target, name, name)


def free_name(prefix: str, folder: Path | None = None) -> str:
    """A name that no run has at this moment: `prefix`, or one like it.

    Args:
        folder: as for `new_draft`.
    """
    return unlike(prefix, _entries(folder or runs_folder()))


def find_run(name: str) -> RunFolder:
    """The run called `name`, `demo/NAME`, `class/NAME` or, for a lecturer, `of/WORKSPACE/NAME`; damaged runs are found too.

    Raises:
        RunError: there is none; the message lists near names. A path is never followed.
    """
    folder, last = _place(name)
    # looked up among what is there, never joined to a path first: `..` and `/` cannot be entries
    if folder is not None and _is_entry(folder, last):
        return RunFolder(folder / last, last, name, read_only=name != last)
    addresses = [run.address for run in list_runs()]
    some = ", ".join(addresses[:8]) or tr("none yet")
    raise RunError(tr(
        "there is no run {name!r}{did_you_mean}; runs: {some}{rest}", name=name[:120],
        did_you_mean=did_you_mean(name[:120], addresses), some=some, rest=" …" if len(addresses) > 8 else ""))  # fmt: skip


def open_run(address: str) -> RunFolder:
    """The run at a name, at an address that `find_run` knows, or at a path to a run folder.

    Raises:
        RunError: there is none, the path climbs with `..`, or this is a classroom, and it leads out of the workspace.
    """
    path = Path(address)
    plain = path.name == address or address.startswith((DEMO, CLASS, desk.PREFIX))
    if ".." in path.parts:
        raise RunError(
            tr("{address!r} climbs with '..'; give the run's name or its absolute path", address=address[:120])
        )
    if in_classroom():
        return _by_name(address, path)
    is_folder = _holds_config(path)
    if plain and (not is_folder or address in [run.address for run in list_runs()]):
        return find_run(address)
    if not is_folder:
        raise RunError(tr(
            "{address} is not a run folder (no config.json in it); give a run's name or its folder",
            address=address[:200]))  # fmt: skip
    path = path.parent.resolve() / path.name  # a run that is a link keeps its place
    for folder, prefix in ((runs_folder(), ""), (demo_folder(), DEMO), (published_folder(), CLASS)):
        if path.parent == folder.resolve():
            return find_run(prefix + path.name)
    return RunFolder(path, path.name, str(path))


def _by_name(address: str, path: Path) -> RunFolder:
    """Where others have runs too, a path opens nothing but what a name would; the disk is not even asked about another."""
    for folder, prefix in ((runs_folder(), ""), (demo_folder(), DEMO), (published_folder(), CLASS)):
        if path.parent == folder:
            return find_run(prefix + path.name)
    return find_run(address)


def list_runs(include_demo: bool = True) -> list[RunFolder]:
    """Runs of the user, newest first, those of others that a lecturer has opened, then published and shipped ones by name.

    Damaged ones too (see `RunFolder.problem`).
    """
    own = [RunFolder(runs_folder() / name, name, name) for name in _entries(runs_folder())]
    own.sort(key=_made, reverse=True)
    for address in desk.opened():
        folder, name = _place(address)
        if folder is not None and (folder / name).is_dir():
            own.append(RunFolder(folder / name, name, address, read_only=True))
    shipped = [
        RunFolder(demo_folder() / name, name, f"{DEMO}{name}", read_only=True)
        for name in (_entries(demo_folder()) if include_demo else [])
    ]
    return own + list_published() + shipped


def list_published() -> list[RunFolder]:
    """Runs that a lecturer has published, by name; asks for nobody's workspace."""
    folder = published_folder()
    return [RunFolder(folder / name, name, f"{CLASS}{name}", read_only=True) for name in _entries(folder)]


def _place(address: str) -> tuple[Path | None, str]:
    """The folder in which a run of this address would lie, None where there is none for whoever asks; and its last part."""
    for prefix, folder in ((DEMO, demo_folder()), (CLASS, published_folder())):
        if address.startswith(prefix):
            return folder, address.removeprefix(prefix)
    if address.startswith(desk.PREFIX):
        whose, _, last = address.removeprefix(desk.PREFIX).partition("/")
        place = authority.places_of_others().get(whose)
        return (None if place is None else place / "runs"), last
    return runs_folder(), address


def rename(run: RunFolder, name: str) -> RunFolder:
    """Give a run of the user another name.

    Raises:
        RunError: the name is taken or impossible, the run is training, shipped, or not in the home folder.
        LockedControl: the lecturer has locked it.
    """
    locked.check("delete")
    check_name(name)
    with atomic.disk_errors(f"renaming {run.address}"), _idle(run, "renamed"):
        return settle(run.path, name)


def delete(run: RunFolder) -> None:
    """Delete a run of the user, damaged or not.

    Raises:
        RunError: the run is training, shipped, or not in the home folder.
        LockedControl: the lecturer has locked it.
    """
    locked.check("delete")
    with atomic.disk_errors(f"deleting {run.address}"), _idle(run, "deleted"):
        atomic.remove_folder(run.path)


@contextmanager
def _idle(run: RunFolder, what: str) -> Iterator[None]:
    """Make sure that nobody trains a run, nor begins to before the block ends.

    Windows moves no folder in which a file is open: there the lock is only looked at.
    """
    run.check_writable(tr("it cannot be {what}", what=what))
    if run.path.parent != runs_folder():  # a folder elsewhere may be more than a run: its owner knows
        raise RunError(tr(
            "{address} is not in {runs_folder}, so it is not {what} from here; do it by hand", address=run.address,
            runs_folder=runs_folder(), what=what))  # fmt: skip
    if status.read(run).state == "waiting":
        raise RunError(tr(
            "{address} waits for its turn to be trained, so it cannot be {what}; cancel it first", address=run.address,
            what=what))  # fmt: skip
    training = RunError(
        tr("{address} is being trained, so it cannot be {what}; stop it first", address=run.address, what=what)
    )
    if run.locked:
        raise training
    with contextlib.ExitStack() as held:
        try:
            if os.name != "nt":
                held.enter_context(run.lock())
        except RunError as error:
            if not isinstance(error.__cause__, OSError):
                raise  # somebody was faster; a disk that takes no lock takes no training either
        if status.read(run).alive:
            raise training
        yield


def _entries(folder: Path) -> list[str]:
    """Names of the folders in `folder`, sorted; hidden ones are drafts and leftovers."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
    except OSError:
        return []


def _is_entry(folder: Path, name: str) -> bool:
    """Whether `_entries` would name it; among hundreds of runs many are looked up, so no other is looked into."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.name == name and entry.is_dir() for entry in entries) and not name.startswith(".")
    except OSError:
        return False


def _holds_config(path: Path) -> bool:
    try:
        return (path / "config.json").is_file()
    except (OSError, ValueError):  # too long, or a zero byte in it
        return False


def _made(run: RunFolder) -> float:
    try:
        return (run.path / "config.json").stat().st_mtime
    except OSError:
        return 0.0


def _taken(name: str) -> RunError:
    return RunError(tr(
        "the name {name!r} is taken by another run; choose another (free: {free_name}), "
        "or delete or rename that run first", name=name,
        free_name=free_name(name)))  # fmt: skip
