"""Several workers on the command line: as a setting, and another number of them where a training goes on."""

import pytest

from core.runs import status
from core.runs.store import find_run
from core.training.team import Alone

SMALL = ["--task", "reverse", "--model", "recurrent", "--steps", "3", "--set", "model.width=8", "--set", "training.batch_size=3",
         "--set", "training.evaluate_on=2", "--set", "training.record_every=0"]  # fmt: skip


@pytest.fixture
def attnlab(command_line, tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    return command_line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "training.workers=4"], "workers=4 share the batch_size=3 examples of a step"),
        (["--set", "training.workers=65"], "workers=65 is out of range: it must be at least 1 and at most 64"),
        (["--task", "sentiment", "--set", "training.workers=2"], "unknown setting training.workers"),
    ],
)
def test_what_cannot_be_shared_out_is_one_line_and_exit_code_2(attnlab, options, words):
    code, out, said = attnlab("train", *([] if "--task" in options else SMALL), *options)
    assert code == 2 and words in said and said.count("\n") <= 1 and out == ""


def test_another_number_of_workers_goes_on_and_nothing_else_changes(attnlab, monkeypatch):
    assert attnlab("train", *SMALL, "--name", "own")[0] == 0
    asked = []
    monkeypatch.setattr(
        "core.runs.experiment.gathered", lambda run, size, team, own_code: asked.append(size) or _nobody_else()
    )
    resumed = ["train", "--resume", "--name", "own", "--set"]
    assert attnlab(*resumed, "training.workers=2")[0] == 0 and asked == [2]
    code, _, said = attnlab(*resumed, "training.workers=4")
    assert code == 2 and "workers=4 share the batch_size=3" in said
    code, _, said = attnlab(*resumed, "training.steps=9")
    assert code == 2 and "training.steps cannot change; only training.workers may" in said
    assert find_run("own").config()["training"]["workers"] == 1
    assert status.read(find_run("own")).step == 3


def _nobody_else():
    from contextlib import nullcontext

    return nullcontext(Alone())
