"""A frontier: all that a search knows between two steps, as a value.

Advancing gives a new frontier and leaves the old one as it was, so stepping forward is to append, going back is to
drop, and branching is to advance an older one. A frontier already holds the model's distribution for every live
hypothesis: what may come next can be shown before it is chosen.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple, Optional

import numpy as np
from jaxtyping import Float

from core.decoding.hypothesis import Hypothesis, Status
from core.step_model import DecoderState


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
    """

    end: int
    never_generated: tuple[int, ...]
    max_new_tokens: int
    source_length: int
    keep_pruned: int = 5
    item: int = 0


class Force(NamedTuple):
    """A person's choice: continue the live hypothesis in this slot with this token."""

    token: int
    slot: int = 0


@dataclass(frozen=True)
class StepRecord:
    """Figures of one step.

    Attributes:
        step: counted from 1.
        live_in: live hypotheses before; candidates: continuations that were weighed; kept: that live on.
        pool_logsumexp: logarithm of the probability of all live prefixes together.
        kept_mass: share of that probability in kept and finished continuations, in (0, 1].
        entropy: of each live hypothesis' next token, in nats.
        threshold: rank_score of the last kept one; best_finished, best_bound: nan where there is none.
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


@dataclass(frozen=True, eq=False)
class Frontier:
    """A search between two steps.

    Attributes:
        rules: the item's limits.
        live: hypotheses that go on, by slot; finished: those that ended, best first.
        born: every hypothesis weighed in the step that led here, pruned ones included.
        log_probs: the model's own distribution after each live hypothesis.
        rows: attention of the step that gave `log_probs`, by site, a row per live hypothesis.
        state: the model's state, a row per live hypothesis; None where a batch keeps it.
        record: figures of the step that led here, None at the start.
        previous: the frontier this one was advanced from.
        stop_reason: why there is no next step, or "" while there is one.
        step: tokens chosen so far.
    """

    rules: Rules
    live: tuple[Hypothesis, ...]
    log_probs: Float[np.ndarray, "live vocab"]
    rows: dict[str, Float[np.ndarray, "live head key"]] = field(repr=False)
    state: DecoderState | None = field(repr=False, default=None)
    finished: tuple[Hypothesis, ...] = ()
    born: tuple[Hypothesis, ...] = ()
    record: StepRecord | None = None
    previous: Optional["Frontier"] = field(repr=False, default=None)
    stop_reason: str = ""
    step: int = 0

    @property
    def history(self) -> list["Frontier"]:
        """From the start to this one."""
        found: list[Frontier] = []
        frontier: Frontier | None = self
        while frontier is not None:
            found.append(frontier)
            frontier = frontier.previous
        return found[::-1]

    @property
    def best(self) -> Hypothesis:
        """The best output so far: a finished one if there is any, else a truncated one, else the first live one."""
        ended = [node for node in self.finished if node.status is Status.FINISHED]
        return (ended or list(self.finished) or list(self.live))[0]


class Choice(NamedTuple):
    """What a search decided in one step; `born` holds the live and finished ones too."""

    live: tuple[Hypothesis, ...]
    finished: tuple[Hypothesis, ...]
    born: tuple[Hypothesis, ...]
    threshold: float


def ranked(finished: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
    """Ended before truncated, then by ranking score; the earlier one first where equal."""
    return tuple(sorted(finished, key=lambda node: (node.status is not Status.FINISHED, -node.rank_score)))


def cut_off(node: Hypothesis, stop_reason: str, best: float) -> Hypothesis:
    """A live hypothesis that a search leaves when it stops: by proof, or by a rule of thumb."""
    if stop_reason == "bound":
        reason = f"stopped: even its best continuation ({node.bound:.3f}) cannot beat a finished output ({best:.3f})"
        return replace(node, status=Status.PRUNED_BOUND, slot=-1, reason=reason)
    reason = f"stopped by the rule {stop_reason}, a rule of thumb: it might still have reached {node.bound:.3f} (best finished: {best:.3f})"
    return replace(node, status=Status.SUPERSEDED, slot=-1, reason=reason)
