"""A square of cosines: as given, named on both sides, lines where one class ends."""

import numpy as np
import pytest

from core.figures.likeness import likeness


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_cosine_is_drawn_and_lines_stand_between_classes(mode):
    alike = np.array([[1.0, 0.5, -0.2, 0.0], [0.5, 1.0, 0.1, 0.0], [-0.2, 0.1, 1.0, 0.3], [0.0, 0.0, 0.3, 1.0]])
    figure = likeness(alike, ["a", "b", "c", "c"], mode, title="it", classes=[0, 0, 1, 1])
    (drawn,) = figure.data
    assert np.array_equal(drawn.z, alike) and (drawn.zmin, drawn.zmax) == (-1, 1) and drawn.text[0][2] == "a, c"
    assert list(figure.layout.xaxis.ticktext) == list(figure.layout.yaxis.ticktext) == ["a", "b", "c", "c"]
    assert [(one.x0, one.y0) for one in figure.layout.shapes] == [(1.5, 0), (0, 1.5)]
    assert not likeness(alike, ["a", "b", "c", "c"], mode, title="it").layout.shapes
