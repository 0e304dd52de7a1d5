"""A hypothesis: one token after a chain of others, with everything that was known when it was weighed.

Hypotheses are immutable and link to their parent, so a decoding tree is nothing but the hypotheses that were ever
weighed. `logp` is the plain sum of the model's log-probabilities; `rank_score` is what was compared; neither ever
overwrites the other. Length counts generated tokens, <end> included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan
from typing import Optional


class Status(StrEnum):
    """What became of a hypothesis. EXPANDED is said when the tree is drawn: a live one that has children."""

    ROOT = "root"
    LIVE = "live"
    EXPANDED = "expanded"
    FINISHED = "finished"
    TRUNCATED = "truncated"
    PRUNED_BEAM = "pruned_beam"
    PRUNED_FILTER = "pruned_filter"
    PRUNED_CONSTRAINT = "pruned_constraint"
    PRUNED_BOUND = "pruned_bound"
    PRUNED_DRAW = "pruned_draw"
    SUPERSEDED = "superseded"


PRUNED = frozenset({
    Status.PRUNED_BEAM, Status.PRUNED_FILTER, Status.PRUNED_CONSTRAINT, Status.PRUNED_BOUND,
    Status.PRUNED_DRAW, Status.SUPERSEDED,
})  # fmt: skip


@dataclass(frozen=True)
class Draw:
    """The chance behind a sampled token; it replays to the same token.

    Attributes:
        index: which of the draws; noise: the uniform number u in [0, 1).
        support_size, support_mass: tokens that the filters left, and their share of the tempered distribution.
        cum_before, cum_after: the interval of cumulated probability that u fell into.
    """

    index: int
    noise: float
    support_size: int
    support_mass: float
    cum_before: float
    cum_after: float


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """One node of a decoding tree.

    Attributes:
        parent: the hypothesis it continues, None for the root.
        token: its number; the root's is the one the decoder is fed first.
        logp_token: natural logarithm of the model's own probability of this token, untouched by any search.
        logp: sum of `logp_token` from the root, in double precision.
        rank_score: what was compared; bound: the best rank_score any continuation could reach, nan where unused.
        rank: place in the step's pool of candidates, 0 best, −1 where it was not ranked.
        slot: place among the live ones after this step, −1 when not live.
        prob_filtered: probability under the filtered, renormalized law it was drawn from, nan elsewhere.
        reason: why it was pruned, in words; empty for kept ones.
        forced: a person chose it, not the search.
        attention: row of the frontier it was weighed at, for finding its attention.
        group: of a diverse beam, 0 elsewhere.
        parts: what lies between `logp` and `rank_score`, by name (length, coverage, repetition, diversity, noise);
            `logp` and they add up to `rank_score`.
    """

    parent: Optional["Hypothesis"]
    token: int
    logp_token: float
    logp: float
    rank_score: float
    status: Status
    rank: int = -1
    slot: int = -1
    bound: float = nan
    prob_filtered: float = nan
    draw: Draw | None = None
    reason: str = ""
    forced: bool = False
    attention: int = -1
    group: int = 0
    parts: dict[str, float] = field(default_factory=dict)
    step: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "step", 0 if self.parent is None else self.parent.step + 1)

    def path(self) -> list["Hypothesis"]:
        """From the first token to this one; the root is left out."""
        return [node for node in self._upwards() if node.parent is not None][::-1]

    def tokens(self) -> list[int]:
        """The tokens of the path."""
        return [node.token for node in self.path()]

    def written(self, end: int) -> list[int]:
        """The tokens of the path without the one that ends it."""
        tokens = self.tokens()
        return tokens[:-1] if tokens[-1:] == [end] else tokens

    def _upwards(self) -> Iterator["Hypothesis"]:
        node: Hypothesis | None = self
        while node is not None:
            yield node
            node = node.parent


def root(token: int) -> Hypothesis:
    """The hypothesis before the first token."""
    return Hypothesis(None, token, 0.0, 0.0, 0.0, Status.ROOT, slot=0)
