"""Searches that rank outputs of different length: what they compare, and how good a live hypothesis can still become."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float

from core.decoding.frontier import Choice, Decision, Frontiers, Scored, between
from core.decoding.ranking import COVERAGES, KINDS, Coverage, LengthNorm
from core.decoding.search import AbstractSearch
from core.settings import setting


@dataclass(frozen=True, kw_only=True)
class AbstractRankedSearch(AbstractSearch):
    """A search whose hypotheses compete by a score of log-probability, length and coverage."""

    length_norm: str = setting("none", choices=KINDS, help="how outputs of different length are compared")
    length_penalty: float = setting(
        1.0, low=-5.0, high=5.0, step=0.1, help="exponent α, or reward γ per token; above 0 favours longer"
    )
    coverage: str = setting("none", choices=COVERAGES, help="what unread (gnmt) or twice read (summary) source costs")
    coverage_penalty: float = setting(0.2, low=0.0, high=100.0, step=0.1, help="the weight β of coverage")

    @cached_property
    def norm(self) -> LengthNorm:
        """The ranking score's arithmetic."""
        return LengthNorm(self.length_norm, self.length_penalty)

    @cached_property
    def covering(self) -> Coverage:
        """What the source's coverage adds to it."""
        return Coverage(self.coverage, self.coverage_penalty)

    @property
    def reads(self) -> bool:
        """For a coverage penalty."""
        return self.coverage != "none"

    @property
    def plain(self) -> bool:
        """Whether the most probable prefixes are those that count most."""
        return not self.restrained and not self.reads

    def read(self, now: Frontiers) -> Float[np.ndarray, "item slot"]:
        """The coverage term of every slot's continuations."""
        return self.covering.score(now.covered, now.limits.source_length[:, None])

    def keys(self, now: Frontiers) -> Float[np.ndarray, "item slot n"]:
        """What is compared in one step: of every candidate.

        Where coverage counts it is the ranking score; without it all candidates of a step are divided or rewarded
        alike, so the sums are compared as they are.
        """
        totals = now.outlook.candidates.scores + now.standing[:, :, None]
        if not self.reads:
            return totals
        length = self.norm.score(totals, now.step + 1, now.limits.source_length[:, None, None])
        return np.where(totals > -np.inf, length + self.read(now)[:, :, None], -np.inf)

    def scored(
        self, now: Frontiers, item: np.ndarray, slot: np.ndarray, token: np.ndarray, logp_token: np.ndarray
    ) -> Scored:
        """With length and coverage."""
        logp, standing, parts, carry = super().scored(now, item, slot, token, logp_token)
        if self.length_norm == "none" and not self.reads:
            return Scored(logp, standing, parts, carry)
        score = self.norm.score(standing, now.step + 1, now.limits.source_length[item])
        if self.length_norm != "none":
            parts = {**parts, "length": between(standing, score)}
        if self.reads:
            term = self.read(now)[item, slot]
            score, parts, carry = score + term, {**parts, "coverage": term}, {**carry, "coverage": term}
        return Scored(logp, score, parts, carry)

    def reachable(self, now: Frontiers, choice: Choice) -> Float[np.ndarray, "item place"]:
        """The best rank_score that a continuation of each place can reach: it may lose no more probability."""
        limits = now.limits
        standing = choice.carry.get("standing", choice.logp)
        best = self.norm.bound(standing, now.step + 1, limits.longest[:, None], limits.source_length[:, None])
        return best + self.covering.bound(choice.carry["coverage"]) if self.reads else best

    def bound(self, decision: Decision, item: int, place: int) -> float:
        """It may lose no more probability."""
        return float(self.reachable(decision.before, decision.choice)[item, place])
