"""What each kind of positions does, measured: shifts, equal tokens, what is added to scores."""

import numpy as np
import pytest
import torch

from core.attention.biases import Alibi
from core.runs.placing import ADDED, ALL, HEADS, INSIDE, SENTENCE, attended, contributions, principal, twice, vectors

COUNT = 11


@pytest.mark.parametrize("name", ALL)
def test_a_shift_changes_weights_where_places_are_counted_from_the_beginning_and_only_there(name):
    change = np.abs(attended(name, COUNT, 23) - attended(name, COUNT, 0)).max()
    assert (change > 1e-2) == (name in ADDED)


@pytest.mark.parametrize("name", ALL)
def test_without_positions_and_only_then_equal_tokens_give_equal_outputs(name):
    found = twice(name)
    assert (found.difference == 0.0) == (name == "none") and found.outputs.shape[0] == len(SENTENCE)
    if name != "none":
        assert found.difference > 1e-3


def test_what_alibi_adds_is_its_own_bias():
    places = torch.arange(COUNT)[None]
    own = Alibi(HEADS, 8).bias(torch.zeros(1, HEADS, COUNT, 8), torch.zeros(1, HEADS, COUNT, 8), places, places)
    assert contributions("alibi", COUNT) == pytest.approx(own[0].numpy(), abs=1e-6)


@pytest.mark.parametrize("name", INSIDE)
def test_what_is_added_to_equal_tokens_depends_on_the_distance_alone(name):
    found = contributions(name, COUNT, seed=3, start=17)
    assert found.shape == (HEADS, COUNT, COUNT) and np.abs(found).max() > 1e-3
    for head in found:
        for distance in range(1 - COUNT, COUNT):
            along = np.diagonal(head, distance)
            assert along == pytest.approx(np.full_like(along, along[0]), abs=1e-5)


@pytest.mark.parametrize("name", ADDED)
def test_vectors_from_a_start_are_the_rest_of_those_from_zero(name):
    assert vectors(name, 5, seed=2, start=4) == pytest.approx(vectors(name, 9, seed=2)[4:], abs=1e-5)


def test_points_in_a_plane_are_found_again_up_to_turning_and_hold_all_of_the_variance():
    chance = np.random.default_rng(1)
    flat, basis = chance.normal(size=(9, 2)), np.linalg.qr(chance.normal(size=(5, 2)))[0]
    points, share = principal(flat @ basis.T + 3.0)
    centred = flat - flat.mean(axis=0)
    assert points @ points.T == pytest.approx(centred @ centred.T) and share == pytest.approx(1.0)
