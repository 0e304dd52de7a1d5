"""Cosines and clusters by hand; one-hots of any two items are √2 apart and unlike."""

import numpy as np
import pytest

from core.metrics.likeness import clustered, cosines


def test_any_two_one_hots_are_equally_far_and_know_of_no_class():
    one_hots = np.eye(7)
    apart = np.linalg.norm(one_hots[:, None] - one_hots[None], axis=2)
    assert apart[~np.eye(7, dtype=bool)] == pytest.approx(2**0.5) and np.array_equal(cosines(one_hots), np.eye(7))
    found = clustered(cosines(one_hots), (0, 0, 0, 1, 1, 2, 2))
    assert (found.within, found.between, found.gap) == (0.0, 0.0, 0.0)


def test_vectors_of_a_class_cluster_and_length_does_not_count():
    rows = np.array([[1.0, 0.0], [5.0, 0.0], [0.0, 2.0], [0.0, -3.0], [0.0, 0.0]])
    alike = cosines(rows)
    assert alike[0].tolist() == [1.0, 1.0, 0.0, 0.0, 0.0] and alike[2, 3] == -1.0 and alike[4, 4] == 0.0
    found = clustered(alike[:4, :4], (0, 0, 1, 1))
    assert found.within == 0.0 and found.between == 0.0  # 1 and −1: a class of opposites is none
    assert clustered(alike[:3, :3], (0, 0, 1)).gap == 1.0
