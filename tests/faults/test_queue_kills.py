"""The line of trainings: whoever takes a turn may be killed between any two steps, and any number may take turns at once."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.runs import job_queue, status, store, tickets
from tests.runs.made import a_run
from tests.runs.stands import Stand, set_state

STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.truncate"}  # what an audit hook sees of a disk


@pytest.fixture
def stand(monkeypatch) -> Stand:
    one = Stand(room=2)
    monkeypatch.setattr("core.runs.job_queue.chosen", lambda: one)
    return one


def in_a_fork(work: Callable[[], object]) -> int:
    """The child's number; it ends with its work, and nothing of the tests runs in it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed before its step of that number on the server's disk; False if it has none."""
    home, count = str(store.root()), iter(range(step))

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in STEPS and str(arguments[0]).startswith(home) and next(count, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        sys.addaudithook(watch)
        work()

    _, code = os.waitpid(in_a_fork(watched), 0)
    return os.WIFSIGNALED(code)


def a_line(number: int) -> list:
    """One that trains and was started by a process that still lives, two that wait, one that is new."""
    runs = [a_run(f"{name}{number}") for name in ("a", "b", "c", "d")]
    for run in runs[:3]:
        job_queue.submit(run, run.name[0])
    return runs


WORK = {
    "submit": lambda runs: job_queue.submit(runs[3], "d"),
    "cancel a waiting one": lambda runs: job_queue.cancel(runs[2]),
    "cancel a starting one": lambda runs: job_queue.cancel(runs[0]),
    "turn after an end": lambda runs: (set_state(runs[0], "done"), job_queue.turn()),
}


@pytest.mark.parametrize("what", WORK)
def test_a_kill_between_any_two_steps_leaves_the_line_whole(what, stand):
    step = 0
    while killed_at(step, lambda: WORK[what](runs)) if (runs := a_line(step)) else False:
        lived = [one for one in runs if status.read(one).alive]
        assert job_queue.line().problems == ()
        job_queue.turn()
        assert len([one for one in runs if status.read(one).alive]) == stand.room
        assert all(status.read(one).alive for one in lived), "what trained goes on"
        emptied(runs)
        left = {one.name[0]: status.read(one).state for one in runs}
        assert left["b"] == "done" and set(left.values()) <= {"done", "stopped", "new", "waiting"}
        if "waiting" in left.values():  # killed between its ticket's end and the word of it: Cancel was pressed
            assert what == "cancel a waiting one" and left["c"] == "waiting"
        step += 1
    assert step > 8, "the work has more steps on the disk than this"
    assert job_queue.line().problems == ()


def emptied(runs) -> None:
    """Everything ends, and what waited has its turn."""
    for _ in range(8):
        for one in runs:
            if status.read(one).alive:
                set_state(one, "done")
        job_queue.turn()
    assert not tickets.any_there()


def test_many_servers_at_once_never_start_more_than_may(stand, tmp_path: Path):
    """Six processes take turns as fast as they can, while trainings end; each start leaves a line."""
    runs = [a_run(f"r{number:02d}") for number in range(16)]
    starts, stop = tmp_path / "starts", tmp_path / "stop"
    mother = os.getpid()

    class Counted(Stand):
        def start(self, run, limits) -> None:
            alive = [one.name for one in runs if status.read(one).alive]
            with starts.open("a") as file:
                file.write(f"{run.name} {len(alive)}\n")
            status.write(run, "starting", step=0, steps=9, pid=mother)

    counted = Counted(room=2)
    job_queue.chosen = lambda: counted

    def serve() -> None:
        while not stop.exists():
            job_queue.turn()

    for run in runs:
        job_queue.submit(run, run.name[-1])
    children = [in_a_fork(serve) for _ in range(6)]
    try:
        end = time.monotonic() + 60
        while tickets.any_there() and time.monotonic() < end:
            for run in runs:
                if status.read(run).alive:
                    set_state(run, "done")
    finally:
        stop.touch()
        for child in children:
            os.waitpid(child, 0)
    told = [line.split() for line in starts.read_text().splitlines()]
    assert sorted(name for name, _ in told) == [run.name for run in runs], "each once"
    assert max(int(alive) for _, alive in told) < 2
    assert not [child for child in children if psutil.pid_exists(child)]
