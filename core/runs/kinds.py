"""What a run is, said by its configuration, which never changes: read once, however often a page lists all runs."""

import functools
from dataclasses import dataclass
from pathlib import Path

from core.errors import RunError
from core.runs.folder import RunFolder
from core.runs.machines import kind_of
from core.runs.opening import at_once
from core.runs.set_config import is_set_run
from core.runs.voice_config import is_voice

_KEPT = 8192  # runs that are remembered


@dataclass(frozen=True)
class Kind:
    """What menus ask of a run.

    Attributes:
        task: the word of the task it was trained on, "" where it names none.
        at_once: it writes all places at once; voice: it speaks; on_sets: it labels sets of vectors.
        machine: which of four machines it is (machines.py), or None.
    """

    task: str
    at_once: bool
    voice: bool
    on_sets: bool
    machine: str | None

    @property
    def stepped(self) -> bool:
        """Whether it writes a token after the other."""
        return not (self.at_once or self.voice or self.on_sets)


def kind(run: RunFolder) -> Kind | None:
    """What it is; None where it cannot be used (see `RunFolder.problem`)."""
    try:
        facts = (run.path / "config.json").stat()
    except OSError:
        return None
    return _read(run.path, facts.st_size, facts.st_mtime_ns)


@functools.lru_cache(maxsize=_KEPT)
def _read(path: Path, size: int, changed: int) -> Kind | None:
    """The same as long as the file is the same, which its size and time tell."""
    run = RunFolder(path, path.name, path.name)
    try:
        task = run.config().get("task")
        word = str(task.get("name", "")) if isinstance(task, dict) else ""
        return Kind(word, at_once(run), is_voice(run), is_set_run(run), kind_of(run))
    except RunError:
        return None
