"""Kinds of attention that learn to speak beside each other: from one seed, on the same batches, a step of each in turn.

The task is `speech_like`: syllables to frames, five to ten syllables, never the same one twice in a row. So what each
makes of a short utterance, a long one, or a pair that is repeated, it was not trained on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter
from types import MappingProxyType
from typing import Any

from core.data.batch import Batch, Example, collate
from core.errors import InputError
from core.language import mark, tr
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.spoken import Spoken, speak
from core.tasks.speech_like import SpeechLike
from core.tasks.task import held_out
from core.training.aligning import HeadAlignment, most_diagonal
from core.training.events import StepDone, TrainEvent
from core.training.loop import Trainer
from core.training.repeat_ladder import TIMES, Pair, Rung, pairs_of, repeat_ladder

STEPS = 500
MOST = 40  # syllables that a person may ask for: a map of more cannot be read beside five others
TASK = SpeechLike()
LONG = SpeechLike(shortest=16, longest=20)  # the same syllables, twice as many as were trained
SHORT = SpeechLike(shortest=1, longest=3)
_MEASURED = 32  # held-out examples that choose a head
_TRAINING = MappingProxyType(
    {"batch_size": 16, "learning_rate": 3e-3, "warmup": 20, "schedule": "constant", "beta2": 0.95, "record_every": 0}
)
_TRANSFORMER = MappingProxyType({"name": "transformer", "layers": 2, "heads": 2, "width": 32})


@dataclass(frozen=True)
class Aligner:
    """One of those that are compared.

    Attributes:
        title: for people; model: its settings; guidance: strength of guided attention while it learns.
    """

    title: str
    model: Mapping[str, Any]
    guidance: float = 0.0


def _recurrent(alignment: str) -> Mapping[str, Any]:
    return MappingProxyType({"name": "recurrent", "width": 48, "alignment": alignment})


ALIGNERS: dict[str, Aligner] = {
    "content": Aligner(mark("additive"), _recurrent("content")),
    "location": Aligner(mark("location-aware"), _recurrent("location")),
    "monotonic": Aligner(mark("monotonic"), _recurrent("monotonic")),
    "mocha": Aligner(mark("MoChA"), _recurrent("mocha")),
    "transformer": Aligner(mark("Transformer"), _TRANSFORMER),
    "guided": Aligner(mark("Transformer, guided"), _TRANSFORMER, guidance=10.0),
}


def aligner_config(name: str, seed: int, steps: int = STEPS) -> ExperimentConfig:
    """What one is trained with.

    Args:
        name: of ALIGNERS.
    """
    one = ALIGNERS[name]
    return ExperimentConfig.from_dict({
        "task": {"name": TASK.name}, "model": dict(one.model),
        "training": {**_TRAINING, "steps": steps, "evaluate_every": steps, "evaluate_on": 1, "guidance": one.guidance},
        "seed": seed,
    })  # fmt: skip


@dataclass
class Training:
    """One of the trainings of a race.

    Attributes:
        losses: the likelihood's part at every step, in nats per target token.
    """

    trainer: Trainer
    losses: list[float] = field(default_factory=list)
    _events: Iterator[TrainEvent] | None = field(default=None, repr=False)
    _best: tuple[int, HeadAlignment] | None = field(default=None, repr=False)
    _rungs: tuple[tuple[int, Sequence[Pair]], tuple[Rung, ...]] | None = field(default=None, repr=False)

    def advance(self) -> None:
        """One step."""
        self._events = self._events or self.trainer.events()
        for event in self._events:
            if isinstance(event, StepDone):
                self.losses.append(event.terms["likelihood"])
                return

    def best(self, measured: Batch) -> HeadAlignment:
        """The head that speaks for the model, found once a step."""
        if self._best is None or self._best[0] != self.trainer.step:
            self._best = self.trainer.step, most_diagonal(self.trainer.model, measured)
        return self._best[1]

    def rungs(self, pairs: Sequence[Pair]) -> tuple[Rung, ...]:
        """The ladder over many pairs, climbed once a step; the model is left as it was."""
        asked = (self.trainer.step, pairs)
        if self._rungs is None or self._rungs[0] != asked:
            model, training = self.trainer.model, self.trainer.model.training
            self._rungs = asked, tuple(repeat_ladder(model, TASK, pairs))
            model.train(training)
        return self._rungs[1]


class AlignerRace:
    """Trainings beside each other. Threads may share one: each takes a slice in turn.

    Args:
        names: of ALIGNERS; seed: of all of them; steps: that each shall have.
    """

    def __init__(self, names: Sequence[str], seed: int, steps: int = STEPS) -> None:
        examples = Examples.of(TASK)
        self.steps = steps
        self.trainings = {name: Training(trainer_of(aligner_config(name, seed, steps), examples)) for name in names}
        self._measured = collate(held_out(TASK, "validation", _MEASURED), *TASK.vocabularies)
        self._lock = Lock()

    @property
    def step(self) -> int:
        """Steps that each has done."""
        return min((one.trainer.step for one in self.trainings.values()), default=self.steps)

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
            for one in self.trainings.values():
                if not self.done:
                    one.advance()

    def speak(self, source: Sequence[str]) -> dict[str, Spoken]:
        """What each makes of these syllables, as it stands.

        Args:
            source: from `syllables`.
        """
        with self._lock:
            return {
                name: speak(one.trainer.model, TASK, source, one.best(self._measured))
                for name, one in self.trainings.items()
            }

    def ladders(self, pair: Pair) -> dict[str, tuple[Spoken, ...]]:
        """What each makes of a pair that is said once, twice, three and four times."""
        said = [self.speak(pair * times) for times in TIMES]
        return {name: tuple(one[name] for one in said) for name in self.trainings}

    def rungs(self, share: float = 1.0) -> dict[str, tuple[Rung, ...]]:
        """Each one's ladder over every ordered pair of different syllables, or over a share of them, one at least."""
        every = pairs_of(TASK)
        pairs = every[:: max(1, round(1 / share))]
        with self._lock:
            return {name: one.rungs(pairs) for name, one in self.trainings.items()}


def syllables(text: str) -> tuple[str, ...]:
    """What a person typed, as the task reads it.

    Raises:
        InputError: nothing, too much, or a syllable that the task does not know.
    """
    tokens = TASK.tokenize(text)
    unknown = [token for token in dict.fromkeys(tokens) if token not in TASK.known]
    if unknown:
        raise InputError(
            tr(
                "no syllables: {unknown}; type some of: {known}",
                unknown=" ".join(unknown)[:80],
                known=" ".join(TASK.known),
            )
        )
    if not tokens:
        raise InputError(
            tr("the utterance is empty; type syllables with spaces between: {known}", known=" ".join(TASK.known))
        )
    if len(tokens) > MOST:
        raise InputError(
            tr(
                "the utterance has {count:,} syllables; at most {most} can be drawn: shorten it",
                count=len(tokens),
                most=MOST,
            )
        )
    return tuple(tokens)


def offered() -> dict[str, Example]:
    """Held-out utterances worth trying, by what they are."""
    usual, more = held_out(TASK, "test", 2)
    (long,), (short,) = held_out(LONG, "test", 1), held_out(SHORT, "test", 1)
    return {
        mark("as trained"): usual,
        mark("another"): more,
        mark("longer than trained"): long,
        mark("shorter than trained"): short,
        mark("the lecture's 发财"): TASK.spoken(("fa", "cai")),
        mark("发财 four times"): TASK.spoken(("fa", "cai") * 4),
    }
