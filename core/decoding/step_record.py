"""Figures of one step of a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from core.decoding.frontier import Decision
from core.decoding.hypothesis import Hypothesis
from core.decoding.leftover import weighed_slots


@dataclass(frozen=True)
class StepRecord:
    """Figures of one step.

    Attributes:
        step: counted from 1.
        live_in: live hypotheses before; candidates: continuations that were weighed; kept: that live on.
        pool_logsumexp: logarithm of the probability of all live prefixes together.
        kept_mass: share of that probability in kept and finished continuations, in [0, 1]; 0 only in exact
            search, which may rule out everything.
        entropy: of each live hypothesis' next token, in nats.
        threshold: rank_score of the last one that lives on, best_finished, best_bound: nan where there is none.
        milliseconds: wall time of the step, model included.
    """

    step: int
    live_in: int
    candidates: int
    kept: int
    pool_logsumexp: float
    kept_mass: float
    entropy: tuple[float, ...]
    threshold: float
    best_finished: float
    best_bound: float
    milliseconds: float = 0.0


def record_of(
    decision: Decision,
    at: int,
    before: Sequence[Hypothesis],
    live: Sequence[Hypothesis],
    ended: Sequence[Hypothesis],
    milliseconds: float,
) -> StepRecord:
    """The figures of a decision.

    Args:
        at: which of its items; before: live hypotheses that were weighed from; live, ended: what became of them.
    """
    outlook, slots = decision.before.outlook, list(weighed_slots(decision, at))
    pool, kept = _mass([before[slot] for slot in slots]), _mass((*live, *ended))
    competing = [node for node in live if node.draw is None]
    bounds = [node.bound for node in live if node.bound == node.bound]
    best = float(decision.best_finished[at])
    return StepRecord(
        step=decision.before.step + 1, live_in=len(slots), candidates=len(slots) * outlook.vocabulary,
        kept=len(live), pool_logsumexp=pool, kept_mass=min(1.0, float(np.exp(kept - pool))),
        entropy=tuple(outlook.entropy[at, slots].tolist()),
        threshold=competing[-1].rank_score if competing else nan, best_finished=best if best > -inf else nan,
        best_bound=max(bounds) if bounds else nan, milliseconds=milliseconds,
    )  # fmt: skip


def _mass(nodes: Sequence[Hypothesis]) -> float:
    """Logarithm of the probability of these prefixes together; paths that agree so far are one prefix."""
    logps = (
        {tuple(node.tokens()): node.logp for node in nodes}
        if _may_agree(nodes)
        else dict(enumerate(n.logp for n in nodes))
    )
    return float(np.logaddexp.reduce(list(logps.values()))) if logps else -inf


def _may_agree(nodes: Sequence[Hypothesis]) -> bool:
    return any(node.draw is not None or node.group for node in nodes)
