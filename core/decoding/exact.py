"""Exact search: the best output of the model, proved, or the best found and no proof.

Depth first: of the hypotheses that wait, the deepest and best is expanded. Its endings are compared with the best
output known; of its other continuations those wait that could still beat it, each under an admissible bound: log p can
only be lost, so the bound is the prefix' own sum, or the best its length and coverage may yet make of it. What waits is
stepped together with its siblings. The best output known comes from a beam, so most of the tree is never opened. When
nothing waits any more, no output within the length limit is better (by more than the rounding of single precision,
10⁻⁵): `proved`. When `max_nodes` hypotheses have been
expanded, it stops with what it has.

Source: Stahlberg & Byrne 2019, arXiv:1908.10090.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from time import perf_counter
from typing import ClassVar, NamedTuple, Optional

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.beam import BeamSearch
from core.decoding.frontier import CUT, FINISHED, LIVE, Choice, Decision, Force, Frontiers, Rules, Tip
from core.decoding.hypothesis import Hypothesis, Status
from core.decoding.leftover import LeftOut, best_left_out
from core.decoding.ranked import AbstractRankedSearch
from core.decoding.search import advance_all, follow, start_all
from core.decoding.view import Frontier
from core.errors import InputError
from core.language import tr
from core.settings import setting
from core.step_model import StepModel

ALL = np.array([inf])  # hope of a hypothesis that must be expanded
CLOSE = 1e-5  # differences below are the rounding of float32: equal outputs, stepped beside others, differ so much


class Waiting(NamedTuple):
    """Hypotheses that were stepped together, some of which wait to be expanded.

    Attributes:
        now, tip: where they stand; hope: the best rank_score that each can still reach, highest first.
        slot: the next one to expand; those before it have been.
    """

    now: Frontiers
    tip: Tip
    hope: Float[np.ndarray, " slot"]
    slot: int = 0

    def hopeful(self, best: float) -> list["Waiting"]:
        """Itself, if its next one can still beat the best."""
        return [self] if self.slot < len(self.hope) and self.hope[self.slot] > best + CLOSE else []


@dataclass(frozen=True, eq=False)
class Explored(Frontier):
    """An exact search between two expansions; `decision` and `now` are those of the last one.

    Attributes:
        waiting: what is yet to be expanded, the next one last.
        left: expansions that the limit still allows.
        best_known: the rank_score to beat, −∞ while nothing has ended.
        earlier: before the last expansion; first: where the beam ended that came before all of them.
    """

    waiting: tuple[Waiting, ...] = field(repr=False, default=())
    left: int = 0
    best_known: float = -inf
    earlier: Optional["Explored"] = field(repr=False, default=None)
    first: Frontier | None = field(repr=False, default=None)

    @property
    def stop_reason(self) -> str:
        """Why nothing more is expanded, or ""."""
        if self.decision is not None and self.decision.stops[0]:
            return self.decision.stops[0]
        if not self.waiting:
            return "exhausted"
        return "" if self.left > 0 else "node_limit"

    @property
    def proved(self) -> bool | None:
        """Whether nothing better is left; None as long as it goes on, or where a person has chosen to the end."""
        return {"exhausted": bool(self.finished), "node_limit": False}.get(self.stop_reason)

    @cached_property
    def history(self) -> list[Frontier]:
        """In the order of time: the start, the beam, expansion after expansion."""
        found: list[Frontier] = []
        one: Explored | None = self
        while one is not None:
            if one.earlier is None and one.first is not None:
                found += one.first.history[:0:-1]
            found.append(one)
            one = one.earlier
        return found[::-1]

    @property
    def _counted(self) -> list[Frontier]:
        """Where its outputs come from: all that was looked at, or what came since a person chose."""
        found: list[Frontier] = []
        for one in reversed(self.history):
            found.append(one)
            if one.decision is not None and one.decision.choice.forced_rank >= 0:
                break
        return found[::-1]

    @property
    def best(self) -> Hypothesis:
        """The best output known; where nothing ends in time, the beam's best beginning, or the root."""
        if self.finished:
            return self.finished[0]
        return self.history[0].live[0] if self.first is None else self.first.best

    def verdicts(self) -> list[tuple[Hypothesis, Status, str]]:
        """Hypotheses that waited in vain."""
        if not self.stop_reason:
            return []
        steps = [one for one in self.history if isinstance(one, Explored)]
        opened = {tuple(node.tokens()) for one in self._beam for node in one.live}
        decisions = [one.decision for one in steps if one.decision is not None]
        # an expansion may leave nothing; only a person's choice has no slot of its own
        slots = [one.choice.slot if one.choice.slot >= 0 else int(one.choice.parent[0, 0]) for one in decisions]
        expanded = {(id(one.before), slot) for one, slot in zip(decisions, slots)}
        found = []
        for one in steps:
            for slot in range(0 if one.now is None or one.decision is None else int(one.now.count[0])):
                if (id(one.now), slot) not in expanded and tuple(one.node(slot).tokens()) not in opened:
                    found.append((one.node(slot), *self._in_vain(one, slot)))
        return found

    @property
    def _beam(self) -> list[Frontier]:
        """What the beam stepped on from."""
        return [] if self.first is None else self.first.history[:-1]

    def node(self, place: int) -> Hypothesis:
        """The hypothesis at a place of the last expansion."""
        return list(self._chosen_live())[place]

    def _in_vain(self, one: "Explored", slot: int) -> tuple[Status, str]:
        hope = one.decision.search.bound(one.decision, 0, slot)
        if hope <= self.best_known + CLOSE:
            return Status.PRUNED_BOUND, tr(
                "even its best continuation ({hope:.3f}) cannot beat the best output found since ({best_known:.3f})",
                hope=hope, best_known=self.best_known)  # fmt: skip
        return Status.SUPERSEDED, tr("the limit on nodes came before its turn")


@dataclass(frozen=True)
class ExactSearch(AbstractRankedSearch):
    """The model's best output, with a proof where it can be had."""

    name: ClassVar[str] = "exact"
    summary: ClassVar[str] = "the model's best output, proved: depth first with a bound"

    start_width: int = setting(4, low=1, high=256, help="beam whose best output is to be beaten first")
    max_nodes: int = setting(5_000, low=1, high=10_000_000, help="hypotheses to expand at most; then no proof")

    def reach(self, step: int) -> int:
        """Every continuation is weighed."""
        return 1 << 30

    def start(self, model: StepModel, source: Sequence[int], rules: Rules) -> "Explored":
        """Before the first token: everything waits."""
        now, tip = start_all(self, model, [source], [self.within(rules)])
        return Explored(
            now.limits.rules[0], None, 0, now, 0, tip, waiting=(Waiting(now, tip, ALL),), left=self.max_nodes
        )

    def advance(self, model: StepModel, frontier: Frontier, force: Force | None = None) -> "Explored":
        """A step of the beam that comes first, then one expansion; with `force` a person's choice, and nothing else waits.

        Raises:
            InputError: the forced token cannot be generated here.
        """
        assert isinstance(frontier, Explored)
        if force is not None:
            return self._forced(model, frontier, force)
        if frontier.earlier is None and frontier.decision is None and frontier.step == 0:
            frontier = self._after_beam(model, frontier)
        return self._expand(model, frontier)

    def run(self, model: StepModel, sources: Sequence[Sequence[int]], rules: Sequence[Rules]) -> list[Frontier]:
        """One source after the other: how far each must go is its own."""
        found = []
        for source, limits in zip(sources, rules):
            frontier = self.start(model, source, limits)
            while not self.done(frontier):
                frontier = self.advance(model, frontier)
            found.append(frontier)
        return found

    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """The continuations of the first hypothesis, none of which is ruled out."""
        return self._continuations(now, 0, -inf)

    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """Never in the middle: other branches wait."""
        return ()

    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """What is ruled out without being looked at."""
        why = tr("even its best continuation cannot beat the best output known")
        return best_left_out(decision, item, taken, Status.PRUNED_BOUND, why)

    def cut_reason(self, decision: Decision, item: int, place: int) -> str:
        """It ends, but not as well."""
        best = decision.best_finished[item]
        return tr(
            "it ends with {rank_score:.3f}; the best output known has {best:.3f}",
            rank_score=decision.choice.rank_score[item, place], best=best)  # fmt: skip

    def _continuations(self, now: Frontiers, slot: int, best: float) -> Choice:
        """Of one hypothesis: its ending, and what could still beat the best."""
        values, tokens, scores = (column[0, slot][None] for column in now.outlook.candidates)
        there = scores[0] > -inf
        tokens, values = tokens[:, there], values[:, there]
        slots, rows = np.full_like(tokens, slot), np.zeros_like(tokens)
        scored = self.scored(now, rows, slots, tokens, values)
        whole = Choice(
            slots, tokens, values, scored.logp, scored.rank_score, np.full_like(tokens, LIVE), None,
            np.array([tokens.shape[1]]), np.zeros_like(tokens), ranked=False, parts=scored.parts, carry=scored.carry,
            slot=slot,
        )  # fmt: skip
        ends, last = tokens == now.limits.end, now.step + 1 >= now.limits.soonest
        hopeful = (self.reachable(now, whole) > best + CLOSE) & ~ends & (not last)
        fate = np.where(hopeful, LIVE, np.where(scored.rank_score > best + CLOSE, FINISHED, CUT))
        kept = np.flatnonzero((ends | hopeful)[0])
        return _of(whole, kept[np.argsort(fate[0, kept] != LIVE, kind="stable")], fate)

    def _after_beam(self, model: StepModel, frontier: "Explored") -> "Explored":
        """Let a beam find a first output to beat."""
        shared = {name: value for name, value in self.to_dict().items() if name not in ("start_width", "max_nodes")}
        beam = BeamSearch(width=self.start_width, **shared)
        assert frontier.now is not None and frontier.tip is not None
        going: tuple[Frontiers, Tip] | None = (frontier.now, frontier.tip)
        known: Frontier = frontier
        while going is not None:
            decision, going = advance_all(beam, model, *going)
            now, tip = going or (None, None)
            known = Frontier(frontier.rules, decision, 0, now, 0, tip)
        ended = [node for node in known.finished if node.status is Status.FINISHED]
        best = max((node.rank_score for node in ended), default=-inf)
        return replace(frontier, first=known, best_known=best)

    def _expand(self, model: StepModel, frontier: "Explored") -> "Explored":
        """The next hypothesis that waits."""
        began = perf_counter()
        waiting = frontier.waiting[-1]
        before = waiting.now
        choice = self._continuations(before, waiting.slot, frontier.best_known)
        ended = choice.rank_score[choice.fate == FINISHED]
        best = float(ended.max(initial=frontier.best_known))
        decision = Decision(self, before, choice, ("",), np.array([best]), before.finished + len(ended))
        now = tip = None
        beside = (*frontier.waiting[:-1], waiting._replace(slot=waiting.slot + 1))
        rest = [kept for one in beside for kept in one.hopeful(best)]
        if choice.count[0]:
            now, tip = follow(self, model, waiting.tip, decision, None, began)
            hope = self.reachable(before, choice)[0, : int(choice.count[0])]
            rest += Waiting(now, tip, hope).hopeful(best)
        return replace(
            frontier, decision=decision, now=now, tip=tip, waiting=tuple(rest), best_known=best, left=frontier.left - 1,
            earlier=frontier,
        )  # fmt: skip

    def _forced(self, model: StepModel, frontier: "Explored", force: Force) -> "Explored":
        """One way only, and nothing known about it yet."""
        if frontier.now is None or frontier.tip is None:
            raise InputError(tr("nothing goes on from here; go back to a token that has continuations and force there"))
        decision, going = advance_all(self, model, frontier.now, frontier.tip, force)
        now, tip = going or (None, None)
        waiting = () if going is None else (Waiting(*going, ALL),)
        return replace(
            frontier, decision=decision, now=now, tip=tip, waiting=waiting, best_known=-inf, left=self.max_nodes,
            earlier=frontier, first=None,
        )  # fmt: skip


def _of(whole: Choice, kept: Int[np.ndarray, " kept"], fate: Int[np.ndarray, "item place"]) -> Choice:
    """Some of the places of a choice, in this order, with their fates."""
    fate = fate[:, kept]

    def taken(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: column[:, kept] for name, column in columns.items()}

    return whole._replace(
        parent=whole.parent[:, kept], token=whole.token[:, kept], logp_token=whole.logp_token[:, kept],
        logp=whole.logp[:, kept], rank_score=whole.rank_score[:, kept], fate=fate, index=whole.index[:, kept],
        count=(fate == LIVE).sum(axis=1), parts=taken(whole.parts), carry=taken(whole.carry),
    )  # fmt: skip
