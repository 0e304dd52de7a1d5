"""A summary takes names and figures from its source: a decoder that copies writes them, one that only generates cannot.

Two decoders learn from the same batches to make of a report its facts, in a fixed order and without the asides. Held out are the
names and the figures.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import steps
from core.runs.copying_race import WRITERS, CopyingRace

_NAMES = ("plain", "pointer_generator")
_STEPS = 400


class Summaries(AbstractClaim):
    """Two decoders on reports with names and figures that nobody has seen."""

    name = "summaries"
    lecture = (37,)
    statement = (
        "A summary needs copying: names and figures of an unseen report are written by a decoder that points at them"
    )
    source = "Lee 2021, Transformer (copy mechanism: summary); See et al. 2017, arXiv:1704.04368"
    effect_is = "reports with unseen names and figures whose summary a pointer-generator writes exactly"
    baseline_is = "the same of a plain decoder, trained on the same batches"
    unit = "share of reports"
    rule = (
        "shown when with every seed the pointer-generator writes at least 0.5 exactly and the plain decoder at most 0.05; "
        "contradicted when with every seed the plain decoder writes more"
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train the two, a step of each in turn."""
        race = CopyingRace("summary", seed, steps(_STEPS, budget), _NAMES)
        while not race.done:
            race.advance()
            if race.step % 10 == 0:
                yield Progress(race.step / race.steps)
        rows: list[Row] = [
            {"decoder": WRITERS[name].title, "exact": one.right(race.held_out), "loss": one.losses[-1]}
            for name, one in race.apprentices.items()
        ]
        plain, pointer = (float(row["exact"] or 0) for row in rows)
        return Measured(pointer, plain, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [one.effect >= 0.5 and one.baseline <= 0.05 for one in found]
        return judged(shows, [one.baseline > one.effect for one in found])
