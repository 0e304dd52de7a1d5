"""From random weights to right answers: processor seconds of training until held-out examples come out exactly.

Only steps are timed; looking whether the goal is reached is not. Greedy decoding writes the gold target exactly when the
best token under the gold prefix is right at every position (by induction over the positions), so one forward pass looks;
the preset's own decoding confirms at the end.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import torch

from core.data.batch import Batch, Example, collate
from core.data.stream import Stream
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.runs.presets import preset_of
from core.training.evaluation import evaluate
from core.training.events import StepDone
from core.training.loop import Trainer
from tests.benchmarks.row import Clock, Measured, Row, times, worst
from tests.benchmarks.textbook import BATCH, TextbookTraining

SEEDS = (1, 2, 3)
LOOK = 20  # steps between two looks
HELD_OUT = 300
NEVER = 1_000_000
SLOWEST = 4  # times our own seconds after which the textbook is no longer waited for
EIGHT = {"task.alphabet": 26, "task.shortest": 8, "task.longest": 8}
FIVE_TO_TWELVE = {"task.alphabet": 26, "task.shortest": 5, "task.longest": 12}


@dataclass(frozen=True)
class Reached:
    """When the goal was reached: steps, processor and wall seconds; inf seconds where it was not."""

    steps: int
    processor: float
    wall: float


class Ours:
    """The preset, a few steps at a time."""

    def __init__(self, config: ExperimentConfig) -> None:
        self.trainer: Trainer = trainer_of(config, Examples.of(config.task))
        self.clock = Clock()
        self._events = self.trainer.events()

    def advance(self, steps: int) -> None:
        """Train; stops at the preset's last step."""
        goal = min(self.trainer.step + steps, self.trainer.settings.steps)
        while self.trainer.step < goal:
            with self.clock:
                event = next(self._events)
            assert isinstance(event, StepDone)

    @property
    def over(self) -> bool:
        """Whether the preset has no more steps."""
        return self.trainer.step >= self.trainer.settings.steps

    def exact(self) -> float:
        """Share of held-out examples that come out exactly, decoded."""
        vocabularies = self.trainer.probe.vocabularies
        found = evaluate(self.trainer.model, self.trainer.held_out, vocabularies, step=0, split="validation")
        return found.exact_match

    def forced(self) -> float:
        """The same by one forward pass."""
        return forced_exact(self.trainer.model, self.trainer.held_out, self.trainer.probe.vocabularies)


def forced_exact(model: torch.nn.Module, examples: Sequence[Example], vocabularies: tuple) -> float:
    """Share of examples whose every token is the best one under the gold prefix; the model is left training."""
    batch: Batch = collate(examples, *vocabularies)
    model.eval()
    with torch.no_grad():
        right = (model(batch).argmax(dim=-1) == batch.target_out) | ~batch.target_valid
    model.train()
    return float(right.all(dim=1).float().mean())


def race(task: str, changes: dict[str, object], goal: float, seed: int) -> Reached:
    """Train the preset `fast` until the goal."""
    ours = Ours(_config(task, changes, seed))
    while not ours.over:
        ours.advance(LOOK if ours.trainer.settings.steps > LOOK else 1)
        if ours.forced() >= goal and ours.exact() >= goal:
            return Reached(ours.trainer.step, ours.clock.processor, ours.clock.wall)
    return Reached(ours.trainer.step, inf, inf)


def seconds(task: str, changes: dict[str, object], goal: float) -> Callable[[float], Measured]:
    """A measurement of `race` over the seeds; the slowest seed counts."""

    def measure(share: float) -> Measured:
        torch.set_num_threads(1)
        found = [race(task, changes, goal, seed) for seed in SEEDS[: times(len(SEEDS), share)]]
        steps = ", ".join(str(one.steps) for one in found)
        wall = max(one.wall for one in found)
        return worst(
            [one.processor for one in found],
            f"slowest of {len(found)} seeds; {steps} steps; {wall:.1f} s by the wall clock",
        )

    return measure


def against_textbook(share: float) -> Measured:
    """Our seconds over the textbook's to 99 % at lengths 5–12, in turns; the worst seed."""
    torch.set_num_threads(1)
    found = [_duel(seed) for seed in SEEDS[: times(len(SEEDS), share)]]
    capped = sum(note for _, note in found)
    return worst(
        [ratio for ratio, _ in found],
        f"slowest of {len(found)} seeds; in {capped} the textbook was not there after {SLOWEST} times our seconds",
    )


def _duel(seed: int) -> tuple[float, bool]:
    """The ratio, and whether the textbook was given up."""
    config = _config("reverse", FIVE_TO_TWELVE, seed)
    ours, clock = Ours(config), Clock()
    vocabularies = config.task.vocabularies
    textbook = TextbookTraining(*vocabularies, seed)
    stream = Stream(config.task, BATCH, config.seeds)
    our_end, their_end = inf, inf
    while min(our_end, their_end) == inf or (their_end == inf and clock.processor < SLOWEST * our_end):
        if our_end == inf and not ours.over:
            ours.advance(LOOK)
            our_end = ours.clock.processor if ours.forced() >= 0.99 else inf
        elif our_end == inf:
            return inf, False
        if their_end == inf:
            for _ in range(LOOK):
                with clock:
                    textbook.advance(stream.batch(textbook.step + 1))
            their_end = (
                clock.processor if forced_exact(textbook.model, ours.trainer.held_out, vocabularies) >= 0.99 else inf
            )
    capped = their_end == inf
    return our_end / (clock.processor if capped else their_end), capped


def _config(task: str, changes: dict[str, object], seed: int) -> ExperimentConfig:
    quiet = {
        "training.record_every": 0,
        "training.evaluate_every": NEVER,
        "training.evaluate_on": HELD_OUT,
        "seed": seed,
    }
    return preset_of(task).changed({**quiet, **changes})


ROWS = [
    Row("reverse-8", "preset fast, reversal of 8 letters of 26, to 99 % exact on held-out", "s", 2.0,
        seconds("reverse", EIGHT, 0.99)),
    Row("reverse-5-12", "preset fast, reversal of 5 to 12 letters of 26, to 99 % exact on held-out", "s", 10.0,
        seconds("reverse", FIVE_TO_TWELVE, 0.99)),
    Row("reverse-textbook", "the same against torch.nn.Transformer trained as its tutorial does", "×", 1 / 3, against_textbook),
    Row("dates-en", "preset fast, English dates, to 95 % exact on held-out", "s", 45.0,
        seconds("dates", {"task.locale": "en"}, 0.95)),
]  # fmt: skip
