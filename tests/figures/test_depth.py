"""Pictures of the page Depth: every cell is there, tokens are text, and zero has the colour of no effect."""

import numpy as np

from core.figures.depth import Band, Curve, deletion_curves, head_values, source_maps


def test_a_site_with_fewer_heads_leaves_cells_empty_and_signs_are_told_apart():
    values = np.array([[0.5, -2.0], [0.0, np.nan]])
    figure = head_values(["self", "cross"], values, [["a", "b"], ["c", ""]], "light", title="falls")
    (map_,) = figure.data
    assert (map_.zmin, map_.zmax) == (-2.0, 2.0) and map_.text[0][1] == "b" and np.isnan(map_.z[1][1])
    assert list(figure.layout.yaxis.ticktext) == ["self", "cross"]


def test_each_map_has_its_own_scale_and_equal_or_dangerous_tokens_stay_columns_of_their_own():
    tokens = ["a", "a", " ", "<end>"]
    figure = source_maps(
        tokens, ["one", "two", "nothing"], np.array([[1, 2, 0, 4], [-3.0, 0, 0, 1], [0, 0, 0, 0]]), "dark"
    )
    (map_,) = figure.data
    assert np.abs(map_.z).max(axis=1).tolist() == [1.0, 1.0, 0.0] and map_.z[1][0] == -1.0
    assert list(figure.layout.xaxis.ticktext) == ["a", "a", "␣", "&lt;end&gt;"] and len(set(map_.x)) == 4


def test_random_orders_are_a_band_and_a_line_behind_the_maps():
    band = Band("random", [0.0, -2.0], [0.0, -3.0], [0.0, -1.0])
    figure = deletion_curves([0, 2], [Curve("rollout", [0.0, -4.0]), Curve("saliency", [0.0, -1.0])], band, "light")
    names = [trace.name for trace in figure.data]
    assert names == ["random", "random, mean", "rollout", "saliency"]
    assert list(figure.data[0].y) == [0.0, -1.0, -3.0, 0.0] and list(figure.data[0].x) == [0, 2, 2, 0]
    assert figure.data[2].line.dash != figure.data[3].line.dash
