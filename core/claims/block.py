"""Every part of an encoder's block is needed: attention, the way around it, and the network behind it.

The label of a token is a random function of it and the token before: attention brings the two together, and the fully connected
network tells what the pair means. A stack of blocks learns it whole, without its feed-forward parts, and without the residual
connections around its parts.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import nn

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, labeler, learn, steps
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import States

_VOCABULARY, _LABELS, _LENGTH, _BATCH = 12, 6, 16, 64
_STEPS, _RATE = 500, 3e-3
_SETTINGS = TransformerSettings(layers=4, heads=2, width=32, feed_forward=4, positions="shaw")
WHOLE, ALONE, BARE = "whole block", "without feed-forward", "without residual"


class _Nothing(nn.Module):
    """Adds nothing to what passes by."""

    def forward(self, states: States) -> States:
        """Zeros."""
        return torch.zeros_like(states)


class Block(AbstractClaim):
    """A stack of whole blocks against two from which a part is taken."""

    name = "block"
    lecture = (27, 7)
    statement = (
        "A block needs its parts: without the feed-forward network or the residual connections a stack learns less"
    )
    source = "Vaswani et al. 2017, section 3.1; Lee 2021, Transformer (the encoder's block)"
    effect_is = "tokens right, a stack of whole blocks"
    baseline_is = "the same without a part, the better of the two, after as many steps"
    unit = "share of tokens"
    rule = (
        "shown when the whole stack is right for at least 0.9 and each of the others for at least 0.1 fewer; contradicted when one of "
        "them is right for more with every seed"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one after the other on the same batches."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        meaning = torch.randint(_LABELS, (_VOCABULARY, _VOCABULARY), generator=seeds.generator("meaning"))

        def pairs(generator: torch.Generator, batch: int = _BATCH) -> Labelled:
            tokens = torch.randint(_VOCABULARY, (batch, _LENGTH), generator=generator)
            asked = torch.ones_like(tokens, dtype=torch.bool)
            valid = asked.clone()
            asked[:, 0] = False
            return Labelled(tokens, valid, meaning[tokens.roll(1, 1), tokens], asked)

        held_out = pairs(seeds.generator("held out"), 256)
        for at, (name, make) in enumerate(_STACKS.items()):
            network = make(seeds)
            for now in learn(network, pairs, seeds, last, rate=_RATE, warmup=last // 5):
                if now.step % 50 == 0 or now.step == last:
                    rows.append(
                        {"stack": name, "step": now.step, "loss": now.loss, "accuracy": accuracy(network, held_out)}
                    )
                    yield Progress((at + now.step / last) / len(_STACKS), tuple(rows))
        whole, *others = ([row for row in rows if row["stack"] == name][-1]["accuracy"] for name in _STACKS)
        return Measured(float(whole or 0), max(float(one or 0) for one in others), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= 0.9 and one.baseline <= one.effect - 0.1 for one in found]
        return judged(shows, [one.baseline > one.effect for one in found])


def _whole(seeds: Seeds) -> Labeler:
    return labeler(_SETTINGS, _VOCABULARY, _LABELS, seeds)


def _without_feed_forward(seeds: Seeds) -> Labeler:
    network = _whole(seeds)
    for layer in network.encoder.layers:
        layer.feed_forward = _Nothing()
    return network


def _without_residual(seeds: Seeds) -> Labeler:
    return labeler(replace(_SETTINGS, norm="bare"), _VOCABULARY, _LABELS, seeds)


_STACKS: dict[str, Callable[[Seeds], Labeler]] = {
    WHOLE: _whole,
    ALONE: _without_feed_forward,
    BARE: _without_residual,
}
