"""Beam search: the best few prefixes at every step.

Each step ranks every continuation of every live prefix by its sum of log-probabilities and looks at the best 2·width:
those that end within the first `width` ranks finish and leave the beam, the first `width` others live on, so finished
outputs never shrink the beam. The stop rule `bound` is lossless: it stops only when no live prefix can still beat the
best finished output. The other rules are heuristics and are here because they are common.

Sources: Sutskever et al. 2014; the 2·width pool as in fairseq; bounds as in Huang et al. 2017 and Yang et al. 2018.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import ClassVar

import numpy as np

from core.decoding.candidates import allowed, child, remembered, top
from core.decoding.frontier import Choice, Frontier
from core.decoding.hypothesis import Hypothesis, Status
from core.decoding.ranking import KINDS, LengthNorm
from core.decoding.search import AbstractSearch
from core.settings import setting

STOPS = ("bound", "k_finished", "top_finished", "never")


@dataclass(frozen=True)
class BeamSearch(AbstractSearch):
    """The best `width` prefixes at every step."""

    name: ClassVar[str] = "beam"
    summary: ClassVar[str] = "the best few prefixes at every step"

    width: int = setting(4, low=1, high=256, help="prefixes kept after each step; 1 is greedy")
    length_norm: str = setting("none", choices=KINDS, help="how outputs of different length are compared")
    length_penalty: float = setting(
        1.0, low=-5.0, high=5.0, step=0.1, help="exponent α, or reward γ per token; above 0 favours longer"
    )
    stop: str = setting(
        "bound", choices=STOPS, help="when to stop: bound never loses the best; the others are heuristics"
    )

    @property
    def norm(self) -> LengthNorm:
        """The ranking score's arithmetic."""
        return LengthNorm(self.length_norm, self.length_penalty)

    def choose(self, frontier: Frontier) -> Choice:
        """Rank all continuations, finish, keep, prune."""
        totals = allowed(frontier) + np.array([node.logp for node in frontier.live])[:, None]
        places = top(totals.ravel(), 2 * self.width)
        pool = [divmod(int(place), totals.shape[1]) for place in places]
        live: list[Hypothesis] = []
        finished: list[Hypothesis] = []
        cut: list[Hypothesis] = []
        norm = self.norm
        for rank, (slot, token) in enumerate(pool):
            node = child(frontier, slot, token, Status.LIVE, norm, rank=rank)
            if token == frontier.rules.end and rank < self.width:
                finished.append(replace(node, status=Status.FINISHED))
            elif token != frontier.rules.end and len(live) < self.width:
                live.append(self._alive(node, len(live), frontier, norm))
            else:
                cut.append(replace(node, status=Status.PRUNED_BEAM))
        last = live[-1] if live else None
        pruned = [replace(node, reason=self._reason(node, last, frontier.rules.end)) for node in cut]
        known = set(pool)
        reason = f"not among the best {2 * self.width} continuations of this step"
        pruned += remembered(frontier, known, Status.PRUNED_BEAM, reason, norm)
        born = (*live, *finished, *pruned)
        return Choice(tuple(live), tuple(finished), born, last.rank_score if last else nan)

    def stop_reason(self, live: Sequence[Hypothesis], finished: Sequence[Hypothesis], choice: Choice) -> str:
        """By the rule chosen; only called once something has finished."""
        if self.stop == "k_finished" and len(finished) >= self.width:
            return "k_finished"
        if self.stop == "top_finished" and any(node.rank == 0 for node in choice.finished):
            return "top_finished"
        best = max(node.rank_score for node in finished)
        if self.stop == "bound" and live and best >= max(node.bound for node in live):
            return "bound"
        return ""

    def _alive(self, node: Hypothesis, slot: int, frontier: Frontier, norm: LengthNorm) -> Hypothesis:
        rules = frontier.rules
        bound = norm.bound(node.logp, node.step, rules.max_new_tokens, rules.source_length)
        return replace(node, slot=slot, bound=bound)

    def _reason(self, node: Hypothesis, last: Hypothesis | None, end: int) -> str:
        if node.token == end:
            return f"it ends, but at rank {node.rank + 1}, behind the first {self.width}"
        assert last is not None  # a continuation is only left out when the beam is full
        if node.logp == last.logp:
            return f"rank {node.rank + 1}: Σ log p {node.logp:.3f} equals the last one kept, which came first"
        return f"rank {node.rank + 1}: Σ log p {node.logp:.3f} is below the last one kept, {last.logp:.3f}"
