"""A deep Transformer on an easy task: the sizes of its gradients at initialisation, and how it trains.

The task: give back the token before each. What is varied is depth, where the norm stands, and which norm it is.
"""

from collections.abc import Iterator

import torch

from core.claims.labeling import Labelled, Learned, cross_entropy, labeler, learn
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

VOCABULARY, LENGTH, BATCH = 16, 12, 16


def shifted(generator: torch.Generator) -> Labelled:
    """Random tokens; each but the first is asked for the one before it."""
    tokens = torch.randint(VOCABULARY, (BATCH, LENGTH), generator=generator)
    there = torch.ones_like(tokens, dtype=torch.bool)
    return Labelled(tokens, there, tokens.roll(1, 1), there & (torch.arange(LENGTH) > 0))


def stack(place: str, kind: str, layers: int, seeds: Seeds) -> Labeler:
    """A fresh model of width 32 with relative positions (Shaw et al. 2018).

    Args:
        place: of the norm, a name of RESIDUALS; kind: of the norm, a name of NORMS.
    """
    settings = TransformerSettings(layers=layers, width=32, heads=2, norm=place, normalization=kind, positions="shaw")
    return labeler(settings, VOCABULARY, VOCABULARY, seeds)


def gradients(place: str, kind: str, layers: int, seeds: Seeds, batches: int = 1) -> list[float]:
    """Norm of the gradient of the loss by each layer's second feed-forward matrix, at initialisation.

    Args:
        place, kind, layers: see `stack`; batches: how many are averaged, before the norm is taken.
    """
    model = stack(place, kind, layers, seeds)
    for at in range(batches):
        (cross_entropy(model, shifted(seeds.generator("gradient", at))) / batches).backward()
    sizes = []
    for layer in model.encoder.layers:
        gradient = layer.feed_forward.narrow.weight.grad
        assert gradient is not None
        sizes.append(float(gradient.norm()))
    return sizes


def training(
    place: str, kind: str, layers: int, seeds: Seeds, steps: int, *, rate: float, warmup: int
) -> Iterator[Learned]:
    """Train one, a yield a step.

    Args:
        place, kind, layers: see `stack`; rate: of learning; warmup: steps over which it rises.
    """
    yield from learn(stack(place, kind, layers, seeds), shifted, seeds, steps, rate=rate, warmup=warmup)
