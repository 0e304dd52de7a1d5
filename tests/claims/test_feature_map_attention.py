"""Two far corners: what the pictures are, and a verdict that follows its rule; it shows with a seed at its own size."""

from itertools import product

import numpy as np
import pytest
import torch

from core.claims.claim import Measured
from core.claims.experiment import run
from core.claims.feature_map_attention import _MOST, COLORS, PATCH, FeatureMapClaim, corners


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([(0.99, 0.5), (0.9, 0.75)], "shown"),
        ([(0.99, 0.5), (0.89, 0.5)], "not shown"),  # with every seed
        ([(0.99, 0.8)], "not shown"),  # no sum over corners is so often right: something else tells
        ([(0.4, 0.5), (0.5, 0.6)], "contradicted"),
    ],
)
def test_attention_must_judge_most_and_convolutions_no_more_than_they_can(found, verdict):
    assert FeatureMapClaim().verdict([Measured(effect, baseline) for effect, baseline in found]) == verdict


def test_the_label_says_whether_the_corners_agree_and_neither_corner_tells_it():
    pictures, labels = corners(3000, torch.Generator().manual_seed(2))
    first = pictures[:, :, :PATCH, :PATCH].mean((2, 3)).argmax(1)
    second = pictures[:, :, -PATCH:, -PATCH:].mean((2, 3)).argmax(1)
    assert torch.equal((first == second).float(), labels) and abs(float(labels.mean()) - 0.5) < 0.03
    for corner in (first, second):
        shares = [float(labels[corner == color].mean()) for color in range(COLORS)]
        assert max(abs(share - 0.5) for share in shares) < 0.06, shares


def test_what_is_said_of_each_corner_by_itself_adds_up_to_three_quarters_at_most():
    said = np.array(
        list(product(range(-3, 4), repeat=COLORS))
    )  # enough steps for every order of three colors and every cut
    for_one = said[:, None, :, None] + said[None, :, None, :] > 0  # [first, second, color, color]
    right = np.where(np.eye(COLORS, dtype=bool), for_one / 2 / COLORS, ~for_one / 2 / (COLORS * (COLORS - 1)))
    assert right.sum((2, 3)).max() == pytest.approx(_MOST)


@pytest.mark.slow
def test_it_shows_at_its_own_size():
    finding = run(FeatureMapClaim(), [0])
    assert finding.verdict == "shown", finding.rows[-2:]
