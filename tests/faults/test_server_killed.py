"""The server may be killed while it starts a training, or with the training: the run can be read, and started again."""

import os
import random
import signal
import subprocess
import sys
import time

from core.runs import jobs, journal, status
from core.runs.folder import RunFolder
from core.training.events import StepDone
from tests.faults.trainings import Reader, Result, made, plain, same_start, trained
from tests.runs.made import a_run, eventually, python

# A worker that is quick to start: it counts, and does not compute
WORKER = """
import sys, time
from core.runs import jobs, status
def train(run):
    with run.lock():
        status.write(run, "running", step=1, steps=12)
        time.sleep(600)
sys.exit(jobs.worker_main(sys.argv[1:], train))
"""
COMMAND = (sys.executable, "-P", "-c", WORKER, "--spare")

# A server, forked for every round, that prepares a spare process, starts a training, and is killed before a deed to the disk
SERVER = """
import os, sys
from core.runs import jobs, store
from tests.faults.counting import dies_at
for line in sys.stdin:
    name, at = line.split()
    pid = os.fork()
    if pid == 0:
        dies_at(int(at), lambda: jobs.start(store.find_run(name), tuple(sys.argv[1:])))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def end(run) -> None:
    """End the training of a run, if there is one."""
    now = status.read(run)
    if now.alive and now.pid:
        os.kill(now.pid, signal.SIGKILL)
        assert eventually(lambda: not status.read(run).alive)


def test_a_server_killed_while_it_starts_a_training_leaves_a_run_that_can_be_started():
    server = python(SERVER, *COMMAND)
    at, code = 0, -signal.SIGKILL
    while code:
        run = a_run(f"started-{at}")
        server.stdin.write(f"{run.name} {at}\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        assert run.problem is None
        assert eventually(lambda run=run: status.read(run).state in ("new", "crashed", "running")), status.read(run)
        if not status.read(run).alive:
            jobs.start(run, COMMAND)
            assert eventually(lambda run=run: status.read(run).state == "running")
        end(run)
        at += 1
    assert at > 3, "to start a training is to do several things to the disk"
    server.communicate()


# The worker of every day, but not nice: beside other tests it would wait for minutes
TRAINER = """
import sys
from core.runs import jobs, worker
jobs.be_nice = lambda pid: None
sys.exit(jobs.worker_main(sys.argv[1:], worker.train))
"""
# A server that is told which run to train; its spare process imports torch meanwhile
BOTH = """
import sys
from core.runs import jobs, store
command = tuple(sys.argv[1:])
jobs.prepare(command)
jobs.start(store.open_run(sys.stdin.readline().strip()), command)
sys.stdin.read()
"""
LONG = 400  # steps: those of several rounds


def both() -> "subprocess.Popen[str]":
    """A server that waits to be told."""
    return python(BOTH, sys.executable, "-P", "-c", TRAINER, "--spare")


def kill_both(server: "subprocess.Popen[str]", run: RunFolder, chance: random.Random) -> bool:
    """Kill a server and its training, whichever first; whether the training still ran."""
    now = status.read(run)
    pids = [server.pid, *([now.pid] if now.alive else [])]
    for pid in chance.sample(pids, len(pids)):
        os.kill(pid, signal.SIGKILL)
    server.wait()
    assert eventually(lambda: not status.read(run).alive)
    return now.alive and status.read(run).state == "crashed"


def goes_on(server: "subprocess.Popen[str]", reader: Reader, chance: random.Random) -> None:
    """Let a server start the training, and watch it until it has done some steps more, and for up to 0.3 s."""
    more, offset = chance.randrange(1, 20), journal.read(reader.run)[1]
    server.stdin.write(f"{reader.run.path}\n")
    server.stdin.flush()

    def past() -> bool:
        reader.look()
        done = sum(isinstance(one, StepDone) for one in journal.read(reader.run, offset)[0])
        return done >= more or status.read(reader.run).state == "done"

    assert eventually(past, 300)
    moment = time.monotonic() + chance.uniform(0.0, 0.3)
    while time.monotonic() < moment:
        reader.look()
        time.sleep(0.01)


def test_server_and_training_killed_together_lose_nothing(nursery, as_many, seed):
    begun, whole, chance = made("begun", plain(steps=LONG)), made("whole", plain(steps=LONG)), random.Random(seed)
    trained(nursery, whole)
    reader, killed, number, following = Reader(same_start(begun, "both-0"), steps=LONG), 0, 0, both()
    while killed < as_many(3):
        if status.read(reader.run).state == "done":
            assert Result.of(reader.run) == Result.of(whole)
            number += 1
            reader = Reader(same_start(begun, f"both-{number}"), steps=LONG)
        server, following = following, both()
        goes_on(server, reader, chance)
        killed += kill_both(server, reader.run, chance)
        reader.look_anew()
    trained(nursery, reader.run)
    assert Result.of(reader.run) == Result.of(whole)
