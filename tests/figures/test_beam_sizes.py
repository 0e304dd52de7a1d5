"""The figure of a sweep: every number at its width, exact search beside the widest."""

from math import log10

import pytest

from core.figures.beam_sizes import Measure, beam_sizes


def traces(figure) -> dict[tuple[str, str], list[tuple[float, float]]]:
    return {(one.name, one.line.dash or ""): list(zip(one.x, one.y)) for one in figure.data}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_number_is_drawn_at_its_width_and_exact_search_at_the_next_doubling(mode):
    right = Measure("right", [1.0, 0.5], exact=0.25, alone=[0.75, 0.125])
    figure = beam_sizes([1, 4], Measure("Σ log p", [-7.0, -4.0]), [right], mode, axis=[1, 4, 16, None])
    assert traces(figure) == {
        ("Σ log p", ""): [(1, -7.0), (4, -4.0)],
        ("right", ""): [(1, 1.0), (4, 0.5)],
        ("only sentences with a proof", "dot"): [(1, 0.75), (4, 0.125)],
        ("right, exact", ""): [(32, 0.25)],
    }
    assert list(figure.layout.xaxis2.tickvals) == [1, 4, 16, 32]
    assert list(figure.layout.xaxis2.ticktext) == ["1", "4", "16", "exact"]


def test_the_axis_stands_still_while_points_come_and_has_no_place_for_a_search_that_will_not():
    early, late = (
        beam_sizes(widths, Measure("Σ log p", [-1.0] * len(widths)), [], "light", axis=[1, 2, 8])
        for widths in ([1], [1, 2, 8])
    )
    assert early.layout.xaxis.range == late.layout.xaxis.range and early.layout.xaxis.type == "log"
    assert early.layout.xaxis.range[1] < log10(16) and "exact" not in early.layout.xaxis.ticktext
