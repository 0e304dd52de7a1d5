"""Objectives are chosen by name, the likelihood where nothing is said, and what they do not honour is refused."""

from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from core.errors import RunError, SettingError
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.settings import setting
from core.training.likelihood import Likelihood
from core.training.objective_settings import Makings, ObjectiveSettings, Teacher, refuse
from core.training.settings import TrainingSettings

DATA = {"task": {"name": "reverse"}, "model": {"name": "transformer", "width": 16, "heads": 2}}


@dataclass(frozen=True)
class Deaf(ObjectiveSettings):
    """Honours nothing."""

    name: ClassVar[str] = "deaf"
    summary: ClassVar[str] = "honours nothing"

    def make(self, makings):
        return Likelihood()

    def refusal(self, task, model, training):
        return "deaf does not go with reverse: choose copy" if task.name == "reverse" else None


@dataclass(frozen=True)
class Lesson(Likelihood):
    """The likelihood, with what it was made from."""

    teacher: Teacher | None = None
    makings: Makings | None = None


@dataclass(frozen=True)
class Taught(ObjectiveSettings):
    """Learns from the run `teacher`."""

    name: ClassVar[str] = "taught"
    summary: ClassVar[str] = "learns from a run"
    teacher: str = setting("demo/reverse-gru", help="a run")

    def make(self, makings):
        return Lesson(teacher=makings.teacher(self.teacher), makings=makings)


def test_an_objective_is_made_from_the_task_the_training_the_seeds_and_a_trained_run():
    config = replace(ExperimentConfig.from_dict({**DATA, "seed": 7}), objective=Taught())
    made = trainer_of(config, Examples.of(config.task)).objective
    teacher, makings = made.teacher, made.makings
    assert isinstance(teacher, Teacher) and not any(one.requires_grad for one in teacher.model.parameters())
    assert teacher.vocabularies == config.task.vocabularies
    assert (makings.task, makings.training, makings.seeds) == (config.task, config.training, config.seeds)
    with pytest.raises(RunError, match="no run"):
        trainer_of(replace(config, objective=Taught("demo/nobody")), Examples.of(config.task))


def test_where_nothing_is_said_the_likelihood_is_minimized_as_ever():
    config = ExperimentConfig.from_dict({**DATA, "training": {"label_smoothing": 0.1, "smoothing_kind": "others"}})
    assert config.objective.name == "likelihood"
    assert trainer_of(config, Examples.of(config.task)).objective == Likelihood(0.1, "others")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"objective": {"name": "liklihood"}}, "there is no objective 'liklihood' \\(did you mean likelihood\\?\\)"),
        ({"objective": {"smoothing": 0.1}}, "unknown setting objective.smoothing"),
        ({"objective": 3}, "the part objective is 3"),
        ({"objektive": {}}, "unknown part objektive \\(did you mean objective\\?\\)"),
    ],
)
def test_an_objective_that_is_not_there_is_named_with_what_is(data, words):
    with pytest.raises(SettingError, match=words):
        ExperimentConfig.from_dict({**DATA, **data})


def test_an_assignment_chooses_the_objective():
    config = ExperimentConfig.from_dict(DATA)
    assert config.changed({"objective.name": "likelihood"}) == config
    with pytest.raises(SettingError, match="there is no objective 'none'"):
        config.changed({"objective.name": "none"})
    with pytest.raises(SettingError, match=r"write task.NAME, model.NAME, objective.NAME"):
        config.changed({"model.name": "recurrent"})


@pytest.mark.parametrize(
    ("training", "words"),
    [
        ({"label_smoothing": 0.1}, "objective=deaf has no smoothed targets, so label_smoothing=0.1 would do nothing"),
        ({"guidance": 5.0}, "so guidance=5 has no diagonal to draw to: choose guidance=0"),
        ({}, "deaf does not go with reverse: choose copy"),
    ],
)
def test_what_an_objective_does_not_honour_is_refused_with_what_would_work(training, words):
    config = ExperimentConfig.from_dict(DATA)
    with pytest.raises(SettingError, match=words):
        refuse(Deaf(), config.task, config.model, TrainingSettings(**training))
    with pytest.raises(SettingError, match=words):
        ExperimentConfig(config.task, config.model, TrainingSettings(**training), 1, Deaf())
