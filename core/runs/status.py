"""What a run is doing, in one small file that is always whole, and whether the process that said so still lives.

The file says what the trainer last knew of itself. A process cannot report its own death, so `read` derives `crashed`:
on the same computer from the process (alive, not a zombie, started at the same moment, since numbers are reused), from
elsewhere from its heartbeat: at the first look from its age, and from then on from whether it changes, since clocks of two
computers may differ. No file at all reads as `new`.
"""

import contextlib
import functools
import json
import math
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import psutil

from core.errors import RunError
from core.language import mark, tr
from core.runs import atomic
from core.runs.folder import RunFolder
from core.runs.processes import born

Written = Literal["waiting", "starting", "running", "paused", "done", "stopped", "failed"]
State = Literal["new", "waiting", "starting", "running", "paused", "done", "stopped", "failed", "crashed"]

NODE, JOB = "ATTNLAB_NODE", "ATTNLAB_JOB"  # what a cluster's process has in its environment

_SILENCE = 30.0  # seconds without a heartbeat after which a process on another computer counts as dead
_STILL = 5.0  # seconds between looks whether the loop itself says nothing
_SAME_START = 2.0  # seconds; clocks are adjusted, and no number is reused that soon after its process was born
# of a run elsewhere, by its path: the heartbeat first seen, the one last seen, and the least that it lagged behind here
_seen: dict[str, tuple[float, float, float]] = {}
_AWAY = mark("the cluster takes it to another node as soon as there is a place; it goes on from its last checkpoint")
_ANEW = mark("resume the run to write it anew")
_ALIVE = {"starting", "running", "paused"}
_writing = threading.RLock()


@dataclass(frozen=True)
class Status:
    """What a run is doing.

    Attributes:
        state: as written (`waiting`: for its turn, see core/runs/job_queue.py), or as derived: `new` (never started), `crashed` (its
            process is gone).
        step, steps: the last finished step and how many there shall be.
        heartbeat: when this was written, in seconds since 1970.
        host, pid, process_started: the process that writes the run; its start as `core.runs.processes.born` counts.
        node, job: of a cluster: where that process is, and the name under which the cluster knows the training.
        reason: why it ended, for people; empty while all is well.
    """

    state: State
    step: int = 0
    steps: int = 0
    heartbeat: float = 0.0
    host: str = ""
    pid: int = 0
    process_started: float = 0.0
    reason: str = ""
    node: str = ""
    job: str = ""

    @property
    def alive(self) -> bool:
        """Whether a process works on the run (or is paused)."""
        return self.state in _ALIVE

    @property
    def active(self) -> bool:
        """Whether it is trained, or waits for its turn to be."""
        return self.alive or self.state == "waiting"


def write(run: RunFolder, state: Written, *, step: int, steps: int, reason: str = "", pid: int | None = None) -> None:
    """Replace the status; costs about 0.1 ms, so once or twice a second is plenty.

    Args:
        pid: the process that will write the run, where it is not this one.
    """
    writer = os.getpid() if pid is None else pid
    node, job = os.environ.get(NODE, ""), os.environ.get(JOB, "")
    put(run, Status(state, step, steps, time.time(), socket.gethostname(), writer, _born(writer), reason, node, job))


def put(run: RunFolder, value: Status) -> None:
    """Replace the status by one that is known, of whatever process."""
    with _writing, atomic.disk_errors(tr("writing the status of {address}", address=run.address)):
        try:
            atomic.write_json(run.path / "status.json", asdict(value))
        except OSError:
            if value.alive or not _overwrite(run.path / "status.json", value):
                raise


def write_last(run: RunFolder, state: Written, *, step: int, steps: int, reason: str) -> None:
    """Write what nothing in this process can overwrite any more: whatever else would write a status waits for ever.

    For a process that is about to be ended by one of its threads while another still works.
    """
    if _writing.acquire(timeout=_SILENCE):  # else it hangs in a write of its own, and the disk would keep this one too
        write(run, state, step=step, steps=steps, reason=reason)


def read(run: RunFolder) -> Status:
    """The status as it is now; never raises, so that lists of runs can be drawn.

    A status that cannot be understood reads as `crashed`, with the reason: what the run holds can still be resumed.
    """
    try:
        status = written(run)
    except RunError as error:
        return Status("crashed", reason=str(error))
    if status is None:
        return Status("new")
    if not status.alive:
        return status
    if not lives(status, str(run.path)):
        return replace(status, state="crashed", reason=_crash(status))
    if status.job and not _heard(status, str(run.path)):
        return replace(status, state="starting", reason=status.reason or _AWAY)
    return status


def written(run: RunFolder) -> Status | None:
    """The status as its process last wrote it, or None where none ever did.

    Raises:
        RunError: the file was edited to something else.
    """
    path = run.path / "status.json"
    if not path.exists():
        return None
    return _parse(atomic.read_json(path, tr(_ANEW)), str(path))


def is_here(status: Status) -> bool:
    """Whether the process of a status is, or was, one of this computer."""
    return status.host == socket.gethostname()


def process_lives(pid: int, started: float) -> bool:
    """Whether the process `pid` of this computer that was born at `started` (as `born` says) still runs."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and abs(born(pid) - started) <= _SAME_START
    except psutil.AccessDenied:
        return True  # there is such a process and it is not ours to look at: another user's training
    except (psutil.NoSuchProcess, ValueError, OverflowError):
        return False


class Heartbeat:
    """Writes the status of a training now and then, so that the loop may call it after every step.

    While its block lasts, a thread says the last word again where the loop is at something long: an evaluation, a checkpoint, data.
    So a heartbeat says that the process is there; whether its step ends is the business of its limits.
    """

    def __init__(self, run: RunFolder, steps: int, *, every: float = 0.5) -> None:
        self._run, self._steps, self._every = run, steps, every
        self._said: tuple[int, Written, str] | None = None
        self._next = 0.0
        self._saying, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True, name=f"heartbeat of {run.name}")

    def __enter__(self) -> "Heartbeat":
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._over.set()
        self._thread.join()

    def beat(self, step: int, state: Written = "running", reason: str = "") -> None:
        """Say what is done; written when the state changed or `every` seconds have passed, else nearly free."""
        with self._saying:
            before, self._said = self._said, (step, state, reason)
            if before is None or before[1] != state or time.monotonic() >= self._next:
                self._write()

    def _write(self) -> None:
        assert self._said is not None
        step, state, reason = self._said
        now = time.monotonic()
        write(self._run, state, step=step, steps=self._steps, reason=reason)
        self._next = now + self._every

    def _go_on(self) -> None:
        while not self._over.wait(_STILL):
            with self._saying, contextlib.suppress(RunError):  # what a disk refuses is said by the loop
                if self._said is not None and self._said[1] in _ALIVE and time.monotonic() >= self._next:
                    self._write()


def lives(status: Status, where: str) -> bool:
    """Whether the process that wrote a status is still there, as far as this computer can tell.

    A cluster knows its trainings, also while it moves one to another node; a process that is not connected to it goes by the
    last heartbeat.

    Args:
        where: the path of its run, by which its heartbeats are remembered.
    """
    if status.job:
        from core.runs.cluster.ray_backend import knows  # here: it stands on this file

        known = knows(status.job)
        return known if known or (known is False and status.state != "starting") else _heard(status, where)
    return process_lives(status.pid, status.process_started) if is_here(status) else _heard(status, where)


def _heard(status: Status, where: str) -> bool:
    """Whether a process elsewhere was heard of lately, by this computer's clock."""
    lag = time.monotonic() - status.heartbeat  # how far its clock is behind, and how long it has been silent
    first, last, least = _seen.get(where, (status.heartbeat, status.heartbeat, lag))
    least = (
        lag if status.heartbeat < last else min(least, lag)
    )  # its clock was set back: it beats, and is compared anew
    _seen[where] = (first, status.heartbeat, least)
    beats = status.heartbeat != first
    return lag - least <= _SILENCE and (beats or time.time() - status.heartbeat <= _SILENCE)


def _overwrite(path: Path, value: Status) -> bool:
    """Write the last word over the status before, in the room that it has: a full disk need not grow for that."""
    try:
        with path.open("rb+", buffering=0) as file:
            room = os.fstat(file.fileno()).st_size
            data = json.dumps(asdict(value), ensure_ascii=False, allow_nan=False).encode()
            return file.write(data.ljust(room)) >= len(data)  # one write: no reader sees a half
    except OSError:
        return False


def _crash(status: Status) -> str:
    where = (
        tr("process {pid}", pid=status.pid)
        if is_here(status)
        else tr("process {pid} on {host}", pid=status.pid, host=status.host)
    )
    if status.job:
        where = tr(
            "the cluster has lost the training: its process on node {node}", node=status.node or tr("(none yet)")
        )
    return tr(
        "{where} ended without a word after step {step}; resume from the last checkpoint, or see log.txt",
        where=where,
        step=status.step,
    )


def _parse(value: Any, where: str) -> Status:
    """Status from JSON, each field in its own kind; unknown fields are left for newer programs."""
    if not isinstance(value, dict) or value.get("state") not in get_args(Written):
        raise RunError(
            tr(
                "{where}: expected an object with a state of {join}; {anew}",
                where=where,
                join=", ".join(get_args(Written)),
                anew=tr(_ANEW),
            )
        )
    known: dict[str, Any] = {}
    for field in fields(Status):
        given, kind = value.get(field.name, field.default), type(field.default)
        if field.name == "state":
            kind = str
        fits = isinstance(given, (int, float) if kind is float else kind) and not isinstance(given, bool)
        if not fits or (kind is float and not math.isfinite(given)):
            raise RunError(tr(
                "{where}: {name} is {given!r}, expected {kind}; {anew}", where=where, name=field.name, given=given,
                kind=kind.__name__, anew=tr(_ANEW)))  # fmt: skip
        known[field.name] = given
    return Status(**known)


@functools.cache
def _own_birth(pid: int) -> float:
    """When this process was started; asked once, for every status asks. A fork asks anew."""
    return born(pid)


def _born(pid: int) -> float:
    """When a process was started."""
    if pid == os.getpid():
        return _own_birth(pid)
    try:
        return born(pid)
    except psutil.Error:
        return 0.0  # it is dead already, and will read as crashed
