"""What was already searched in this session is not searched again: changing one search leaves the others as they are."""

from core.decoding.search import AbstractSearch
from core.runs.comparison import Compared, Yardstick, measure, run_search
from dashboard import kept, resources
from dashboard.components.model_bar import Chosen


def compared(chosen: Chosen, search: AbstractSearch) -> Compared:
    """One search on the chosen source.

    Raises:
        InputError: the source cannot be read.
    """
    return _compared(chosen.model.run.address, chosen.model.step, chosen.source, search)


def measured(chosen: Chosen, search: AbstractSearch) -> Yardstick:
    """The yardstick for outputs as long as this search allows."""
    limit = chosen.model.item(chosen.source)[1].max_new_tokens
    return _measured(chosen.model.run.address, chosen.model.step, chosen.source, min(limit, search.max_length))


@kept.of_run(show_spinner="Searching …", max_entries=24, scope="session")
def _compared(address: str, step: int, source: str, search: AbstractSearch) -> Compared:
    return run_search(resources.any_model(address), source, search)


@kept.of_run(show_spinner="Proving the best output …", max_entries=64, scope="session")
def _measured(address: str, step: int, source: str, longest: int) -> Yardstick:
    return measure(resources.any_model(address), source, longest=longest)
