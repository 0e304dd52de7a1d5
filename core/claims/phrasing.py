"""What experiments on phrases share: small models that write a token after the other or all at once, and what they get right.

A phrase is right if it is one of the two of its word, and mixed if every word of it stands in one of them at its place
and all together in neither (core/tasks/phrases.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.claims.claim import Row
from core.claims.labeling import steps
from core.data.batch import Example
from core.decoding.all_places import AbstractAllPlaces
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.tasks.phrases import WORDS_OF_A_PHRASE, Phrases
from core.tasks.task import AbstractTask, held_out
from core.training.evaluation import free_run
from core.training.events import StepDone
from core.training.loop import Trainer
from core.training.objective_settings import Teacher
from core.training.parallel_evaluation import write_all

LEFT, AT_ONCE, MASKS, TAUGHT = "left to right", "all at once", "mask-predict", "all at once, distilled"
STEPS = {LEFT: 400, AT_ONCE: 800, MASKS: 1000, TAUGHT: 800}
_PARALLEL = {"name": "parallel", "layers": 2, "width": 48}
_MODELS: dict[str, dict[str, Any]] = {LEFT: {"name": "transformer", "layers": 1, "width": 48}}
_OBJECTIVES: dict[str, dict[str, Any]] = {
    LEFT: {"name": "likelihood"}, AT_ONCE: {"name": "all_places"}, MASKS: {"name": "masked_filling"},
    TAUGHT: {"name": "distillation", "teacher": LEFT},
}  # fmt: skip
_HELD_OUT = 200


@dataclass(frozen=True)
class Pupil:
    """A trained model as a teacher."""

    trainer: Trainer

    @property
    def model(self) -> Any:
        """In evaluation."""
        return self.trainer.model.eval()

    @property
    def vocabularies(self) -> Any:
        """Of its task."""
        return self.trainer.probe.vocabularies


def way(name: str, seed: int, budget: float = 1.0, task: dict[str, Any] | None = None) -> ExperimentConfig:
    """What one of the four is trained with.

    Args:
        name: LEFT, AT_ONCE, MASKS or TAUGHT; budget: factor on the steps; task: another one than `phrases`.
    """
    last = steps(STEPS[name], budget)
    return ExperimentConfig.from_dict({
        "task": task or {"name": "phrases"}, "model": _MODELS.get(name, _PARALLEL), "objective": _OBJECTIVES[name],
        "training": {"steps": last, "batch_size": 32, "learning_rate": 3e-3, "warmup": min(50, last),
                     "evaluate_every": 1_000_000, "evaluate_on": 1, "record_every": 0},
        "seed": seed,
    })  # fmt: skip


def learning(config: ExperimentConfig, teacher: Trainer | None = None) -> Iterator[float | Trainer]:
    """Train: the share that is done every few steps, and the trainer at the end."""

    def taught(_: str) -> Teacher:
        assert teacher is not None
        return Pupil(teacher)

    trainer = trainer_of(config, Examples.of(config.task), taught)
    for event in trainer.events():
        if isinstance(event, StepDone) and event.step % 20 == 0:
            yield event.step / config.training.steps
    trainer.model.eval()
    yield trainer


def outputs(trainer: Trainer, examples: Sequence[Example], how: AbstractAllPlaces | None = None) -> list[list[str]]:
    """What a model writes: with this decoding, or greedily a token after the other."""
    vocabularies = trainer.probe.vocabularies
    if how is None:
        return free_run(trainer.model, [example.source for example in examples], vocabularies)
    return write_all(trainer.model, examples, vocabularies, how)


def unseen(task: AbstractTask, budget: float = 1.0) -> list[Example]:
    """Held-out sources; with less than a whole budget fewer of them."""
    return held_out(task, "test", max(8, steps(_HELD_OUT, min(1.0, budget))))


def scored(name: str, task: AbstractTask, examples: Sequence[Example], written: Sequence[Sequence[str]]) -> Row:
    """Shares of phrases and of whole outputs that are right, and of wrong phrases that are mixtures."""
    whole = sum(task.right(example, output) for example, output in zip(examples, written)) / len(examples)
    row: Row = {"way": name, "task": task.name, "phrases right": None, "outputs right": whole, "wrong ones mixed": None}
    if not isinstance(task, Phrases):
        return row
    pieces = [
        (english, tuple(output[WORDS_OF_A_PHRASE * at : WORDS_OF_A_PHRASE * (at + 1)]))
        for example, output in zip(examples, written)
        for at, english in enumerate(example.source)
    ]
    wrong = [(english, piece) for english, piece in pieces if task.meaning(piece) != (english,)]
    mixed = sum(task.mixture(english, piece) for english, piece in wrong)
    return row | {
        "phrases right": 1 - len(wrong) / len(pieces), "wrong ones mixed": mixed / len(wrong) if wrong else None,
    }  # fmt: skip
