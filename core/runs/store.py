"""All runs: made, found, listed, renamed and deleted, by name.

Runs of a user live in `$ATTNLAB_HOME/runs` (else the platform's data folder); shipped runs are read-only and addressed
`demo/NAME`. A run comes into being, and goes, by one rename: two creators of one name cannot both win, and nobody sees
half a run. `find_run` takes names only and is what an address from outside (a link) may say; `open_run` takes paths
too.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from core.errors import RunError
from core.runs import atomic, status
from core.runs.folder import RunFolder, check_config
from core.settings import did_you_mean

_LONGEST = 80
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}


def root() -> Path:
    """The folder of everything this server keeps; it need not exist yet."""
    chosen = os.environ.get("ATTNLAB_HOME", "")
    if chosen:
        return Path(chosen).expanduser().resolve()
    return platformdirs.user_data_path("attention-lab", appauthor=False)


def home() -> Path:
    """The folder of everything a user makes; it need not exist yet."""
    return root()


def runs_folder() -> Path:
    """Where a user's runs are."""
    return home() / "runs"


def demo_folder() -> Path:
    """Where the shipped runs are: beside the package `core`, in the clone."""
    return Path(__file__).resolve().parents[2] / "assets" / "runs"


def check_name(name: str) -> str:
    """Return `name` if a run may be called so.

    >>> check_name("dates-gru_2.1")
    'dates-gru_2.1'
    >>> check_name("../etc")
    Traceback (most recent call last):
    ...
    core.errors.RunError: '../etc' cannot be the name of a run;
    use 1 to 80 letters (a-z), digits, - _ and . (not first, not last)
    """
    fits = _NAME.fullmatch(name) and len(name) <= _LONGEST and not name.endswith(".")
    if not fits:
        raise RunError(
            f"{name[:100]!r} cannot be the name of a run; "
            f"use 1 to {_LONGEST} letters (a-z), digits, - _ and . (not first, not last)"
        )
    if name.lower() == "demo":
        raise RunError("the name 'demo' belongs to the shipped runs; choose another name, for example my-demo")
    if name.lower().partition(".")[0] in _DEVICES:
        raise RunError(f"{name!r} is the name of a device on Windows; choose another name, for example run-{name}")
    return name


def create(name: str, config: Mapping[str, Any]) -> RunFolder:
    """Make a run that holds its configuration and nothing else.

    Of two creators of one name, in whatever processes, exactly one gets the run.

    Raises:
        RunError: the name is taken or impossible, the configuration has another schema, or the disk refuses.
    """
    check_name(name)
    check_config(dict(config), Path(name) / "config.json")
    with atomic.disk_errors(f"making the run {name}"):
        draft = new_draft()
        try:
            atomic.write_json(draft / "config.json", dict(config))
            return settle(draft, name)
        except BaseException:
            atomic.remove_folder(draft)
            raise


def new_draft() -> Path:
    """An empty hidden folder among the runs, to be filled and then given a name by `settle`."""
    draft = runs_folder() / f".draft.{secrets.token_hex(6)}.tmp"
    atomic.sweep(
        runs_folder(), older_than=86_400.0
    )  # drafts of creators that were killed; not this one, whatever the clock
    draft.mkdir(parents=True)
    return draft


def settle(draft: Path, name: str) -> RunFolder:
    """Give a filled draft its name.

    Raises:
        RunError: the name is taken; the draft stays where it is.
    """
    target = runs_folder() / check_name(name)
    if os.path.lexists(target):  # an empty folder would be replaced silently by the rename below
        raise _taken(name)
    try:
        draft.rename(target)
    except OSError as error:
        if os.path.lexists(target):  # somebody was faster: a folder that is not empty is never renamed over
            raise _taken(name) from error
        raise
    return RunFolder(target, name, name)


def free_name(prefix: str) -> str:
    """A name that no run has at this moment: `prefix`, else `prefix-2`, `prefix-3` …

    Characters that no name may have become hyphens.
    """
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", prefix).lstrip(".").rstrip(".")[: _LONGEST - 8] or "run"
    if stem.lower() == "demo" or stem.lower().partition(".")[0] in _DEVICES:
        stem = f"run-{stem}"
    taken = {entry.lower() for entry in _entries(runs_folder())}
    number, name = 1, stem
    while name.lower() in taken:
        number += 1
        name = f"{stem.rstrip('.')}-{number}"
    return check_name(name)


def find_run(name: str) -> RunFolder:
    """The run called `name` or `demo/NAME`; damaged runs are found too.

    Raises:
        RunError: there is none; the message lists near names. A path is never followed.
    """
    shipped = name.startswith("demo/")
    folder, last = (demo_folder(), name.removeprefix("demo/")) if shipped else (runs_folder(), name)
    known = _entries(folder)
    if last in known:  # looked up among what is there, never joined to a path first: `..` and `/` cannot be entries
        return RunFolder(folder / last, last, name, read_only=shipped)
    addresses = [run.address for run in list_runs()]
    some = ", ".join(addresses[:8]) or "none yet"
    raise RunError(
        f"there is no run {name[:120]!r}{did_you_mean(name[:120], addresses)}; "
        f"runs: {some}{' …' if len(addresses) > 8 else ''}"
    )


def open_run(address: str) -> RunFolder:
    """The run at a name, at `demo/NAME`, or at a path to a run folder.

    Raises:
        RunError: there is none, or the path climbs with `..`.
    """
    path = Path(address)
    plain = path.name == address or address.startswith("demo/")
    if ".." in path.parts:
        raise RunError(f"{address[:120]!r} climbs with '..'; give the run's name or its absolute path")
    is_folder = _holds_config(path)
    if plain and (not is_folder or address in [run.address for run in list_runs()]):
        return find_run(address)
    if not is_folder:
        raise RunError(f"{address[:200]} is not a run folder (no config.json in it); give a run's name or its folder")
    path = path.parent.resolve() / path.name  # a run that is a link keeps its place
    for folder, prefix in ((runs_folder(), ""), (demo_folder(), "demo/")):
        if path.parent == folder.resolve():
            return find_run(prefix + path.name)
    return RunFolder(path, path.name, str(path))


def list_runs(include_demo: bool = True) -> list[RunFolder]:
    """Runs of the user, newest first, then the shipped ones by name; damaged ones too (see `RunFolder.problem`)."""
    own = [RunFolder(runs_folder() / name, name, name) for name in _entries(runs_folder())]
    own.sort(key=_made, reverse=True)
    shipped = _entries(demo_folder()) if include_demo else []
    return own + [RunFolder(demo_folder() / name, name, f"demo/{name}", read_only=True) for name in shipped]


def rename(run: RunFolder, name: str) -> RunFolder:
    """Give a run of the user another name.

    Raises:
        RunError: the name is taken or impossible, the run is training, shipped, or not in the home folder.
    """
    check_name(name)
    with atomic.disk_errors(f"renaming {run.address}"), _idle(run, "renamed"):
        return settle(run.path, name)


def delete(run: RunFolder) -> None:
    """Delete a run of the user, damaged or not.

    Raises:
        RunError: the run is training, shipped, or not in the home folder.
    """
    with atomic.disk_errors(f"deleting {run.address}"), _idle(run, "deleted"):
        atomic.remove_folder(run.path)


@contextmanager
def _idle(run: RunFolder, what: str) -> Iterator[None]:
    """Make sure that nobody trains a run, nor begins to before the block ends.

    Windows moves no folder in which a file is open: there the lock is only looked at.
    """
    run.check_writable(f"it cannot be {what}")
    if run.path.parent != runs_folder():  # a folder elsewhere may be more than a run: its owner knows
        raise RunError(f"{run.address} is not in {runs_folder()}, so it is not {what} from here; do it by hand")
    training = RunError(f"{run.address} is being trained, so it cannot be {what}; stop it first")
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
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_dir())
    except OSError:
        return []


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
    return RunError(
        f"the name {name!r} is taken by another run; choose another (free: {free_name(name)}), "
        "or delete or rename that run first"
    )
