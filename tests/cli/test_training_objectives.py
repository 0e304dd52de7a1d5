"""Objectives on the command line: chosen, set, kept in the run and its recipe, and refused in one line."""

import json

import pytest

from core.runs.store import find_run

SMALL = ["--task", "reverse", "--model", "recurrent", "--steps", "3", "--set", "model.width=8", "--set",
         "training.evaluate_on=2", "--set", "training.record_every=0"]  # fmt: skip


@pytest.fixture
def attnlab(command_line, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    return command_line


def test_an_objective_is_chosen_set_and_kept(attnlab):
    code, _, said = attnlab(
        "train", *SMALL, "--name", "own", "--objective", "scheduled_sampling", "--set", "objective.half=5"
    )
    assert code == 0, said
    kept = find_run("own").config()["objective"]
    assert kept["name"] == "scheduled_sampling" and kept["half"] == 5 and kept["schedule"] == "linear"
    code, out, _ = attnlab("runs", "show", "own")
    assert code == 0 and "objective.half" in out
    events = (find_run("own").path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    steps = [json.loads(line) for line in events if json.loads(line)["kind"] == "step"]
    assert len(steps) == 3 and all(list(step["terms"]) == ["mixed_likelihood"] for step in steps)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--objective", "sheduled_sampling"], "there is no objective 'sheduled_sampling' (did you mean scheduled_sampling?)"),
        (["--set", "objective.half=5"], "unknown setting objective.half; known here: none"),
        (["--objective", "scheduled_sampling", "--set", "objective.half=0"], "half=0 is out of range"),
        (["--objective", "scheduled_sampling", "--set", "objective.schedule=lineer"], "did you mean linear"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_exit_code_2(attnlab, options, words):
    code, out, said = attnlab("train", *SMALL, *options)
    assert code == 2 and words in said and said.count("\n") <= 1 and out == ""
