"""Pictures of positions: what depends on distance alone is a line without a band; accuracies are those of the last step."""

import numpy as np

from core.figures.positions import accuracies, over_distance, plane


def test_means_and_ranges_are_those_of_the_diagonals():
    matrix = np.array([[0.0, 1.0, 5.0], [2.0, 0.0, 3.0], [7.0, 4.0, 0.0]])
    band, line = over_distance({"one": matrix}, "score", "light").data
    assert list(line.x) == [-2, -1, 0, 1, 2] and list(line.y) == [7.0, 3.0, 0.0, 2.0, 5.0]
    assert list(band.y[:5]) == [7.0, 4.0, 0.0, 3.0, 5.0] and list(band.y[5:]) == [5.0, 1.0, 0.0, 2.0, 7.0]


def test_accuracies_are_those_of_each_kinds_last_step():
    rows = [
        {"positions": name, "step": step, "size": size, "accuracy": value}
        for name, step, size, value in (("a", 1, 20, 0.1), ("a", 2, 20, 0.5), ("a", 2, 40, 0.4), ("b", 1, 20, 0.3))
    ]
    first, second = accuracies(rows, "tokens", "dark").data
    assert (list(first.x), list(first.y)) == (["20", "40"], [0.5, 0.4])
    assert (list(second.x), list(second.y)) == (["20"], [0.3])


def test_every_position_stands_in_the_plane():
    (course,) = plane(np.arange(18.0).reshape(9, 2), 0.5, "light").data
    assert len(course.x) == 9 and course.text[8] == "8" and course.text[1] == ""
