"""A sheet of pictures: each stands whole at its place, and the frame is around the chosen one."""

import numpy as np

from core.figures.samples import sheet


def test_every_picture_stands_at_its_place_with_a_gap_between():
    pictures = np.arange(6 * 2 * 3, dtype=float).reshape(6, 2, 3) / 36
    figure = sheet(pictures, "light", title="six", chosen=5)
    cells = np.array(figure.data[0].z, dtype=float)
    assert cells.shape == (2 * 3 - 1, 4 * 4 - 1)
    assert (cells[:2, 4:7] == pictures[1]).all() and (cells[3:, 4:7] == pictures[5]).all()
    assert np.isnan(cells[2]).all() and np.isnan(cells[:, 3]).all() and np.isnan(cells[3:, 8:]).all()
    frame = figure.layout.shapes[0]
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (3.5, 6.5, 2.5, 4.5)
