"""b = Σ α v, from the record: what a head gives is the values, mixed with the weights that one sees.

Every attention of shipped models is recorded at work, with its queries, keys, values, scores and weights. From these the
lecture's matrices are computed again: A, the softmax of Q Kᵀ / √d, and O, the weights times the values.
"""

from collections.abc import Sequence

import numpy as np

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.language import mark
from core.recording.matrix import AttentionMatrix
from core.runs.trained import load

_RUNS = ("demo/reverse-transformer", "demo/dates-transformer")
_SENTENCES = 8
_EQUAL, _OTHER = 1e-5, 0.1  # of contexts about 1


class RecordMix(AbstractClaim):
    """Recorded contexts against weights times values, with the right weights and with those of the next row."""

    name = "record_mix"
    lecture = (10,)
    statement = "What attention gives is b = Σ α v: its values, mixed with the weights that the picture shows"
    source = "Lee 2021, Self-attention (matrices A and O); Vaswani et al. 2017, section 3.2.1"
    effect_is = "largest difference between a recorded context and its weights times the values, all heads"
    baseline_is = "the same with the weights of the next query"
    unit = "of contexts about 1"
    rule = mark(
        "shown when no context differs by {equal:g}, no weight from the softmax of q·k / √d by as much, and the "
        "next query's weights are off by {other:g}",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Record and compute again; chance draws the sentences, nothing is trained."""
        rows, count = list[Row](), max(1, round(_SENTENCES * min(1.0, budget)))
        for at, run in enumerate(_RUNS):
            trained = load(run)
            for place, example in enumerate(drawn(trained, seed, count), start=1):
                source = trained.config.task.join(example.source)
                rows += [{"run": run} | _differences(one) for one in trained.matrices(source, level="full")]
                yield Progress((at + place / count) / len(_RUNS), tuple(rows))
        mixed, other = ([float(row[what] or 0) for row in rows] for what in ("context", "next query's weights"))
        return Measured(max(mixed), max(other), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the next query's weights do as well."""
        weighed = [max(float(row["weights"] or 0) for row in one.rows) < _EQUAL for one in found]
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER and right for one, right in zip(found, weighed)]
        return judged(shows, [one.effect >= one.baseline for one in found])


def _differences(one: AttentionMatrix) -> Row:
    assert one.query is not None and one.key is not None and one.value is not None and one.context is not None
    scores = one.query @ one.key.swapaxes(-1, -2) / np.sqrt(one.query.shape[-1])
    if one.scores is not None:
        scores = np.where(np.isneginf(one.scores), -np.inf, scores)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return {
        "attention": one.site.label, "queries": len(one.queries), "keys": len(one.keys),
        "weights": float(np.abs(weights - one.weights).max()),
        "context": float(np.abs(one.weights @ one.value - one.context).max()),
        "next query's weights": float(np.abs(np.roll(one.weights, 1, axis=1) @ one.value - one.context).max()),
    }  # fmt: skip
