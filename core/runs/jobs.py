"""Trainings as processes of their own: they outlive the page, the tab and the server that started them.

The disk is the only truth: a job is found again by its run, never by a handle. Importing torch takes seconds, so a
*spare* process is kept that has imported everything and waits for one line on its standard input: the path of a run and
its limits, as JSON. Every job starts so; where no spare was prepared, one is started and told its run at once. A spare without a run ends
with the server (its input ends); with a run it is on its own. The worker's module is `core.runs.worker`.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import psutil

from core.errors import AttentionLabError, RunError
from core.language import ENGLISH, VARIABLE, language, speaking, tr
from core.runs import atomic, controls, status, store, workspace
from core.runs.folder import RunFolder
from core.runs.limits import NO_LIMITS, Limits, Watch
from core.runs.processes import be_nice, launch

# -P: a folder the server happens to run in must not shadow modules of the worker
WORKER: tuple[str, ...] = (sys.executable, "-P", "-m", "core.runs.worker", "--spare")
_NEXT_SPARE = 5.0  # seconds; the job that was just started imports nothing, but draws its first curves
_DYING = 5.0  # seconds a killed process may take to be gone
_LOG = "log.txt"

_lock = threading.Lock()
_spares: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}


def prepare(command: Sequence[str] = WORKER) -> None:
    """Have a spare process ready, so that the next `start` begins at once. Returns immediately; safe to call again."""
    with _lock:
        spare = _spares.get(tuple(command))
        if spare is None or spare.poll() is not None:
            with contextlib.suppress(RunError):  # on a full or read-only disk pages open all the same; `start` says why
                _spares[tuple(command)] = _launch(command, _spare_log())


def start(run: RunFolder, command: Sequence[str] = WORKER, limits: Limits = NO_LIMITS) -> None:
    """Train a run in a process of its own, at once, from its newest checkpoint if it has one; its turn is not asked for.

    The run reads as `starting` when this returns. Requests that nobody took are forgotten.

    Raises:
        RunError: it is being trained already, is shipped or damaged, or no process can be started.
    """
    run.config()
    with run.lock():  # between the question and the answer nobody else may start it
        before = status.read(run)
        if before.alive:
            raise RunError(
                tr(
                    "{address} is being trained by process {pid}; wait for it or stop it first",
                    address=run.address,
                    pid=before.pid,
                )
            )
        controls.clear(run)
        job = _take_spare(command) or _launch(command, run.path / _LOG)
        status.write(run, "starting", step=before.step, steps=before.steps, pid=job.pid)
    if not _tell(job, run, limits):  # a spare can die of old age between the two lines above: a fresh one cannot
        job = _launch(command, run.path / _LOG)
        status.write(run, "starting", step=before.step, steps=before.steps, pid=job.pid)
        _tell(job, run, limits)
    threading.Thread(target=_reap, args=(job, run, language()), daemon=True, name=f"reap {run.name}").start()
    timer = threading.Timer(_NEXT_SPARE, prepare, [command])
    timer.daemon = True
    timer.start()


def kill(run: RunFolder) -> None:
    """End the process of a training at once; what was recorded stays, and it can be resumed from its last checkpoint.

    Raises:
        RunError: it runs on another computer.
    """
    now = status.read(run)
    if not now.alive:
        return
    if not status.is_here(now):
        raise RunError(
            tr("{address} is being trained on {host}; stop it from there", address=run.address, host=now.host)
        )
    if status.process_lives(now.pid, now.process_started):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(now.pid).kill()
    end = time.monotonic() + _DYING
    while status.process_lives(now.pid, now.process_started) and time.monotonic() < end:
        time.sleep(0.01)
    last = status.read(run)  # it may have come to its end by itself meanwhile
    if last.pid == now.pid and (last.alive or last.state == "crashed"):
        status.write(run, "stopped", step=last.step, steps=last.steps, reason=tr("ended at once, on request"))


def tail_log(run: RunFolder, lines: int = 40) -> str:
    """The last lines the worker printed; empty where it printed nothing."""
    try:
        with (run.path / _LOG).open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 400 * lines))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def worker_main(argv: Sequence[str], train: Callable[[RunFolder], object]) -> int:
    """All of `python -m core.runs.worker`, called after everything that is slow to import was imported.

    Args:
        argv: `--spare` to be told the run and its limits on standard input, or the path of a run.
        train: locks the run, trains it to its end and keeps its status; what it raises is the end of the run.

    Returns:
        The exit code: 0 done (or no run came), 1 failed.
    """
    path, limits = _told() if list(argv) == ["--spare"] else (argv[0], NO_LIMITS)
    if not path:
        return 0
    workspace.settle(Path(path))
    return work(store.open_run(path), limits, train)


def work(run: RunFolder, limits: Limits, train: Callable[[RunFolder], object]) -> int:
    """Make this process the run's worker and train; whatever it raises is in the log and in the status. The exit code."""
    adopt(run.path)
    try:
        with Watch(run, limits):
            train(run)
    except BaseException as error:
        with contextlib.suppress(RunError):
            _say_failed(
                run,
                os.getpid(),
                str(error) if isinstance(error, AttentionLabError) else tr("{error!r}; see log.txt", error=error),
            )
        with contextlib.suppress(OSError):  # the log may lie on a disk that is full
            traceback.print_exc()
            sys.stderr.flush()
        return 1
    return 0


def adopt(path: Path) -> None:
    """Make this process the worker of the run at `path`: it prints into its log, reads nothing, and lets others go first."""
    with atomic.disk_errors(tr("opening the log of {name}", name=path.name)):
        log = os.open(path / _LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(nothing, 0)
    os.dup2(log, 1)  # by number: what C++ prints goes there too
    os.dup2(log, 2)
    os.close(nothing)
    os.close(log)
    be_nice(os.getpid())  # not before: a process that imports while others compute would keep somebody waiting


def _launch(command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    with atomic.disk_errors(tr("starting a training process")):
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return launch(command, output, stdin=subprocess.PIPE)


def _take_spare(command: Sequence[str]) -> "subprocess.Popen[bytes] | None":
    with _lock:
        spare = _spares.pop(tuple(command), None)
    return spare if spare is not None and spare.poll() is None else None


def _told() -> tuple[str, Limits]:
    """What `_tell` tells; no path where the server ended first. From then on this process speaks as it was told to."""
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):  # a server that was killed may have written a part of it
        return "", NO_LIMITS
    told = json.loads(line)
    os.environ[VARIABLE] = told.pop("language", ENGLISH)  # a server of an earlier version does not say it
    return told.pop("path"), Limits(**told)


def _tell(job: "subprocess.Popen[bytes]", run: RunFolder, limits: Limits) -> bool:
    """Give a waiting process its run, its limits and the language of whoever asked; False if it is dead."""
    assert job.stdin is not None
    try:
        with job.stdin as pipe:
            told = {"path": str(run.path), "language": language(), **asdict(limits)}
            pipe.write(json.dumps(told).encode() + b"\n")
    except OSError:
        return False
    return True


def _reap(job: "subprocess.Popen[bytes]", run: RunFolder, spoken: str) -> None:
    """Wait for a job to end, lest it stay a zombie, and speak for it if it died before it could speak for itself."""
    code = job.wait()
    if code > 0:
        with contextlib.suppress(RunError), speaking(spoken):
            last = tail_log(run, 1) or tr("exit code {code}", code=code)
            _say_failed(run, job.pid, tr("the process ended: {last}; see log.txt", last=last))


def _say_failed(run: RunFolder, pid: int, reason: str) -> None:
    """Write that a run failed, if the process `pid` is still the one that writes it and did not say so itself."""
    written = status.written(run)
    if written is not None and written.alive and written.pid == pid and status.is_here(written):
        status.write(run, "failed", step=written.step, steps=written.steps, reason=reason, pid=pid)


def _spare_log() -> Path:
    return store.root() / "spare.log"
