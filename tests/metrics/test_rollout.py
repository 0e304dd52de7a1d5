"""Rollout by hand, attention flow against another algorithm, and what is refused."""

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow

from core.errors import InputError
from core.metrics.attention_flow import LONGEST, attention_flow
from core.metrics.rollout import rollout


def shares(rng, *shape):
    return rng.dirichlet(np.full(shape[-1], 0.4), size=shape[:-1])


def test_two_layers_of_two_tokens_by_hand():
    first, second = [[0.2, 0.8], [1.0, 0.0]], [[0.0, 1.0], [0.6, 0.4]]
    # Ã1 = [[.6, .4], [.5, .5]], Ã2 = [[.5, .5], [.3, .7]], and Ã2 Ã1:
    found = rollout(np.array([first, second]))
    assert found[0] == pytest.approx(np.array([[0.6, 0.4], [0.5, 0.5]]), abs=1e-12)
    assert found[1] == pytest.approx(np.array([[0.55, 0.45], [0.53, 0.47]]), abs=1e-12)


def test_without_residual_it_is_the_product_of_the_layers():
    layers = shares(np.random.default_rng(0), 3, 5, 5)
    assert rollout(layers, residual=0.0)[-1] == pytest.approx(layers[2] @ layers[1] @ layers[0], abs=1e-12)


def test_rows_are_shares_after_every_layer_and_a_token_nobody_looks_at_is_held_by_its_own_place_alone():
    layers = shares(np.random.default_rng(1), 4, 6, 6)
    layers[:, :, 2] = 0.0
    layers /= layers.sum(axis=-1, keepdims=True)
    found = rollout(layers)
    assert found.sum(axis=-1) == pytest.approx(np.ones((4, 6)), abs=1e-12)
    assert found[-1, :, 2] == pytest.approx(np.eye(6)[2] / 2**4, abs=1e-12)


@pytest.mark.parametrize(("rows", "words"), [([[0.5, 0.2], [0.5, 0.5]], "sum to 0.7"), ([[1.5, -0.5], [0, 1]], "-0.5")])
def test_weights_that_are_no_shares_are_refused_with_what_would_work(rows, words):
    with pytest.raises(InputError, match=words) as refused:
        rollout(np.array([rows], dtype=float))
    assert "normalizer softmax" in str(refused.value)


# ---------------------------------------------------------------- flow
def flow_of_scipy(steps):
    """Dinic's algorithm on whole millionths."""
    sizes = [steps[0].shape[0], *(step.shape[1] for step in steps)]
    begins = np.concatenate([[0], np.cumsum(sizes)])
    pipes = np.zeros((begins[-1], begins[-1]), dtype=np.int32)
    for at, step in enumerate(steps):
        pipes[begins[at] : begins[at + 1], begins[at + 1] : begins[at + 2]] = np.rint(step * 1e6)
    network = csr_matrix(pipes)
    return np.array([
        [maximum_flow(network, row, begins[-2] + column).flow_value / 1e6 for column in range(sizes[-1])]
        for row in range(sizes[0])
    ])  # fmt: skip


@pytest.mark.parametrize("sizes", [(3, 4, 5), (2, 5, 4, 6), (4, 3, 6, 3, 5, 2)])
def test_flow_is_the_maximum_flow_of_another_algorithm(sizes):
    rng = np.random.default_rng(len(sizes))
    for _ in range(5):
        steps = [shares(rng, above, below).round(6) for above, below in itertools.pairwise(sizes)]
        assert attention_flow(steps) == pytest.approx(flow_of_scipy(steps), abs=1e-9)


def test_flow_finds_the_way_back_that_greedy_pushing_needs():
    # all of the first pipe goes to the left node unless what was sent there is taken back
    steps = [np.array([[1.0, 1.0]]), np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([[1.0], [1.0]])]
    assert attention_flow(steps).tolist() == [[2.0]]


def test_through_two_layers_it_is_the_sum_of_the_narrower_pipes():
    upper, lower = shares(np.random.default_rng(3), 2, 4, 4)
    by_hand = np.minimum(upper[:, :, None], lower[None]).sum(axis=1)
    assert attention_flow([upper, lower]) == pytest.approx(by_hand, abs=1e-12)


def test_a_source_that_would_take_long_is_refused():
    with pytest.raises(InputError, match=f"at most {LONGEST}"):
        attention_flow([np.eye(LONGEST + 1), np.eye(LONGEST + 1)])
