"""Reach: what is counted from the mask is what a network's gradients show, and what lies beyond changes no bit."""

import numpy as np
import pytest
import torch

from core.attention.masks import band, graph
from core.attention.patterns import PATTERNS
from core.errors import SettingError, ShapeError
from core.metrics.reach import layers_until_all, pairs_scored, reach
from core.models.labeler import Labeler
from core.models.transformer_settings import TransformerSettings
from core.runs.masked import composed, costs, measured_reach, shown

LENGTH, WINDOW, LAYERS = 17, 2, 3


def test_a_band_costs_its_width_times_the_length_less_its_corners():
    # 100 frames, one neighbour each side: 3 · 100 − 2, as against 100 · 100
    assert pairs_scored(shown(band(100, 100, 1, 1), 100)) == 298
    assert costs("full", 0, [1, 7, 100]) == [1, 49, 10_000]
    assert costs("blocks", 4, [4, 8, 10]) == [16, 32, 36]


def test_a_band_reaches_window_times_layers():
    places = np.arange(LENGTH)
    apart = np.abs(places[:, None] - places)
    found = reach(shown(PATTERNS["local"].mask(LENGTH, WINDOW), LENGTH), LAYERS)
    for layer in range(LAYERS):
        assert np.array_equal(found[layer], apart <= WINDOW * (layer + 1))


def test_blocks_never_hear_each_other_and_the_global_token_joins_all_in_two_layers():
    assert layers_until_all(shown(PATTERNS["blocks"].mask(LENGTH, 4), LENGTH)) is None
    assert layers_until_all(shown(PATTERNS["bigbird"].mask(LENGTH, 1), LENGTH)) == 2
    assert layers_until_all(shown(PATTERNS["full"].mask(LENGTH, 1), LENGTH)) == 1
    assert layers_until_all(shown(PATTERNS["local"].mask(LENGTH, WINDOW), LENGTH)) == LENGTH // WINDOW


@pytest.mark.parametrize("name", PATTERNS)
def test_counted_reach_is_that_of_a_networks_gradients(name):
    for backwards, pads in ((False, 0), (True, 0), (False, 3)):
        mask = composed(name, LENGTH, WINDOW, backwards=backwards, pads=pads).together()
        allowed = shown(mask, LENGTH)
        counted, measured = reach(allowed, LAYERS), measured_reach(allowed, LAYERS)
        assert np.array_equal(counted, measured), f"{np.sum(counted != measured)} cells differ"


def test_a_graph_without_self_loops_reaches_as_measured_too():
    edges = torch.zeros(6, 6, dtype=torch.bool)
    edges[[1, 2, 3, 0], [0, 1, 2, 4]] = True  # 3 hears 2 hears 1 hears 0 hears 4; nobody hears 5
    allowed = shown(graph(edges, self_loops=False), 6)
    assert np.array_equal(reach(allowed, 4), measured_reach(allowed, 4))
    assert reach(allowed, 4)[3, 3].tolist() == [True, True, True, True, True, False]


@pytest.mark.parametrize("name", ["local", "blocks", "strided"])
def test_a_token_beyond_reach_changes_no_bit_of_an_output_and_one_within_does(name):
    settings = TransformerSettings(layers=2, width=16, heads=2, pattern=name, window=WINDOW, positions="sinusoidal")
    network = Labeler(settings, 9, 5).eval()
    tokens = torch.randint(9, (1, LENGTH), generator=torch.Generator().manual_seed(3))
    valid = torch.ones_like(tokens, dtype=torch.bool)
    heard = reach(shown(PATTERNS[name].mask(LENGTH, WINDOW), LENGTH), 2)[-1]
    before = network(tokens, valid)[0]
    for place in range(LENGTH):
        other = tokens.clone()
        other[0, place] = (other[0, place] + 4) % 9
        moved = (network(other, valid)[0] != before).any(-1).numpy()
        assert np.array_equal(moved, heard[:, place])


def test_a_node_farther_than_the_layers_changes_no_bit():
    path = torch.zeros(7, 7, dtype=torch.bool)
    path[range(1, 7), range(6)] = path[range(6), range(1, 7)] = True
    network = Labeler(TransformerSettings(layers=2, width=16, heads=2, positions="none"), 3, 3).eval()
    states = torch.randn(1, 7, 16, generator=torch.Generator().manual_seed(4))
    other = states.clone()
    other[0, 6] += 1

    def heard(given: torch.Tensor) -> torch.Tensor:
        for layer in network.encoder.layers:
            given = layer(given, graph(path))
        return given[0]

    same = (heard(states) == heard(other)).all(-1)
    assert same.tolist() == [True, True, True, True, False, False, False]


def test_what_has_no_reach_is_refused():
    with pytest.raises(ShapeError, match=r"a mask of \(2, 3\) has no reach"):
        reach(np.ones((2, 3), dtype=bool), 1)
    with pytest.raises(SettingError, match="layers=0"):
        reach(np.ones((2, 2), dtype=bool), 0)
