"""Tiles: every thing is on exactly one, where its middle is; boxes move with it and end at its edge."""

from dataclasses import replace

import pytest
import torch

from core.data.boxes import BoxedPicture, BoxedPictures, corners, middles
from core.data.tiles import tiled
from core.errors import ShapeError

EDGES = torch.tensor([[0.0, 0.0, 0.2, 0.4], [0.4, 0.1, 0.7, 0.4], [0.9, 0.6, 1.0, 1.0]])
ONE = BoxedPicture("one", torch.arange(2 * 4 * 6.0).view(2, 4, 6) / 48, middles(EDGES), torch.tensor([2, 0, 1]))
PICTURES = BoxedPictures(("a", "b", "c"), (ONE,), (replace(ONE, name="other"),), ("told",))


def test_things_go_with_their_middles_and_are_cut_off_at_the_edge():
    cut = tiled(PICTURES, 2)
    assert [one.name for one in cut.train] == ["one · 1", "one · 2", "one · 3", "one · 4"] and cut.shape == (2, 2, 3)
    assert [one.labels.tolist() for one in cut.train] == [[2], [0], [], [1]]
    torch.testing.assert_close(corners(cut.train[0].boxes), torch.tensor([[0.0, 0.0, 0.4, 0.8]]))
    torch.testing.assert_close(corners(cut.train[1].boxes), torch.tensor([[0.0, 0.2, 0.4, 0.8]]))  # began in the first
    torch.testing.assert_close(corners(cut.train[3].boxes), torch.tensor([[0.8, 0.2, 1.0, 1.0]]))
    assert torch.equal(cut.train[3].pixels, ONE.pixels[:, 2:, 3:]) and len(cut.held_out) == 4 and cut.told == ("told",)


def test_one_part_is_the_picture_itself_and_odd_sizes_are_refused():
    assert tiled(PICTURES, 1) is PICTURES
    with pytest.raises(ShapeError, match="6 × 4 pixels cannot be cut into 4 × 4"):
        tiled(PICTURES, 4)
