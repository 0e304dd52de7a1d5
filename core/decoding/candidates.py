"""From the model's distribution to the hypotheses a step weighs: what every search shares.

Which candidates are kept differs from search to search; that pads are never generated, that the best of those not
kept are remembered with the reason, and that equal candidates are ordered by slot and then by token number does not.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from core.decoding.frontier import Force, Frontier
from core.decoding.hypothesis import Hypothesis, Status
from core.decoding.ranking import LengthNorm
from core.errors import InputError, NumberError

PLAIN = LengthNorm()


def allowed(frontier: Frontier) -> Float[np.ndarray, "live vocab"]:
    """The log-probabilities with −∞ for what is never generated.

    Raises:
        NumberError: the model gave NaN; that must be seen, not hidden.
    """
    if np.isnan(frontier.log_probs).any():
        raise NumberError(
            "the model gives NaN as a probability: its weights have diverged or are damaged; "
            "use an earlier checkpoint, or train with a lower learning rate"
        )
    masked = frontier.log_probs.astype(np.float64)
    masked[:, list(frontier.rules.never_generated)] = -np.inf
    return masked


def top(values: Float[np.ndarray, " n"], count: int) -> Int[np.ndarray, " k"]:
    """Places of the largest finite values, best first; equal ones by place.

    >>> top(np.array([0.5, 2.0, 0.5, -np.inf]), 3).tolist()
    [1, 0, 2]
    """
    count = min(count, len(values))
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    threshold = np.partition(values, len(values) - count)[len(values) - count]
    places = np.flatnonzero(values >= threshold)  # with ties this may be more than count
    order = places[np.argsort(-values[places], kind="stable")][:count]
    return order[np.isfinite(values[order])]


def child(
    frontier: Frontier, at: int, token: int, status: Status, norm: LengthNorm = PLAIN, **facts: Any
) -> Hypothesis:
    """The continuation of the live hypothesis at a slot by a token, with the model's own probability."""
    parent = frontier.live[at]
    logp_token = float(frontier.log_probs[at, token])
    logp = parent.logp + logp_token
    rank_score = norm.score(logp, parent.step + 1, frontier.rules.source_length)
    return Hypothesis(parent, token, logp_token, logp, rank_score, status, attention=at, **facts)


def remembered(
    frontier: Frontier, chosen: set[tuple[int, int]], status: Status, reason: str, norm: LengthNorm = PLAIN
) -> list[Hypothesis]:
    """The best candidates of each live hypothesis that were not chosen."""
    if frontier.rules.keep_pruned == 0:
        return []
    found = []
    for slot, row in enumerate(allowed(frontier)):
        taken = sum(1 for at, _ in chosen if at == slot)
        places = [
            int(token) for token in top(row, frontier.rules.keep_pruned + taken) if (slot, int(token)) not in chosen
        ]
        found += [
            child(frontier, slot, token, status, norm, reason=reason) for token in places[: frontier.rules.keep_pruned]
        ]
    return found


def forced_child(frontier: Frontier, force: Force, norm: LengthNorm = PLAIN) -> Hypothesis:
    """The continuation a person asked for; it carries the probability the model really gave it.

    Raises:
        InputError: the slot or the token does not exist, or the token is never generated.
    """
    vocabulary = frontier.log_probs.shape[1]
    if not 0 <= force.slot < len(frontier.live):
        raise InputError(f"there is no live hypothesis {force.slot}; there are {len(frontier.live)}, counted from 0")
    if not 0 <= force.token < vocabulary or force.token in frontier.rules.never_generated:
        raise InputError(f"token number {force.token} cannot be generated; choose one of the candidates")
    row = allowed(frontier)[force.slot]
    rank = int((row > row[force.token]).sum())
    ends = force.token == frontier.rules.end
    status = Status.FINISHED if ends else Status.LIVE
    return child(frontier, force.slot, force.token, status, norm, forced=True, rank=rank, slot=-1 if ends else 0)
