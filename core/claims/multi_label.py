"""Labels that depend on each other: a decoder writes a consistent set, sigmoids that judge each label by itself do not.

Texts about a few themes are labelled by one of two annotators, who call the same themes by different names; the text does not
tell who it was. Decoders that write the labels in a fixed order, in one drawn anew each time, or with every missing label
right, learn beside sigmoids: from one seed, with the same encoder, on the same texts. A set counts as consistent where it is
not empty and one annotator could have given it; as right where it is the very set, which can be known of about half of the
texts at most. Which order the labels have makes little difference here.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Verdict, judged
from core.claims.labeling import steps
from core.language import mark
from core.runs.label_race import SIGMOIDS, WRITERS, LabelRace
from core.tasks.multi_label import MultiLabel

_STEPS = 200
_GAP = 0.3  # by which a difference of shares must be, to be told from chance on 300 texts and from a bad seed
_TITLES = {name: title for name, (title, _, _) in WRITERS.items()} | {SIGMOIDS: "independent sigmoids"}


class MultiLabelSets(AbstractClaim):
    """Three decoders and sigmoids on texts of two annotators."""

    name = "multi_label"
    lecture = (25,)
    statement = "Labels written one after the other agree with each other; labels judged each by itself do not"
    source = "Yang et al. 2018, arXiv:1806.04822; Tsai & Lee 2020, arXiv:1909.03434"
    effect_is = "consistent sets, not empty, of a decoder that writes labels in a fixed order"
    baseline_is = "the same of independent sigmoids on the same encoder, trained on the same texts"
    unit = "share of held-out texts"
    rule = mark(
        "shown when with every seed the decoder's consistent sets exceed the sigmoids' by {gap:.0%} of the texts, "
        "and its sets that are right whole exceed theirs by as much; contradicted when with every seed the "
        "sigmoids have more of both",
        gap=_GAP,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train four, then ask each for the sets of the same texts."""
        race = LabelRace(MultiLabel(), seed, steps(_STEPS, budget), tuple(WRITERS))
        while not race.done:
            race.advance()
            if race.step % 10 == 0:
                yield Progress(race.step / race.steps)
        rows = tuple({"model": _TITLES[name], **scores} for name, scores in race.scores().items())
        return Measured(float(rows[0]["consistent"] or 0), float(rows[-1]["consistent"] or 0), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule."""
        gaps = [
            [
                float(one.rows[0][kind] or 0) - float(one.rows[-1][kind] or 0)
                for kind in ("consistent", "subset accuracy")
            ]
            for one in found
        ]
        return judged([min(both) >= _GAP for both in gaps], [max(both) < 0 for both in gaps])
