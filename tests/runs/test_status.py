"""The status says what a run does, and sees through processes that died."""

import json
import os
import time

import pytest

from core.runs import status
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
