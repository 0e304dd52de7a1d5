"""Sampling: draw the next token by chance, from the model's distribution or what filters leave of it.

log-probabilities → temperature → tokens never generated out → renormalize → filters → renormalize → draw. The chance
behind draw d at step t is one uniform number that depends on (seed, source, d, t) alone, so going back and stepping
again gives the same token, and what stands beside an item in a batch changes nothing. `logp` stays the model's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from core.decoding.candidates import PLAIN, allowed, child, top
from core.decoding.filters import min_p, top_k, top_p
from core.decoding.frontier import Choice, Frontier
from core.decoding.hypothesis import Draw, Hypothesis, Status
from core.decoding.ranking import LengthNorm
from core.decoding.search import AbstractSearch
from core.settings import setting


@dataclass(frozen=True)
class SamplingSearch(AbstractSearch):
    """Independent draws, each its own path."""

    name: ClassVar[str] = "sampling"
    summary: ClassVar[str] = "draw every token by chance"

    temperature: float = setting(
        1.0, above=0.0, high=10.0, step=0.1, help="below 1 sharpens, above 1 flattens; towards 0 it is greedy"
    )
    top_k: int = setting(0, low=0, high=100_000, help="draw only among the k most probable tokens; 0 = all")
    top_p: float = setting(
        1.0,
        above=0.0,
        high=1.0,
        step=0.05,
        help="draw only among the fewest tokens with this much probability; 1 = all",
    )
    min_p: float = setting(
        0.0, low=0.0, high=1.0, step=0.05, help="drop tokens below this share of the most probable one; 0 = none"
    )
    draws: int = setting(1, low=1, high=64, help="independent outputs")
    seed: int = setting(0, low=0, high=2**31 - 1, help="the same seed draws the same outputs")

    @property
    def norm(self) -> LengthNorm:
        """Plain sums: draws do not compete."""
        return PLAIN

    def choose(self, frontier: Frontier) -> Choice:
        """One draw per live hypothesis; at the root, all draws."""
        laws = allowed(frontier)
        at_root = frontier.step == 0
        jobs = (
            [(0, d) for d in range(self.draws)] if at_root else [(s, _draw_of(n)) for s, n in enumerate(frontier.live)]
        )
        filtered = {slot: self.law(laws[slot]) for slot in {slot for slot, _ in jobs}}
        drawn = [self._draw(frontier, slot, index, *filtered[slot]) for slot, index in jobs]
        live = tuple(
            replace(node, slot=slot) for slot, node in enumerate(n for n in drawn if n.token != frontier.rules.end)
        )
        finished = tuple(replace(node, status=Status.FINISHED) for node in drawn if node.token == frontier.rules.end)
        taken = {(node.attention, node.token) for node in drawn}
        rest = self._not_drawn(frontier, laws, filtered, taken)
        return Choice(live, finished, (*live, *finished, *rest), float("nan"))

    def stop_reason(self, live: Sequence[Hypothesis], finished: Sequence[Hypothesis], choice: Choice) -> str:
        """When every draw has ended."""
        return "" if live else "all_ended"

    def law(self, log_probs: Float[np.ndarray, " vocab"]) -> tuple[Float[np.ndarray, " vocab"], float]:
        """The distribution a token is drawn from, and the share of probability that the filters left."""
        with np.errstate(over="ignore"):  # far below the best, a small temperature means −∞: probability 0
            probabilities = np.exp((log_probs - log_probs.max()) / self.temperature)
        probabilities /= probabilities.sum()
        kept = np.where(top_k(probabilities, self.top_k), probabilities, 0.0)
        kept = np.where(top_p(kept / kept.sum(), self.top_p), kept, 0.0)
        kept = np.where(min_p(kept, self.min_p), kept, 0.0)
        mass = float(kept.sum())
        return kept / mass, mass

    def _filtered_by(self, log_probs: Float[np.ndarray, " vocab"], token: int) -> str:
        """The first filter that a token fails, in words."""
        if self.top_k and replace(self, top_p=1.0, min_p=0.0).law(log_probs)[0][token] == 0:
            return f"outside the {self.top_k} most probable tokens (top-k)"
        if replace(self, min_p=0.0).law(log_probs)[0][token] == 0:
            return f"outside the fewest tokens with {self.top_p:g} of the probability (top-p)"
        return f"below {self.min_p:g} of the most probable token (min-p)"

    def uniform(self, index: int, step: int, item: int) -> float:
        """The chance behind one draw at one step, in [0, 1)."""
        return float(np.random.Generator(np.random.Philox(key=[self.seed, item], counter=[index, step, 0, 0])).random())

    def _draw(
        self, frontier: Frontier, slot: int, index: int, law: Float[np.ndarray, " vocab"], mass: float
    ) -> Hypothesis:
        noise = self.uniform(index, frontier.step, frontier.rules.item)
        after = np.cumsum(law)
        token = int(min(np.searchsorted(after, noise * after[-1], side="right"), np.flatnonzero(law)[-1]))
        draw = Draw(index, noise, int((law > 0).sum()), mass, float(after[token] - law[token]), float(after[token]))
        return child(frontier, slot, token, Status.LIVE, prob_filtered=float(law[token]), draw=draw)

    def _not_drawn(
        self,
        frontier: Frontier,
        laws: Float[np.ndarray, "live vocab"],
        filtered: dict[int, tuple[Float[np.ndarray, " vocab"], float]],
        taken: set[tuple[int, int]],
    ) -> list[Hypothesis]:
        found = []
        for slot, (law, _) in filtered.items():
            extra = sum(1 for at, _ in taken if at == slot)
            count = frontier.rules.keep_pruned and frontier.rules.keep_pruned + extra
            for token in top(laws[slot], count).tolist():
                if (slot, token) in taken:
                    continue
                status = Status.PRUNED_DRAW if law[token] > 0 else Status.PRUNED_FILTER
                reason = "chance fell on another token" if law[token] > 0 else self._filtered_by(laws[slot], token)
                found.append(child(frontier, slot, token, status, prob_filtered=float(law[token]), reason=reason))
        return found


def _draw_of(node: Hypothesis) -> int:
    """Which draw a live hypothesis belongs to; a forced one stands for draw 0."""
    up: Hypothesis | None = node
    while up is not None:
        if up.draw is not None:
            return up.draw.index
        up = up.parent
    return 0
