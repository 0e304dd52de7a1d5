"""Two trainings from the same weights on the same batches: one goes on with cross-entropy, the other is rewarded.

Both are looked at on the same held-out examples: what the greedy output is worth and what outputs are worth that are drawn
(the expected reward, which is what a policy gradient raises), beside the cross-entropy of the right target.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import perf_counter

import torch
from torch import Tensor

from core.data.batch import Example, collate
from core.data.noise import Noised
from core.data.stream import Stream
from core.data.vocabulary import PAD
from core.language import mark
from core.metrics.overlap import corpus_bleu
from core.models.seq2seq import Seq2Seq
from core.runs.config import ExperimentConfig
from core.runs.examples import Examples
from core.runs.experiment import trainer_of
from core.seeds import Seeds
from core.tasks.task import AbstractTask, held_out
from core.training.episodes import cast, limits, write
from core.training.events import StepDone, TrainEvent
from core.training.likelihood import Likelihood
from core.training.loop import Trainer
from core.training.rewarded import Rewarded
from core.training.rewards import REWARDS, Judge, TaskReward

CROSS_ENTROPY, REWARDED = mark("more cross-entropy"), mark("rewarded")
STEPS, RATE = 100, 5e-4
# small steps and short sentences: a few draws, and a sharpness at which they are told apart
OBJECTIVES_SHOWN: dict[str, dict[str, int | float | bool]] = {
    "self_critical": {"draws": 4},
    "reinforce": {"draws": 4},
    "mixer": {"draws": 4, "every": 20},
    "minimum_risk": {"draws": 5, "sharpness": 0.2, "reference": False},
}
_DRAWS = 4  # of each held-out example, for the expected reward
_HELD_OUT = 100
_SHOWN = 8  # held-out examples whose outputs are kept


@dataclass(frozen=True)
class Look:
    """A model looked at between two steps, on held-out examples.

    Attributes:
        step: steps done.
        greedy, expected: mean reward of the greedy output and of drawn ones.
        bleu: of all greedy outputs together, in 0…100, over the model's own tokens.
        loss: cross-entropy of the right target, in nats per token.
        outputs: of the first examples, greedy.
    """

    step: int
    greedy: float
    expected: float
    bleu: float
    loss: float
    outputs: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass
class Side:
    """One of the two trainings.

    Attributes:
        looks: so far, in order; rewards: of what was drawn in every step, empty where nothing is.
    """

    trainer: Trainer
    looks: list[Look] = field(default_factory=list)
    rewards: list[float] = field(default_factory=list)


class Examiner:
    """Looks at models: the same examples, the same chance, whatever they were trained with.

    Args:
        task: whose validation examples are used; reward: of REWARDS; seeds: of what is drawn.
    """

    def __init__(self, task: AbstractTask, reward: str, seeds: Seeds) -> None:
        self.examples: Sequence[Example] = held_out(task, "validation", _HELD_OUT)
        self._batch = collate(self.examples, *task.vocabularies)
        self._judge = Judge(TaskReward(REWARDS[reward], task), task.vocabularies[1])
        self._task, self._seeds = task, seeds

    @torch.no_grad()
    def look(self, model: Seq2Seq, step: int) -> Look:
        """Measure, and leave the model as it was."""
        training, batch = model.training, self._batch
        model.eval()
        longest = limits(model, batch)
        casting = cast(batch, longest, torch.zeros_like(longest), (_DRAWS, 1), (self._seeds, "look", 0))
        written = write(model, batch, longest, casting)
        rewards = self._judge(written, batch)
        loss = float(Likelihood()(model, batch, step).terms["likelihood"])
        model.train(training)
        source, words = self._task.vocabularies
        outputs = [
            tuple(source.writing(example.source, words).decode(one for one in row if one not in (PAD, words.end)))
            for example, row in zip(self.examples, written[:, 0].tolist())
        ]
        bleu = corpus_bleu(outputs, [example.target for example in self.examples])
        greedy, expected = float(rewards[:, 0].mean()), float(rewards[:, 1:].mean())
        return Look(step, greedy, expected, bleu, loss, tuple(outputs[:_SHOWN]))


def pair_config(
    before: ExperimentConfig, objective: str, reward: str, seed: int, steps: int = STEPS, rate: float = RATE
) -> ExperimentConfig:
    """What is rewarded, small enough to be watched; label smoothing is left out, of both sides.

    Args:
        before: of the run whose weights are begun with; objective: of OBJECTIVES_SHOWN; reward: of REWARDS.
    """
    own = {f"objective.{name}": value for name, value in OBJECTIVES_SHOWN[objective].items()}
    return before.changed({
        **own,
        "objective.name": objective, "objective.reward": reward, "seed": seed, "training.steps": steps,
        "training.learning_rate": rate, "training.schedule": "constant", "training.warmup": 5, "training.batch_size": 32,
        "training.label_smoothing": 0.0, "training.guidance": 0.0, "training.evaluate_every": 1_000_000,
        "training.evaluate_on": 1, "training.record_every": 0,
    })  # fmt: skip


class RewardPair:
    """The two, made and then trained a slice at a time. Threads may share one: each takes a slice in turn.

    Args:
        config: of the rewarded one, as `pair_config` makes it; the other is the same with cross-entropy.
        weights: that both begin with; examples: of the task.
        noise: how likely a token of a training target is a wrong one, for both; every: steps between two looks.

    Attributes:
        sides: by name; examiner: what looks at them.

    Raises:
        DataError: the task's data cannot be read.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        weights: Mapping[str, Tensor],
        examples: Examples,
        noise: float = 0.0,
        every: int = 5,
    ) -> None:
        objective = config.objective
        assert isinstance(objective, Rewarded)
        self.config, self.noise, self.every, self.done = config, noise, every, False
        self.examiner = Examiner(config.task, objective.reward, config.seeds)
        self.sides = {
            name: Side(_begun(one, weights, examples, noise))
            for name, one in ((CROSS_ENTROPY, config.changed({"objective.name": "likelihood"})), (REWARDED, config))
        }
        self._lock, self._steps = Lock(), self._train()

    @property
    def step(self) -> int:
        """Steps that both have done."""
        return self.sides[REWARDED].trainer.step

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
            side.looks.append(self.examiner.look(side.trainer.model, 0))
        for _ in range(self.config.training.steps):
            for side, events in runs:
                self._step(side, events)
            yield True

    def _step(self, side: Side, events: Iterator[TrainEvent]) -> None:
        for event in events:
            if isinstance(event, StepDone):
                if event.reward is not None:
                    side.rewards.append(event.reward)
                break
        trainer = side.trainer
        if trainer.step == trainer.settings.steps or trainer.step % self.every == 0:
            side.looks.append(self.examiner.look(trainer.model, trainer.step))


def _begun(config: ExperimentConfig, weights: Mapping[str, Tensor], examples: Examples, noise: float) -> Trainer:
    trainer = trainer_of(config, examples)
    trainer.model.load_state_dict(weights)
    if noise:
        trainer.stream = Stream(Noised(config.task, noise), config.training.batch_size, config.seeds)
    return trainer
