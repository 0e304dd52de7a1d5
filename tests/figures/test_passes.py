"""Figures of outputs that are written in stages: what is drawn is what was given."""

import pytest

from core.figures.passes import over_length, stages, tops

ROWS = [
    [("ich", 0.6, True, True), ("Dank", 0.5, True, False)],
    [("vielen", 0.9, True, False), ("Dank", 0.5, False, False)],
]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_row_is_a_call_a_column_a_place_and_what_is_emptied_is_marked(mode):
    figure = stages(ROWS, mode)
    assert [list(row) for row in figure.data[0].z] == [[0.6, 0.5], [0.9, 0.5]]
    words = [note.text for note in figure.layout.annotations]
    assert words == ["<b>ich</b><br>0.60 ✗", "<b>Dank</b><br>0.50", "<b>vielen</b><br>0.90", "Dank<br>0.50"]


def test_places_where_nothing_stands_stay_empty_and_marks_are_text():
    figure = stages([[("<end>", 1.0, True, False), ("", 0.0, False, False)]], "light")
    assert [list(row) for row in figure.data[0].z] == [[1.0, None]]
    assert [note.text for note in figure.layout.annotations] == ["<b>&lt;end&gt;</b><br>1.00"]


def test_where_nothing_is_emptied_a_word_is_said_once():
    rows = [
        [("ich", 0.6, True, False), ("", 0.0, False, False)],
        [("ich", 0.6, False, False), ("Umständen", 1.0, True, False)],
    ]
    words = [note.text for note in stages(rows, "light").layout.annotations]
    assert words == ["<b>ich</b><br>0.60", "<b>Umständen</b><br>1.00"]


def test_the_word_that_was_written_is_outlined():
    figure = tops([[("ich", 0.5), ("vielen", 0.4)], [("Dank", 0.9)]], ["vielen", "Dank"], "light", title="t")
    assert [list(bar.y) for bar in figure.data] == [[0.5, 0.9], [0.4, 0.0]]
    assert [list(bar.marker.line.width) for bar in figure.data] == [[0, 3], [3, 0]]


def test_lines_over_length_keep_their_points():
    figure = over_length([("one", [8, 64], [1.0, 2.0])], "dark", title="t")
    assert list(figure.data[0].x) == [8, 64] and list(figure.layout.xaxis.tickvals) == [8, 64]
