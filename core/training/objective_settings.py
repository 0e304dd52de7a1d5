"""What is chosen of an objective, what it is made from, and what it promises to go with.

An objective is chosen by its settings (the part `[objective]` of a recipe); before the first step they make the
`Objective` that weighs every batch. What an objective does not honour is refused when the experiment is configured
(`refuse`), never ignored.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from core.data.vocabulary import Vocabulary
from core.errors import SettingError
from core.language import tr
from core.models.seq2seq import Seq2Seq
from core.parallel_model import UPSAMPLED
from core.seeds import Seeds
from core.settings import Settings
from core.tasks.task import AbstractTask
from core.training.evaluation import Evaluator, evaluate
from core.training.objective import Objective
from core.training.settings import TrainingSettings


@runtime_checkable
class Teacher(Protocol):
    """A trained model from which another one may learn."""

    @property
    def model(self) -> Seq2Seq:
        """In evaluation, without gradients."""

    @property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """Of its source and target."""


@dataclass(frozen=True)
class Makings:
    """What an objective may be made from.

    Attributes:
        task: its vocabularies, its text, what counts as the same answer; training: steps, batches, label smoothing.
        seeds: chance is a function of (seed, name, step), as everywhere.
        teacher: the trained model of a run's address; raises RunError where there is none.
        own_code: whether programs that the settings name may be run: only for who started this training themselves.
        width: features of a state of the model, for what is learned from states beside it.
    """

    task: AbstractTask
    training: TrainingSettings
    seeds: Seeds
    teacher: Callable[[str], Teacher]
    own_code: bool = False
    width: int = 0


@dataclass(frozen=True)
class ObjectiveSettings(Settings, ABC):
    """An objective as it is chosen.

    Attributes:
        name: in tables and recipes; summary: one line for menus.
        smooths: whether `training.label_smoothing` is honoured.
        guides: whether guidance of cross-attention may be added: it weighs the target's own positions, in one pass with
            gradients.
        typed: settings that are given on a command line or in a recipe alone; no form offers them.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    smooths: ClassVar[bool] = False
    guides: ClassVar[bool] = False
    typed: ClassVar[tuple[str, ...]] = ()

    @property
    def countings(self) -> tuple[str, ...]:
        """Of parallel models; none for those that write a token after the other."""
        return ()

    def evaluator(self) -> Evaluator:
        """How a model trained so is decoded and scored while it learns."""
        return evaluate

    @abstractmethod
    def make(self, makings: Makings) -> Objective:
        """The objective that weighs batches.

        Raises:
            AttentionLabError: something that it needs is not there.
        """

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """Why it cannot be trained so, and what would work; None where it can."""
        return None


Rule = Callable[[ObjectiveSettings, AbstractTask, Settings, TrainingSettings], str | None]


def _smoothing(
    objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings
) -> str | None:
    if objective.smooths or training.label_smoothing == 0.0:
        return None
    return tr(
        "objective={name} has no smoothed targets, so label_smoothing={label_smoothing:g} would do "
        "nothing: choose label_smoothing=0, or objective=likelihood",
        name=objective.name,
        label_smoothing=training.label_smoothing,
    )


def _guidance(
    objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings
) -> str | None:
    if objective.guides or training.guidance == 0.0:
        return None
    return tr(
        "objective={name} does not weigh the target's positions in one pass, so guidance={guidance:g} "
        "has no diagonal to draw to: choose guidance=0, or objective=likelihood",
        name=objective.name,
        guidance=training.guidance,
    )


def _coverage(
    objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings
) -> str | None:
    if objective.guides or training.coverage == 0.0:
        return None
    return tr(
        "objective={name} does not weigh the target's positions in one pass, so coverage={coverage:g} "
        "has nothing to count: choose coverage=0, or objective=likelihood",
        name=objective.name,
        coverage=training.coverage,
    )


def _own(objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
    return objective.refusal(task, model, training)


def _counting(
    objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings
) -> str | None:
    counting, fits = getattr(model, "counting", None), objective.countings
    if counting in fits or (counting is None and not fits):
        return None
    if counting is None:
        return tr(
            "objective={name} trains a model that writes all places at once, and this one writes a token after the "
            "other: choose model=parallel, or objective=likelihood",
            name=objective.name,
        )
    works = "ctc" if counting == UPSAMPLED else tr("all_places or masked_filling")
    if not fits:
        return tr(
            "objective={name} weighs tokens under a prefix, and model=parallel sees none: choose "
            "objective={works}, or model=transformer",
            name=objective.name,
            works=works,
        )
    return tr(
        ("objective={name} does not go with counting={counting}: choose objective={works}, or counting={fits}"),
        name=objective.name,
        counting=counting,
        works=works,
        fits=tr(" or ").join(fits),
    )


_RULES: tuple[Rule, ...] = (_counting, _smoothing, _guidance, _own)


def refuse(objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings) -> None:
    """Let pass what can be trained.

    Raises:
        SettingError: it cannot; the message says what would work.
    """
    problem = problem_of(objective, task, model, training)
    if problem is not None:
        raise SettingError(problem)


def problem_of(
    objective: ObjectiveSettings, task: AbstractTask, model: Settings, training: TrainingSettings
) -> str | None:
    """Why it cannot be trained so, by the first rule that it breaks; None where it can."""
    return next((problem for rule in _RULES if (problem := rule(objective, task, model, training))), None)
