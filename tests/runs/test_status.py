"""The status says what a run does, and sees through processes that died."""

import json
import os
import threading
import time

import pytest

from core.errors import RunError
from core.runs import status
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from tests.runs.made import a_run, eventually, python


def written(run) -> dict:
    return json.loads((run.path / "status.json").read_text())


def test_a_status_comes_back_as_it_was_written():
    run = a_run()
    status.write(run, "running", step=40, steps=500)
    now = status.read(run)
    assert (now.state, now.step, now.steps, now.pid, now.alive) == ("running", 40, 500, os.getpid(), True)
    status.write(run, "failed", step=41, steps=500, reason="the loss is not finite")
    assert status.read(run).reason == "the loss is not finite" and not status.read(run).alive


def test_a_dead_process_reads_as_crashed():
    run = a_run()
    process = python("input()")
    status.write(run, "running", step=7, steps=9, pid=process.pid)
    assert status.read(run).state == "running"
    process.kill()
    assert eventually(lambda: status.read(run).state == "crashed", 5), "a zombie is dead"
    process.communicate()
    now = status.read(run)
    assert now.state == "crashed" and now.step == 7 and "resume" in now.reason


def test_a_reused_process_number_is_another_process():
    run = a_run()
    status.write(run, "running", step=7, steps=9)
    value = written(run) | {"process_started": time.time() - 86_400}
    (run.path / "status.json").write_text(json.dumps(value))
    assert status.read(run).state == "crashed"


def test_on_another_computer_only_the_heartbeat_counts():
    for age, state in ((5, "running"), (60, "crashed")):
        run = a_run(state)
        status.write(run, "running", step=7, steps=9)
        away = written(run) | {"host": "elsewhere", "pid": 1}
        (run.path / "status.json").write_text(json.dumps(away | {"heartbeat": time.time() - age}))
        assert status.read(run).state == state


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"state": "flying"}',
        '{"state": "running", "step": "x"}',
        '{"state": "done", "heartbeat": NaN}',
        "\ufeff{}",
        "[" * 100_000,
    ],
)
def test_an_edited_status_is_a_crash_with_a_reason_not_an_exception(text):
    run = a_run()
    (run.path / "status.json").write_text(text, encoding="utf-8")
    now = status.read(run)
    assert now.state == "crashed" and "status.json" in now.reason


def test_a_heartbeat_is_written_now_and_then_and_at_every_change():
    run = a_run()
    heart = status.Heartbeat(run, 500, every=60.0)
    heart.beat(1)
    heart.beat(2)
    assert status.read(run).step == 1
    heart.beat(3, "paused")
    assert (status.read(run).step, status.read(run).state) == (3, "paused")


def beats(run) -> bool:
    """Whether a heartbeat comes, whatever the loop is at."""
    before = status.read(run).heartbeat
    return eventually(lambda: status.read(run).heartbeat > before, 20)


def test_a_training_at_something_long_goes_on_beating_until_its_block_ends(monkeypatch):
    monkeypatch.setattr(status, "_STILL", 0.02)
    run = a_run()
    with status.Heartbeat(run, 500, every=0.0) as heart:
        heart.beat(7, "starting", "the data are read")
        assert beats(run), "an evaluation, a checkpoint, data"
        now = status.read(run)
        assert (now.state, now.step, now.steps, now.reason) == ("starting", 7, 500, "the data are read")
        heart.beat(8)
        assert beats(run) and status.read(run).step == 8
        heart.beat(9, "done")
        last = status.read(run)
        heart._thread.join(0.2)
        assert status.read(run) == last, "the last word is said once"
    assert not heart._thread.is_alive()


def test_a_disk_that_refuses_for_a_moment_ends_no_heartbeat(monkeypatch):
    monkeypatch.setattr(status, "_STILL", 0.02)
    run, put = a_run(), status.put
    refused = threading.Event()

    def refuse(*_: object) -> None:
        refused.set()
        raise RunError("the disk is full")

    with status.Heartbeat(run, 500, every=0.0) as heart:
        heart.beat(7)
        monkeypatch.setattr(status, "put", refuse)
        assert refused.wait(20)
        monkeypatch.setattr(status, "put", put)
        assert beats(run)


def test_a_training_beats_also_while_it_makes_no_step(monkeypatch):
    monkeypatch.setattr(status, "_STILL", 0.02)
    small = {"task": {"name": "reverse"}, "model": {"name": "transformer", "layers": 1, "heads": 1, "width": 8}}
    run = create(
        "slow", ExperimentConfig.from_dict({**small, "training": {"steps": 1, "batch_size": 2, "evaluate_on": 2}})
    )
    events = run_experiment(run)
    next(events)
    assert beats(run), "whoever takes its events is at something long"
    events.close()
