"""The line goes on when its server is dead: a training that ends lets the next begin; one that is killed, the next look does."""

import sys

import psutil
import pytest

from core.runs import controls, job_queue, jobs, status
from tests.runs.made import a_run, eventually, python

# a worker like the lab's, whose training takes long enough to be looked at; what it starts next is the same again
WORKER = """
import os, sys, time
from core.runs import controls, job_queue, jobs, status
jobs.WORKER = (sys.executable, "-P", "-c", os.environ["WORKER"], "--spare")
def train(run):
    with run.lock():
        while not controls.take(run):
            status.write(run, "running", step=3, steps=9)
            time.sleep(0.02)
        status.write(run, "done", step=9, steps=9)
sys.exit(job_queue.work(sys.argv[1:], train))
"""
SERVER = """
import os, sys
from core.runs import job_queue, jobs, store
jobs.WORKER = (sys.executable, "-P", "-c", os.environ["WORKER"], "--spare")
for name in sys.argv[1:]:
    job_queue.submit(store.find_run(name), "ann")
print("asked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def two_runs(monkeypatch):
    """One that trains and one that waits; the server that was asked is dead."""
    monkeypatch.setenv("WORKER", WORKER)
    monkeypatch.setenv("ATTNLAB_TRAININGS", "1")
    monkeypatch.setattr("core.runs.jobs.WORKER", (sys.executable, "-P", "-c", WORKER, "--spare"))
    runs = [a_run("first"), a_run("second")]
    server = python(SERVER, "first", "second")
    assert server.stdout.readline() == "asked\n"
    server.kill()
    server.communicate()
    assert [status.read(run).state for run in runs][1] == "waiting"
    assert eventually(lambda: status.read(runs[0]).state == "running", 60)
    yield runs
    for run in runs:
        jobs.kill(run)


def test_a_training_that_ends_lets_the_next_begin(two_runs):
    first, second = two_runs
    controls.send(first, "stop")
    assert eventually(lambda: status.read(second).state == "running", 60)
    assert status.read(first).state == "done" and job_queue.place(second) is None


def test_one_that_is_killed_leaves_it_to_the_next_look(two_runs):
    first, second = two_runs
    psutil.Process(status.read(first).pid).kill()
    assert eventually(lambda: status.read(first).state == "crashed")
    assert status.read(second).state == "waiting"
    assert [run.name for run in job_queue.turn()] == ["second"]
    assert eventually(lambda: status.read(second).state == "running", 60)
