"""Decoding many sources at once: the same `advance_all`, one model call for all of them a step.

An item that is done leaves; it is never advanced again, so what stands beside it cannot change it. A single source is
handed to a model that runs ahead as a whole, if the search goes a way that is known before.
"""

from collections.abc import Sequence

from core.decoding.deferred import Deferred
from core.decoding.frontier import Rules
from core.decoding.search import AbstractSearch
from core.decoding.view import Frontier
from core.step_model import RunsAhead, StepModel


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
    search = search.under(rules[0])
    rules = [search.within(one) for one in rules]
    if len(sources) == 1 and search.follows is not None and isinstance(model, RunsAhead):
        ahead = _ahead(search.follows, model, sources[0], rules[0])
        if ahead is not None:
            return [Deferred(rules[0], lambda: search.run(ahead, sources, rules)[0])]
    return search.run(model, sources, rules)


def _ahead(width: int, model: RunsAhead, source: Sequence[int], rules: Rules) -> StepModel | None:
    return model.run(source, width, rules.max_new_tokens, rules.end, rules.never_generated)
