"""Alignment maps beside each other: one scale, labels of their own, symbols upwards."""

import numpy as np
import pytest

from core.figures.aligners import Panel, alignment_maps

ONE = Panel("a · right", np.array([[0.9, 0.1], [0.0, 0.3], [0.2, 0.5]]), ("f", "f", "<end>"), ("fa", "<end>"))
TWO = Panel("b", np.ones((1, 4)) / 4, ("x",), ("m", "m", "s", "<end>"))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_maps_share_one_scale_whatever_their_rows_sum_to(mode):
    figure = alignment_maps([ONE, TWO, ONE], 2, mode)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (0.0, 1.0)
    assert {trace.coloraxis for trace in figure.data} == {"coloraxis"} and len(figure.data) == 3
    assert [note.text for note in figure.layout.annotations] == ["a · right", "b", "a · right"]


def test_frames_go_right_and_symbols_up_with_equal_ones_apart():
    figure = alignment_maps([ONE, TWO], 2, "light")
    assert np.asarray(figure.data[0].z).tolist() == ONE.weights.T.tolist()
    assert list(figure.layout.xaxis.ticktext) == ["f", "f", "<end>"] and list(figure.layout.yaxis2.ticktext)[:2] == [
        "m",
        "m",
    ]
    assert figure.layout.yaxis.autorange is None  # not turned over
    assert "frame 2, f, looks at fa" in figure.data[0].text[0][1]
