"""Order-free targets: after any part of a set, every label that is still missing is as right as another.

The right labels are fed in an order drawn by chance, another one at every step. What is asked for after each of them is not
the next of that order but a distribution: even over the labels that are missing, and <end> once none is. So the loss of an
item depends on its set alone, in whichever order the data have it.

Source: the targets of optimal completion distillation (Sabour, Chan & Norouzi 2019, arXiv:1810.01398), for sets as in Tsai &
Lee 2020, arXiv:1909.03434. Both feed prefixes that the model writes; here prefixes are right ones, so a model is not taught
what to do after a wrong label.
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from core.data.batch import Batch
from core.data.vocabulary import PAD
from core.language import tr
from core.models.seq2seq import Seq2Seq
from core.seeds import Seeds
from core.settings import Settings
from core.tasks.task import AbstractTask
from core.training.mixing import item_noise
from core.training.objective import Objectives
from core.training.objective_settings import Makings, ObjectiveSettings
from core.training.settings import TrainingSettings


@dataclass(frozen=True)
class OrderFreeLikelihood:
    """Cross-entropy against what may come next, in nats per target token.

    Attributes:
        seeds: chance is keyed by the step and the item's own set.
    """

    seeds: Seeds

    def __call__(self, model: Seq2Seq, batch: Batch, step: int) -> Objectives:
        """Weigh one batch, its targets in an order of this step."""
        mixed = shuffled(batch, self.seeds, step)
        logits = model(mixed)
        wanted = missing(mixed, logits.shape[-1])
        log_probs = logits.log_softmax(dim=-1).masked_fill(
            wanted == 0, 0.0
        )  # −∞ · 0 where copying cannot write a token
        real = batch.target_valid
        loss = -(wanted * log_probs).sum(dim=-1)[real].mean()
        right = wanted.gather(-1, logits.argmax(dim=-1, keepdim=True))[..., 0] > 0
        return Objectives({"likelihood": loss}, float(right[real].float().mean()))


def shuffled(batch: Batch, seeds: Seeds, step: int) -> Batch:
    """The batch with every target in an order drawn by chance: the same one in whichever order the target stood."""
    lasts = batch.target_valid.sum(dim=1)[:, None] - 1  # where <end> stands
    label = torch.arange(batch.target_out.shape[1])[None] < lasts
    behind = torch.iinfo(torch.long).max
    order = torch.where(label, batch.target_out, behind).argsort(dim=1, stable=True)
    noise, _ = item_noise(_ordered(batch, order), seeds, "order of labels", step)
    chance = torch.where(label, noise, torch.inf).argsort(dim=1, stable=True)  # what is no label stays where it is
    return _ordered(batch, order.gather(1, chance))


def _ordered(batch: Batch, order: Tensor) -> Batch:
    """Targets whose tokens, <end> and pads among them, stand in another order."""
    target_out = batch.target_out.gather(1, order)
    valid = batch.target_valid
    target_in = torch.cat([batch.target_in[:, :1], target_out[:, :-1].masked_fill(~valid[:, 1:], PAD)], dim=1)
    return batch._replace(target_in=target_in, target_out=target_out)


def missing(batch: Batch, vocabulary: int) -> Float[Tensor, "batch time vocab"]:
    """What may come next at every position, each as likely: labels of the target that do not stand before it; else <end>.

    >>> from core.data.batch import Example, collate
    >>> from core.data.vocabulary import Vocabulary
    >>> letters = Vocabulary.of("ab")
    >>> missing(collate([Example(("a",), ("b", "a"))], letters, letters), 8)[0, :, [2, 6, 7]].tolist()
    [[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    out, real = batch.target_out, batch.target_valid
    time = out.shape[1]
    ends = torch.arange(time)[None] == real.sum(dim=1)[:, None] - 1
    later: Bool[Tensor, "batch time later"] = torch.ones(time, time, dtype=torch.bool).triu()[None] & real[:, None, :]
    asked = torch.where(ends[:, :, None], later, later & ~ends[:, None, :])  # <end> is asked for last
    found = torch.zeros(*out.shape, vocabulary)
    found.scatter_add_(2, out[:, None, :].expand(-1, time, -1), asked.float())
    found = (found > 0).float()  # a token that is missing twice is asked for once
    return found / found.sum(dim=-1, keepdim=True).clamp_min(1.0)


@dataclass(frozen=True)
class OrderFree(ObjectiveSettings):
    """Every label that is still missing is right, whichever stands next in the data."""

    name: ClassVar[str] = "order_free"
    summary: ClassVar[str] = "sets of labels: every label that is missing is right next, and <end> once none is"

    def make(self, makings: Makings) -> OrderFreeLikelihood:
        """With the training's chance."""
        return OrderFreeLikelihood(makings.seeds)

    def refusal(self, task: AbstractTask, model: Settings, training: TrainingSettings) -> str | None:
        """Only of tasks whose targets are sets."""
        if task.distinct:
            return None
        return tr(
            "objective={name} knows no order, and the targets of task={name2} have one: choose "
            "objective=likelihood, or task=labels",
            name=self.name,
            name2=task.name,
        )
