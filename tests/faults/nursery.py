"""A process that has imported everything and is forked for each training that a test shall kill.

Importing torch takes longer than all that is tested here. One line of JSON in asks for a child; out come its number, what
it said, and how it ended.
"""

import errno
import itertools
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import AttentionLabError
from core.runs import store
from core.runs.experiment import run_experiment
from core.training.events import StepDone
from tests.faults.counting import counted, die
from tests.faults.trainings import made, plain
from tests.runs.made import ROOT

TOLD = 3  # exit code of a child that ended with a sentence for people


@dataclass
class Ended:
    """How a child ended.

    Attributes:
        code: its exit code, negative the signal that killed it.
        told: the sentence of the error that ended it; deeds: what it did to the disk, where that was counted.
    """

    code: int
    told: str = ""
    deeds: int = 0


class Nursery:
    """The warm process, seen from a test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.faults.nursery import serve; serve()"],
            cwd=ROOT, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdout and self._process.stdout.readline() == b"ready\n"

    def born(self, deed: str, **facts: Any) -> int:
        """Begin a child that does one of `DEEDS`; its process number."""
        assert self._process.stdin and self._process.stdout
        home = os.environ["ATTNLAB_HOME"]
        self._process.stdin.write(json.dumps({"deed": deed, "home": home, "facts": facts}).encode() + b"\n")
        return int(self._process.stdout.readline())

    @property
    def quiet(self) -> bool:
        """Whether the child is still busy: neither it nor the process has said how it ended."""
        return not select.select([self._process.stdout], [], [], 0.0)[0]

    def ended(self) -> Ended:
        """Wait for the child's end."""
        assert self._process.stdout
        told: dict[str, Any] = {}
        while "code" not in told:
            told |= json.loads(self._process.stdout.readline())
        return Ended(**told)

    def does(self, deed: str, **facts: Any) -> Ended:
        """Begin a child and wait for its end."""
        self.born(deed, **facts)
        return self.ended()

    def close(self) -> None:
        """No child is left, and then the process is none."""
        self._process.kill()
        self._process.communicate()


def serve() -> None:
    """All of the warm process. It trains once itself: torch imports much only at a first step, and every child would."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATTNLAB_HOME"] = home
        made("warm", plain())
        train("warm")
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            print(os.getpid(), flush=True)
            os.environ["ATTNLAB_HOME"] = asked["home"]
            _child(asked["deed"], asked["facts"])
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps({"code": code}), flush=True)


def _child(deed: str, facts: dict[str, Any]) -> None:
    code, said = 0, os.dup(1)  # a worker's standard output becomes its log
    told: dict[str, Any] = {}
    try:
        told["deeds"] = DEEDS[deed](**facts)
    except AttentionLabError as error:
        code, told["told"] = TOLD, str(error)
    except BaseException:
        code, told["told"] = 1, traceback.format_exc()
    sys.setprofile(None)
    os.write(said, (json.dumps(told) + "\n").encode())
    os._exit(code)


def train(address: str, dies_at: int | None = None, dies_after: int | None = None) -> int:
    """Train a run to its end, from where it stands; or until right before a deed to the disk, or after a step."""

    def through() -> None:
        for event in run_experiment(store.open_run(address)):
            if isinstance(event, StepDone) and event.step == dies_after:
                die()

    return counted(-1 if dies_at is None else dies_at, die, through)


def work_on_a_full_disk(address: str, at: int, home: str | None) -> int:
    """What a worker does with a run, on a disk that is full from a deed on.

    Args:
        home: where to fill the disk; None: no file may grow from then on, which needs no disk of its own.
    """

    def fill() -> None:
        if home is None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            return
        with suppress(OSError), Path(home, "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    return counted(at, fill, lambda: deque(run_experiment(store.open_run(address)), maxlen=0))


def work_on_a_disk_gone_read_only(address: str, at: int) -> int:
    """The same, on a disk that takes no new file from a deed on, nor a new name."""

    def refuse(event: str, facts: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(facts[2], int) and facts[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(facts[0]))

    run = store.open_run(address)
    return counted(at, lambda: sys.addaudithook(refuse), lambda: deque(run_experiment(run), maxlen=0))


def train_by_a_mad_clock(address: str) -> int:
    """Train to the end, on a computer whose clock is set back and forth by days, at every look at it."""
    right, right_ns, jumps = time.time, time.time_ns, itertools.cycle((0, -1, 2, 0, 1, -3))
    time.time = lambda: right() + 86_400 * next(jumps)
    time.time_ns = lambda: right_ns() + 86_400 * 10**9 * next(jumps)
    return train(address)


DEEDS: dict[str, Callable[..., int]] = {
    one.__name__: one for one in (train, work_on_a_full_disk, work_on_a_disk_gone_read_only, train_by_a_mad_clock)
}
