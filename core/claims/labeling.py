"""What experiments share: a small network learns to label tokens, on batches that a sampler makes anew at every step."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.attention.dropout import give_chance
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import Tokens, Valid
from core.training.schedules import constant

Labels = Int[Tensor, "batch time *part"]
LabelScores = Float[Tensor, "batch time *part label"]
N = TypeVar("N", bound=nn.Module)


@dataclass(frozen=True)
class Labelled:
    """A batch of sequences and what is asked of them.

    Attributes:
        tokens, valid: as everywhere; labels: one a token, or several parts that must all be right.
        asked: which positions have a label.
    """

    tokens: Tokens
    valid: Valid
    labels: Labels
    asked: Bool[Tensor, "batch time"]


Sampler = Callable[[torch.Generator], Labelled]


class Learned(NamedTuple):
    """One step of a training: the mean cross-entropy of its batch, in nats a label, before the step."""

    step: int
    loss: float


def made(make: Callable[[], N], seeds: Seeds) -> N:
    """A fresh network; the same seed gives the same weights, and the global generator is put back as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.number("init"))
        return make()


def labeler(settings: TransformerSettings, vocabulary: int, labels: int, seeds: Seeds) -> Labeler:
    """A fresh Transformer that labels tokens."""
    return made(lambda: Labeler(settings, vocabulary, labels), seeds)


def steps(usual: int, budget: float) -> int:
    """How many steps a budget allows, at least one.

    >>> steps(400, 0.5), steps(400, 0.0001)
    (200, 1)
    """
    return max(1, round(usual * budget))


def learn(
    network: nn.Module, sample: Sampler, seeds: Seeds, steps: int, *, rate: float = 1e-3, warmup: int = 0
) -> Iterator[Learned]:
    """Train with Adam (Kingma & Ba 2015), one yield a step; to stop is to ask no further.

    Args:
        network: from (tokens, valid) to scores of labels, as `Labeler` does; it is in training mode at every step, whatever happens in between.
        sample: makes the batch of a step from that step's own generator.
        rate: of learning, the highest; warmup: steps over which it rises to that.
    """
    optimizer = torch.optim.Adam(network.parameters(), lr=rate, fused=True)
    chance = torch.Generator()
    give_chance(network, chance)
    for step in range(1, steps + 1):
        network.train()
        chance.manual_seed(seeds.number("dropout", step))
        optimizer.param_groups[0]["lr"] = rate * constant(step, warmup, steps)
        loss = cross_entropy(network, sample(seeds.generator("data", step)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield Learned(step, float(loss.detach()))


def cross_entropy(network: nn.Module, batch: Labelled) -> Float[Tensor, ""]:
    """Mean −log p of the right labels, in nats, over the positions that are asked."""
    scores = network(batch.tokens, batch.valid)[batch.asked]
    return nn.functional.cross_entropy(scores.flatten(0, -2), batch.labels[batch.asked].flatten())


@torch.no_grad()
def accuracy(network: nn.Module, batch: Labelled) -> float:
    """Share of the positions that are asked whose label (every part of it) is the network's best, in 0…1."""
    network.eval()
    right = network(batch.tokens, batch.valid)[batch.asked].argmax(-1) == batch.labels[batch.asked]
    return float(right.unsqueeze(-1).flatten(1).all(1).double().mean())
