"""Fine-tuning: a run begins with the weights of another, says so in its configuration, and is refused where they do not fit."""

import pytest
import torch

from core.errors import RunError, SettingError
from core.runs import store
from core.runs.beginning import fine_tuning
from core.runs.config import ExperimentConfig
from core.runs.experiment import create, run_experiment
from core.runs.trained import load

SMALL = {
    "task": {"name": "reverse", "alphabet": 8, "shortest": 2, "longest": 4}, "model": {"name": "recurrent", "width": 16},
    "training": {"steps": 3, "batch_size": 4, "evaluate_every": 9, "evaluate_on": 4, "record_every": 0},
}  # fmt: skip


@pytest.fixture(autouse=True)
def first(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))
    list(run_experiment(create("first", ExperimentConfig.from_dict(SMALL))))


def weights(name: str) -> dict[str, torch.Tensor]:
    return load(name).model.state_dict()


def same(one: dict, other: dict) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_it_begins_with_the_weights_of_the_other_and_its_configuration_says_so():
    still = fine_tuning(load("first")).changed({"training.learning_rate": 1e-30, "training.steps": 1})
    run = create("second", still)
    list(run_experiment(run))
    assert same(weights("second"), weights("first"))
    assert run.config()["training"]["from_run"] == "first"
    list(run_experiment(create("other", still.changed({"training.learning_rate": 0.01}))))
    assert not same(weights("other"), weights("first"))


def test_once_begun_it_goes_on_from_its_own_checkpoint_even_where_the_other_is_gone():
    run = create("second", fine_tuning(load("first")).changed({"training.steps": 4, "training.checkpoint_every": 1}))
    for event in run_experiment(run):
        if event.kind == "step" and event.step == 2:
            break
    store.delete(store.find_run("first"))
    assert list(run_experiment(run))[-1].reason == "done"
    with pytest.raises(RunError, match="there is no run 'first'"):
        create("third", ExperimentConfig.from_dict(SMALL).changed({"training.from_run": "first"}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model.width": 32}, r"from_run=first is of another model: set model.width=16 as it has"),
        ({"model.cell": "lstm"}, r"set model.cell=gru as it has"),
        (
            {"task.alphabet": 9},
            r"from_run=first has another source vocabulary \(14 tokens, here 15; it does not know i\)",
        ),
    ],
)
def test_another_model_or_vocabulary_is_refused_before_a_run_is_made(change, words):
    with pytest.raises(SettingError, match=words):
        create("second", fine_tuning(load("first")).changed(change))
    assert [run.name for run in store.list_runs(include_demo=False)] == ["first"]


def test_dropout_may_differ():
    assert (
        create("second", fine_tuning(load("first")).changed({"model.dropout": 0.3})).config()["model"]["dropout"] == 0.3
    )
