"""Fed nothing but right answers a decoder repeats its own errors; fed some of its own tokens while it learns, it recovers.

Two trainings from one seed on the same batches of the task `state`, with the right prefix and with more and more of the
model's own tokens in it, for a GRU with attention and for a small Transformer; both are measured on the same held-out
examples, under the right prefix and running free. The claim is about the GRU. For the Transformer, whose prefix is written
in two parallel passes, the paper claims no gain (Mihaylova & Martins 2019, arXiv:1906.07651), and neither is one claimed
here: its rows are in the table. The task was chosen because the last right answer nearly always is the next one; on a task
without such a trap there is little to gain.
"""

from collections.abc import Sequence
from math import isnan

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.language import mark
from core.runs.exposed_pair import FORCED, SAMPLED, ExposedPair, Side, pair_config

_MODELS = ("recurrent", "transformer")
_GAIN = 0.1  # of the tokens, running free


class SampledPrefix(AbstractClaim):
    """A pair of GRUs, and a pair of Transformers beside it."""

    name = "scheduled_sampling"
    lecture = (42, 30)
    statement = (
        "A decoder that has only read right answers repeats its own errors; one that has read some of its own recovers"
    )
    source = "Bengio et al. 2015, arXiv:1506.03099; Lee 2021, Transformer"
    effect_is = "tokens right running free, GRU with scheduled sampling (linear)"
    baseline_is = "the same with teacher forcing, from the same seed"
    unit = "share right"
    rule = mark(
        "shown when with every seed the sampled GRU is right at least {gain:g} more often running free, and loses "
        "at most half as much between right prefix and free; contradicted when with every seed it is right less "
        "often running free",
        gain=_GAIN,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train two pairs."""
        rows: list[Row] = []
        for at, model in enumerate(_MODELS):
            config = pair_config(model, seed)
            last = steps(config.training.steps, budget)
            pair = ExposedPair(config.changed({"training.steps": last, "training.evaluate_every": last}), every=last)
            while not pair.done:
                pair.advance()
                if pair.step % 25 == 0:
                    yield Progress((at + pair.step / last) / len(_MODELS), tuple(rows))
            rows += [_row(model, name, side) for name, side in pair.sides.items()]
        effect, baseline = (_share(rows, name, "running free") for name in (SAMPLED, FORCED))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.effect - one.baseline >= _GAIN and 2 * _lost(one.rows, SAMPLED) <= _lost(one.rows, FORCED) for one in found],
            [one.effect < one.baseline for one in found],
        )  # fmt: skip


def _row(model: str, name: str, side: Side) -> Row:
    found = side.looks[-1].exposure
    return {
        "model": model, "training": name, "right prefix": found.forced, "running free": found.free,
        "wrong after wrong": _known(found.after_error), "wrong after right": _known(found.after_right),
        "amplification": _known(found.amplification),
    }  # fmt: skip


def _known(value: float) -> float | None:
    return None if isnan(value) or value == float("inf") else value


def _share(rows: Sequence[Row], name: str, what: str) -> float:
    return next(float(row[what] or 0) for row in rows if (row["model"], row["training"]) == (_MODELS[0], name))


def _lost(rows: Sequence[Row], name: str) -> float:
    return _share(rows, name, "right prefix") - _share(rows, name, "running free")
