"""One search, as a person looks at it: hypotheses with their parents, reasons in words, figures of a step.

Everything here is made from the arrays of frontiers and decisions when it is asked for, and only for what is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from math import nan

import numpy as np
from jaxtyping import Float

from core.decoding.frontier import CUT, FINISHED, LIVE, Choice, Decision, Frontiers, Rules, Tip
from core.decoding.hypothesis import Draw, Hypothesis, Status
from core.decoding.leftover import LeftOut, barred_left_out, best_left_out, weighed_slots
from core.decoding.step_record import StepRecord, record_of
from core.language import tr


@dataclass(frozen=True, eq=False)
class Frontier:
    """One search between two steps.

    Attributes:
        rules: the item's limits.
        decision: the step that led here, None at the start; at: which of its items this is.
        now: the frontiers that this one belongs to, None where it has stopped; place: which of them.
        tip: what is needed to go on, None where a batch keeps it.
    """

    rules: Rules
    decision: Decision | None = field(repr=False)
    at: int
    now: Frontiers | None = field(repr=False)
    place: int
    tip: Tip | None = field(repr=False, default=None)

    @property
    def step(self) -> int:
        """Tokens chosen so far."""
        return 0 if self.decision is None else self.decision.before.step + 1

    @property
    def stop_reason(self) -> str:
        """Why there is no next step, or "" while there is one."""
        return "" if self.decision is None else self.decision.stops[self.at]

    @property
    def previous(self) -> "Frontier | None":
        """The frontier that this one was advanced from."""
        if self.decision is None:
            return None
        before = self.decision.before
        at = 0 if before.origin is None else int(before.origin[self.at])
        return Frontier(self.rules, before.decision, at, before, self.at)

    @cached_property
    def history(self) -> list["Frontier"]:
        """From the start to this one."""
        found, frontier = [], self
        while frontier is not None:
            found.append(frontier)
            frontier = frontier.previous
        return found[::-1]

    @cached_property
    def live(self) -> tuple[Hypothesis, ...]:
        """Hypotheses that go on, by slot."""
        if self.decision is None:
            assert self.now is not None
            return (self.now.roots[self.place],)
        return () if self.stop_reason else tuple(self._chosen_live())

    @cached_property
    def finished(self) -> tuple[Hypothesis, ...]:
        """Those that ended, best first: ended before truncated, then by ranking score, the earlier first."""
        displaced = {id(node) for node in self._displaced}
        return tuple(node for node in self._ended if id(node) not in displaced)

    @cached_property
    def _ended(self) -> tuple[Hypothesis, ...]:
        found = [
            _node(one.decision, one.at, place)
            for one in self._counted
            if one.decision is not None
            for place in _places(one.decision, one.at, FINISHED)
        ]
        if self.stop_reason == "max_len":
            found += self._chosen_live()
        return tuple(sorted(found, key=lambda node: (node.status is not Status.FINISHED, -node.rank_score)))

    @property
    def _counted(self) -> "list[Frontier]":
        """Where its outputs come from."""
        return self.history

    @property
    def _displaced(self) -> list[Hypothesis]:
        """Those that ended, and lost their place to others."""
        kept = None if self.decision is None else self.decision.search.outputs
        return [] if kept is None else sorted(self._ended, key=lambda node: -node.rank_score)[kept:]

    @property
    def proved(self) -> bool | None:
        """Whether no output can be better than the best one; None where the search does not ask."""
        return None

    def verdicts(self) -> list[tuple[Hypothesis, Status, str]]:
        """What later steps made of hypotheses, and why: they may lose a place they once had."""
        lost = self._displaced
        if not lost:
            return []
        reason = tr("it ended, but {count} others came to rank higher", count=len(self.finished))
        return [(node, Status.SUPERSEDED, reason) for node in lost]

    @cached_property
    def born(self) -> tuple[Hypothesis, ...]:
        """Every hypothesis weighed in the step that led here: live, finished, cut, left out."""
        if self.decision is None:
            return ()
        decision, at = self.decision, self.at
        ended, cut = (_places(decision, at, fate) for fate in (FINISHED, CUT))
        known = [*self._chosen_live(), *(_node(decision, at, place) for place in (*ended, *cut))]
        return (*known, *self._left_out({(node.attention, node.token) for node in known}))

    @property
    def best(self) -> Hypothesis:
        """The best output so far: finished if there is any, else truncated, else the first live one, or the last that was."""
        ended = [node for node in self.finished if node.status is Status.FINISHED]
        found = ended or list(self.finished) or list(self.live)
        return found[0] if found or self.previous is None else self.previous.best

    @property
    def log_probs(self) -> Float[np.ndarray, "live vocab"]:
        """The model's own distribution after each live hypothesis; only where a step can follow."""
        assert self.now is not None and self.tip is not None, "a batch does not keep whole distributions"
        return self.tip.log_probs[self.place, : int(self.now.count[self.place])].numpy()

    @cached_property
    def rows(self) -> dict[str, Float[np.ndarray, "live head key"]]:
        """Attention of the step that came here, by site, a row per live hypothesis."""
        if self.now is None:
            return {}
        live = int(self.now.count[self.place])
        found = {}
        for site, rows in self.now.rows().items():
            keys = self.rules.source_length if "cross" in site else rows.shape[-1]  # the rest is padding
            found[site] = rows[self.place, :, :live, :keys].transpose(0, 1).numpy()  # live head key
        return found

    @cached_property
    def record(self) -> StepRecord | None:
        """Figures of the step that led here, None at the start."""
        if self.decision is None:
            return None
        assert self.previous is not None
        ended = [_node(self.decision, self.at, place) for place in _places(self.decision, self.at, FINISHED)]
        milliseconds = self.decision.milliseconds if self.now is None else self.now.milliseconds
        return record_of(self.decision, self.at, self.previous.live, list(self._chosen_live()), ended, milliseconds)

    def _chosen_live(self) -> Iterator[Hypothesis]:
        assert self.decision is not None
        choice = self.decision.choice
        for slot in range(choice.count[self.at]):
            yield _node(self.decision, self.at, choice.lives_at(self.at, slot))

    def _left_out(self, taken: set[tuple[int, int]]) -> Iterator[Hypothesis]:
        decision, at = self.decision, self.at
        assert decision is not None and self.previous is not None
        parents, before, search = self.previous.live, decision.before, decision.search
        forced = decision.choice.forced_rank >= 0
        found = _not_forced(decision, at, taken) if forced else search.left_out(decision, at, taken)
        found = [*found, *barred_left_out(decision, at, taken)]
        found = [one for one in found if not one.extra or self._on_gold(parents[one.slot])]
        if not found:
            return
        slots, tokens, logps = (np.array([one[column] for one in found]) for column in range(3))
        scored = search.scored(before, np.full_like(slots, at), slots, tokens, logps)
        for place, one in enumerate(found):
            parent = parents[one.slot]
            yield Hypothesis(
                parent, one.token, one.logp_token, parent.logp + one.logp_token, float(scored.rank_score[place]),
                one.status, prob_filtered=one.prob_filtered, reason=one.reason, attention=one.slot,
                rank=_rank(decision, at, one) if one.extra else -1, group=_group(decision.choice, before.index[at, one.slot]),
                parts={name: float(column[place]) for name, column in scored.parts.items()},
            )  # fmt: skip

    def _on_gold(self, parent: Hypothesis) -> bool:
        return self.rules.gold is not None and tuple(parent.tokens()) == self.rules.gold[: parent.step]


def _places(decision: Decision, at: int, fate: int) -> list[int]:
    return np.flatnonzero(decision.choice.fate[at] == fate).tolist()


def _node(decision: Decision, at: int, place: int) -> Hypothesis:
    """The hypothesis at a place, made with its ancestors when first asked for; a path may have thousands."""
    wanted: list[tuple[Decision, int, int]] = []
    parent: Hypothesis | None = None
    while parent is None:
        known = decision.nodes.get((at, place))
        if known is not None:
            parent = known
            break
        wanted.append((decision, at, place))
        before, slot = decision.before, int(decision.choice.parent[at, place])
        if before.decision is None or before.origin is None:
            parent = before.roots[at]
        else:
            decision, at = before.decision, int(before.origin[at])
            place = decision.choice.lives_at(at, slot)
    for decision, at, place in reversed(wanted):
        parent = decision.nodes[at, place] = _made(decision, at, place, parent)
    return parent


def _made(decision: Decision, at: int, place: int, parent: Hypothesis) -> Hypothesis:
    choice, search, stop = decision.choice, decision.search, decision.stops[at]
    fates, slot, bound, reason = choice.fate[at], -1, nan, ""
    fate = fates[place]
    if fate == CUT:
        status, reason = Status.PRUNED_BEAM, search.cut_reason(decision, at, place)
    elif fate == FINISHED:
        status, reason = Status.FINISHED, _kept_alone(choice, at, place)
    else:
        bound = search.bound(decision, at, place)
        status, reason = outlived(stop, bound, float(decision.best_finished[at]))
        reason = reason or _kept_alone(choice, at, place)
        slot = int((fates[:place] == LIVE).sum()) if status is Status.LIVE else -1  # slots follow places
    return Hypothesis(
        parent, int(choice.token[at, place]), float(choice.logp_token[at, place]), float(choice.logp[at, place]),
        float(choice.rank_score[at, place]), status, rank=place if choice.ranked else choice.forced_rank, slot=slot,
        bound=bound, reason=reason, forced=choice.forced_rank >= 0, attention=int(choice.parent[at, place]),
        group=_group(choice, choice.index[at, place]),
        parts={name: float(column[at, place]) for name, column in choice.parts.items()}, **_chance(decision, at, place),
    )  # fmt: skip


def _kept_alone(choice: Choice, at: int, place: int) -> str:
    alone = None if choice.chance is None else choice.chance.alone
    if alone is None or not alone[at, choice.parent[at, place]]:
        return ""
    return tr("the filters leave no token here; the most probable one is kept")


def outlived(stop: str, bound: float, best: float) -> tuple[Status, str]:
    """What becomes of a hypothesis that lived on, by the reason its search stopped for: by proof, or a rule of thumb."""
    if stop == "":
        return Status.LIVE, ""
    if stop == "max_len":
        return Status.TRUNCATED, ""
    if stop == "bound":
        return (
            Status.PRUNED_BOUND,
            tr(
                "stopped: even its best continuation ({bound:.3f}) cannot beat a finished output ({best:.3f})",
                bound=bound, best=best),
        )  # fmt: skip
    return (
        Status.SUPERSEDED,
        tr(
            "stopped by the rule {stop}, a rule of thumb: it might still have reached {bound:.3f} (best finished: {best:.3f})",
            stop=stop, bound=bound, best=best),
    )  # fmt: skip


def _chance(decision: Decision, at: int, place: int) -> dict[str, object]:
    choice, chance = decision.choice, decision.choice.chance
    if chance is None:
        return {}
    slot = choice.parent[at, place]
    draw = Draw(
        int(choice.index[at, place]), float(chance.noise[at, place]), int(chance.support_size[at, slot]),
        float(chance.support_mass[at, slot]), float(chance.cum_after[at, place] - chance.probability[at, place]),
        float(chance.cum_after[at, place]),
    )  # fmt: skip
    return {"draw": draw, "prob_filtered": float(chance.probability[at, place])}


def _group(choice: Choice, index: np.integer) -> int:
    return int(index) if choice.chance is None else 0


def _rank(decision: Decision, at: int, one: LeftOut) -> int:
    """Among all continuations of the step; of draws, which do not compete, among those of its own hypothesis."""
    now = decision.before
    if not now.outlook.kept:
        return -1
    slots = list(weighed_slots(decision, at)) if decision.choice.ranked else [one.slot]
    totals = now.outlook.counts[at, slots] + now.standing[at, slots, None]
    return int((totals > now.outlook.counts[at, one.slot, one.token] + now.standing[at, one.slot]).sum())


def _not_forced(decision: Decision, at: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
    return best_left_out(decision, at, taken, Status.SUPERSEDED, tr("another token was forced"))
