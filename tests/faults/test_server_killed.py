"""The server may be killed while it starts a training, or with the training: the run can be read, and started again."""

import os
import random
import signal
import sys
import time

from core.runs import jobs, status
from tests.faults.trainings import Reader, Result, half_trained, same_start
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


BOTH = """
import sys
from core.runs import jobs, store
jobs.start(store.open_run(sys.argv[1]))
print("started", flush=True)
sys.stdin.read()
"""


def test_server_and_training_killed_together_lose_nothing(nursery, as_many, seed):
    begun, expected = half_trained(nursery)
    chance = random.Random(seed)
    reader = Reader(same_start(begun, "both"))
    for _ in range(as_many(1)):
        reader.look_anew()
        server = python(BOTH, str(reader.run.path))
        assert server.stdout.readline() == "started\n"
        moment = time.monotonic() + chance.uniform(0.0, 3.0)
        while time.monotonic() < moment:
            reader.look()
            time.sleep(0.01)
        server.kill()
        end(reader.run)
    reader.look_anew()
    if status.read(reader.run).state != "done":
        assert nursery.does("train", address=str(reader.run.path)).code == 0
    assert Result.of(reader.run) == expected
