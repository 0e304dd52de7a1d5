"""ALiBi in a decoder and in an encoder: the same line, once with a direction and once without.

Scores fall in a straight line with the distance. Where no token sees what follows it, "near" means "just before", and the
line holds at any length. Where a token sees both sides, the one before and the one after are equally near, and no line
that is the same on both sides can name the one before. With other slopes to the right than to the left (asymmetric) an
encoder can; that, and a causal mask without any positions, are in the table.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.claims.claim import AbstractClaim, Measured, Measuring, Verdict, judged
from core.claims.ordered import CAUSAL, KINDS, TASKS_OF_ORDER, at_last, compare
from core.claims.positions import small
from core.language import mark

_TASK = replace(TASKS_OF_ORDER["shift"], steps=600, rate=3e-3)
FAR = _TASK.asked[-1]
WITHOUT = "none, causal"
_SYMMETRIC = "alibi"


class AlibiLonger(AbstractClaim):
    """Causal, symmetric and asymmetric ALiBi, and a causal mask alone."""

    name = "alibi"
    lecture = (12,)
    statement = "ALiBi trains short and tests long where no token looks ahead; alike to both sides it is lost"
    source = "Press, Smith & Lewis 2022, arXiv:2108.12409"
    effect_is = mark("causal, at {far} tokens after training on at most {value}", far=FAR, value=_TASK.trained[1])
    baseline_is = mark("symmetric, at {far} tokens", far=FAR)
    unit = "share of right labels"
    rule = mark(
        "shown when causal ALiBi is right for at least 0.95 at {far} tokens and symmetric ALiBi for at most 0.7",
        far=FAR,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train all four, a few steps each in turn."""
        kinds = {name: small(KINDS[name]) for name in (CAUSAL, _SYMMETRIC, "alibi_asymmetric")}
        kinds[WITHOUT] = replace(kinds[CAUSAL], positions="none")
        rows = yield from compare(kinds, _TASK, seed, budget, every=100)
        return Measured(at_last(rows, CAUSAL, FAR), at_last(rows, _SYMMETRIC, FAR), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the symmetric line is as good."""
        shows = [one.effect >= 0.95 and one.baseline <= 0.7 for one in found]
        return judged(shows, [one.baseline >= one.effect for one in found])
