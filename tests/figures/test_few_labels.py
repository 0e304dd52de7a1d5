"""Accuracy over numbers of examples: a line through the means, every seed marked, nothing marked twice where there is one seed."""

import pytest

from core.figures.few_labels import few_labels


def test_a_line_goes_through_the_means_and_every_seed_is_marked():
    figure = few_labels({"a": {100: [0.9, 0.7], 50: [0.5, 0.6]}, "b": {50: [0.4]}}, unit="pictures", mode="light")
    line, seeds, alone = figure.data
    assert list(line.x) == [50, 100] and list(line.y) == pytest.approx([0.55, 0.8])
    assert list(line.error_y.array) == pytest.approx([0.05, 0.1])
    assert list(zip(seeds.x, seeds.y)) == [(50, 0.5), (50, 0.6), (100, 0.9), (100, 0.7)] and not seeds.showlegend
    assert alone.name == "b" and list(alone.y) == [0.4]
    assert list(figure.layout.xaxis.tickvals) == [50, 100] and figure.layout.yaxis.range[0] == 0.0
