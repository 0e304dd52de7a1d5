"""Entropy of rows by hand, as a share of what is possible, and rows that have none."""

import numpy as np
import pytest
from scipy.stats import entropy as entropy_of_scipy

from core.metrics.entropy import entropy, entropy_share


def test_one_key_has_none_and_even_weights_have_the_most():
    weights = np.array([[[1.0, 0.0, 0.0, 0.0], [0.25] * 4, [0.5, 0.25, 0.25, 0.0]]])
    assert entropy(weights)[0] == pytest.approx([0.0, np.log(4), 1.5 * np.log(2)], abs=1e-12)


def test_it_is_the_entropy_of_another_library():
    weights = np.random.default_rng(0).dirichlet(np.ones(7), size=(3, 5))
    assert entropy(weights) == pytest.approx(entropy_of_scipy(weights, axis=-1), abs=1e-12)


def test_it_is_a_share_of_the_keys_that_are_allowed_and_padding_changes_nothing():
    weights = np.array([[[0.5, 0.5, 0.0], [0.5, 0.25, 0.25]]])
    allowed = np.array([[[True, True, False], [True, True, True]]])
    share = entropy_share(weights, allowed)
    assert share[0] == pytest.approx([1.0, 1.5 * np.log(2) / np.log(3)], abs=1e-12)
    wider = np.pad(weights, ((0, 0), (0, 0), (0, 4)))
    assert entropy_share(wider, np.pad(allowed, ((0, 0), (0, 0), (0, 4)))) == pytest.approx(share, abs=1e-12)
    assert entropy(wider) == pytest.approx(entropy(weights), abs=1e-12)


def test_a_query_without_a_choice_has_no_share():
    assert np.isnan(entropy_share(np.array([[[1.0, 0.0]]]), np.array([[[True, False]]]))).all()


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.2, -0.2], [0.0, 0.0], [2.0, 1.0]])
def test_a_row_that_is_no_distribution_is_given_no_entropy(row):
    assert np.isnan(entropy(np.array([[row]]))).all()


def test_single_precision_is_a_distribution_still():
    weights = np.random.default_rng(1).dirichlet(np.ones(900), size=(1, 2)).astype(np.float32)
    assert entropy(weights) == pytest.approx(entropy(weights.astype(np.float64)), abs=1e-5)
