"""Trainings on a Ray cluster of several nodes: spread, asked, moved off a dead node to the bit, and carried without a shared disk."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import torch

from core.errors import RunError
from core.runs import checkpoint, controls, job_queue, jobs, journal, ray_connection, snapshots, status
from core.runs.backend import CLUSTER, chosen
from core.runs.config import ExperimentConfig
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.storage import STORAGE
from core.training.events import StepDone
from tests.faults.nodes import ROOT, Nodes
from tests.runs.made import eventually, python

STEPS, SAVED = 1200, 100
SMALL = {
    "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 4}, "model": {"name": "recurrent", "width": 16},
    "training": {
        "steps": STEPS, "batch_size": 4, "evaluate_every": 600, "evaluate_on": 4, "record_every": 50, "checkpoint_every": SAVED,
    },
}  # fmt: skip
PATIENCE = 120.0  # seconds; a node imports torch, and all of them share this machine


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """Two nodes with a place each, under a head with none."""
    made = Nodes()
    try:
        made.add(1)
        made.add(1)
        made.ready()
        yield made
    finally:
        ray_connection.connection(made.address).close()
        made.close()


@pytest.fixture
def backend(nodes: Nodes, home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(CLUSTER, nodes.address)
    made = chosen()
    made.prepare()
    assert eventually(lambda: made.places() == 2, PATIENCE)
    return made


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Iterator[dict[str, torch.Tensor]]:
    """Weights of a training that nothing happened to, by a process of this computer."""
    home = tmp_path_factory.mktemp("reference")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(home))
        run = a_training("reference")
    command = [sys.executable, "-P", "-m", "core.runs.worker", str(run.path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ATTNLAB_HOME": str(home), CLUSTER: ""}
    subprocess.run(command, env=environment, check=True, timeout=PATIENCE)
    return checkpoint.load(run, STEPS).model


def a_training(name: str, steps: int = STEPS) -> RunFolder:
    return create(name, ExperimentConfig.from_dict({**SMALL, "training": {**SMALL["training"], "steps": steps}}))


def state(run: RunFolder) -> str:
    return status.read(run).state


def comes_to(run: RunFolder, *states: str) -> bool:
    return eventually(lambda: state(run) in states, PATIENCE)


def comes_past(run: RunFolder, step: int) -> bool:
    return eventually(lambda: status.read(run).step > step, PATIENCE)


def same(run: RunFolder, weights: dict[str, torch.Tensor]) -> bool:
    found = checkpoint.load(run, STEPS).model
    return found.keys() == weights.keys() and all(torch.equal(found[name], weights[name]) for name in weights)


def steps_of(run: RunFolder) -> list[int]:
    return [event.step for event in journal.rewind(journal.read(run)[0]) if isinstance(event, StepDone)]


def test_trainings_are_spread_asked_and_as_many_as_there_are_places(nodes, backend, uninterrupted):
    long, short, third = a_training("long", 10**6), a_training("short"), a_training("third", 10**6)
    for run in (long, short, third):
        job_queue.submit(run, "class")
    assert state(third) == "waiting" and job_queue.place(third) == 0
    assert comes_past(long, 0) and comes_past(short, SAVED)
    assert status.read(long).node != status.read(short).node, "a node each"
    controls.send(short, "stop")
    assert comes_to(short, "stopped")
    stopped = status.read(short).step
    assert stopped < STEPS and checkpoint.steps(short)[-1] == stopped
    assert eventually(lambda: bool(job_queue.turn()) or state(third) != "waiting", PATIENCE), "its place is free"
    controls.send(long, "pause")
    assert comes_to(long, "paused")
    controls.send(long, "continue")
    assert comes_to(long, "running") and comes_past(third, 0) and snapshots.steps(long)
    chosen().kill(long)
    assert state(long) == "stopped" and not long.locked
    job_queue.submit(short, "class")
    assert comes_to(short, "done") and same(short, uninterrupted), "resumed on a node, to the bit"
    job_queue.cancel(third)
    assert comes_to(third, "stopped")


def test_a_training_outlives_its_server_and_the_next_one_finds_it(nodes, backend):
    run = a_training("orphan", 10**6)
    server = python(
        "import sys, time; from core.runs import job_queue, store; job_queue.submit(store.open_run(sys.argv[1]), 'class')\n"
        "print('started', flush=True); time.sleep(600)", str(run.path))  # fmt: skip
    assert server.stdout.readline() == "started\n"
    server.kill()
    server.communicate()
    assert comes_past(run, 0)
    seen = status.read(run).step
    assert comes_past(run, seen) and backend.lives(status.read(run))
    with pytest.raises(RunError, match="is being trained"):
        job_queue.submit(run, "class")
    controls.send(run, "stop")
    assert comes_to(run, "stopped")


def test_a_training_whose_node_dies_goes_on_elsewhere_to_the_bit(nodes, backend, uninterrupted):
    run = a_training("moved")
    backend.start(run, job_queue.usual())
    assert comes_past(run, SAVED)
    before = status.read(run)
    victim = next(number for number in (1, 2) if before.pid in nodes.processes(number))
    nodes.kill(victim)
    nodes.add(1)
    assert not psutil.pid_exists(before.pid)
    assert comes_to(run, "done")
    after = status.read(run)
    assert after.node != before.node
    assert "goes on here, from its last checkpoint" in (run.path / "log.txt").read_text()
    assert steps_of(run) == list(range(1, STEPS + 1)) and same(run, uninterrupted)


def test_a_run_is_carried_to_storage_and_on_by_another_process_to_the_bit(
    nodes, home, tmp_path, monkeypatch, uninterrupted
):
    monkeypatch.setenv(CLUSTER, nodes.address)
    monkeypatch.setenv(STORAGE, (tmp_path / "bucket").as_uri())
    run = a_training("carried")
    chosen().start(run, job_queue.usual())
    assert comes_past(run, SAVED)
    controls.send(run, "pause")
    assert comes_to(run, "paused") and status.read(run).step < STEPS
    worker = psutil.Process(status.read(run).pid)
    opened = [Path(file.path) for file in worker.open_files()]
    assert not any(path.is_relative_to(home) for path in opened), "the node has a folder of its own"
    assert any(path.name == "events.jsonl" for path in opened)
    worker.kill()
    assert comes_to(run, "done"), "another process begins with what is stored"
    assert status.read(run).pid != worker.pid
    assert steps_of(run) == list(range(1, STEPS + 1)) and same(run, uninterrupted)
    assert [*snapshots.steps(run)][-1] == STEPS and jobs.tail_log(run)


def test_a_team_is_placed_and_put_together_again_when_a_member_dies(nodes, backend):
    training = {**SMALL["training"], "workers": 2, "steps": 400}
    run = create("team", ExperimentConfig.from_dict({**SMALL, "training": training}))
    backend.start(run, job_queue.usual())
    assert comes_past(run, SAVED)
    led = status.read(run)
    places = [place for place in (nodes.members(number) for number in nodes.alive()) if place]
    assert len(places) == 2, "a node each"
    member = next(pid for place in places for pid in place if pid != led.pid)
    os.kill(member, signal.SIGKILL)
    assert eventually(lambda: status.read(run).pid not in (led.pid, 0) and state(run) == "running", PATIENCE)
    assert comes_to(run, "done")
    assert steps_of(run) == list(range(1, 401))
