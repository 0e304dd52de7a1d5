"""Decoders that copy and one that cannot, trained beside each other: from one seed, on the same batches, a step of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from types import MappingProxyType
from typing import Any

from core.errors import InputError
from core.language import mark, tr
from core.runs.config import ExperimentConfig
from core.runs.copied import Copied, write
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.table import TASKS
from core.tasks.task import AbstractTask, held_out
from core.training.evaluation import free_run
from core.training.events import StepDone, TrainEvent
from core.training.loop import Trainer

STEPS = 300
MOST = 60  # tokens of a source that a person may type: a map of more cannot be read beside three others
COPY_TASKS = ("chat", "summary", "qa")
_MEASURED = 48  # held-out examples that are decoded
_TRAINING = MappingProxyType(
    {"batch_size": 32, "learning_rate": 5e-3, "warmup": 20, "schedule": "constant", "record_every": 0, "evaluate_on": 1}
)


@dataclass(frozen=True)
class Writer:
    """One of those that are compared.

    Attributes:
        title: for people; model: its settings beside the width; coverage: price of looking twice while it learns.
    """

    title: str
    model: Mapping[str, Any]
    coverage: float = 0.0


WRITERS: dict[str, Writer] = {
    "plain": Writer(mark("plain decoder"), MappingProxyType({"score": "additive"})),
    "pointer_generator": Writer(mark("pointer-generator"), MappingProxyType({"copy": "pointer_generator"})),
    "coverage": Writer(
        mark("pointer-generator with coverage"),
        MappingProxyType({"copy": "pointer_generator", "alignment": "coverage"}),
        coverage=1.0,
    ),
    "copynet": Writer(mark("CopyNet"), MappingProxyType({"copy": "copynet"})),
}


def writer_config(name: str, task: str, seed: int, steps: int = STEPS) -> ExperimentConfig:
    """What one is trained with.

    Args:
        name: of WRITERS; task: of COPY_TASKS, or another one.
    """
    one = WRITERS[name]
    return ExperimentConfig.from_dict({
        "task": {"name": task}, "model": {"name": "recurrent", "width": 48, **one.model},
        "training": {**_TRAINING, "steps": steps, "evaluate_every": steps, "coverage": one.coverage}, "seed": seed,
    })  # fmt: skip


@dataclass
class Apprentice:
    """One of the trainings.

    Attributes:
        config: what it is trained with; losses: the likelihood's part at every step, in nats per target token.
    """

    config: ExperimentConfig
    trainer: Trainer
    losses: list[float] = field(default_factory=list)
    _events: Iterator[TrainEvent] | None = field(default=None, repr=False)
    _judged: tuple[int, float] | None = field(default=None, repr=False)

    def advance(self) -> None:
        """One step."""
        self._events = self._events or self.trainer.events()
        for event in self._events:
            if isinstance(event, StepDone):
                self.losses.append(event.terms["likelihood"])
                return

    def write(self, source: Sequence[str]) -> Copied:
        """What it makes of a source, as it stands."""
        return write(self.trainer.model, self.config.task.vocabularies, source)

    def right(self, examples: Sequence[Any]) -> float:
        """Share of sources that are answered exactly, as it stands."""
        model, task = self.trainer.model, self.config.task
        training = model.training
        outputs = free_run(model, [one.source for one in examples], task.vocabularies)
        model.train(training)
        return sum(task.right(one, output) for one, output in zip(examples, outputs)) / len(examples)

    def judged(self, examples: Sequence[Any]) -> float:
        """The share for the held-out ones, found once a step."""
        if self._judged is None or self._judged[0] != self.trainer.step:
            self._judged = self.trainer.step, self.right(examples)
        return self._judged[1]


class CopyingRace:
    """Trainings beside each other. Threads may share one: each takes a slice in turn.

    Args:
        task: of COPY_TASKS; seed: of all of them; steps: that each shall have; names: of WRITERS.
    """

    def __init__(self, task: str, seed: int, steps: int = STEPS, names: Sequence[str] = tuple(WRITERS)) -> None:
        self.task: AbstractTask = TASKS[task]()
        self.steps, self.held_out = steps, held_out(self.task, "test", _MEASURED)
        examples, configs = Examples.of(self.task), {name: writer_config(name, task, seed, steps) for name in names}
        self.apprentices = {name: Apprentice(one, trainer_of(one, examples)) for name, one in configs.items()}
        self._lock = Lock()

    @property
    def step(self) -> int:
        """Steps that each has done."""
        return min(one.trainer.step for one in self.apprentices.values())

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.step >= self.steps

    def go_on(self, seconds: float = float("inf")) -> None:
        """Work for about so long: until every training has had its step."""
        end = perf_counter() + seconds
        while not self.done and perf_counter() < end:
            self.advance()

    def advance(self) -> None:
        """A step of each."""
        with self._lock:
            for one in self.apprentices.values():
                if not self.done:
                    one.advance()

    def read(self, text: str) -> tuple[str, ...]:
        """What a person typed, as the task reads it.

        Raises:
            InputError: nothing, too much, or not one word that the task has.
        """
        tokens = self.task.tokenize(text)
        example = self.task.join(self.held_out[0].source)
        if not tokens:
            raise InputError(
                tr(
                    "there is nothing to copy from: the source is empty; type a text, for example: {example}",
                    example=example,
                )
            )
        if len(tokens) > MOST:
            raise InputError(
                tr(
                    "the source has {count:,} words; at most {most} can be drawn: shorten it",
                    count=len(tokens),
                    most=MOST,
                )
            )
        if len(self.task.vocabularies[0].unknown(tokens)) == len(set(tokens)):
            raise InputError(
                tr(
                    "every word of this source is unknown, so nothing tells what to copy; use words of the task, as: {example}",
                    example=example,
                )
            )
        return tuple(tokens)

    def write(self, source: Sequence[str]) -> dict[str, Copied]:
        """What each makes of a source, as it stands."""
        with self._lock:
            return {name: one.write(source) for name, one in self.apprentices.items()}

    def right(self) -> dict[str, float]:
        """Share of held-out sources, all with unseen words, that each answers exactly."""
        with self._lock:
            return {name: one.judged(self.held_out) for name, one in self.apprentices.items()}
