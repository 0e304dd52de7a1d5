"""Frontiers: all that searches know between two steps, as values.

Many searches advance side by side, so a frontier of them is a few arrays: an item per source, a slot per live
hypothesis. Advancing gives new arrays and leaves the old ones as they were; stepping forward is to append, going back
is to drop, branching is to advance older ones. They already hold the model's distribution for every live hypothesis:
what may come next can be shown before it is chosen. What a person looks at (hypotheses, reasons, figures) is made from
them when it is looked at: core/decoding/view.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Optional

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from core.data.tree_tokens import TreeTokens
from core.decoding.candidates import Outlook
from core.decoding.chance import Chance
from core.decoding.hypothesis import Hypothesis
from core.errors import SettingError
from core.language import tr
from core.step_model import DecoderState, Rows

if TYPE_CHECKING:
    from core.decoding.search import AbstractSearch

NOBODY, LIVE, FINISHED, CUT = range(4)  # fates; one that ends is next to one that lives


@dataclass(frozen=True)
class Rules:
    """What holds for one item from its first step to its last.

    Attributes:
        end: the token that ends a sequence.
        never_generated: tokens no search may choose (<pad>, <begin> …).
        max_new_tokens: longest output, <end> counted; past it an output is truncated.
        source_length: tokens of this item's source, <end> counted.
        keep_pruned: candidates to remember per live hypothesis beside those kept.
        item: a fingerprint of the source, so that chance differs from source to source.
        gold: the right output, <end> included, where it is known: its candidates are remembered however poor they are.
        trees: which tokens are brackets and leaves, where the vocabulary can write trees.
        distinct: whether an output is a set, so that no search may write a token twice.
    """

    end: int
    never_generated: tuple[int, ...]
    max_new_tokens: int
    source_length: int
    keep_pruned: int = 5
    item: int = 0
    gold: tuple[int, ...] | None = None
    trees: TreeTokens | None = None
    distinct: bool = False


class Force(NamedTuple):
    """A person's choice: continue the live hypothesis in this slot with this token."""

    token: int
    slot: int = 0


class Limits(NamedTuple):
    """The rules of several items, as arrays.

    Attributes:
        rules: one per item; longest, source_length: of each.
        end, keep_pruned: which all of them share; never: −∞ for tokens that are never generated, 0 for others.
        soonest: the smallest of `longest`.
        gold: of each the reference's tokens, −1 where there are no more; None where no item has one.
        trees: as in `Rules`; which all of them share.
    """

    rules: tuple[Rules, ...]
    end: int
    never: Float[Tensor, " vocab"]
    keep_pruned: int
    longest: Int[np.ndarray, " item"]
    source_length: Int[np.ndarray, " item"]
    soonest: int
    gold: Int[np.ndarray, "item step"] | None = None
    trees: TreeTokens | None = None

    @classmethod
    def of(cls, rules: tuple[Rules, ...], like: Float[Tensor, "*slots vocab"]) -> "Limits":
        """Side by side, for distributions like this one.

        Raises:
            SettingError: items that are decoded together do not end with the same token, or may not generate the same.
        """
        shared = {(one.end, one.never_generated, one.keep_pruned, one.trees) for one in rules}
        if len(shared) > 1:
            raise SettingError(
                tr(
                    "items decoded together must have the same `end`, `never_generated`, `keep_pruned` and `trees`; decode them apart"
                )
            )
        ((end, never_generated, keep_pruned, trees),) = shared
        never = like.new_zeros(like.shape[-1])
        never[list(never_generated)] = -np.inf
        longest = np.array([one.max_new_tokens for one in rules])
        gold = None
        if any(one.gold is not None for one in rules):
            gold = np.full((len(rules), 1 + longest.max()), -1)
            for row, one in zip(gold, rules):
                known = (one.gold or ())[: len(row)]
                row[: len(known)] = known
        source_length = np.array([one.source_length for one in rules])
        return cls(rules, end, never, keep_pruned, longest, source_length, int(longest.min()), gold, trees)

    def keep(self, items: Int[np.ndarray, " kept"]) -> "Limits":
        """Those of some of the items."""
        longest = self.longest[items]
        rules = tuple(self.rules[at] for at in items)
        return self._replace(
            rules=rules, longest=longest, source_length=self.source_length[items], soonest=int(longest.min()),
            gold=None if self.gold is None else self.gold[items],
        )  # fmt: skip


_NOTHING: Mapping[str, np.ndarray] = MappingProxyType({})


class Choice(NamedTuple):
    """What a search decided in one step, for every item: a place per hypothesis that it kept, finished or cut.

    Attributes:
        parent: slot that it continues; token: by what.
        logp_token, logp: the model's own log-probability, and their sum along the path.
        rank_score: what was compared.
        fate: LIVE, FINISHED, CUT, or NOBODY where a place is empty.
        places: for every new slot the place of the hypothesis that lives there, None where they are the same; count:
            how many slots are lived in.
        index: which draw or group it belongs to.
        ranked: whether places are ranks; chance: of sampled ones.
        forced_rank: the rank of the one token that a person chose; −1 where the search chose.
        parts: what lies between logp and rank_score, by name; they add up to it.
        carry: figures of a hypothesis that the search will need of it at the next step.
        slot: the one slot whose continuations were weighed; −1 where all were.
    """

    parent: Int[np.ndarray, "item place"]
    token: Int[np.ndarray, "item place"]
    logp_token: Float[np.ndarray, "item place"]
    logp: Float[np.ndarray, "item place"]
    rank_score: Float[np.ndarray, "item place"]
    fate: Int[np.ndarray, "item place"]
    places: Int[np.ndarray, "item slot"] | None
    count: Int[np.ndarray, " item"]
    index: Int[np.ndarray, "item place"]
    ranked: bool = True
    chance: Chance | None = None
    forced_rank: int = -1
    parts: Mapping[str, Float[np.ndarray, "item place"]] = _NOTHING
    carry: Mapping[str, Float[np.ndarray, "item place *more"]] = _NOTHING
    slot: int = -1

    def lives_at(self, item: int, slot: int) -> int:
        """The place of the hypothesis in a slot."""
        return slot if self.places is None else int(self.places[item, slot])


class Scored(NamedTuple):
    """What continuations of hypotheses count: as in `Choice`."""

    logp: Float[np.ndarray, "..."]
    rank_score: Float[np.ndarray, "..."]
    parts: dict[str, Float[np.ndarray, "..."]]
    carry: dict[str, Float[np.ndarray, "..."]]


def between(low: Float[np.ndarray, "..."], high: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """A part of a score: from one sum to the next; 0 where either is −∞: nobody lives there, or nobody may."""
    both = (low > -np.inf) & (high > -np.inf)
    return np.where(both, high, 0.0) - np.where(both, low, 0.0)


@dataclass(frozen=True, eq=False)
class Frontiers:
    """Several searches between two steps.

    Attributes:
        limits: what each must keep to.
        step: tokens chosen so far, in all of them.
        logp: of the live hypothesis in every slot; −∞ where nobody lives. count: slots that are lived in.
        index: which draw or group a slot belongs to.
        outlook: what may come next in every slot.
        rows: attention of the step that gave them, made when called.
        best_finished: the highest rank_score that ended, −∞ while none has; finished: how many have.
        decision: that led here, None at the start; origin: each item's place in it.
        milliseconds: wall time of the step that led here, the model's included, shared among the items.
        carry: figures that a search keeps of its hypotheses, by slot; written: their tokens; read: the attention that
            the source had received before this step. None where no limit or penalty asks for them.
        roots: at the start, the hypothesis before the first token of each item.
    """

    limits: Limits
    step: int
    logp: Float[np.ndarray, "item slot"]
    count: Int[np.ndarray, " item"]
    index: Int[np.ndarray, "item slot"]
    outlook: Outlook = field(repr=False)
    rows: Callable[[], Rows] = field(repr=False)
    best_finished: Float[np.ndarray, " item"]
    finished: Int[np.ndarray, " item"]
    decision: Optional["Decision"] = field(repr=False, default=None)
    origin: Int[np.ndarray, " item"] | None = None
    milliseconds: float = 0.0
    carry: dict[str, Float[np.ndarray, "item slot *more"]] = field(repr=False, default_factory=dict)
    written: Int[np.ndarray, "item slot step"] | None = field(repr=False, default=None)
    read: Float[np.ndarray, "item slot source"] | None = field(repr=False, default=None)
    roots: tuple[Hypothesis, ...] = field(repr=False, default=())

    def __len__(self) -> int:
        return len(self.count)

    @property
    def standing(self) -> Float[np.ndarray, "item slot"]:
        """What every slot counts: `logp`, with what penalties have added; −∞ where nobody lives."""
        own = self.carry.get("standing")
        return self.logp if own is None else np.where(self.logp > -np.inf, own, -np.inf)

    @property
    def begins(self) -> bool:
        """Whether whole searches start in one slot: before the first token, and where a person has just chosen."""
        return self.decision is None or self.decision.choice.forced_rank >= 0

    @cached_property
    def covered(self) -> Float[np.ndarray, "item slot source"]:
        """Attention that every source token has received, this step's included: mean over heads, last decoder layer.

        Raises:
            SettingError: the model does not say where it looks.
        """
        crossing = [rows for site, rows in self.rows().items() if "cross" in site]
        if not crossing or self.read is None:
            raise SettingError(
                tr("a coverage penalty needs a model that attends to its source and says so; set coverage=none")
            )
        return self.read + crossing[-1].mean(dim=1).double().numpy()  # item slot source


class Tip(NamedTuple):
    """What is needed to go on from frontiers, and large: the model's state, and its whole distribution."""

    state: DecoderState
    log_probs: Float[Tensor, "item slot vocab"]


@dataclass(frozen=True, eq=False)
class Decision:
    """One step of several searches: what they chose, and which of them stopped.

    Attributes:
        search: that chose; before: what it chose from.
        stops: why each item stopped; "" where it goes on.
        best_finished, finished: as in Frontiers, with this step's.
        milliseconds: wall time of the choice, shared among the items.
        nodes: hypotheses already looked at, by item and place.
    """

    search: "AbstractSearch"
    before: Frontiers = field(repr=False)
    choice: Choice
    stops: tuple[str, ...]
    best_finished: Float[np.ndarray, " item"]
    finished: Int[np.ndarray, " item"]
    milliseconds: float = 0.0
    nodes: dict[tuple[int, int], Hypothesis] = field(default_factory=dict, repr=False)
