"""Processes that go on by themselves: of a session of their own, on one thread, and behind everybody who waits."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

_NICE = 19  # work in the background must not make a page wait: with 10 a short answer took up to twice as long
_REQUESTS, _APART = 10, 0.1  # how often a session asks to be put behind others; seconds
# small models: a second thread costs more than it gives
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def launch(
    command: Sequence[str], output: IO[bytes], *, stdin: int, environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Start a process that outlives this one.

    Args:
        output: where all that it prints goes; stdin: as for `subprocess.Popen`.
        environment: beside this process's own.

    Raises:
        OSError: it cannot be started.
    """
    root = str(Path(__file__).resolve().parents[2])  # the clone need not be installed
    others = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != root]
    paths = os.pathsep.join([root, *others])  # once: a training that ends starts the next one
    return subprocess.Popen(
        list(command),
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **_ONE_THREAD, **(environment or {}), "PYTHONPATH": paths},
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Windows; elsewhere a session of its own
    )


def born(pid: int) -> float:
    """When a process was started: in seconds since the computer was, by a clock that nobody sets; elsewhere than on Linux
    in seconds since 1970.

    psutil's moment is counted from the clock on the wall as it stood when psutil was imported: two programs that began
    before and after somebody set the clock would not agree on it.

    Raises:
        psutil.NoSuchProcess: there is none.
    """
    if not sys.platform.startswith("linux"):
        return psutil.Process(pid).create_time()
    try:
        facts = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        raise psutil.NoSuchProcess(pid) from None
    # the second field is the program's name in brackets, and may hold anything; the start is the 22nd
    return int(facts[facts.rindex(b")") + 2 :].split()[19]) / os.sysconf("SC_CLK_TCK")


def be_nice(pid: int) -> None:
    """Let others go first; where the system does not allow it, nothing happens.

    Linux shares the processor out among sessions, and looks at niceness only within one (sched(7), autogroup): two
    trainings beside a page on two cores took two thirds of them, however nice. So the session of a process that leads
    one is put behind the others too.
    """
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process(pid).nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else _NICE)
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            if os.getsid(pid) == pid:
                _put_behind(Path(f"/proc/{pid}/autogroup"))


def _put_behind(group: Path) -> None:
    """Linux takes one such request of all that are not root in a tenth of a second, and refuses the others."""
    for _ in range(_REQUESTS):
        with contextlib.suppress(BlockingIOError):
            group.write_text(str(_NICE), encoding="ascii")
            return
        time.sleep(_APART)
