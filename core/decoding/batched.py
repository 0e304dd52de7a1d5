"""Decoding many sources at once: the same `advance`, one model call for all of them a step.

An item that is done leaves the batch; it is never advanced again, so what stands beside it cannot change it.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.decoding.frontier import Frontier, Rules
from core.decoding.search import AbstractSearch, advance_all, start_all
from core.step_model import StepModel


def decode(
    search: AbstractSearch, model: StepModel, sources: Sequence[Sequence[int]], rules: Sequence[Rules]
) -> list[Frontier]:
    """Search every source to its end.

    Args:
        search: how; model: what gives the probabilities.
        sources: numbers, <end> included; rules: one per source.

    Returns:
        The last frontier of each source, in order; its `history` leads back to the start.
    """
    if not sources:
        return []
    frontiers, state = start_all(model, sources, rules)
    last: dict[int, Frontier] = {}
    active = list(enumerate(frontiers))
    while active:
        advanced, state = advance_all(search, model, [frontier for _, frontier in active], state)
        last |= {at: after for (at, _), after in zip(active, advanced) if after.stop_reason}
        active = [(at, after) for (at, _), after in zip(active, advanced) if not after.stop_reason]
    return [replace(last[at], state=None) for at in range(len(sources))]
