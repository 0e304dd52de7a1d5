"""The tables that menus, the command line and the laws iterate over."""

from typing import TypeVar

from core.decoding.all_places import AbstractAllPlaces
from core.decoding.beam import BeamSearch
from core.decoding.collapsed import Collapsed
from core.decoding.diverse import DiverseBeamSearch
from core.decoding.exact import ExactSearch
from core.decoding.greedy import GreedySearch
from core.decoding.mask_predict import AtOnce, MaskPredict
from core.decoding.sampling import SamplingSearch
from core.decoding.search import AbstractSearch
from core.decoding.stochastic import StochasticBeamSearch
from core.errors import SettingError
from core.language import tr
from core.models.build import MODELS
from core.settings import did_you_mean
from core.tasks.table import TASKS
from core.training.objectives import OBJECTIVES

SEARCHES: dict[str, type[AbstractSearch]] = {
    "greedy": GreedySearch,
    "beam": BeamSearch,
    "diverse": DiverseBeamSearch,
    "stochastic": StochasticBeamSearch,
    "sampling": SamplingSearch,
    "exact": ExactSearch,
}

DECODINGS: dict[str, type[AbstractAllPlaces]] = {kind.name: kind for kind in (AtOnce, MaskPredict, Collapsed)}

T = TypeVar("T")

__all__ = ["DECODINGS", "MODELS", "OBJECTIVES", "SEARCHES", "TASKS", "entry"]


def entry(table: dict[str, T], name: str, what: str) -> T:
    """A table's entry, or an error that lists the names.

    >>> entry(SEARCHES, "beem", "search")
    Traceback (most recent call last):
    ...
    core.errors.SettingError: there is no search 'beem' (did you mean beam?); choose one of: greedy, beam, diverse, stochastic, sampling, exact
    """
    if name not in table:
        raise SettingError(
            tr(
                "there is no {what} {name!r}{did_you_mean}; choose one of: {table}",
                what=what,
                name=name,
                did_you_mean=did_you_mean(name, table),
                table=", ".join(table),
            )
        )
    return table[name]
