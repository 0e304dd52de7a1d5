"""Without positions, order is lost: in "I saw a saw" the same word is a verb or a noun by its place.

Words that can be both are asked. After a pronoun they are verbs, after an article nouns, with an adverb or an adjective
between now and then. A network without positions sees a bag of words: the two "saw" of "I saw a saw" get the same output
to the bit, so at most one of them can be right.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.claims.claim import AbstractClaim, Measured, Measuring, Verdict, judged
from core.claims.ordered import KINDS, TASKS_OF_ORDER, at_last, compare
from core.claims.positions import small

_TASK = replace(TASKS_OF_ORDER["saw"], steps=200)
TRAINED = _TASK.asked[0]
WITHOUT, ADDED = "none", "sinusoidal"
_KINDS = (WITHOUT, ADDED, "learned", "rotary")


class Order(AbstractClaim):
    """One network with and without positions."""

    name = "order"
    lecture = (12,)
    statement = 'Without positions self-attention cannot tell the verb from the noun in "I saw a saw"'
    source = "Lee 2021, Self-attention (I saw a saw); Vaswani et al. 2017, section 3.5"
    effect_is = "verb or noun, sinusoidal positions"
    baseline_is = "the same, without positions"
    unit = "share of right labels"
    rule = "shown when sinusoidal positions are right for at least 0.95 and no positions for at most 0.6"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train with and without, a few steps each in turn."""
        rows = yield from compare({name: small(KINDS[name]) for name in _KINDS}, _TASK, seed, budget)
        return Measured(at_last(rows, ADDED, TRAINED), at_last(rows, WITHOUT, TRAINED), rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where a bag of words is enough."""
        shows = [one.effect >= 0.95 and one.baseline <= 0.6 for one in found]
        return judged(shows, [one.baseline >= 0.95 for one in found])
