"""The events of a training as lines of JSON: appended by one writer, read by anybody from where they last stopped.

A line counts once its newline is there. A writer that died inside a line leaves it torn: readers ignore it, the next
writer cuts it off. Resuming from a checkpoint appends `Changed(what="resumed", step=S)`; the steps after S that were
written before it are done again, to the same bits, and `rewind` shows each once. Numbers that are not finite (a diverged
loss) are `null`, which every program can read, and come back as NaN. Attention arrays are not here but in the snapshots.
"""

import dataclasses
import json
import math
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from core.errors import RunError
from core.language import mark, tr
from core.runs import atomic
from core.runs.course import RESUMED as RESUMED  # what a writer says, and readers look for
from core.runs.course import rewind
from core.runs.folder import RunFolder
from core.training.events import Changed, Evaluated, Finished, Snapshot, StepDone, TrainEvent

_FILE = "events.jsonl"
_LARGEST = 1e300  # of a number: what is larger overflows where it is added up
_ADVICE = mark("the file was edited; remove that line, or restore the file from a copy")


class Journal:
    """The one writer of a run's events; open it under the run's lock. What killed writers left in the run is removed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = RunFolder(Path(folder), "x", folder)
    ...     with Journal(run) as journal:
    ...         journal.append(Finished(7, "done"))
    ...     read(run)
    ([Finished(step=7, reason='done', kind='finished')], 45)
    """

    def __init__(self, run: RunFolder) -> None:
        run.check_writable(tr("nothing can be recorded in it"))
        self._where = tr("recording an event of {address}", address=run.address)
        with atomic.disk_errors(self._where):
            self._file = (run.path / _FILE).open("ab", buffering=0)  # a line is one write: nothing waits here
            self._size = _whole_lines(run.path / _FILE)
            self._file.truncate(self._size)
        for folder in ("checkpoints", "snapshots"):
            atomic.sweep(run.path / folder)
        atomic.sweep(run.path, older_than=60.0)  # notes and status may be on their way in from elsewhere

    @property
    def size(self) -> int:
        """Bytes of the whole lines so far: the offset at which the next event will be read."""
        return self._size

    def sync(self) -> None:
        """Wait until the disk has all events so far: a power cut then takes none of them.

        Raises:
            RunError: the disk is full or gone.
        """
        with atomic.disk_errors(self._where):
            os.fsync(self._file.fileno())

    def append(self, event: TrainEvent) -> None:
        """Write one event; it is readable by others, and survives a kill, when this returns. About 0.02 ms.

        Raises:
            RunError: the disk is full or gone; the journal then ends with the event before.
        """
        line = encode(event)
        with atomic.disk_errors(self._where):
            try:
                written = self._file.write(line)
                if written != len(line):  # a nearly full disk takes a part; asking for the rest names the reason
                    self._file.write(line[written:])
            except OSError:
                self._file.truncate(self._size)  # shrinking works on a full disk
                raise
        self._size += len(line)

    def close(self) -> None:
        """End writing; nothing was waiting."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(run: RunFolder, offset: int = 0) -> tuple[list[TrainEvent], int]:
    """Events written since `offset`, and the offset to ask from next time.

    Args:
        offset: bytes; 0 or what the last call returned.

    Returns:
        Whole lines only; kinds this program does not know are left out. A snapshot comes without its matrices. If the
        file is shorter than `offset` it is another file (the run was made anew): no events and offset 0 — begin again.

    Raises:
        RunError: a line is not an event; names the line.
    """
    path = run.path / _FILE
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < offset:
                return [], 0
            file.seek(offset)
            block = file.read()
    except FileNotFoundError:
        return [], 0
    except OSError as error:
        raise RunError(
            tr("{path} cannot be read ({strerror}); check its permissions", path=path, strerror=error.strerror)
        ) from error
    block = block[: block.rfind(b"\n") + 1]
    events = []
    for number, line in enumerate(block.splitlines(), start=1):
        try:
            event = decode(line)
        except (ValueError, RecursionError) as error:
            at = _lines_before(path, offset) + number
            raise RunError(
                tr(
                    "{path}, line {at}: expected an event as JSON, but {error}; {advice}",
                    path=path,
                    at=at,
                    error=error,
                    advice=tr(_ADVICE),
                )
            ) from error
        if event is not None:
            events.append(event)
    return events, offset + len(block)


def changes_after(run: RunFolder, recorded: int | None, step: int) -> list[Changed]:
    """What people changed since a checkpoint, before the training was killed: it was shown, so it is to be done again.

    Args:
        recorded: the size of the journal when the checkpoint was made; None where it does not say (it is of an earlier
            version): then what was changed right at its step is taken to be in it.
        step: of the checkpoint.

    Raises:
        RunError: a line is not an event.
    """
    events, _ = read(run, recorded or 0)
    changes = [one for one in rewind(events) if isinstance(one, Changed) and one.value is not None]
    return [one for one in changes if one.step > step or (one.step == step and recorded is not None)]


def encode(event: TrainEvent) -> bytes:
    """One line of strict JSON, newline included."""
    facts = {"step": event.step, "kind": event.kind} if isinstance(event, Snapshot) else vars(event)
    try:
        text = _STRICT.encode(facts)
    except ValueError:
        text = _STRICT.encode(_without_nan(facts))
    return text.encode() + b"\n"


def decode(line: bytes) -> TrainEvent | None:
    """The event of one line, or None for a kind of a newer program.

    Raises:
        ValueError: not JSON, not an object, or a field that is missing or of another kind.
    """
    facts = json.loads(line)
    if not isinstance(facts, dict) or not isinstance(facts.get("kind"), str):
        raise ValueError(tr("it is no object with a kind"))
    kind = facts["kind"]
    if kind not in _KINDS:
        return None
    if kind == "snapshot":
        facts["matrices"] = ()
    event_type, fields = _KINDS[kind]
    return event_type(**{name: convert(facts, name) for name, convert in fields})


def _number(facts: dict[str, Any], name: str) -> float:
    value = facts.get(name, "nothing")
    if value is None:
        return math.nan
    if type(value) not in (float, int):
        raise ValueError(tr("{name} is {value!r} instead of a number", name=name, value=str(value)[:40]))
    if abs(value) > _LARGEST and math.isfinite(value):
        raise ValueError(tr("{name} is a number that nothing here can be", name=name))
    return float(value)


def _whole(facts: dict[str, Any], name: str) -> int:
    value = facts.get(name, "nothing")
    if type(value) is not int:
        raise ValueError(tr("{name} is {value!r} instead of a whole number", name=name, value=str(value)[:40]))
    if abs(value) >= 1 << 53:
        raise ValueError(tr("{name} is a number that nothing here can be", name=name))
    return value


def _text(facts: dict[str, Any], name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str):
        raise ValueError(tr("{name} is {value!r} instead of a text", name=name, value=str(value)[:40]))
    return value


def _terms(facts: dict[str, Any], name: str) -> dict[str, float]:
    value = facts.get(name)
    if not isinstance(value, dict):
        raise ValueError(tr("{name} is {value!r} instead of named numbers", name=name, value=str(value)[:40]))
    return {term: _number(value, term) for term in value}


def _number_or_none(facts: dict[str, Any], name: str) -> float | None:
    return None if facts.get(name) is None else _number(facts, name)


def _terms_or_none(facts: dict[str, Any], name: str) -> dict[str, float] | None:
    return None if facts.get(name) is None else _terms(facts, name)


def _texts_or_none(facts: dict[str, Any], name: str) -> dict[str, str] | None:
    value = facts.get(name)
    if value is not None and not (isinstance(value, dict) and all(isinstance(one, str) for one in value.values())):
        raise ValueError(tr("{name} is {value!r} instead of named texts", name=name, value=str(value)[:40]))
    return value


def _anything(facts: dict[str, Any], name: str) -> Any:
    return facts.get(name)


_CONVERT = {
    int: _whole, float: _number, float | None: _number_or_none, str: _text, dict[str, float]: _terms,
    dict[str, float] | None: _terms_or_none, dict[str, str] | None: _texts_or_none,
}  # fmt: skip
_KINDS = {
    made.kind: (made, [(field.name, _CONVERT.get(field.type, _anything)) for field in dataclasses.fields(made)])
    for made in (StepDone, Evaluated, Snapshot, Changed, Finished)
}
_STRICT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _without_nan(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return value


def _whole_lines(path: Path) -> int:
    """Bytes up to and including the last newline, found from the end."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
    return 0


def _lines_before(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        return file.read(offset).count(b"\n")
