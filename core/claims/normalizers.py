"""Softmax is usual, not necessary: other normalizers learn as well.

Every token is asked for the one before it, by a small Transformer that is made anew with each normalizer; sequences of 5
to 20 tokens are trained on. At this size all of them learn it, among them scores that are only divided by the
number of keys: no non-linearity at all. What differs is not whether they learn, but what their rows add up to, how many
weights are exactly zero, and what happens on sequences longer than any seen.
"""

from collections.abc import Sequence

import torch

from core.attention.normalizers import NORMALIZERS
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import Labelled, accuracy, labeler, learn, steps
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.recording.recorder import Recorder
from core.seeds import Seeds

_VOCABULARY, _BATCH = 12, 32
_SHORTEST, _LONGEST = 5, 20  # trained on
_ASKED = (20, 40, 80)  # measured at
_STEPS, _RATE = 300, 3e-3


def shifted(generator: torch.Generator, batch: int = _BATCH, length: int | None = None) -> Labelled:
    """Random tokens of one length, each asked for the token before it."""
    if length is None:
        length = int(torch.randint(_SHORTEST, _LONGEST + 1, (1,), generator=generator))
    tokens = torch.randint(_VOCABULARY, (batch, length), generator=generator)
    asked = torch.ones_like(tokens, dtype=torch.bool)
    valid = asked.clone()
    asked[:, 0] = False
    return Labelled(tokens, valid, tokens.roll(1, 1), asked)


class Normalizers(AbstractClaim):
    """The same network with every normalizer, on the same sequences."""

    name = "normalizers"
    lecture = (9,)
    statement = "Softmax may be left out: other normalizers learn as well"
    source = "Lee 2021, Self-attention; Wortsman et al. 2023, arXiv:2309.08586"
    effect_is = "tokens right at the longest trained length, the worst of the other normalizers"
    baseline_is = "the same, softmax"
    unit = "share of tokens"
    rule = (
        "shown when softmax is right for at least 0.9 and no other is more than 0.05 below it: "
        "that all learn this task, not that any is better"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train with one normalizer after the other."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        held_out = {length: shifted(seeds.generator("held out", length), 64, length) for length in _ASKED}
        for at, name in enumerate(NORMALIZERS):
            settings = TransformerSettings(
                layers=2, heads=2, width=32, feed_forward=2, positions="shaw", normalizer=name
            )
            network = labeler(settings, _VOCABULARY, _VOCABULARY, seeds)
            for now in learn(network, shifted, seeds, last, rate=_RATE):
                if now.step % 25 == 0:
                    yield Progress((at + now.step / last) / len(NORMALIZERS), tuple(rows))
            right = {f"accuracy at {length}": accuracy(network, batch) for length, batch in held_out.items()}
            rows.append({"normalizer": name} | right | _weights(network, held_out[_LONGEST]))
        found = {row["normalizer"]: float(row[f"accuracy at {_LONGEST}"] or 0) for row in rows}
        usual = found.pop("softmax")
        return Measured(min(found.values()), usual, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where softmax learns and some other does not."""
        shows = [one.baseline >= 0.9 and one.effect >= one.baseline - 0.05 for one in found]
        return judged(shows, [one.baseline >= 0.9 and one.effect < one.baseline - 0.3 for one in found])


@torch.no_grad()
def _weights(network: Labeler, batch: Labelled) -> Row:
    """What the rows of all attentions add up to, smallest and largest, and the share of weights that are exactly 0."""
    with Recorder(network) as recorder:
        network(batch.tokens, batch.valid)
    weights = torch.stack([recorder.tensor(path) for path in recorder.paths])
    sums = weights.sum(-1)
    return {
        "smallest row sum": float(sums.min()),
        "largest row sum": float(sums.max()),
        "exact zeros": float((weights == 0).double().mean()),
    }
