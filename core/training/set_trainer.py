"""A training on sets of vectors as a run folder wants it: events, evaluations, a probe, and a state to go on from.

What is minimized is the cross-entropy of every label that is asked for. As in loop.py, chance and data are functions of
(seed, step): a training resumed is bit for bit one that never stopped.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.data.vector_sets import UNASKED, SetExample, stack_sets
from core.recording.matrix import AttentionMatrix
from core.recording.recorder import Recorder, attention_paths
from core.seeds import Seeds
from core.settings import Settings, setting
from core.tasks.set_task import AbstractSetTask
from core.training.events import Evaluated, Finished, Snapshot, StepDone, TrainEvent
from core.training.optimizer import clip
from core.training.schedules import SCHEDULES

_NONE = math.nan  # what a training without a prefix does not have
_POOL = 16  # batches that are drawn at once and sorted by size: few pads
_CHUNK = 256  # sets that are judged together
_READABLE = 256  # items of a probe beyond which its attention is not kept step after step


@dataclass(frozen=True)
class SetTraining(Settings):
    """Steps, batches, and how often to look."""

    steps: int = setting(400, low=1, high=1_000_000, step=100, help="optimizer steps")
    batch_size: int = setting(32, low=1, high=4096, step=8, help="sets in a step")
    learning_rate: float = setting(2e-3, above=0.0, high=1.0, step=1e-4, help="the highest rate, of Adam")
    warmup: int = setting(20, low=0, high=100_000, step=10, help="steps in which the rate rises from 0 to its highest")
    schedule: str = setting("linear", choices=tuple(SCHEDULES), help="the rate after the warm-up")
    weight_decay: float = setting(0.0, low=0.0, high=1.0, step=0.01, help="pull of every weight towards 0")
    labelled: int = setting(
        0, low=0, high=10_000_000, step=10, help="sets to learn from, the first of the training split; 0 = all"
    )
    from_run: str = setting(
        "", help="run whose weights it begins with, where names and sizes agree; empty = fresh ones"
    )
    evaluate_every: int = setting(100, low=1, high=1_000_000, step=50, help="steps between held-out evaluations")
    evaluate_on: int = setting(300, low=1, high=100_000, step=50, help="held-out sets to label at an evaluation")
    record_every: int = setting(
        10, low=0, high=1_000_000, step=5, help="steps between recordings of the probe's attention; 0 = never"
    )
    checkpoint_every: int = setting(200, low=1, high=1_000_000, step=50, help="steps between checkpoints")


@dataclass(frozen=True)
class Judged:
    """How labels of held-out sets came out.

    Attributes:
        right: share of asked labels that are the most probable; whole: share of sets with every label right; both in 0…1.
        loss: nats a label; asked: how many labels; sets: how many sets.
    """

    right: float
    whole: float
    loss: float
    asked: int
    sets: int


class SetTrainer:
    """A network, its optimizer and the number of steps done; see `core.training.loop.Trainer`, whose methods it has.

    Args:
        network: from a `SetBatch` to scores of labels; first: items that it puts before those of a set.
        task: where sets come from; probe: the set to record.
        settings: steps, rates, intervals; seeds: where chance comes from.
    """

    def __init__(
        self,
        network: nn.Module,
        first: tuple[str, ...],
        task: AbstractSetTask,
        probe: SetExample,
        settings: SetTraining,
        seeds: Seeds,
    ) -> None:
        self.network, self.first, self.task, self.probe = network, first, task, probe
        self.settings, self.seeds = settings, seeds
        self.step, self.rate_factor = 0, 1.0
        learned = task.some("train")
        self._learned = learned[: settings.labelled] if settings.labelled else learned
        self._held_out = task.some("validation")[: settings.evaluate_on]
        self._pool: list[list[SetExample]] = []
        self._pool_number = -1
        self._parameters = list(network.parameters())
        self._chance = torch.Generator()
        give_chance(network, self._chance)
        self._looks = bool(attention_paths(network)) and len(probe.items) <= _READABLE
        self.optimizer = torch.optim.AdamW(
            self._parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=True
        )

    def events(self) -> Iterator[TrainEvent]:
        """Train from where it stands to the last step."""
        if self.step == 0 and self.settings.record_every and self._looks:
            yield self._snapshot()
        while self.step < self.settings.steps:
            done = self._advance()
            if self._looks and self._due(self.settings.record_every):
                yield self._snapshot()
            if self._due(self.settings.evaluate_every):
                yield self._evaluate()
            yield done  # last: whoever stops here has all that belongs to the step
        yield Finished(self.step, "done")

    def learning_rate(self, step: int) -> float:
        """The rate at a step."""
        settings = self.settings
        factor = SCHEDULES[settings.schedule](step, settings.warmup, settings.steps)
        return settings.learning_rate * factor * self.rate_factor

    def change_rate(self, rate: float) -> None:
        """Make this the learning rate of the next step; the schedule goes on from there."""
        self.rate_factor *= rate / self.learning_rate(self.step + 1)

    def change_guidance(self, strength: float) -> None:
        """Nothing here is guided, so nothing changes."""

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any], dict[str, Any]]:
        """Weights, the optimizer's state dict, and the rest: all that a resumed training needs."""
        rest = {"step": self.step, "rate_factor": self.rate_factor}
        return self.network.state_dict(), self.optimizer.state_dict(), rest

    def restore(self, model: dict[str, Tensor], optimizer: dict[str, Any], state: dict[str, Any]) -> None:
        """Stand where `state` was taken."""
        self.network.load_state_dict(model)
        self.optimizer.load_state_dict(optimizer)
        self.step, self.rate_factor = int(state["step"]), float(state["rate_factor"])

    def _advance(self) -> StepDone:
        began, step = perf_counter(), self.step + 1
        rate = self.learning_rate(step)
        self.optimizer.param_groups[0]["lr"] = rate
        self.network.train()
        self._chance.manual_seed(self.seeds.number("dropout", step))
        batch = stack_sets(self._batch(step))
        scores = self.network(batch)
        asked = batch.labels != UNASKED
        loss = nn.functional.cross_entropy(scores[asked], batch.labels[asked])
        self.optimizer.zero_grad()
        loss.backward()
        norm = clip(self._parameters, 1.0)
        self.optimizer.step()
        self.step = step
        right = float((scores[asked].argmax(-1) == batch.labels[asked]).double().mean())
        return StepDone(
            step, float(loss.detach()), {"likelihood": float(loss.detach())}, right, rate, norm, int(asked.sum()),
            perf_counter() - began,
        )  # fmt: skip

    def _batch(self, step: int) -> list[SetExample]:
        """The sets of a step, counted from 1; with what is hidden in them at this step."""
        number, at = divmod(step - 1, _POOL)
        if number != self._pool_number:
            rng = self.seeds.random("data", number)
            drawn = [rng.choice(self._learned) for _ in range(self.settings.batch_size * _POOL)]
            drawn = [self.task.lesson(one, rng) for one in drawn]
            drawn.sort(key=lambda one: len(one.items))
            size = self.settings.batch_size
            batches = [drawn[start : start + size] for start in range(0, len(drawn), size)]
            rng.shuffle(batches)
            self._pool, self._pool_number = batches, number
        return self._pool[at]

    def _due(self, every: int) -> bool:
        return every > 0 and (self.step % every == 0 or self.step == self.settings.steps)

    def _snapshot(self) -> Snapshot:
        return Snapshot(self.step, tuple(recorded(self.network, self.probe, self.first)))

    def _evaluate(self) -> Evaluated:
        began = perf_counter()
        found = judge(self.network, self._held_out)
        return Evaluated(
            self.step, "validation", found.whole, found.right, found.loss, _NONE, found.sets, perf_counter() - began
        )


@torch.no_grad()
def judge(network: nn.Module, examples: Sequence[SetExample]) -> Judged:
    """Label held-out sets, many at once, and count; the network is left in evaluation."""
    network.eval()
    order = sorted(range(len(examples)), key=lambda at: len(examples[at].items))  # like sizes together: few pads
    right, loss, asked, whole = 0, 0.0, 0, 0
    for start in range(0, len(order), _CHUNK):
        batch = stack_sets([examples[at] for at in order[start : start + _CHUNK]])
        scores, of_which = network(batch), batch.labels != UNASKED
        hits = (scores.argmax(-1) == batch.labels) | ~of_which
        loss += float(nn.functional.cross_entropy(scores[of_which], batch.labels[of_which], reduction="sum"))
        right += int((hits & of_which).sum())
        asked += int(of_which.sum())
        whole += int(hits.flatten(1).all(1).sum() if hits.ndim > 1 else hits.sum())
    return Judged(right / asked, whole / len(examples), loss / asked, asked, len(examples))


@torch.no_grad()
def recorded(
    network: nn.Module, example: SetExample, first: tuple[str, ...], only: str = "*", level: str = "weights"
) -> list[AttentionMatrix]:
    """Every attention matrix of a network on one set; the network is left in evaluation.

    Args:
        first: items that the network puts before those of the set.
    """
    network.eval()
    with Recorder(network, only, level) as recorder:
        network(stack_sets([example]))
    labels = {"encoder self": (*first, *example.items)}
    return recorder.matrices(labels, labels)
