"""Candidates that were weighed and not chosen: what is remembered of them."""

from itertools import repeat
from math import inf, nan
from typing import NamedTuple

import numpy as np

from core.decoding.frontier import Decision
from core.decoding.hypothesis import Status
from core.decoding.tree_form import NO_TREE
from core.decoding.weighing import REPEATED, TOO_SHORT
from core.language import tr


class LeftOut(NamedTuple):
    """A candidate that was weighed and not chosen: whose, which, why, and its probability in the filtered law."""

    slot: int
    token: int
    logp_token: float
    status: Status
    reason: str
    prob_filtered: float = nan
    extra: bool = False  # beyond the few: remembered only on the reference's path


def best_left_out(
    decision: Decision, item: int, taken: set[tuple[int, int]], status: Status, reason: str
) -> list[LeftOut]:
    """The best few of every live hypothesis that were not taken, all for one reason, and the reference's next token."""
    now, slots = decision.before, weighed_slots(decision, item)
    own = slice(slots.start, slots.stop)
    values, tokens, scores = (column[item, own] for column in now.outlook.candidates)
    free = scores > -np.inf
    if taken:
        known = np.zeros((slots.stop, now.outlook.vocabulary), dtype=bool)
        known[tuple(zip(*taken))] = True
        free &= ~np.take_along_axis(known[own], tokens, axis=1)
    few = free & (free.cumsum(axis=1) <= now.limits.keep_pruned)
    extra = free & ~few & (tokens == gold_of(decision, item))
    rows, columns = np.nonzero(few | extra)
    found = ((rows + slots.start), tokens[rows, columns], values[rows, columns], extra[rows, columns])
    slot, token, value, more = (column.tolist() for column in found)
    return list(map(LeftOut._make, zip(slot, token, value, repeat(status), repeat(reason), repeat(nan), more)))


def barred_left_out(decision: Decision, item: int, taken: set[tuple[int, int]]) -> list[LeftOut]:
    """The most probable tokens that a limit took out."""
    barred, search = decision.before.outlook.barred, decision.search
    if barred is None:
        return []
    repeated = tr(
        "it would write a run of {no_repeat_ngram} tokens a second time", no_repeat_ngram=search.no_repeat_ngram
    )
    if search.no_repeat_ngram == 1:
        repeated = tr("it was written before, and may not come twice")
    reasons = {
        TOO_SHORT: tr(
            "too early to end: at least {min_length} tokens must come before <end>", min_length=search.min_length
        ),
        REPEATED: repeated,
        **{why: tr("no tree could come of it: {words}", words=tr(words)) for why, words in NO_TREE.items()},
    }
    found = []
    for slot in weighed_slots(decision, item):
        found += [
            LeftOut(slot, int(token), float(value), Status.PRUNED_CONSTRAINT, reasons[int(why)])
            for value, token, why in zip(*(column[item, slot] for column in barred))
            if value > -inf and (slot, int(token)) not in taken
        ]
    return found


def shortened(decision: Decision, item: int, rest: list[LeftOut]) -> list[LeftOut]:
    """The first few, and the reference's next token wherever it stands."""
    few, gold = decision.before.limits.keep_pruned, gold_of(decision, item)
    return rest[:few] + [one._replace(extra=True) for one in rest[few:] if one.token == gold]


def gold_of(decision: Decision, item: int) -> int:
    """The reference's token at this step; −1 where there is none."""
    gold, step = decision.before.limits.gold, decision.before.step
    return -1 if gold is None or step >= gold.shape[1] else int(gold[item, step])


def weighed_slots(decision: Decision, item: int) -> range:
    """The live hypotheses whose continuations were weighed in this step."""
    one = decision.choice.slot
    return range(int(decision.before.count[item])) if one < 0 else range(one, one + 1)
