"""What the parts of an encoder's block are for: attention brings words together, the network behind it tells what they mean, and
the way around both lets many blocks be stacked.

The label of a token is a random function of it and the token before. One block learns it; without its feed-forward network it
learns it later and less surely, since a softmax is no linear map either and can stand in for it. Four blocks learn it as well, and
four without their residual connections learn next to nothing in as many steps.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, cross_entropy, labeler, learn, steps
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import States

_VOCABULARY, _LABELS, _LENGTH, _BATCH, _RATE = 12, 6, 16, 64, 3e-3
_STACK = TransformerSettings(layers=4, heads=2, width=32, feed_forward=4, positions="shaw")
_ONE = replace(_STACK, layers=1)
_RIGHT, _LOSS = "accuracy", "held-out loss"
WHOLE, ALONE, BARE = "whole", "without feed-forward", "without residual"

Making = Callable[[Seeds], Labeler]


class _Nothing(nn.Module):
    """Adds nothing to what passes by."""

    def forward(self, states: States) -> States:
        """Zeros."""
        return torch.zeros_like(states)


class Block(AbstractClaim):
    """A stack of blocks, whole and with a part taken from each."""

    name = "block"
    lecture = (27,)
    statement = "Blocks are stacked around a way that passes by: without residual connections four of them learn next to nothing"
    source = "Vaswani et al. 2017, section 3.1; He et al. 2016, arXiv:1512.03385; Lee 2021, Transformer (the encoder's block)"
    effect_is = "tokens right, four whole blocks"
    baseline_is = "the same without residual connections, after as many steps"
    unit = "share of tokens"
    rule = (
        "shown when the whole stack is right for at least 0.9 and the other for at most 0.5; contradicted when with every seed the "
        "other is right for more; of a stack without feed-forward parts nothing is claimed"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        rows = yield from _compared(
            {
                WHOLE: lambda seeds: labeler(_STACK, _VOCABULARY, _LABELS, seeds),
                BARE: lambda seeds: labeler(replace(_STACK, norm="bare"), _VOCABULARY, _LABELS, seeds),
                ALONE: lambda seeds: _without_feed_forward(_STACK, seeds),
            },
            Seeds(seed), steps(200, budget),
        )  # fmt: skip
        return Measured(_at_last(rows, WHOLE, _RIGHT), _at_last(rows, BARE, _RIGHT), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= 0.9 and one.baseline <= 0.5 for one in found]
        return judged(shows, [one.baseline > one.effect for one in found])


class FullyConnected(AbstractClaim):
    """One block with its feed-forward network, and without."""

    name = "fully_connected"
    lecture = (7, 27)
    statement = "A fully connected network behind self-attention lets a block learn further what words mean together"
    source = (
        "Lee 2021, Self-attention (self-attention and fully connected layers in turn); Vaswani et al. 2017, section 3.3"
    )
    effect_is = "held-out loss of one block with its feed-forward network"
    baseline_is = "the same without it, after as many steps"
    unit = "nats a token"
    rule = (
        "shown when with every seed it is at most a quarter of that without; contradicted when it is larger with every seed. How many "
        "tokens are right is in the table: nearly all, with and without"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        rows = yield from _compared(
            {
                WHOLE: lambda seeds: labeler(_ONE, _VOCABULARY, _LABELS, seeds),
                ALONE: lambda seeds: _without_feed_forward(_ONE, seeds),
            },
            Seeds(seed), steps(500, budget),
        )  # fmt: skip
        return Measured(_at_last(rows, WHOLE, _LOSS), _at_last(rows, ALONE, _LOSS), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged([4 * one.effect <= one.baseline for one in found], [one.effect > one.baseline for one in found])


def _compared(networks: Mapping[str, Making], seeds: Seeds, last: int) -> Generator[Progress, None, tuple[Row, ...]]:
    """Train one after the other; a row every 50 steps."""
    rows: list[Row] = []
    meaning = torch.randint(_LABELS, (_VOCABULARY, _VOCABULARY), generator=seeds.generator("meaning"))

    def pairs(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
        tokens = torch.randint(_VOCABULARY, (batch, _LENGTH), generator=generator)
        valid = torch.ones_like(tokens, dtype=torch.bool)
        asked = valid.clone()
        asked[:, 0] = False
        return Labelled(tokens, valid, meaning[tokens.roll(1, 1), tokens], asked)

    held_out = pairs(seeds.generator("held out"), 256)
    for at, (name, make) in enumerate(networks.items()):
        network = make(seeds)
        for now in learn(network, pairs, seeds, last, rate=_RATE, warmup=last // 5):
            if now.step % 50 == 0 or now.step == last:
                right = accuracy(network, held_out)
                with torch.no_grad():
                    loss = float(cross_entropy(network, held_out))
                rows.append({"blocks": name, "step": now.step, _RIGHT: right, _LOSS: loss})
                yield Progress((at + now.step / last) / len(networks), tuple(rows))
    return tuple(rows)


def _without_feed_forward(settings: TransformerSettings, seeds: Seeds) -> Labeler:
    network = labeler(settings, _VOCABULARY, _LABELS, seeds)
    for layer in network.encoder.layers:
        layer.feed_forward = _Nothing()
    return network


def _at_last(rows: Sequence[Row], name: str, what: str) -> float:
    return float([row for row in rows if row["blocks"] == name][-1][what] or 0)
