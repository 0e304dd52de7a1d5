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
from plotly.graph_objects import Figure
from streamlit.testing.v1 import AppTest

from core import devices
from core.errors import InputError, MissingExtra, RunError
from core.language import speaking, tr
from core.runs import checkpoint, controls, job_queue, jobs, journal, snapshots, status
from core.runs.backend import CLUSTER, chosen
from core.runs.cluster import connection as ray_connection
from core.runs.cluster import ray_backend as cluster
from core.runs.cluster.storage import STORAGE
from core.runs.config import ExperimentConfig
from core.runs.experiment import create
from core.runs.folder import RunFolder
from core.runs.store import find_run
from core.training.events import StepDone
from tests.faults.nodes import ROOT, Nodes, free_ports
from tests.runs.made import eventually, python

STEPS, SAVED = 1200, 100
SMALL = {
    "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 4}, "model": {"name": "recurrent", "width": 16},
    "training": {
        "steps": STEPS, "batch_size": 4, "evaluate_every": 600, "evaluate_on": 4, "record_every": 50, "checkpoint_every": SAVED,
    },
}  # fmt: skip
PATIENCE = 240.0  # seconds; a process imports torch before its first word, and all of them share this machine


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
    assert eventually(lambda: places(made) == 2, PATIENCE)
    return made


def places(backend) -> int:
    """0 while nodes are on their way."""
    try:
        return backend.places()
    except RunError:
        return 0


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> dict[str, torch.Tensor]:
    return trained_here(tmp_path_factory.mktemp("reference"))


def trained_here(home: Path, **training: int) -> dict[str, torch.Tensor]:
    """Weights of a training that nothing happened to, by a process of this computer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTNLAB_HOME", str(home))
        run = a_training("reference", **training)
    command = [sys.executable, "-P", "-m", "core.runs.worker", str(run.path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ATTNLAB_HOME": str(home), CLUSTER: ""}
    subprocess.run(command, env=environment, check=True, timeout=2 * PATIENCE)
    return checkpoint.load(run).model


def a_training(name: str, **training: int) -> RunFolder:
    return create(name, ExperimentConfig.from_dict({**SMALL, "training": {**SMALL["training"], **training}}))


def state(run: RunFolder) -> str:
    return status.read(run).state


def comes_to(run: RunFolder, *states: str) -> bool:
    return eventually(lambda: state(run) in states, PATIENCE)


def comes_past(run: RunFolder, step: int) -> bool:
    return eventually(lambda: status.read(run).step > step, PATIENCE)


def same(run: RunFolder, weights: dict[str, torch.Tensor]) -> bool:
    found = checkpoint.load(run).model
    return found.keys() == weights.keys() and all(torch.equal(found[name], weights[name]) for name in weights)


def steps_of(run: RunFolder) -> list[int]:
    return [event.step for event in journal.rewind(journal.read(run)[0]) if isinstance(event, StepDone)]


def test_trainings_are_spread_asked_and_as_many_as_there_are_places(nodes, backend, uninterrupted):
    long, short, third = a_training("long", steps=10**6), a_training("short"), a_training("third", steps=10**6)
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
    with speaking("zh"):
        chosen().kill(long)
        assert status.read(long).reason == tr("ended at once, on request") != "ended at once, on request"
    assert state(long) == "stopped" and not long.locked
    job_queue.submit(short, "class")
    assert comes_to(short, "done") and same(short, uninterrupted), "resumed on a node, to the bit"
    job_queue.cancel(third)
    assert comes_to(third, "stopped")


def test_a_training_outlives_its_server_and_the_next_one_finds_it(nodes, backend):
    run = a_training("orphan", steps=10**6)
    server = python(
        "import sys, time; from core.runs import job_queue, store; job_queue.submit(store.open_run(sys.argv[1]), 'class')\n"
        "print('started', flush=True); time.sleep(600)", str(run.path))  # fmt: skip
    assert server.stdout.readline() == "started\n"
    server.kill()
    server.communicate()
    assert comes_past(run, 0)
    seen = status.read(run).step
    assert comes_past(run, seen) and status.read(run).alive
    with pytest.raises(RunError, match="is being trained"):
        job_queue.submit(run, "class")
    controls.send(run, "stop")
    assert comes_to(run, "stopped")


def test_a_training_whose_node_dies_goes_on_elsewhere_to_the_bit(nodes, backend, uninterrupted):
    run = a_training("moved")
    with speaking("zh"):
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
    with speaking("zh"):  # as whoever asked for it
        words = tr("its process on node {node} is lost; it goes on here, from its last checkpoint", node=before.node)
    assert words in (run.path / "log.txt").read_text(encoding="utf-8")
    assert steps_of(run) == list(range(1, STEPS + 1)) and same(run, uninterrupted)


def shown(at: AppTest) -> str:
    """What stands over the run that a page watches, drawn anew."""
    at.run()
    assert not at.exception, at.exception[0].message
    return str(at.get("progress")[0].proto.text)


def test_a_training_begun_on_a_page_is_followed_and_asked_there(nodes, backend, monkeypatch):
    monkeypatch.setattr("core.runs.attending.attend", lambda: None)  # it would go on when this home is gone
    curves: dict[str, Figure] = {}
    monkeypatch.setattr(
        "dashboard.components.run_view.live_figure", lambda figure, key, **how: curves.update({key: figure})
    )
    at = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=PATIENCE).run()
    at.switch_page("views/train.py").run()
    next(one for one in at.number_input if one.label == "steps").set_value(100_000)
    at.text_input(key="name").set_value("paged")
    at.button(key="train").click().run()
    run = find_run("paged")
    assert comes_past(run, 0) and "**paged** · running · step " in shown(at)
    now, drawn = status.read(run), max(curves["loss"].data[0].x)
    assert now.node and any(now.pid in nodes.processes(number) for number in nodes.alive()), "a process of a node"
    assert comes_past(run, drawn) and "running" in shown(at) and max(curves["loss"].data[0].x) > drawn > 0
    at.button(key="pause").click().run()
    assert comes_to(run, "paused") and "**paged** · paused · step " in shown(at)
    paused = status.read(run)
    assert at.button(key="pause").label == "Continue" and paused.node == now.node
    at.button(key="pause").click().run()
    assert comes_past(run, paused.step) and "running" in shown(at) and at.button(key="pause").label == "Pause"
    at.button(key="stop").click().run()
    assert comes_to(run, "stopped") and "**paged** · stopped · step " in shown(at)
    assert [one.key for one in at.button if one.key in ("pause", "stop", "resume")] == ["resume"]
    assert checkpoint.steps(run)[-1] == status.read(run).step


def test_a_run_is_carried_to_storage_and_on_by_another_process_to_the_bit(
    nodes, backend, home, tmp_path, monkeypatch, uninterrupted
):
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


@pytest.mark.slow
def test_a_team_is_placed_and_put_together_again_when_a_member_dies_to_the_bit(nodes, backend, tmp_path):
    training = {"workers": 2, "steps": 600}
    run = a_training("team", **training)
    backend.start(run, job_queue.usual())
    assert comes_past(run, SAVED)
    controls.send(run, "pause")
    assert comes_to(run, "paused")
    led = status.read(run)
    places = [found for found in (nodes.members(number) for number in nodes.alive()) if found]
    assert [len(found) for found in places] == [1, 1], "a node each"
    (member,) = {pid for found in places for pid in found} - {led.pid}
    os.kill(member, signal.SIGKILL)
    assert comes_to(run, "done")
    assert status.read(run).pid != led.pid
    assert steps_of(run) == list(range(1, 601)) and same(run, trained_here(tmp_path / "alone", **training))


def test_what_is_wrong_with_a_cluster_is_one_sentence(nodes, backend, monkeypatch):
    for address in ("head:6379", "ray://", "ray://head:x", "http://head:10001"):
        with pytest.raises(InputError, match="is no address of a cluster; use ray://HOST:10001"):
            cluster.check(address)
    run = a_training("crowd", workers=3)
    with pytest.raises(RunError, match=r"training\.workers=3, and the cluster has 2 places"):
        backend.start(run, job_queue.usual())
    monkeypatch.setenv(devices.VARIABLE, "cuda")
    with pytest.raises(RunError, match="has no free place: no node of it has a GPU to give"):
        backend.start(run, job_queue.usual())
    monkeypatch.delenv(devices.VARIABLE)
    monkeypatch.setattr(backend, "_line", ray_connection.Connection(nodes.address))
    backend._line._seen, backend._line._at = ray_connection.Seen(), float("inf")
    backend._line._looked.set()
    monkeypatch.setattr(backend._line, "watch", lambda: None)
    with pytest.raises(RunError, match="has no free place: no node of it has a CPU to give"):
        backend.start(run, job_queue.usual())
    assert state(run) == "new"
    ray_connection.connection(nodes.address).close()  # a process is a client of one cluster
    answer = r"no cluster answers at ray://127\.0\.0\.1:\d+ .*start one there with `ray start --head`"
    with pytest.raises(RunError, match=answer):
        cluster.check(f"ray://127.0.0.1:{free_ports(1)[0]}")


def test_another_ray_is_refused(nodes):
    other = python(
        "import sys, ray; ray.__version__ = '1.2.3'\n"
        "from core.errors import RunError; from core.runs.cluster import ray_backend as cluster\n"
        "try: cluster.check(sys.argv[1])\n"
        "except RunError as error: print(error)", nodes.address)  # fmt: skip
    said, _ = other.communicate(timeout=PATIENCE)
    assert "it is another Ray or Python than here" in said and "1.2.3" in said and said.count("\n") == 1


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"attention-lab\[cluster\]"):
        cluster.check("ray://127.0.0.1:1")
