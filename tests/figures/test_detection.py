"""Boxes over a picture: gold is dashed, the chosen query is thick and has its look, costs are framed where pairs are taken."""

from dataclasses import replace

import numpy as np
import pytest

from core.figures.detection import BoxedView, boxed_picture, cost_map, judged_curve

VIEW = BoxedView(
    np.zeros((6, 8, 3), np.float32), np.array([[0.25, 0.5, 0.75, 1.0]]), ["cell"],
    np.array([[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]]), ["query 2 · cell 90%", "query 5 · cell 60%"], [1, 4],
    pairs=((4, 0), (0, 0)), look=np.array([[0.25, 0.75]]), chosen=4,
)  # fmt: skip


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_what_is_there_is_dashed_and_what_is_answered_has_its_number(mode):
    figure = boxed_picture(VIEW, mode)
    look, gold, second, fifth, pair = figure.data
    assert np.asarray(look.z).tolist() == [[0.25, 0.75]] and (look.x0, look.dx, look.y0, look.dy) == (
        2.0,
        4.0,
        3.0,
        6.0,
    )
    assert list(gold.x) == [2, 6, 6, 2, 2] and list(gold.y) == [3, 3, 6, 6, 3] and gold.line.dash == "dash"
    assert second.text[0] == "2" and fifth.text[0] == "5" and second.line.dash == fifth.line.dash == "solid"
    assert fifth.line.width > second.line.width and "query 5 · cell 60%" in fifth.hovertemplate
    assert list(pair.x) == [6, 4] and list(pair.y) == [4.5, 4.5]  # from the answer's middle to the thing's
    assert list(figure.layout.yaxis.range) == [6, 0] and figure.layout.images[0].sizex == 8


def test_a_picture_without_a_chosen_query_has_no_look():
    assert len(boxed_picture(replace(VIEW, look=None, chosen=None, pairs=()), "light").data) == 3


def test_pairs_are_framed_and_the_cheapest_is_the_darkest():
    costs = np.array([[3.0, -1.0], [0.5, 2.0], [9.0, 9.0]])
    figure = cost_map(costs, ((0, 1), (1, 0)), ["query 1", "query 2", "query 3"], ["1 · cell", "2 · cell"], "light")
    assert np.asarray(figure.data[0].z).argmax() == 1 and figure.data[0].text[0] == ["3.0", "-1.0"]
    middles = [((one.x0 + one.x1) / 2, (one.y0 + one.y1) / 2) for one in figure.layout.shapes]
    assert middles == [(1.0, 0.0), (0.0, 1.0)]


def test_the_curve_has_a_line_for_each_share_and_one_for_the_floor():
    figure = judged_curve([10, 20], {"recall": [0.1, 0.5], "precision": [0.2, 0.4]}, 0.05, 100, "dark")
    assert [trace.name for trace in figure.data] == ["recall", "precision"] and list(figure.data[0].y) == [0.1, 0.5]
    assert figure.layout.shapes[0].y0 == 0.05 and "5.0%" in figure.layout.annotations[0].text
