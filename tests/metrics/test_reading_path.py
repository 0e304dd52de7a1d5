"""The path that outputs take together: the best of all by its definition, and what is no part of it."""

from itertools import pairwise, product

import numpy as np
import pytest

from core.metrics.reading_path import FOLLOWED, TURN, reading_path, width_of

EYE = np.eye(8)


def turns(path: tuple[int, ...]) -> int:
    """How many times it begins to go back."""
    steps = [after - before for before, after in pairwise(path) if after != before]
    return sum(step < 0 <= before for before, step in zip([1, *steps], steps))


@pytest.mark.parametrize("seed", range(30))
def test_it_is_the_best_of_all_paths(seed):
    rows = np.random.default_rng(seed).random((6, 3)) ** 4  # so that one source is looked at, not two
    assert width_of(rows) < 3
    share = rows / rows.max(axis=1, keepdims=True)
    worth = {
        path: sum(share[at, place] ** 2 for at, place in enumerate(path)) - TURN * turns(path)
        for path in product(range(3), repeat=6)
    }
    best = max(worth, key=lambda path: worth[path])
    followed = [place if share[at, place] >= FOLLOWED else -1 for at, place in enumerate(best)]
    assert reading_path(rows, np.ones(6, bool)).tolist() == followed


@pytest.mark.parametrize(
    ("places", "path"),
    [
        ([0, 1, 5, 2, 3], [0, 1, -1, 2, 3]),  # one output by itself is not followed, ahead or back
        ([3, 4, 0, 5, 6], [3, 4, -1, 5, 6]),
        ([2, 3, 4, 2, 3, 4, 5], [2, 3, 4, 2, 3, 4, 5]),  # several are
        ([6, 5, 4, 3, 2, 1], [6, 5, 4, 3, 2, 1]),  # going back costs once
        ([0, 1, 6, 7], [0, 1, 6, 7]),  # a leap forward costs nothing
    ],
)
def test_by_hand(places, path):
    assert reading_path(EYE[places], np.ones(len(places), bool)).tolist() == path


def test_who_is_not_sure_has_no_say():
    rows = EYE[[4, 5, 1, 2, 3, 6]]
    sure = np.array([True, True, False, False, False, True])
    assert reading_path(rows, sure).tolist() == [4, 5, -1, -1, -1, 6]


def test_chance_among_many_sources_is_no_way_back():
    chance = np.random.default_rng(3)
    places = np.repeat(np.arange(60), 4)
    rows = np.exp(-(((np.arange(60) - places[:, None]) / 5) ** 2) / 2 + chance.normal(0, 0.3, (240, 60)))
    assert (np.diff(rows.argmax(axis=1)) < -2).sum() > 20
    path = reading_path(rows, np.ones(240, bool))
    assert (np.diff(path[path >= 0]) >= -2).all() and (path >= 0).mean() > 0.95
    assert abs(path - places)[path >= 0].mean() < 2
