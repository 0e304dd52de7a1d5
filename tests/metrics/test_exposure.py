"""The three numbers of exposure bias, by hand and by chance."""

import math

import numpy as np
import pytest

from core.metrics.exposure import aftermath, exposure

ALL = np.ones((2, 4), dtype=bool)


def test_by_hand():
    forced = np.array([[1, 1, 1, 0], [1, 1, 0, 1]], dtype=bool)
    free = np.array([[1, 0, 0, 0], [1, 1, 0, 1]], dtype=bool)
    found = exposure(forced, free, ALL)
    assert found.forced == 6 / 8 and found.free == 4 / 8 and found.items == 2
    assert found.after_error == 2 / 3 and found.after_right == 2 / 3 and found.amplification == 1.0
    assert found.forced_at == (1.0, 1.0, 0.5, 0.5) and found.free_at == (1.0, 0.5, 0.0, 0.5)


def test_pads_count_nowhere():
    valid = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], dtype=bool)
    forced, free = np.ones_like(valid), np.array([[1, 0, 0, 1], [1, 1, 0, 0]], dtype=bool)
    wide = [np.pad(one, ((0, 0), (0, 3))) for one in (forced, free, valid)]
    found, wider = exposure(forced, free, valid), exposure(*wide)
    assert found.free == 4 / 6 and found.after_error == 1 / 2 and found.after_right == 1 / 2
    assert (wider.free, wider.amplification, wider.free_at[:4]) == (found.free, found.amplification, found.free_at)
    assert all(math.isnan(one) for one in wider.free_at[4:])


def test_independent_errors_are_not_amplified_and_cost_the_same_twice():
    """A model that does not look at its prefix says the same, forced or free."""
    right = np.random.default_rng(1).random((400, 50)) > 0.3
    found = exposure(right, right, np.ones_like(right))
    assert found.forced == found.free and found.amplification == pytest.approx(1.0, abs=0.05)


def test_an_error_that_stays_is_amplified_without_bound():
    free = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], dtype=bool)
    assert exposure(ALL, free, ALL).amplification == math.inf
    once = np.array([[1, 1, 0, 0], [1, 1, 1, 1]], dtype=bool)
    assert exposure(ALL, once, ALL).amplification == 5.0


@pytest.mark.parametrize("right", [ALL, ~ALL])
def test_where_nothing_or_everything_is_wrong_there_is_nothing_to_compare(right):
    assert math.isnan(exposure(right, right, ALL).amplification)


def test_the_aftermath_is_by_distance():
    right = np.array([[0, 0, 1, 1], [0, 1, 1, 0]], dtype=bool)
    valid = np.array([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=bool)
    assert aftermath(right, valid, 4) == (0.0, 0.5, 1.0, 1.0) and aftermath(right, valid, 2) == (0.0, 0.5)
