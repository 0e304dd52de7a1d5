"""What one step weighed, as columns: from the arrays of its choice, or hypothesis by hypothesis.

Both ways give the same rows in the same order, that of `Frontier.born`. Nearly all steps are read from their arrays; what
is rare (a forced step, the reference's token far down) is asked of the hypotheses themselves.
"""

from math import nan
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from jaxtyping import Bool, Float, Int

from core.decoding.chance import Chance
from core.decoding.frontier import CUT, FINISHED, NOBODY, Choice, Decision
from core.decoding.hypothesis import Draw, Hypothesis, Status
from core.decoding.leftover import LeftOut, barred_left_out
from core.decoding.view import Frontier, outlived

CODES = {status: code for code, status in enumerate(Status)}
NAMES = tuple(str(status) for status in Status)


class Weighed(NamedTuple):
    """Candidates of one step.

    Attributes:
        slot: of the hypothesis that each continues; token: by what.
        figures: logp_token, logp, rank_score and prob_filtered; facts: status, rank, slot, forced and group, as numbers.
        live: the rows that go on, by slot.
        draws: the chance behind them, by row.
    """

    slot: Int[np.ndarray, " row"]
    token: Int[np.ndarray, " row"]
    figures: Float[np.ndarray, "4 row"]
    facts: Int[np.ndarray, "5 row"]
    live: Int[np.ndarray, " slot"]
    draws: dict[int, Draw]


# A session's tree is folded anew with every branch; what the steps of its other branches weighed is known by then.
_KNOWN: WeakKeyDictionary[Frontier, Weighed] = WeakKeyDictionary()


def weighed(frontier: Frontier, golden: Bool[np.ndarray, " slot"]) -> Weighed:
    """What was weighed in the step that led to a frontier; kept for as long as the frontier is.

    Args:
        golden: which of the hypotheses before it are on the reference's path.
    """
    known = _KNOWN.get(frontier)
    if known is None:
        known = _KNOWN[frontier] = _read(frontier, golden)
    return known


def _read(frontier: Frontier, golden: Bool[np.ndarray, " slot"]) -> Weighed:
    decision = frontier.decision
    simple = decision is not None and decision.choice.forced_rank < 0
    found = _of_arrays(frontier, golden) if simple else None
    return _of_hypotheses(frontier) if found is None else found


def _of_arrays(frontier: Frontier, golden: Bool[np.ndarray, " slot"]) -> Weighed | None:
    decision, at = frontier.decision, frontier.at
    assert decision is not None
    left = _left_out(decision, at, golden)
    if any(one.extra for one in left):
        return None  # its rank among all candidates is asked for
    figures, facts, places = _chosen(decision, at)
    chance = decision.choice.chance
    draws = (
        {}
        if chance is None
        else {row: _draw(chance, decision.choice, at, place) for row, place in enumerate(places.tolist())}
    )
    live = np.arange(0 if frontier.stop_reason else int(decision.choice.count[at]))
    if chance is not None:
        figures[3] = chance.probability[at, places]
    if left:
        behind = _behind(decision, at, left)
        figures, facts = (np.concatenate(pair, axis=1) for pair in zip((figures, facts), behind))
    return Weighed(facts[0], facts[1], figures, facts[2:], live, draws)


def _left_out(decision: Decision, at: int, golden: Bool[np.ndarray, " slot"]) -> list[LeftOut]:
    choice = decision.choice
    known = choice.fate[at] != NOBODY
    taken = set(zip(choice.parent[at, known].tolist(), choice.token[at, known].tolist()))
    left = [*decision.search.left_out(decision, at, taken), *barred_left_out(decision, at, taken)]
    return [one for one in left if not one.extra or golden[one.slot]]


def _chosen(
    decision: Decision, at: int
) -> tuple[Float[np.ndarray, "4 row"], Int[np.ndarray, "7 row"], Int[np.ndarray, " row"]]:
    """What lives, has ended, was cut, in this order, and their places."""
    choice, fates = decision.choice, decision.choice.fate[at]
    lives = int(choice.count[at])
    chosen = np.arange(lives) if choice.places is None else choice.places[at, :lives]
    ends, cut = np.flatnonzero(fates == FINISHED), np.flatnonzero(fates == CUT)
    places = np.concatenate([chosen, ends, cut])
    figures = np.array([choice.logp_token[at], choice.logp[at], choice.rank_score[at], np.full(len(fates), nan)])
    became, _ = outlived(decision.stops[at], nan, nan)
    status = np.full(len(places), CODES[Status.PRUNED_BEAM])
    status[: lives + len(ends)] = CODES[Status.FINISHED]
    status[:lives] = CODES[became]
    slot = np.full(len(places), -1)
    if became is Status.LIVE:
        slot[:lives] = np.arange(lives)
    rank = places if choice.ranked else np.full(len(places), -1)
    forced = np.zeros(len(places), dtype=np.int64)
    group = choice.index[at, places] if choice.chance is None else forced
    facts = np.array([choice.parent[at, places], choice.token[at, places], status, rank, slot, forced, group])
    return figures[:, places], facts, places


def _draw(chance: Chance, choice: Choice, at: int, place: int) -> Draw:
    slot = choice.parent[at, place]
    after = float(chance.cum_after[at, place])
    return Draw(
        int(choice.index[at, place]), float(chance.noise[at, place]), int(chance.support_size[at, slot]),
        float(chance.support_mass[at, slot]), after - float(chance.probability[at, place]), after,
    )  # fmt: skip


def _behind(
    decision: Decision, at: int, left: list[LeftOut]
) -> tuple[Float[np.ndarray, "4 row"], Int[np.ndarray, "7 row"]]:
    """What was left out."""
    slots, tokens, logps, statuses, _, filtered, _ = zip(*left)
    slot, token, logp_token = np.array(slots), np.array(tokens), np.array(logps)
    scored = decision.search.scored(decision.before, np.full_like(slot, at), slot, token, logp_token)
    figures = np.array([logp_token, decision.before.logp[at, slot] + logp_token, scored.rank_score, np.array(filtered)])
    nowhere = np.full_like(slot, -1)
    alike = statuses.count(statuses[0]) == len(statuses)
    status = np.full_like(slot, CODES[statuses[0]]) if alike else np.array([CODES[one] for one in statuses])
    nothing = np.zeros_like(slot)
    group = decision.before.index[at, slot] if decision.choice.chance is None else nothing
    facts = np.array([slot, token, status, nowhere, nowhere, nothing, group])
    return figures, facts


def _of_hypotheses(frontier: Frontier) -> Weighed:
    born = frontier.born
    rows = {id(node): row for row, node in enumerate(born)}
    figures = [[node.logp_token, node.logp, node.rank_score, node.prob_filtered] for node in born]
    facts = [[CODES[node.status], node.rank, node.slot, node.forced, node.group] for node in born]
    return Weighed(
        np.array([node.attention for node in born], dtype=np.int64),
        np.array([node.token for node in born], dtype=np.int64),
        np.array(figures, dtype=np.float64).reshape(-1, 4).T,
        np.array(facts, dtype=np.int64).reshape(-1, 5).T,
        np.array([rows[id(node)] for node in frontier.live], dtype=np.int64),
        {row: node.draw for row, node in enumerate(born) if node.draw is not None},
    )


def started(frontier: Frontier) -> Weighed:
    """The root."""
    (root,) = frontier.live
    figures = np.array([[root.logp_token], [root.logp], [root.rank_score], [root.prob_filtered]])
    facts = np.array([[CODES[root.status]], [root.rank], [root.slot], [0], [root.group]])
    return Weighed(np.array([-1]), np.array([root.token]), figures, facts, np.array([0]), {})


def told(node: Hypothesis) -> tuple[str, float, dict[str, float]]:
    """What is put into words, or worked out, for one hypothesis: reason, bound and the parts of its score."""
    return node.reason, node.bound, node.parts
