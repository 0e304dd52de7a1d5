"""The picture of stopping: a bar for each step with its own probability, words that repeat kept apart, and room for long outputs."""

import pytest

from core.figures.figure_tables import as_tables
from core.figures.stopping import stopping


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ends"),
    [(["a", "b", "a", "<end>"], [1e-6, 0.25, 0.125, 0.75]), (["<end>"], [0.5]), (["你", "好", "你", "?"], [0.0, 0.5, 0.0, 1.0])],
)  # fmt: skip
def test_every_step_has_its_bar_and_its_word(words, ends, mode):
    figure = stopping(words, ends, mode)
    (bars,) = figure.data
    assert list(bars.x) == list(range(1, len(words) + 1)) and list(bars.y) == ends
    assert [text.strip("\u2068\u2069") for text in figure.layout.xaxis.ticktext] == words
    (table,) = as_tables(figure)
    assert len(table.cells) == len(ends) or len(table.cells[0]) == len(ends)


def test_words_under_a_long_output_stand_where_their_steps_are():
    words, ends = [str(at) for at in range(1, 101)], [0.01] * 100
    axis = stopping(words, ends, "light").layout.xaxis
    assert [str(place) for place in axis.tickvals] == [text.strip("\u2068\u2069") for text in axis.ticktext]
    assert 10 < len(axis.tickvals) <= 48
