"""Diverse beam search: several small beams beside each other, each kept away from what the earlier ones have chosen.

The beam's `width` is divided into groups that rank their own continuations, one group after the other. A token that
earlier groups have chosen at this step costs `diversity` for every time (Hamming diversity). The cost belongs to the
ranking of this step alone: it is a part of the ranking score that was compared, and of no sum that is carried on.
Groups neither share slots nor finished outputs, so every group gives results of its own.

Source: Vijayakumar et al. 2018, arXiv:1610.02424.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.beam import fates, wider
from core.decoding.frontier import FINISHED, LIVE, Choice, Decision, Frontiers
from core.decoding.hypothesis import Status
from core.decoding.leftover import LeftOut, best_left_out
from core.decoding.ranked import AbstractRankedSearch
from core.errors import SettingError
from core.language import tr
from core.settings import setting


@dataclass(frozen=True)
class DiverseBeamSearch(AbstractRankedSearch):
    """Groups of beams that keep away from each other."""

    name: ClassVar[str] = "diverse"
    summary: ClassVar[str] = "several beams that keep away from each other's tokens"

    width: int = setting(4, low=1, high=256, help="prefixes kept after each step, all groups together")
    groups: int = setting(2, low=1, high=256, help="beams the width is divided into; it must divide it")
    diversity: float = setting(
        0.5, low=0.0, high=100.0, step=0.1, help="cost of a token for each time an earlier group has chosen it"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.groups:
            raise SettingError(
                tr(
                    "groups={groups} does not divide width={width}; choose a multiple of {groups} for the width",
                    groups=self.groups,
                    width=self.width,
                )
            )

    def remark(self, vocabulary: int) -> str:
        """A beam can be wider than what there is to choose from."""
        return wider(self.width // self.groups, vocabulary)

    def reach(self, step: int) -> int:
        """The groups' pools may all come from one prefix, each avoiding what the earlier ones took."""
        return 2 * self.width

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """Group by group."""
        keys = self._scores(now)
        taken = np.zeros((len(now), now.outlook.vocabulary))  # how often earlier groups have chosen each token
        found = []
        for group in range(self.groups):
            found.append(self._group(now, keys, group, taken))
            _, token, fate, *_ = found[-1]
            chosen = (fate == LIVE) | (fate == FINISHED)
            np.add.at(taken, (np.nonzero(chosen)[0], token[chosen]), 1.0)
        slot, token, fate, logp_token, cost = (np.concatenate(columns, axis=1) for columns in zip(*found))
        rows = np.arange(len(now))[:, None]
        index = np.repeat(np.arange(self.groups), [len(one[0][0]) for one in found])[None] + np.zeros_like(token)
        scored = self.scored(now, rows, slot, token, logp_token)
        rank_score, parts = scored.rank_score - cost, {**scored.parts, "diversity": -cost}
        lives = fate == LIVE
        carry = {**scored.carry, "best": self._best(now, slot, index, fate, rank_score)}
        return Choice(
            slot, token, logp_token, scored.logp, rank_score, fate, np.argsort(~lives, axis=1, kind="stable"),
            lives.sum(axis=1), index, ranked=False, parts=parts, carry=carry,
        )  # fmt: skip

    def _scores(self, now: Frontiers) -> Float[np.ndarray, "item slot n"]:
        """Ranking scores of all candidates: the price of diversity is paid in these."""
        keys = self.keys(now)
        if self.length_norm == "none" or self.reads:  # coverage is a part of the score: then they are scores already
            return keys
        score = self.norm.score(keys, now.step + 1, now.limits.source_length[:, None, None])
        return np.where(keys > -np.inf, score, -np.inf)

    def _group(
        self, now: Frontiers, keys: Float[np.ndarray, "item slot n"], group: int, taken: Float[np.ndarray, "item vocab"]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """One group's pool: slots, tokens, fates, log-probabilities, costs."""
        items, _, n = keys.shape
        values, tokens, _ = now.outlook.candidates
        rows, width = np.arange(items)[:, None], self.width // self.groups
        cost = self.diversity * taken[rows[:, :, None], tokens]
        if not now.begins:
            keys = np.where((now.index == group)[:, :, None], keys, -np.inf)
        own = (keys - cost).reshape(items, -1)
        pool = np.argsort(-own, axis=1, kind="stable")[:, : 2 * width]
        token = tokens.reshape(items, -1)[rows, pool]
        fate, _ = fates(own[rows, pool] > -np.inf, token == now.limits.end, width)
        flat = values.reshape(items, -1)[rows, pool], cost.reshape(items, -1)[rows, pool]
        return pool // n, token, fate, *flat

    def _best(
        self, now: Frontiers, slot: np.ndarray, index: np.ndarray, fate: np.ndarray, score: np.ndarray
    ) -> Float[np.ndarray, "item place"]:
        """The best finished score of every place's group so far."""
        rows = np.arange(len(now))[:, None]
        best = now.carry.get("best", np.full(now.logp.shape, -np.inf))[rows, slot]
        for group in range(self.groups):
            own = index == group
            ended = np.where(own & (fate == FINISHED), score, -np.inf).max(axis=1, keepdims=True)
            best = np.where(own, np.maximum(best, ended), best)
        return best

    def carried(self, now: Frontiers, choice: Choice, carry: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """A forced hypothesis begins anew: nothing of its group has finished."""
        return {**carry, "best": np.full(choice.logp.shape, -np.inf)}

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """When in no group a live hypothesis can still beat the group's best: lossless."""
        hopeless = choice.carry["best"] >= self.reachable(now, choice)
        yield "bound", (hopeless | (choice.fate != LIVE)).all(axis=1) & (choice.count > 0)

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The best behind the pools."""
        reason = tr("not among the best {width} continuations of its group", width=2 * self.width // self.groups)
        return best_left_out(decision, item, taken, Status.PRUNED_BEAM, reason)

    def cut_reason(self, decision: Decision, item: int, place: int) -> str:
        """It ends too late, or others of its group count more."""
        choice = decision.choice
        group = choice.index[item, place]
        if choice.token[item, place] == decision.before.limits.end:
            return tr(
                "it ends, but behind the first {width} of group {group}",
                width=self.width // self.groups,
                group=group + 1,
            )
        own = (choice.index[item] == group) & (choice.fate[item] == LIVE)
        cost = -choice.parts["diversity"][item, place]
        dear = tr(" ({cost:.3f} of it for tokens that earlier groups chose)", cost=cost) if cost else ""
        score, last = choice.rank_score[item, place], choice.rank_score[item][own].min()
        return tr(
            "its score {score:.3f}{dear} is behind the last one that group {group} kept, {last:.3f}",
            score=score,
            dear=dear,
            group=group + 1,
            last=last,
        )
