"""Which positions still hold in texts longer than any in training.

Every kind learns the same task, to name the token before, in texts of 5 to 20 tokens, and is asked in texts of 20, 40 and
80. What counts places from the beginning (sinusoidal, learned, FLOATER) has never seen a place past 20; what counts from
the query (Shaw, Transformer-XL, rotary) or reads in order (rnn) meets the same distances as before. In the table, but not
in the rule: T5 and ALiBi, which add one number to a score. T5's holds in part; symmetric ALiBi cannot tell left from
right, which is a claim of its own (alibi). FLOATER's own paper reports that it goes on past its lengths; here it does not.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.attention.positions import POSITIONS
from core.claims.claim import AbstractClaim, Measured, Measuring, Verdict, judged
from core.claims.ordered import CAUSAL, KINDS, TASKS_OF_ORDER, at_last, compare
from core.language import mark
from core.models.transformer_settings import TransformerSettings

_TASK = replace(TASKS_OF_ORDER["shift"], steps=300, rate=3e-3)
TRAINED, *_, FAR = _TASK.asked
ABSOLUTE = tuple(name for name in POSITIONS if name != "none")
HOLDING = ("rnn", "shaw", "xl", "rotary")


def small(settings: TransformerSettings) -> TransformerSettings:
    """The same kind of positions in a network that learns the task in a few seconds."""
    return replace(settings, width=32, feed_forward=2)


class Positions(AbstractClaim):
    """Every kind of positions, one network and one task."""

    name = "positions"
    lecture = (12,)
    statement = "Positions counted from the query hold in longer texts; positions counted from the beginning do not"
    source = "Shaw et al. 2018; Dai et al. 2019; Su et al. 2021; Neishi & Yoshinaga 2019"
    effect_is = mark("the worst of {join}, at {far} tokens", join=", ".join(HOLDING), far=FAR)
    baseline_is = mark("the best of {join}, at {far} tokens", join=", ".join(ABSOLUTE), far=FAR)
    unit = "share of right labels"
    rule = mark(
        "shown when rnn, shaw, xl and rotary are right for at least 0.75 at {far} tokens, and every kind that is "
        "added to the input for at most 0.6 although it reaches 0.9 at {trained}",
        far=FAR,
        trained=TRAINED,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train all kinds, a few steps each in turn."""
        kinds = {name: small(settings) for name, settings in KINDS.items() if name != CAUSAL}
        rows = yield from compare(kinds, _TASK, seed, budget, every=100)
        effect = min(at_last(rows, name, FAR) for name in HOLDING)
        return Measured(effect, max(at_last(rows, name, FAR) for name in ABSOLUTE), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where one that is added to the input holds as well."""
        shows = [
            one.effect >= 0.75 and one.baseline <= 0.6
            and min(at_last(one.rows, name, TRAINED) for name in ABSOLUTE) >= 0.9
            for one in found
        ]  # fmt: skip
        return judged(shows, [one.baseline >= max(0.75, one.effect) for one in found])
