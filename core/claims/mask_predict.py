"""Mask-predict heals the mixing: places that are written again in the light of the surer ones agree with them.

One model, trained to fill places that were emptied at random, decodes the same sources in one pass and in more. The table has
all numbers of passes that were tried; only the first and the last are compared, since nothing says that each further pass
must help.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.phrasing import MASKS, learning, outputs, scored, unseen, way
from core.decoding.mask_predict import MaskPredict
from core.language import mark
from core.training.loop import Trainer

PASSES = (1, 2, 4, 6, 10)
LEAD = 0.3  # share of outputs


class Remasked(AbstractClaim):
    """One model, decoded in one pass and in several."""

    name = "mask_predict"
    lecture = (33,)
    statement = "Writing the least sure words again lets words that were written all at once agree"
    source = "Ghazvininejad et al. 2019, section 5, arXiv:1904.09324"
    effect_is = mark("held-out outputs all of whose phrases are right, in {passes} passes", passes=PASSES[-1])
    baseline_is = "the same model in one pass"
    unit = "share of outputs"
    rule = mark(
        "shown when with every seed {passes} passes are ahead by {lead:g}; nothing is said of those between, "
        "which may be worse than fewer; contradicted when they are behind with every seed",
        passes=PASSES[-1],
        lead=LEAD,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one, and decode it in every number of passes."""
        config = way(MASKS, seed, budget)
        rows: list[Row] = []
        for now in learning(config):
            if isinstance(now, Trainer):
                examples = unseen(config.task, budget)
                rows = [
                    scored(f"{MASKS}, {passes} passes", config.task, examples, outputs(now, examples, MaskPredict(passes=passes)))
                    for passes in PASSES
                ]  # fmt: skip
            else:
                yield Progress(now)
        return Measured(float(rows[-1]["outputs right"] or 0), float(rows[0]["outputs right"] or 0), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        return judged(
            [one.effect - one.baseline >= LEAD for one in found], [one.effect < one.baseline for one in found]
        )
