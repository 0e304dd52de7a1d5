"""What a search is: its settings, a way to choose, and one way to advance that all searches share.

A search is a frozen dataclass of settings. `choose` is pure: from frontiers to what lives on, what finished and what
was cut, for all items at once. `advance_all` chooses, lets the model step, and gives the next frontiers; one item that
is stepped by hand goes through the same lines as a thousand that are decoded at speed. Reasons, in words, are given
when somebody asks (`left_out`, `cut_reason`).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import nan
from time import perf_counter
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from core.decoding.candidates import Outlook
from core.decoding.forcing import forced_choice
from core.decoding.frontier import FINISHED, Choice, Decision, Force, Frontiers, Limits, Rules, Scored, Tip, between
from core.decoding.hypothesis import root
from core.decoding.leftover import LeftOut
from core.decoding.ranking import LengthNorm
from core.decoding.restraints import Restraints
from core.decoding.view import Frontier
from core.step_model import StepModel


@dataclass(frozen=True, kw_only=True)
class AbstractSearch(Restraints, ABC):
    """A way through the tree of outputs.

    Attributes:
        name: the word in tables, files and on the command line; summary: one line for menus.
    """

    name: ClassVar[str]
    summary: ClassVar[str]

    @abstractmethod
    def reach(self, step: int) -> int:
        """How many continuations of one hypothesis it may choose at this step (tokens chosen so far)."""

    @property
    def follows(self) -> int | None:
        """How many of the most probable prefixes live on at every step, if that is the way it goes; see `RunsAhead`."""
        return None

    @property
    @abstractmethod
    def norm(self) -> LengthNorm:
        """How this search compares outputs of different length."""

    @abstractmethod
    def choose(self, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"]) -> Choice:
        """Decide one step of every item."""

    @abstractmethod
    def stops(
        self, now: Frontiers, choice: Choice, best: Float[np.ndarray, " item"], finished: Int[np.ndarray, " item"]
    ) -> Iterable[tuple[str, Bool[np.ndarray, " item"]]]:
        """Reasons to stop, and the items they hold for; asked once something has finished.

        Args:
            best: the highest rank_score that has ended, −∞ while none has; finished: how many have.
        """

    @abstractmethod
    def left_out(self, decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
        """The best candidates of one item that were not chosen; `taken` holds (slot, token) of those that were."""

    def cut_reason(self, decision: Decision, item: int, place: int) -> str:
        """Why a ranked candidate was cut."""
        raise NotImplementedError(f"{self.name} cuts nothing that it ranked")

    def bound(self, decision: Decision, item: int, place: int) -> float:
        """The best rank_score that a live hypothesis could still reach; nan where the search knows none."""
        return nan

    @property
    def reads(self) -> bool:
        """Whether it looks at the attention the source has received."""
        return False

    @property
    def outputs(self) -> int | None:
        """How many finished hypotheses are its result, if a later one may take the place of an earlier one."""
        return None

    def carried(self, now: Frontiers, choice: Choice, carry: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What a forced hypothesis carries on, beside what its score needs."""
        return carry

    def remark(self, vocabulary: int) -> str:
        """What a person should know about these settings with a vocabulary of this size; mostly nothing."""
        return ""

    def scored(
        self, now: Frontiers, item: np.ndarray, slot: np.ndarray, token: np.ndarray, logp_token: np.ndarray
    ) -> Scored:
        """What continuations count: of one item and slot each, in any shape."""
        logp = now.logp[item, slot] + logp_token
        weighing = now.outlook.weighing
        if weighing is None or weighing.again is None:
            return Scored(logp, logp, {}, {})
        factor = np.where(weighing.again[item, slot, token], weighing.factor, 1.0)
        standing = now.standing[item, slot] + factor * logp_token
        return Scored(logp, standing, {"repetition": between(logp, standing)}, {"standing": standing})

    def start(self, model: StepModel, source: Sequence[int], rules: Rules) -> Frontier:
        """The frontier before the first token of one source (numbers, <end> included)."""
        rules = self.within(rules)
        now, tip = start_all(self, model, [source], [rules])
        return Frontier(rules, None, 0, now, 0, tip)

    def advance(self, model: StepModel, frontier: Frontier, force: Force | None = None) -> Frontier:
        """The next frontier; with `force` a person's choice takes the place of the search's.

        Raises:
            InputError: the forced token cannot be generated here.
        """
        assert frontier.now is not None and frontier.tip is not None, "a frontier of a batch is advanced by the batch"
        decision, after = advance_all(self, model, frontier.now, frontier.tip, force)
        now, tip = after or (None, None)
        return Frontier(frontier.rules, decision, 0, now, 0, tip)

    def done(self, frontier: Frontier) -> bool:
        """Whether there is no next step."""
        return bool(frontier.stop_reason)

    def run(self, model: StepModel, sources: Sequence[Sequence[int]], rules: Sequence[Rules]) -> list[Frontier]:
        """The last frontier of every source; they are stepped together, and one that is done leaves."""
        rules = [self.within(one) for one in rules]
        last: dict[int, Frontier] = {}
        places = range(len(sources))  # which source each item is
        going = start_all(self, model, sources, rules)
        while going is not None:
            decision, going = advance_all(self, model, *going)
            if any(decision.stops):
                stopped = [at for at, stop in enumerate(decision.stops) if stop]
                last |= {places[at]: Frontier(rules[places[at]], decision, at, None, 0) for at in stopped}
                places = [place for place, stop in zip(places, decision.stops) if not stop]
        return [last[at] for at in range(len(sources))]


def start_all(
    search: AbstractSearch, model: StepModel, sources: Sequence[Sequence[int]], rules: Sequence[Rules]
) -> tuple[Frontiers, Tip]:
    """The frontiers before the first token of several sources."""
    items = len(sources)
    step = model.step(torch.full((items, 1), model.begin), model.start(sources))
    limits = Limits.of(tuple(rules), step.log_probs)
    written = np.zeros((items, 1, 0), dtype=np.int64) if search.restrained else None
    now = Frontiers(
        limits, 0, np.zeros((items, 1)), np.ones(items, dtype=np.int64), np.zeros((items, 1), dtype=np.int64),
        _outlook(search, limits, 0, step.log_probs, written), step.rows, np.full(items, -np.inf),
        np.zeros(items, dtype=np.int64), written=written, roots=tuple(root(model.begin) for _ in sources),
        read=np.zeros((items, 1, int(limits.source_length.max()))) if search.reads else None,
    )  # fmt: skip
    return now, Tip(step.state, step.log_probs)


def advance_all(
    search: AbstractSearch, model: StepModel, now: Frontiers, tip: Tip, force: Force | None = None
) -> tuple[Decision, tuple[Frontiers, Tip] | None]:
    """One step of every item: what was decided, and the frontiers of those that go on (None where none does)."""
    began = perf_counter()
    choice = search.choose(now, tip.log_probs) if force is None else _forced(search, now, tip.log_probs, force)
    decision = _decide(search, now, choice, forced=force is not None, began=began)
    going = None
    if any(decision.stops):
        going = np.array([at for at, stop in enumerate(decision.stops) if not stop], dtype=np.int64)
        if not len(going):
            return decision, None
    return decision, follow(search, model, tip, decision, going, began)


def _forced(
    search: AbstractSearch, now: Frontiers, log_probs: Float[Tensor, "item slot vocab"], force: Force
) -> Choice:
    choice = forced_choice(now, log_probs, force)
    scored = search.scored(now, np.zeros_like(choice.parent), choice.parent, choice.token, choice.logp_token)
    return choice._replace(
        logp=scored.logp,
        rank_score=scored.rank_score,
        parts=scored.parts,
        carry=search.carried(now, choice, scored.carry),
    )


def _decide(search: AbstractSearch, now: Frontiers, choice: Choice, *, forced: bool, began: float) -> Decision:
    best, finished = now.best_finished, now.finished
    ended = choice.fate == FINISHED
    if np.count_nonzero(ended):
        best = np.maximum(best, np.where(ended, choice.rank_score, -np.inf).max(axis=1))
        finished = finished + ended.sum(axis=1)
    stops = [""] * len(now)
    if now.step + 1 >= now.limits.soonest:
        stops = ["max_len" if now.step + 1 >= longest else "" for longest in now.limits.longest.tolist()]
    if not forced and np.count_nonzero(finished):
        for reason, holds in search.stops(now, choice, best, finished):
            for at in np.flatnonzero(holds & (finished > 0)):
                stops[at] = reason
    if np.count_nonzero(choice.count) < len(now):
        for at in np.flatnonzero(choice.count == 0):
            stops[at] = stops[at] if stops[at] not in ("", "max_len") else "all_ended"
    return Decision(search, now, choice, tuple(stops), best, finished, 1000 * (perf_counter() - began) / len(now))


class _Following(NamedTuple):
    """Hypotheses that live on, by slot: of all items, or of those that go on."""

    parents: Int[np.ndarray, "item slot"]
    tokens: Int[np.ndarray, "item slot"]
    logp: Float[np.ndarray, "item slot"]
    index: Int[np.ndarray, "item slot"]
    count: Int[np.ndarray, " item"]
    carry: dict[str, Float[np.ndarray, "item slot *more"]]


def _following(choice: Choice, items: Int[np.ndarray, " kept"] | None) -> _Following:
    count = choice.count if items is None else choice.count[items]
    counts = count.tolist()
    slots = max(counts)
    columns = choice.parent, choice.token, choice.logp, choice.index
    if items is None and choice.places is None:
        parents, tokens, logp, index = (column[:, :slots] for column in columns)
        carry = {name: column[:, :slots] for name, column in choice.carry.items()}
    else:
        rows = np.arange(len(choice.count))[:, None] if items is None else items[:, None]
        places = np.arange(slots)[None] if choice.places is None else choice.places[rows[:, 0], :slots]
        parents, tokens, logp, index = (column[rows, places] for column in columns)
        carry = {name: column[rows, places] for name, column in choice.carry.items()}
    if min(counts) < slots:
        logp = np.where(np.arange(slots) < count[:, None], logp, -np.inf)
    return _Following(parents, tokens, logp, index, count, carry)


def follow(
    search: AbstractSearch,
    model: StepModel,
    tip: Tip,
    decision: Decision,
    items: Int[np.ndarray, " kept"] | None,
    began: float,
) -> tuple[Frontiers, Tip]:
    """Let the model step along the hypotheses that live on.

    Args:
        items: those that go on, None for all; began: when the choice began, by `perf_counter`.
    """
    now = decision.before
    parents, tokens, logp, index, count, carry = _following(decision.choice, items)
    limits, best, finished, origin = now.limits, decision.best_finished, decision.finished, np.arange(len(now))
    state, slots = tip.state, parents.shape[1]
    if items is not None:
        limits, best, finished, origin = limits.keep(items), best[items], finished[items], items
        state = state.select(torch.from_numpy(parents), torch.from_numpy(items))
    elif slots != now.logp.shape[1] or (slots > 1 and np.count_nonzero(parents != np.arange(slots))):
        state = state.select(torch.from_numpy(np.ascontiguousarray(parents)))
    step = model.step(torch.from_numpy(np.ascontiguousarray(tokens)), state)
    written, read = _past(now, origin[:, None], parents, tokens)
    outlook = _outlook(search, limits, now.step + 1, step.log_probs, written)
    ran_ahead = step.milliseconds == step.milliseconds
    milliseconds = step.milliseconds if ran_ahead else 1000 * (perf_counter() - began) / len(count)
    after = Frontiers(
        limits, now.step + 1, logp, count, index, outlook, step.rows, best, finished, decision, origin,
        milliseconds, carry, written, read,
    )  # fmt: skip
    return after, Tip(step.state, step.log_probs)


def _past(
    now: Frontiers, items: Int[np.ndarray, "item 1"], parents: Int[np.ndarray, "item slot"], tokens: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """What was written and what was read, where somebody asks."""
    written = None if now.written is None else np.concatenate([now.written[items, parents], tokens[..., None]], axis=-1)
    return written, None if now.read is None else now.covered[items, parents]


def _outlook(
    search: AbstractSearch,
    limits: Limits,
    step: int,
    log_probs: Float[Tensor, "item slot vocab"],
    written: np.ndarray | None,
) -> Outlook:
    gold = None if limits.gold is None else limits.gold[:, min(step, limits.gold.shape[1] - 1)]
    weighing = None if written is None else search.weigh(log_probs, limits, written)
    return Outlook(log_probs, search.reach(step) + limits.keep_pruned, limits.never, weighing, gold)
