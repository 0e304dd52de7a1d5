"""The warping path: by hand, against every other path, and on maps of a real size."""

import numpy as np
import pytest

from core.metrics.warping import warping_path
from tests.metrics.alignment_maps import drawn


def every_path(targets: int, sources: int) -> list[list[tuple[int, int]]]:
    def going_on(at: tuple[int, int]) -> list[list[tuple[int, int]]]:
        if at == (targets - 1, sources - 1):
            return [[at]]
        steps = [(at[0] + down, at[1] + across) for down, across in ((1, 1), (1, 0), (0, 1))]
        return [[at, *rest] for to in steps if to[0] < targets and to[1] < sources for rest in going_on(to)]

    return going_on((0, 0))


@pytest.mark.parametrize("seed", range(12))
def test_no_other_path_costs_less(seed):
    weights = np.random.default_rng(seed).random((4, 3 + seed % 3))
    cost = {tuple(path): sum(1 - weights[at] for at in path) for path in every_path(*weights.shape)}
    found = tuple((int(t), int(s)) for t, s in warping_path(weights))
    assert cost[found] == pytest.approx(min(cost.values()), abs=1e-12)


def test_one_row_one_column_and_one_cell():
    assert warping_path(np.ones((1, 3))).tolist() == [[0, 0], [0, 1], [0, 2]]
    assert warping_path(np.ones((3, 1))).tolist() == [[0, 0], [1, 0], [2, 0]]
    assert warping_path(np.ones((1, 1))).tolist() == [[0, 0]]


@pytest.mark.parametrize("seed", range(5))
def test_it_follows_a_diagonal_that_was_drawn(seed):
    weights = drawn(seed)["diagonal"]
    path = warping_path(weights)
    assert tuple(path[0]) == (0, 0) and tuple(path[-1]) == (weights.shape[0] - 1, weights.shape[1] - 1)
    assert (np.diff(path, axis=0).min(axis=0) >= 0).all() and (np.diff(path, axis=0).max(axis=1) == 1).all()
    strongest = weights.argmax(axis=1)
    assert (abs(path[:, 1] - strongest[path[:, 0]]) <= 1).mean() > 0.9
