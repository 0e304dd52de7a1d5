"""A set has no order: who is to write one must be matched with it, not told which query answers for which thing.

Two detectors of one kind learn from one seed on the same pictures, rectangles in two colors. One is told what it missed by
the cheapest matching of its queries with the things; the other by order: the first query answers for the first thing of
the list, the second for the second. Which thing is first says the list alone, and no picture shows it.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.data.scenes import rectangles
from core.language import mark
from core.models.detector_settings import DetectorSettings
from core.seeds import Seeds
from core.training.detector_trainer import DetectorTrainer, DetectorTraining

_STEPS, _LOOKS = 500, 5  # training steps; how often both are judged on the way
_LEAST, _AHEAD = 0.85, 0.4  # recall that matching must reach, and by how much it must be ahead


class Detection(AbstractClaim):
    """Hungarian matching against assignment in order, at equal steps."""

    name = "detection"
    lecture = (26, 15)
    statement = (
        "A network that writes a set at once must be matched with it: told by order, it does not find the things"
    )
    source = "Carion et al. 2020, section 3.1, arXiv:2005.12872"
    effect_is = "things found at an overlap of 0.5, matched by least cost"
    baseline_is = "the same, assigned in order, after as many steps"
    unit = "share of things"
    rule = mark(
        "shown when with every seed matching finds at least {least:.0%} of the things and at least {ahead:.0%} "
        "more of them than assignment in order; contradicted when with every seed assignment in order finds more",
        least=_LEAST,
        ahead=_AHEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train both, step by step in turn."""
        pictures, rows, last = rectangles(), list[Row](), steps(_STEPS, budget)
        both = {
            matching: DetectorTrainer(
                pictures, DetectorSettings(), DetectorTraining(steps=last, matching=matching), Seeds(seed)
            )
            for matching in ("hungarian", "in_order")
        }
        for step in range(1, last + 1):
            for one in both.values():
                one.advance()
            if step % max(1, last // _LOOKS) == 0 or step == last:
                rows += [_row(name, one) for name, one in both.items()]
            yield Progress(step / last, tuple(rows))
        matched, ordered = (float(row["recall"] or 0) for row in rows[-2:])
        return Measured(matched, ordered, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= _LEAST and one.effect - one.baseline >= _AHEAD for one in found]
        return judged(shows, [one.effect < one.baseline for one in found])


def _row(name: str, one: DetectorTrainer) -> Row:
    now = one.judge()
    return {
        "assignment": name,
        "steps": now.step,
        "recall": now.recall,
        "precision": now.precision,
        "exact count": now.exact,
        "average precision": now.average_precision,
    }
