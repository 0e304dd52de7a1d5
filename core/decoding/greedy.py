"""Greedy search: always the most probable next token."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from core.decoding.candidates import PLAIN, allowed, child, remembered, top
from core.decoding.frontier import Choice, Frontier
from core.decoding.hypothesis import Hypothesis, Status
from core.decoding.ranking import LengthNorm
from core.decoding.search import AbstractSearch


@dataclass(frozen=True)
class GreedySearch(AbstractSearch):
    """One path, the most probable token at every step; the lower token number where two are equal."""

    name: ClassVar[str] = "greedy"
    summary: ClassVar[str] = "the most probable token at every step"

    @property
    def norm(self) -> LengthNorm:
        """Plain sums: there is only one path."""
        return PLAIN

    def choose(self, frontier: Frontier) -> Choice:
        """Take the best; remember the next ones."""
        (token,) = top(allowed(frontier)[0], 1).tolist()
        ends = token == frontier.rules.end
        status = Status.FINISHED if ends else Status.LIVE
        best = child(frontier, 0, token, status, rank=0, slot=-1 if ends else 0)
        reason = f"greedy keeps one: another token was more probable ({best.logp_token:.3f})"
        rest = remembered(frontier, {(0, token)}, Status.PRUNED_BEAM, reason)
        live, finished = ((), (best,)) if ends else ((best,), ())
        return Choice(live, finished, (best, *rest), best.rank_score)

    def stop_reason(self, live: Sequence[Hypothesis], finished: Sequence[Hypothesis], choice: Choice) -> str:
        """Its one path has ended."""
        return "all_ended"
