"""Heads do different things: switch one off, and what is lost differs from head to head.

Every head of a shipped Transformer is switched off in turn on held-out sentences, and the fall of the right output's
log-probability is measured. That another head may take over is known (the sum of single losses says little of two).
"""

from collections.abc import Sequence
from statistics import median

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.shipped import drawn
from core.language import mark
from core.runs.head_importance import over_sentences
from core.runs.trained import load

_RUN, _SENTENCES = "demo/dates-transformer", 40
_TIMES = 10


class HeadOff(AbstractClaim):
    """What each head is worth, one switched off at a time."""

    name = "head_off"
    lecture = (11,)
    statement = "Heads do different work: a few can hardly be spared, most others can"
    source = "Michel et al. 2019, arXiv:1905.10650; Voita et al. 2019, arXiv:1905.09418; Lee 2021, Self-attention"
    effect_is = mark("fall of the right output's log-probability without the head that matters most, {run}", run=_RUN)
    baseline_is = "the same without the middle one of all heads"
    unit = "nats a sentence"
    rule = mark(
        "shown when with every seed the first is {times} times the second at least, and two standard errors above "
        "0; contradicted when with every seed it is less than twice the second",
        times=_TIMES,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Switch off one by one; chance draws the sentences, nothing is trained."""
        trained, rows = load(_RUN), list[Row]()
        for now in over_sentences(trained, drawn(trained, seed, max(2, round(_SENTENCES * min(1.0, budget))))):
            rows = [
                {
                    "attention": site.label, "head": head + 1, "fall": float(fall), "error": float(error),
                    "other output": float(other),
                }
                for (site, head), fall, error, other in zip(now.heads, now.fall, now.error, now.change)
            ]  # fmt: skip
            yield Progress(now.done / now.total, tuple(rows))
        falls = [float(row["fall"] or 0) for row in rows]
        return Measured(max(falls), median(falls), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        sure = [
            one.effect > 2 * max(float(row["error"] or 0) for row in one.rows if row["fall"] == one.effect)
            for one in found
        ]
        shows = [one.effect >= _TIMES * max(one.baseline, 0.0) and firm for one, firm in zip(found, sure)]
        return judged(shows, [one.effect < 2 * one.baseline for one in found])
