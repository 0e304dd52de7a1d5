"""Knowledge distillation heals the mixing: who learns from a teacher's outputs sees one translation of a word, not two.

A model that writes a token after the other is trained on the data and then writes, greedily, the targets for another that
writes all places at once; a third of the same sizes, steps and weights at the beginning learns from the data themselves.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.phrasing import AT_ONCE, LEFT, TAUGHT, learning, outputs, scored, unseen, way
from core.decoding.mask_predict import AtOnce
from core.language import mark
from core.training.loop import Trainer

LEAD = 0.3  # share of outputs
_RUNS = (LEFT, AT_ONCE, TAUGHT)


class Distilled(AbstractClaim):
    """A teacher, a model that learns from the data, and one that learns from the teacher."""

    name = "distillation"
    lecture = (33,)
    statement = "Trained on a teacher's outputs, who writes all words at once mixes far less"
    source = "Gu et al. 2018, section 4.3, arXiv:1711.02281; Kim & Rush 2016, arXiv:1606.07947"
    effect_is = "held-out outputs all of whose phrases are right, all at once, trained on the teacher's outputs"
    baseline_is = "the same, trained on the data"
    unit = "share of outputs"
    rule = mark(
        "shown when with every seed the distilled one is ahead by {lead:g} and the teacher is no worse than it; "
        "how much is left to heal is in the table; contradicted when it is behind with every seed",
        lead=LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train the three, the teacher first."""
        rows: list[Row] = []
        teacher: Trainer | None = None
        for at, name in enumerate(_RUNS):
            config = way(name, seed, budget)
            for now in learning(config, teacher):
                if isinstance(now, Trainer):
                    teacher = teacher or now
                    examples, how = unseen(config.task, budget), None if name == LEFT else AtOnce()
                    rows.append(scored(name, config.task, examples, outputs(now, examples, how)))
                yield Progress((at + (now if isinstance(now, float) else 1.0)) / len(_RUNS), tuple(rows))
        effect, baseline = (float(rows[at]["outputs right"] or 0) for at in (2, 1))
        return Measured(effect, baseline, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        shows = [
            one.effect - one.baseline >= LEAD and float(one.rows[0]["outputs right"] or 0) >= one.effect
            for one in found
        ]
        return judged(shows, [one.effect < one.baseline for one in found])
