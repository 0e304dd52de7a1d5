"""A set of any size: what has learned small sets reads larger ones, with the same weights.

Every vector of a set is asked whether a certain one is among them. A self-attention without positions learns it from sets
of at most ten. A fully connected network has a weight for each of ten places and no more: of a larger set it reads the first ten.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, LabelScores, accuracy, labeler, learn, made, steps
from core.language import mark
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import Tokens, Valid

_VOCABULARY, _WANTED, _BATCH = 30, 1, 64
_SMALLEST, _LARGEST = 2, 10  # trained on
_ASKED = (5, 10, 20, 40)
_WIDTH, _STEPS, _RATE = 32, 400, 3e-3
_SELF, _CONNECTED = "self-attention", f"fully connected, {_LARGEST} places"


class _Connected(nn.Module):
    """One-hots of the first places side by side, a hidden layer, and the same answer for every vector."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(_LARGEST * _VOCABULARY, _WIDTH), nn.ReLU(), nn.Linear(_WIDTH, 2))

    def forward(self, tokens: Tokens, valid: Valid) -> LabelScores:
        """Scores of no and yes."""
        first = nn.functional.pad(tokens, (0, max(0, _LARGEST - tokens.shape[1])))[:, :_LARGEST]
        scores: LabelScores = self.layers(nn.functional.one_hot(first, _VOCABULARY).float().flatten(1))[:, None]
        return scores.expand(-1, tokens.shape[1], -1)


def asked(generator: torch.Generator, size: int | None = None, batch: int = _BATCH) -> Labelled:
    """Sets of one size; in half of them one of the vectors is the wanted one."""
    if size is None:
        size = int(torch.randint(_SMALLEST, _LARGEST + 1, (1,), generator=generator))
    tokens = torch.randint(_WANTED + 1, _VOCABULARY, (batch, size), generator=generator)
    there = torch.rand(batch, generator=generator) < 0.5
    place = torch.randint(size, (batch,), generator=generator)
    tokens[there, place[there]] = _WANTED
    everywhere = torch.ones_like(tokens, dtype=torch.bool)
    return Labelled(tokens, everywhere, there.long()[:, None].expand_as(tokens), everywhere)


class SetSize(AbstractClaim):
    """Self-attention and a fully connected network, on sets of the sizes of training and larger ones."""

    name = "set_size"
    lecture = (1, 5)
    statement = "Self-attention reads sets of any size with the same weights; a fully connected network reads one size"
    source = "Lee 2021, Self-attention (the input is a set of vectors, and its size may change)"
    effect_is = mark(
        "vectors of sets of {asked} labelled right after training on at most {largest}, self-attention",
        asked=_ASKED[-1],
        largest=_LARGEST,
    )
    baseline_is = mark("the same, a fully connected network over {largest} places", largest=_LARGEST)
    unit = "share of vectors"
    rule = mark(
        "shown when both are right for at least 0.95 at {largest}, and at {asked} self-attention for at least 0.9 "
        "and the other for at most 0.75",
        largest=_LARGEST,
        asked=_ASKED[-1],
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = {size: asked(seeds.generator("held out", size), size, 256) for size in _ASKED}
        settings = TransformerSettings(layers=1, heads=2, width=_WIDTH, feed_forward=2, positions="none")
        networks = {_SELF: labeler(settings, _VOCABULARY, 2, seeds), _CONNECTED: made(_Connected, seeds)}
        for at, (name, network) in enumerate(networks.items()):
            for now in learn(network, partial(asked), seeds, last, rate=_RATE):
                if now.step % 25 == 0:
                    yield Progress((at + now.step / last) / len(networks), tuple(rows))
            rows += [
                {"network": name, "size": size, "accuracy": accuracy(network, batch)}
                for size, batch in held_out.items()
            ]
        return Measured(_at(rows, _SELF, _ASKED[-1]), _at(rows, _CONNECTED, _ASKED[-1]), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the other reads larger sets as well."""
        able = [min(_at(one.rows, name, _LARGEST) for name in (_SELF, _CONNECTED)) >= 0.95 for one in found]
        shows = [one.effect >= 0.9 and one.baseline <= 0.75 and learned for one, learned in zip(found, able)]
        return judged(shows, [one.baseline >= one.effect for one in found])


def _at(rows: Sequence[Row], name: str, size: int) -> float:
    return next(float(row["accuracy"] or 0) for row in rows if (row["network"], row["size"]) == (name, size))
