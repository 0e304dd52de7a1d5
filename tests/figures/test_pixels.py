"""Pixels are the weights: a PNG read back by another library has each cell's color; pooling loses no line."""

import io

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from core.figures.pixels import levels, png, pooled

MAPS = arrays(np.float32, st.tuples(st.integers(1, 7), st.integers(1, 9)), elements=st.floats(-1, 1, width=32))


@settings(max_examples=40, deadline=None)
@given(weights=MAPS)
def test_another_library_reads_each_cell_s_color(weights):
    codes, colors = levels(weights)
    picture = Image.open(io.BytesIO(png(codes, colors)))
    picture.load()
    assert picture.size == weights.shape[::-1]
    expected = np.array(colors, np.uint8)[codes]
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), expected)


def test_white_is_zero_darker_is_more_and_below_zero_is_another_hue():
    codes, colors = levels(np.array([[0.0, 0.25, 0.5]], np.float32))
    light = [sum(colors[code]) for code in codes[0]]
    assert colors[codes[0, 0]] == (255, 255, 255) and light[0] > light[1] > light[2]
    codes, colors = levels(np.array([[-1.0, 0.0, 1.0]], np.float32))
    below, zero, above = (colors[code] for code in codes[0])
    assert zero == (255, 255, 255) and below[0] > below[2] and above[2] > above[0]


@settings(max_examples=40, deadline=None)
@given(weights=MAPS, rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_pooling_keeps_the_weight_farthest_from_zero(weights, rows, columns):
    small = pooled(weights, rows, columns)
    assert small.shape[0] <= max(rows, 1) and small.shape[1] <= max(columns, 1)
    assert np.abs(small).max() == np.abs(weights).max()
    assert pooled(weights, 99, 99) is weights
