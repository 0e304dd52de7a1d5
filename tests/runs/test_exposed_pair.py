"""Two trainings from one seed: alike in all but the prefix, each the one it would have been alone."""

import pytest
import torch

from core.errors import InputError, RunError, SettingError
from core.runs import exposed_pair
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import create, run_experiment, trainer_of
from core.runs.exposed_pair import FORCED, SAMPLED, ExposedPair, pair_config
from core.runs.trained import load
from core.runs.wrong_word import aftermaths, comparable, continued, writable
from core.seeds import Seeds


@pytest.fixture(autouse=True)
def few(monkeypatch, tmp_path):
    monkeypatch.setattr(exposed_pair, "_MEASURED", 6)
    monkeypatch.setenv("ATTNLAB_HOME", str(tmp_path))


def weights(pair: ExposedPair, name: str) -> list[torch.Tensor]:
    return list(pair.sides[name].model.state_dict().values())


@pytest.mark.parametrize("model", exposed_pair.PAIR_MODELS)
def test_each_is_the_training_it_would_have_been_alone(model):
    config = pair_config(model, 3, half=2, steps=7)
    pair = ExposedPair(config, every=3)
    assert all(torch.equal(one, other) for one, other in zip(weights(pair, FORCED), weights(pair, SAMPLED)))
    pair.go_on()
    assert pair.done and pair.step == 7
    for name, one in ((FORCED, config.changed({"objective.name": "likelihood"})), (SAMPLED, config)):
        trainer = trainer_of(one, Examples.of(one.task))
        list(trainer.events())
        alone = trainer.model.state_dict().values()
        assert all(torch.equal(one, other) for one, other in zip(alone, weights(pair, name)))
        assert [look.step for look in pair.sides[name].looks] == [0, 3, 6, 7]
        assert all(look.exposure.items == 6 for look in pair.sides[name].looks)
    assert any(not torch.equal(one, other) for one, other in zip(weights(pair, FORCED), weights(pair, SAMPLED)))


def test_another_objective_has_nothing_to_be_compared_with():
    config = pair_config("recurrent", 1).changed({"objective.name": "likelihood"})
    with pytest.raises(SettingError, match="objective=likelihood is compared with nothing here"):
        ExposedPair(config)


# ---------------------------------------------------------------- a wrong word
@pytest.fixture
def pair() -> ExposedPair:
    return ExposedPair(pair_config("recurrent", 3, half=2, steps=2))


def test_the_rest_is_written_to_the_end_by_each_model(pair):
    models, task = {name: side.model for name, side in pair.sides.items()}, pair.config.task
    example = pair.sides[FORCED].measured[0]
    found = continued(models, task.vocabularies, example, 27, "h" if example.target[27] != "h" else "a")
    assert list(found) == [FORCED, SAMPLED]
    assert all(len(one.hurt) == len(one.whole) == 3 for one in found.values())  # two places and the end
    same = continued(models, task.vocabularies, example, 27, example.target[27])
    assert all(one.hurt == one.whole for one in same.values())  # the right word is no wrong word


def test_what_cannot_be_put_there_is_said(pair):
    models, task = {FORCED: pair.sides[FORCED].model}, pair.config.task
    example = pair.sides[FORCED].measured[0]
    with pytest.raises(InputError, match="place 31 is not in this target of 30 tokens"):
        continued(models, task.vocabularies, example, 30, "a")
    with pytest.raises(InputError, match="'Ω' is no token of this task; it has, for example: a b c"):
        continued(models, task.vocabularies, example, 3, "Ω")
    with pytest.raises(InputError, match="no held-out target has a place 31"):
        aftermaths(models, task.vocabularies, [example], 30, Seeds(1))


def test_many_sentences_get_the_same_wrong_words_for_every_model(pair):
    models, task = {name: side.model for name, side in pair.sides.items()}, pair.config.task
    twice = {"one": models[FORCED], "other": models[FORCED]}
    found = aftermaths(twice, task.vocabularies, pair.sides[FORCED].measured, 24, Seeds(1))
    assert found["one"] == found["other"] and len(found["one"].hurt) == len(found["one"].whole) == 6
    assert [task.vocabularies[1].tokens[number] for number in writable(task.vocabularies[1])] == list("abcdefgh")


def test_runs_of_different_tasks_are_not_compared():
    for name, states in (("eight", 8), ("four", 4)):
        config = ExperimentConfig.from_dict({
            "task": {"name": "state", "states": states}, "model": {"name": "recurrent", "width": 8},
            "training": {"steps": 1, "batch_size": 2, "evaluate_on": 1, "record_every": 0},
        })  # fmt: skip
        list(run_experiment(create(name, config)))
    comparable(load("eight"), load("eight"))
    with pytest.raises(RunError, match="eight and four were trained on different tasks or settings of a task"):
        comparable(load("eight"), load("four"))
