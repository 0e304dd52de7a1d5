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


def test_what_is_not_known_has_no_column_and_the_source_stands_where_it_stood():
    both, one = (copy_map(replace(ONE, p_gen=gates, sure=np.array([0.9, 0.5])), "light") for gates in (ONE.p_gen, None))
    assert [np.asarray(trace.z).tolist() for trace in both.data[:2]] == [[[0.9], [0.5]], [[0.1], [0.8]]]
    assert len(one.data) == 2 and np.asarray(one.data[0].z).tolist() == [[0.9], [0.5]]
    assert one.layout.xaxis3.domain == both.layout.xaxis3.domain and one.data[1].xaxis == both.data[2].xaxis == "x3"
    assert one.layout.xaxis2.visible is False and one.data[0].text[0][0] == "zorblax: sure 0.90"
    assert {(trace.zmin, trace.zmax) for trace in (*both.data, *one.data)} == {(0.0, 1.0)}


def test_long_words_are_cut_on_the_axes_and_whole_under_the_pointer():
    long = "llanfairpwllgwyngyll"
    figure = copy_map(replace(ONE, source=("a", long, "<end>"), unseen=(long,)), "light")
    assert figure.layout.xaxis2.ticktext[1] == "<b>llanfairpw…</b>"
    assert figure.data[1].text[0][1] == f"zorblax looks at {long}"
