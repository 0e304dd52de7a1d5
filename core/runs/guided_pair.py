"""Two trainings from one seed, without and with guided attention, a step of each in turn on the same batches.

Both begin with the same weights, see the same examples in the same order and draw the same dropout; all that differs is
the term of the loss. Until guidance is switched on they are the same training twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from time import perf_counter

from core.data.batch import Batch, collate
from core.language import mark
from core.recording.matrix import AttentionMatrix
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.speech_like import SpeechLike
from core.tasks.task import AbstractTask, held_out
from core.training.aligning import ALIGNED, HeadAlignment, most_diagonal
from core.training.events import Evaluated, StepDone, TrainEvent
from core.training.loop import Trainer
from core.training.repeat_ladder import Rung, pairs_of, repeat_ladder

PLAIN, GUIDED = mark("without guidance"), mark("with guidance")
PAIR_MODELS = {
    "recurrent": {"width": 48},
    "transformer": {"layers": 1, "heads": 2, "width": 32, "positions": "learned", "longest": 64},
}
PAIR_TASKS = ("speech_like", "reverse")  # what guidance is for, and what it must hurt
STRENGTH, STEPS = 10.0, 400
_TRAINING = {
    "batch_size": 16, "learning_rate": 3e-3, "warmup": 20, "schedule": "constant", "beta2": 0.95,
    "evaluate_on": 100,
}  # fmt: skip
_MEASURED = 32  # held-out examples over which diagonality is a mean


def pair_config(task: str, model: str, seed: int, strength: float = STRENGTH, steps: int = STEPS) -> ExperimentConfig:
    """What a pair is trained with where nobody says otherwise: small enough to be watched.

    Args:
        task: of PAIR_TASKS; model: of PAIR_MODELS; strength: of guidance; steps: of each.
    """
    return ExperimentConfig.from_dict({
        "task": {"name": task}, "model": {"name": model, **PAIR_MODELS[model]},
        "training": {**_TRAINING, "guidance": strength, "steps": steps}, "seed": seed,
    })  # fmt: skip


@dataclass(frozen=True)
class Look:
    """A training looked at between two steps.

    Attributes:
        step: steps done; best: the most diagonal head on held-out examples; matrix: its layer's attention on the probe.
    """

    step: int
    best: HeadAlignment
    matrix: AttentionMatrix = field(repr=False)


@dataclass
class Side:
    """One of the two trainings.

    Attributes:
        looks: so far, in order; losses: the likelihood's part at every step, in nats per target token.
        judged: held-out examples decoded after the last step.
    """

    trainer: Trainer
    task: AbstractTask
    measured: Batch = field(repr=False)
    looks: list[Look] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    judged: Evaluated | None = None

    @property
    def aligned_at(self) -> int | None:
        """The first step at which it was found aligned, or None."""
        return next((look.step for look in self.looks if look.best.diagonality >= ALIGNED), None)

    @cached_property
    def ladder(self) -> tuple[Rung, ...]:
        """Repeated pairs as it says them when first asked, over a second of work; empty for a task without syllables."""
        if not isinstance(self.task, SpeechLike):
            return ()
        return tuple(repeat_ladder(self.trainer.model, self.task, pairs_of(self.task)))

    def look(self) -> None:
        """Measure and record, and leave the model as it was."""
        best = most_diagonal(self.trainer.model, self.measured)
        (matrix,) = self.trainer.probe.record(self.trainer.model, only=best.path)
        self.looks.append(Look(self.trainer.step, best, matrix))


class GuidedPair:
    """The two, made and then trained a slice at a time. Threads may share one: each takes a slice in turn.

    Args:
        config: of both; its own guidance is that of the guided one.
        every: steps between two looks.

    Attributes:
        sides: by name; switched: (step, strength) of each switch after the beginning.

    Raises:
        DataError: the task's data cannot be read.
    """

    def __init__(self, config: ExperimentConfig, every: int = 10) -> None:
        steps = config.training.steps
        quiet = {"training.evaluate_every": steps, "training.record_every": 0}
        examples, self.config, self.every = Examples.of(config.task), config, every
        self._measured = collate(held_out(config.task, "validation", _MEASURED), *config.task.vocabularies)
        self.sides = {
            name: Side(trainer_of(config.changed({**quiet, **more}), examples), config.task, self._measured)
            for name, more in ((PLAIN, {"training.guidance": 0.0}), (GUIDED, {}))
        }
        self.switched: list[tuple[int, float]] = []
        self._lock, self._steps = Lock(), self._train()
        self.done = False

    @property
    def step(self) -> int:
        """Steps that both have done."""
        return self.sides[GUIDED].trainer.step

    @property
    def strength(self) -> float:
        """Of guidance, as it was asked for last."""
        return self.sides[GUIDED].trainer.guidance.strength

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until the step at hand is through."""
        end = perf_counter() + seconds
        with self._lock:
            while not self.done and perf_counter() < end:
                self.advance()

    def advance(self) -> None:
        """A step of each."""
        self.done = next(self._steps, None) is None

    def switch(self, strength: float) -> None:
        """Guide the guided one so strongly from its next step on; 0 switches guidance off."""
        with self._lock:
            self.sides[GUIDED].trainer.change_guidance(strength)
            if self.step:
                self.switched.append((self.step, strength))

    def _train(self) -> Iterator[bool]:
        runs = [(side, side.trainer.events()) for side in self.sides.values()]
        for side, _ in runs:
            side.look()
        for _ in range(self.config.training.steps):
            for side, events in runs:
                self._step(side, events)
            yield True

    def _step(self, side: Side, events: Iterator[TrainEvent]) -> None:
        for event in events:
            if isinstance(event, Evaluated):
                side.judged = event
            if isinstance(event, StepDone):
                side.losses.append(event.terms["likelihood"])
                break
        last = side.trainer.step == side.trainer.settings.steps
        if last or side.trainer.step % self.every == 0:
            side.look()
