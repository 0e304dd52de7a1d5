"""The figures of exposure bias: every token at its place with its kind, every share at its place."""

import pytest

from core.figures.curves import Curve
from core.figures.exposure import GIVEN, PUT, RIGHT, WRONG, TokenRow, places, token_rows


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_tokens_stand_at_their_places_and_what_is_wrong_is_told_without_colour(mode):
    rows = [
        TokenRow("right", ["a", "<end>"], [GIVEN] * 2),
        TokenRow("model", ["<", "b", " ", "c"], [GIVEN, PUT, WRONG, RIGHT]),
    ]
    (drawn,) = token_rows(rows, mode).data
    assert [list(row) for row in drawn.z] == [[GIVEN, GIVEN, None, None], [GIVEN, PUT, WRONG, RIGHT]]
    assert [list(row) for row in drawn.text] == [["a", "end", "", ""], ["&lt;", "<b>✗b</b>", "<b>␣</b>", "c"]]
    assert list(drawn.customdata[1]) == ["given", "the wrong word", "wrong", "right"] and list(drawn.x) == [1, 2, 3, 4]
    colors = [color for _, color in drawn.colorscale]
    assert colors[::2] == colors[1::2] and len(set(colors)) == 4  # a step per kind, nothing between


@pytest.mark.parametrize("chance", [0.125, None])
def test_shares_are_drawn_by_place_and_guessing_where_it_is_known(chance):
    line = Curve("free", range(1, 4), [1.0, 0.5, 0.25], series=1, variant=1)
    figure = places([line], title="right", axis="place", chance=chance, mode="light")
    assert [list(zip(one.x, one.y)) for one in figure.data] == [[(1, 1.0), (2, 0.5), (3, 0.25)]]
    assert [shape.y0 for shape in figure.layout.shapes] == ([] if chance is None else [chance])
