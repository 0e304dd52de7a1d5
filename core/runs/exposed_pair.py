"""Two trainings from one seed, with the right prefix and with some of the model's own tokens in it, a step of each in turn.

Both begin with the same weights, see the same examples in the same order and draw the same dropout. While they learn, both
are measured on the same held-out examples, under the right prefix and running free.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter

from core.data.batch import Example
from core.errors import SettingError
from core.language import mark, tr
from core.metrics.exposure import Exposure
from core.models.seq2seq import Seq2Seq
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.task import AbstractTask, held_out
from core.training.events import StepDone, TrainEvent
from core.training.exposing import exposed
from core.training.loop import Trainer
from core.training.objectives import TeacherForcing
from core.training.scheduled_sampling import ScheduledSampling

FORCED, SAMPLED = mark("teacher forcing"), mark("scheduled sampling")
PAIR_MODELS = {
    "recurrent": {"width": 48, "score": "general"},
    "transformer": {"layers": 1, "heads": 2, "width": 32, "positions": "learned", "longest": 64},
}
STEPS, HALF = 300, 50
_PROCEDURES = {"recurrent": {"procedure": "sequential"}, "transformer": {"procedure": "parallel", "passes": 2}}
_TRAINING = {"batch_size": 32, "learning_rate": 3e-3, "warmup": 30, "evaluate_on": 1, "record_every": 0}
_MEASURED = 64  # held-out examples


def pair_config(
    model: str, seed: int, *, schedule: str = "linear", half: int = HALF, steps: int = STEPS
) -> ExperimentConfig:
    """What a pair is trained with where nobody says otherwise: small enough to be watched.

    Args:
        model: of PAIR_MODELS; schedule, half: of the sampled one; steps: of each.
    """
    return ExperimentConfig.from_dict({
        "task": {"name": "state"}, "model": {"name": model, **PAIR_MODELS[model]},
        "objective": {"name": ScheduledSampling.name, "schedule": schedule, "half": half, **_PROCEDURES[model]},
        "training": {**_TRAINING, "steps": steps, "evaluate_every": steps}, "seed": seed,
    })  # fmt: skip


@dataclass(frozen=True)
class Look:
    """A training looked at between two steps.

    Attributes:
        step: steps done; exposure: on held-out examples.
    """

    step: int
    exposure: Exposure


@dataclass
class Side:
    """One of the two trainings; looks: so far, in order."""

    trainer: Trainer
    task: AbstractTask
    measured: list[Example] = field(repr=False)
    looks: list[Look] = field(default_factory=list)

    @property
    def model(self) -> Seq2Seq:
        """What learns."""
        return self.trainer.model

    def look(self) -> None:
        """Measure, and leave the model as it was."""
        found = exposed(self.trainer.model, self.measured, self.task.vocabularies)
        self.looks.append(Look(self.trainer.step, found))


class ExposedPair:
    """The two, made and then trained a slice at a time. Threads may share one: each takes a slice in turn.

    Args:
        config: of both; its objective, scheduled sampling, is that of the second.
        every: steps between two looks.

    Attributes:
        sides: by name; done: whether both have learned all their steps.

    Raises:
        SettingError: another objective; DataError: the task's data cannot be read.
    """

    def __init__(self, config: ExperimentConfig, every: int = 15) -> None:
        if not isinstance(config.objective, ScheduledSampling):
            raise SettingError(
                tr(
                    "objective={name} is compared with nothing here: choose objective={name2}",
                    name=config.objective.name,
                    name2=ScheduledSampling.name,
                )
            )
        examples, self.config, self.every = Examples.of(config.task), config, every
        measured = held_out(config.task, "validation", _MEASURED)
        forced = config.changed({"objective.name": TeacherForcing.name})
        self.sides = {
            name: Side(trainer_of(one, examples), config.task, measured)
            for name, one in ((FORCED, forced), (SAMPLED, config))
        }
        self._lock, self._steps = Lock(), self._train()
        self.done = False

    @property
    def step(self) -> int:
        """Steps that both have done."""
        return self.sides[SAMPLED].trainer.step

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until the step at hand is through."""
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                self.advance()

    def advance(self) -> None:
        """A step of each."""
        self.done = next(self._steps, None) is None

    def _train(self) -> Iterator[bool]:
        runs = [(side, side.trainer.events()) for side in self.sides.values()]
        for side, _ in runs:
            side.look()
        for _ in range(self.config.training.steps):
            for side, events in runs:
                _step(events)
                last = side.trainer.step == side.trainer.settings.steps
                if last or side.trainer.step % self.every == 0:
                    side.look()
            yield True


def _step(events: Iterator[TrainEvent]) -> None:
    for event in events:
        if isinstance(event, StepDone):
            return
