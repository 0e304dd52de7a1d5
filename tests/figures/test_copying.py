"""p_gen beside the copy distribution: one scale each, rows from the top, equal tokens apart, unseen words in bold."""

from dataclasses import replace

import numpy as np
import pytest

from core.figures.copying import CopyMap, copy_map

ROWS = np.array([[0.7, 0.2, 0.1], [0.0, 0.9, 0.1]])
ONE = CopyMap(
    ("zorblax", "<end>"), ("a", "zorblax", "<end>"), ("zorblax",), ROWS, np.array([0.1, 0.8]), np.array([1.0, 0.0])
)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_column_of_p_gen_and_a_row_of_the_source_for_every_token(mode):
    figure = copy_map(ONE, mode)
    gates, rows = figure.data
    assert np.asarray(gates.z).tolist() == [[0.1], [0.8]] and np.asarray(rows.z).tolist() == ROWS.tolist()
    assert {(trace.zmin, trace.zmax) for trace in figure.data} == {(0.0, 1.0)}
    assert figure.layout.yaxis.autorange == "reversed" and list(figure.layout.xaxis.ticktext) == ["p_gen"]
    assert list(figure.layout.xaxis2.ticktext)[:2] == ["a", "<b>zorblax</b>"]
    assert "zorblax: p_gen 0.10, 100% of it copied" in gates.text[0][0]


def test_a_decoder_that_cannot_copy_makes_everything():
    gates, _ = copy_map(replace(ONE, p_gen=None), "light").data
    assert np.asarray(gates.z).tolist() == [[1.0], [1.0]]
