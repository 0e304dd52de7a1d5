"""Random features against the softmax they stand for: how near they come, over how many there are.

Queries, keys and values are random; the exact attention is computed beside its approximation (Choromanski et al. 2021,
arXiv:2009.14794). The error of an average over m draws falls as 1/√m: to halve it takes four times the features, and what
was gained in time is soon given back. One error is the mean over several draws of the directions.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch

from core.attention.attention import Attention
from core.attention.multiplicative import ScaledDotProduct
from core.attention.performer import Performer
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.language import mark
from core.seeds import Seeds

FEATURES = (16, 64, 256, 1024, 4096)
_TOKENS, _HEADS, _DIM, _DRAWS = 64, 2, 16, 10
_SPREAD = 0.7  # standard deviation of queries and keys


class PerformerError(AbstractClaim):
    """Relative error of the context, over the number of random features."""

    name = "performer"
    lecture = (19,)
    statement = "Random features approximate softmax attention, the nearer the more of them there are"
    source = "Choromanski et al. 2021, theorem 4, arXiv:2009.14794"
    effect_is = mark("relative error with {features:,} features", features=FEATURES[-1])
    baseline_is = mark("the same with {features}", features=FEATURES[0])
    unit = "of the exact context's size"
    rule = "shown when the error falls at every step and is in the end at most half of what it was"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Draw directions again and again; the budget changes nothing, there is no training."""
        rows, seeds = list[Row](), Seeds(seed)
        query, key, value = torch.randn(
            3, 1, _HEADS, _TOKENS, _DIM, generator=seeds.generator("text"), dtype=torch.float64
        )
        query, key = _SPREAD * query, _SPREAD * key
        exact = Attention(ScaledDotProduct())(query, key, value).context
        for at, features in enumerate(FEATURES, start=1):
            chance = seeds.generator("directions", features)
            draws = [Performer(_DIM, features, chance).double()(query, key, value).context for _ in range(_DRAWS)]
            errors = [float((one - exact).norm() / exact.norm()) for one in draws]
            rows.append({
                "features": features, "error": sum(errors) / _DRAWS, "least": min(errors), "most": max(errors),
            })  # fmt: skip
            yield Progress(at / len(FEATURES), tuple(rows))
        return Measured(float(rows[-1]["error"] or 0), float(rows[0]["error"] or 0), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where more features do not help."""
        shows = []
        for one in found:
            errors = [float(row["error"] or 0) for row in one.rows]
            shows.append(all(more > less for more, less in pairwise(errors)) and 2 * one.effect <= one.baseline)
        return judged(shows, [one.effect >= one.baseline for one in found])
