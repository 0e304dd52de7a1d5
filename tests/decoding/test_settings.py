"""Every setting of every search does something: two values of it give different results on some model."""

import pytest

from core.decoding.search import AbstractSearch
from core.runs.catalog import SEARCHES
from core.settings import declarations
from tests.decoding.test_search import run
from tests.doubles import RandomTable

PAIRS = {
    ("beam", "width"): ({"width": 1}, {"width": 4}),
    ("beam", "length_norm"): ({"length_norm": "none"}, {"length_norm": "mean"}),
    ("beam", "length_penalty"): (
        {"length_norm": "reward", "length_penalty": -2.0},
        {"length_norm": "reward", "length_penalty": 2.0},
    ),
    ("beam", "stop"): ({"stop": "top_finished", "length_norm": "mean"}, {"stop": "never", "length_norm": "mean"}),
    ("sampling", "temperature"): ({"temperature": 0.1}, {"temperature": 3.0}),
    ("sampling", "top_k"): ({"top_k": 1}, {"top_k": 0}),
    ("sampling", "top_p"): ({"top_p": 0.1}, {"top_p": 1.0}),
    ("sampling", "min_p"): ({"min_p": 1.0}, {"min_p": 0.0}),
    ("sampling", "draws"): ({"draws": 1}, {"draws": 3}),
    ("sampling", "seed"): ({"seed": 1}, {"seed": 2}),
}


def test_every_setting_is_here():
    assert set(PAIRS) == {(name, one.name) for name, kind in SEARCHES.items() for one in declarations(kind)}


def outputs(search: AbstractSearch, seed: int) -> list[list[int]]:
    return [node.tokens() for node in run(search, RandomTable(4, seed)).finished]


@pytest.mark.parametrize(("name", "setting"), PAIRS)
def test_two_values_of_a_setting_give_different_outputs_somewhere(name, setting):
    one, other = (SEARCHES[name](**values) for values in PAIRS[name, setting])
    assert any(outputs(one, seed) != outputs(other, seed) for seed in range(10))
