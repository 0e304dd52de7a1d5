"""The picture of a wiring: every connection stands in it and in its table."""

import numpy as np
import pytest

from core.figures.figure_tables import as_tables
from core.figures.wiring import wiring_matrix
from core.models.wiring import WIRINGS


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_first_decoder_layer_is_at_the_top_and_the_whole_of_a_layer_has_the_full_colour(mode):
    figure = wiring_matrix(np.array([[0.0, 1.0], [1 / 3, 2 / 3]]), mode)
    (map_,) = figure.data
    assert map_.z.tolist() == [[0.0, 1.0], [1 / 3, 2 / 3]] and (map_.zmin, map_.zmax) == (0, 1)
    assert figure.layout.yaxis.autorange == "reversed"


@pytest.mark.parametrize("name", WIRINGS)
def test_its_table_has_a_row_for_each_decoder_layer(name):
    weights = WIRINGS[name](3, "100/010/011" if name == "matrix" else "").matrix().detach().numpy()
    (table,) = as_tables(wiring_matrix(weights, "light"))
    assert table.corner == "decoder layer \\ encoder layer"
    assert table.rows == table.columns == ("1", "2", "3")
    np.testing.assert_allclose(np.array(table.cells, float), weights, atol=1e-6)
