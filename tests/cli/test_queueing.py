"""The line of trainings from the command line: what it says, what it takes out; and what the app is told of limits."""

import json
import os

import pytest

from core.runs import job_queue, status, tickets
from tests.runs.made import a_run
from tests.runs.stands import Stand, set_state


@pytest.fixture(autouse=True)
def stand(tmp_path, monkeypatch) -> Stand:
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    one = Stand(room=1)
    monkeypatch.setattr("core.runs.job_queue.chosen", lambda: one)
    monkeypatch.setattr("core.runs.backend.chosen", lambda: one)
    return one


def test_an_empty_line_says_so(command_line):
    assert command_line("queue", "list")[:2] == (0, "at most 1 at once\nnothing runs and nothing waits\n")


def test_the_line_is_listed_and_a_run_taken_out(command_line):
    for name in ("first", "second", "third"):
        job_queue.submit(a_run(name), "ann")
    torn = tickets.place_of(99, "waiting")
    torn.write_text("{")
    code, out, _ = command_line("queue", "list")
    lines = out.splitlines()
    assert code == 0 and lines[0] == "at most 1 at once"
    assert [line.split()[:3] for line in lines[2:5]] == [
        ["first", "ann", "starting"], ["second", "ann", "waiting"], ["third", "ann", "waiting"],
    ]  # fmt: skip
    assert lines[4].endswith("1 before it") and str(torn) in lines[5]
    code, out, _ = command_line("queue", "cancel", "second")
    assert (code, out) == (0, "second is stopped\n")
    told = json.loads(command_line("queue", "list", "--json")[1])
    assert told["places"] == 1 and [(one["run"], one["before"]) for one in told["trainings"]] == [
        ("first", None),
        ("third", 0),
    ]
    assert len(told["problems"]) == 1


def test_what_trains_is_asked(command_line):
    run = a_run()
    job_queue.submit(run, "ann")
    set_state(run, "running")
    assert json.loads(command_line("queue", "cancel", "first", "--json")[1]) == {"run": "first", "state": "running"}
    assert command_line("queue", "cancel", "first")[1] == "first was asked to stop after its step\n"
    assert status.read(run).state == "running"


def test_a_run_that_is_none_or_shipped_is_refused(command_line):
    assert command_line("queue", "cancel", "nobody")[0] == 2
    code, _, err = command_line("queue", "cancel", "demo/dates-gru")
    assert code == 2 and "shipped" in err


def test_the_app_is_told_its_limits(command_line, monkeypatch):
    told: list[dict[str, str]] = []
    monkeypatch.setattr("subprocess.call", lambda command, env: told.append(env) or 0)
    assert command_line("app", "--trainings", "3", "--memory-limit", "700", "--time-limit", "2.5")[0] == 0
    assert [told[0][f"ATTNLAB_{name}"] for name in ("TRAININGS", "MEMORY_LIMIT", "TIME_LIMIT")] == ["3", "700", "2.5"]
    command_line("app")
    assert {name for name in told[1] if name.endswith("_LIMIT")} == {
        name for name in os.environ if name.endswith("_LIMIT")
    }
    code, _, err = command_line("app", "--time-limit", "0")
    assert code == 2 and "minutes=0 is out of range" in err and len(told) == 2
    assert command_line("app", "--trainings", "0")[0] == 2
