"""Dot product or additive: both tell which key fits, and the additive score costs more.

The same network learns the same task with every score: to name the token before. What they cost is counted as the numbers
that a score makes for a pair of tokens on its way; times are of this machine at this moment and decide nothing.
"""

from collections.abc import Sequence
from time import perf_counter

import torch

from core.attention.scores import SCORES
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import accuracy, labeler, learn, steps
from core.claims.length_cost import most_bytes
from core.claims.normalizers import shifted
from core.language import mark
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds

_VOCABULARY, _LONGEST, _STEPS, _RATE = 12, 20, 400, 3e-3
USUAL, ADDED = "dot", "additive"
_PARTS = 3  # times the memory that the additive score must need at least, to cost more


class Scores(AbstractClaim):
    """One network, one task, every score."""

    name = "scores"
    lecture = (8,)
    statement = "A dot product and an additive score both find the key that fits; the additive one costs more"
    source = "Lee 2021, Self-attention; Bahdanau et al. 2015, arXiv:1409.0473; Luong et al. 2015, arXiv:1508.04025"
    effect_is = "tokens right, additive score"
    baseline_is = "tokens right, dot product"
    unit = "share of tokens"
    rule = mark(
        "shown when both are right for at least 0.9 and within 0.05 of each other, and the additive score holds "
        "at least {parts} times the memory for a pair of tokens; nothing is claimed of which is better",
        parts=_PARTS,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train with one score after the other."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = shifted(seeds.generator("held out"), 64, _LONGEST)
        for at, name in enumerate(SCORES):
            settings = TransformerSettings(
                layers=2, heads=2, width=32, feed_forward=2, positions="sinusoidal", score=name
            )
            network = labeler(settings, _VOCABULARY, _VOCABULARY, seeds)
            for now in learn(network, shifted, seeds, last, rate=_RATE):
                if now.step % 25 == 0:
                    yield Progress((at + now.step / last) / len(SCORES), tuple(rows))
            right = accuracy(network, held_out)
            rows.append({"score": name, "accuracy": right, "parameters": _parameters(network)} | _cost(name))
        return Measured(_of(rows, ADDED, "accuracy"), _of(rows, USUAL, "accuracy"), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the dot product learns and the additive score does not."""
        dear = [_of(one.rows, ADDED, "bytes") >= _PARTS * _of(one.rows, USUAL, "bytes") for one in found]
        shows = [
            min(one.effect, one.baseline) >= 0.9 and abs(one.effect - one.baseline) <= 0.05 and costs
            for one, costs in zip(found, dear)
        ]
        return judged(shows, [one.baseline >= 0.9 and one.effect < one.baseline - 0.3 for one in found])


def _parameters(network: Labeler) -> int:
    return sum(one.numel() for one in network.parameters())


@torch.no_grad()
def _cost(name: str, time: int = 128, dim: int = 16) -> Row:
    """Of all pairs of a text: the most memory at once, and seconds."""
    score, states = SCORES[name](dim), torch.ones(1, 2, time, dim)
    prepared = score.prepare(states)
    held = most_bytes(lambda: score(states, prepared))
    began = perf_counter()
    score(states, prepared)
    return {"bytes": held, "seconds": perf_counter() - began}


def _of(rows: Sequence[Row], name: str, what: str) -> float:
    return next(float(row[what] or 0) for row in rows if row["score"] == name)
