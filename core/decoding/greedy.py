"""Greedy search: always the most probable next token."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.candidates import refuse_nan
from core.decoding.frontier import LIVE, Choice, Decision, Frontiers
from core.decoding.hypothesis import Status
from core.decoding.leftover import LeftOut, best_left_out
from core.decoding.ranking import PLAIN, LengthNorm
from core.decoding.search import AbstractSearch
from core.language import tr


@dataclass(frozen=True)
class GreedySearch(AbstractSearch):
    """One path, the most probable token at every step; the lower token number where two are equal."""

    name: ClassVar[str] = "greedy"
    summary: ClassVar[str] = "the most probable token at every step"

    @property
    def norm(self) -> LengthNorm:
        """Plain sums: there is only one path."""
        return PLAIN

    @property
    def follows(self) -> int | None:
        """One."""
        return None if self.restrained else 1

    def reach(self, step: int) -> int:
        """One."""
        return 1

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """Take the best."""
        if now.outlook.weighing is not None:
            return self._weighed(now)
        own = log_probs.numpy()[:, 0]
        token = (own + now.limits.never.numpy()).argmax(axis=1)[:, None]  # the first where several are equal
        logp_token = own[np.arange(len(own))[:, None], token].astype(np.float64)
        refuse_nan(logp_token)
        ends = token == now.limits.end
        logp = now.logp + logp_token
        # the only slot and the only place: whose parent, index and number are all 0
        return Choice(now.index, token, logp_token, logp, logp, ends + LIVE, None, 1 - ends[:, 0], now.index)

    def _weighed(self, now: Frontiers) -> Choice:
        """Take what counts most under limits and penalties."""
        values, tokens, _ = now.outlook.candidates
        token, logp_token = tokens[:, 0, :1], values[:, 0, :1]
        scored = self.scored(now, np.arange(len(now))[:, None], now.index, token, logp_token)
        ends = token == now.limits.end
        return Choice(
            now.index, token, logp_token, scored.logp, scored.rank_score, ends + LIVE, None, 1 - ends[:, 0], now.index,
            parts=scored.parts, carry=scored.carry,
        )  # fmt: skip

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """None of its own: its one path ends."""
        return ()

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The next ones."""
        best = decision.choice.logp_token[item, 0]
        reason = tr("greedy keeps one: another token was more probable ({best:.3f})", best=best)
        if self.restrained:
            reason = tr("greedy keeps one: another token counted more ({best:.3f}, penalties apart)", best=best)
        return best_left_out(decision, item, taken, Status.PRUNED_BEAM, reason)
