"""Figures of sampled decodings: what they say is what they were given, in hatching and words and not in color alone."""

from math import nan

from core.figures.distribution import law_bars, noise_strip, output_bars


def test_outputs_are_bars_by_place_so_equal_labels_stay_apart_and_the_right_one_has_a_star():
    figure = output_bars(["a b", "a b"], [0.75, 0.25], [0.5, 0.1], [0.4, 0.2], [True, False], "light")
    assert [list(bar.x) for bar in figure.data] == [[0.75, 0.25], [0.5, 0.1], [0.4, 0.2]]
    assert list(figure.layout.yaxis.ticktext) == ["★ a b", "a b"]
    assert len({bar.marker.pattern.shape for bar in figure.data}) == 3


def test_what_is_unknown_of_all_outputs_has_no_bar():
    figure = output_bars(["a", "b"], [0.5, 0.5], [nan, nan], [0.4, 0.2], [False, False], "dark")
    assert [bar.name for bar in figure.data] == ["share of the draws", "probability (model)"]


def test_an_excluded_token_is_crossed_out_and_says_why():
    figure = law_bars(
        ["a", "b"], [0.7, 0.3], [0.6, 0.4], [1.0, 0.0], ["", "top-k 1"], "light", drawn=0, right=1
    )  # fmt: skip
    assert [bar.name.split()[0] for bar in figure.data] == ["model", "after", "drawn"]
    assert list(figure.data[1].marker.pattern.shape) == ["", "x"]
    assert [note.text for note in figure.layout.annotations] == ["top-k 1", "▼ drawn"]
    assert list(figure.layout.xaxis.ticktext) == ["a", "★ b"]


def test_where_nothing_changes_the_model_only_the_model_is_drawn():
    figure = law_bars(["a", "b"], [0.7, 0.3], [0.7, 0.3], [0.7, 0.3], ["", ""], "light")
    assert [bar.name for bar in figure.data] == ["model"]


def test_the_mass_that_top_p_counts_is_a_line_against_its_limit():
    figure = law_bars(
        ["a", "b"], [0.7, 0.3], [0.7, 0.3], [1, 0], ["", "top-p 0.5"], "dark", cumulated=[0.7, 1.0], limit=0.5
    )
    assert list(figure.data[-1].y) == [0.7, 1.0] and figure.layout.shapes[0].y0 == 0.5


def test_the_unit_interval_is_laid_out_end_to_end_and_u_stands_where_it_fell():
    figure = noise_strip(
        ["a", "b", "c"], [0, 0.5, 0.9], [0.5, 0.9, 1.0], [False, True, False], 0.625, (0.0, 1.0), "light"
    )
    (bar,) = figure.data
    assert list(bar.base) == [0, 0.5, 0.9] and [round(x, 9) for x in bar.x] == [0.5, 0.4, 0.1]
    assert figure.layout.shapes[0].x0 == 0.625 and figure.layout.annotations[0].text == "u = 0.6250"
    assert bar.marker.color[1] not in (bar.marker.color[0], bar.marker.color[2])
