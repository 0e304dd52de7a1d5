"""Beam search: the best few prefixes at every step.

Each step ranks every continuation of every live prefix by its sum of log-probabilities and looks at the best 2·width:
those that end within the first `width` ranks finish and leave the beam, the first `width` others live on, so finished
outputs never shrink the beam. The stop rule `bound` is lossless: it stops only when no live prefix can still beat the
best finished output. The other rules are heuristics and are here because they are common.

Sources: Sutskever et al. 2014; the 2·width pool as in fairseq; bounds as in Huang et al. 2017 and Yang et al. 2018.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.frontier import CUT, FINISHED, LIVE, NOBODY, Choice, Decision, Frontiers
from core.decoding.hypothesis import Status
from core.decoding.leftover import LeftOut, best_left_out
from core.decoding.ranked import AbstractRankedSearch
from core.language import tr
from core.settings import setting

STOPS = ("bound", "k_finished", "top_finished", "never")


@dataclass(frozen=True)
class BeamSearch(AbstractRankedSearch):
    """The best `width` prefixes at every step."""

    name: ClassVar[str] = "beam"
    summary: ClassVar[str] = "the best few prefixes at every step"

    width: int = setting(4, low=1, high=256, help="prefixes kept after each step; 1 is greedy")
    stop: str = setting(
        "bound", choices=STOPS, help="when to stop: bound never loses the best; the others are heuristics"
    )

    @property
    def follows(self) -> int | None:
        """The beam."""
        return self.width if self.plain else None

    def remark(self, vocabulary: int) -> str:
        """A beam can be wider than what there is to choose from."""
        return wider(self.width, vocabulary)

    def reach(self, step: int) -> int:
        """The whole pool may come from one prefix."""
        return 2 * self.width

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """Rank all continuations, finish, keep, cut."""
        keys = self.keys(now)
        items, _, n = keys.shape
        keys = keys.reshape(items, -1)
        # stable: equal ones by slot, then by token number, which is the order they come in
        pool = np.argsort(-keys, axis=1, kind="stable")[:, : 2 * self.width]
        rows = np.arange(items)[:, None]
        values, tokens, _ = now.outlook.candidates
        slot, token, logp_token = (
            pool // n,
            tokens.reshape(items, -1)[rows, pool],
            values.reshape(items, -1)[rows, pool],
        )
        fate, alive = fates(keys[rows, pool] > -np.inf, token == now.limits.end, self.width)
        places = None if alive is None else np.argsort(~alive, axis=1, kind="stable")
        scored = self.scored(now, rows, slot, token, logp_token)
        return Choice(
            slot, token, logp_token, scored.logp, scored.rank_score, fate, places, (fate == LIVE).sum(axis=1),
            np.zeros_like(token), parts=scored.parts, carry=scored.carry,
        )  # fmt: skip

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """By the rule chosen."""
        if self.stop == "k_finished":
            yield "k_finished", finished >= self.width
        if self.stop == "top_finished":
            yield "top_finished", choice.fate[:, 0] == FINISHED
        if self.stop == "bound":
            hope = np.where(choice.fate == LIVE, self.reachable(now, choice), -np.inf).max(axis=1)
            yield "bound", (best >= hope) & (choice.count > 0)

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The best behind the pool."""
        reason = tr("not among the best {width} continuations of this step", width=2 * self.width)
        return best_left_out(decision, item, taken, Status.PRUNED_BEAM, reason)

    def cut_reason(self, decision: Decision, item: int, place: int) -> str:
        """It ends too late, or others are better."""
        choice = decision.choice
        if choice.token[item, place] == decision.before.limits.end:
            return tr("it ends, but at rank {place}, behind the first {width}", place=place + 1, width=self.width)
        last = choice.lives_at(item, int(choice.count[item]) - 1)  # the beam is full, or nothing were cut
        what, sums = (
            ("score", choice.rank_score) if self.reads else (tr("Σ log p"), choice.carry.get("standing", choice.logp))
        )
        if sums[item, place] == sums[item, last]:
            return tr(
                "rank {place}: {what} {sums:.3f} equals the last one kept, which came first",
                place=place + 1,
                what=what,
                sums=sums[item, place],
            )
        return tr(
            "rank {place}: {what} {sums:.3f} is below the last one kept, {sums2:.3f}",
            place=place + 1,
            what=what,
            sums=sums[item, place],
            sums2=sums[item, last],
        )


def fates(
    there: Bool[np.ndarray, "item place"], ends: Bool[np.ndarray, "item place"], width: int
) -> tuple[Int[np.ndarray, "item place"], Bool[np.ndarray, "item place"] | None]:
    """What becomes of a ranked pool, and which places live where those are not simply the first ones."""
    goes_on = there > ends
    alive = goes_on & (goes_on.cumsum(axis=1) <= width)
    fate = np.where(alive, LIVE, np.where(there, CUT, NOBODY))
    if not np.count_nonzero(ends):
        return fate, None
    fate[:, :width][(there & ends)[:, :width]] = FINISHED
    return fate, alive


def wider(width: int, vocabulary: int) -> str:
    """What happens where a beam is wider than the vocabulary."""
    if width <= vocabulary:
        return ""
    return tr(
        "width {width} is wider than the vocabulary ({vocabulary} tokens): the first steps have fewer candidates",
        width=width,
        vocabulary=vocabulary,
    )
