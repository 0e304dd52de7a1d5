"""Every number that a figure draws stands in its table, and nothing in the table is made up."""

import importlib
import inspect
import pkgutil
from collections import Counter

import numpy as np
import plotly.graph_objects as go
import pytest

import core.figures
from core.figures.figure_tables import as_tables
from core.figures.number_table import FigureTable, written
from core.figures.panels import plain
from tests.figures.makers import MAKERS

LISTED = {"graph_attention", "graph_drawing"}  # say themselves what their tables are: their places mean nothing
CODED = {"tracks", "tiles", "token_rows"}  # whose numbers stand for words
OTHERWISE = {
    "linked_map",
    "cost_map",
    "error_grid",
    "source_maps",
    "head_values",
    *CODED,
}  # colored by another number than is told, or at places with names


def makers() -> set[str]:
    """Every public function of core.figures that makes a figure."""
    found = set()
    for module in pkgutil.iter_modules(core.figures.__path__):
        room = importlib.import_module(f"core.figures.{module.name}")
        for name, one in inspect.getmembers(room, inspect.isfunction):
            if one.__module__ == room.__name__ and one.__annotations__.get("return") is go.Figure:
                found.add(name)
    return {name for name in found if not name.startswith("_")} - {"styled"}


def test_every_maker_of_figures_is_under_the_law():
    assert set(MAKERS) == makers()


def there(values: object) -> list:
    """What is drawn of a list: no gaps."""
    return (
        []
        if values is None
        else [one for one in np.asarray(values, dtype=object).ravel() if one is not None and one == one]
    )


def told(tables: tuple[FigureTable, ...]) -> Counter[str]:
    """All that stands in cells, as it is read."""
    return Counter(written(cell) for one in tables for row in one.cells for cell in row)


@pytest.mark.parametrize("name", MAKERS)
def test_a_table_is_as_wide_as_its_head(name):
    tables = as_tables(MAKERS[name]())
    assert tables
    for one in tables:
        assert len(one.cells) == len(one.rows) > 0
        assert {len(row) for row in one.cells} == {len(one.columns)} and one.columns
        assert all(isinstance(label, str) and label and "<b>" not in label for label in (*one.rows, *one.columns))


@pytest.mark.parametrize("name", sorted(set(MAKERS) - LISTED - OTHERWISE))
def test_every_number_that_is_drawn_stands_in_a_table(name):
    figure = MAKERS[name]()
    drawn: Counter[str] = Counter()
    for trace in figure.data:
        values = (
            trace.z
            if trace.type == "heatmap"
            else trace.x
            if trace.type == "bar" and trace.orientation == "h"
            else trace.y
        )
        drawn.update(written(float(one)) for one in there(values))
    numbers = Counter()
    for text, count in told(as_tables(figure)).items():
        numbers[text.split(", ")[0]] += count
    assert drawn and not drawn - numbers


@pytest.mark.parametrize("name", sorted(set(MAKERS) - LISTED))
def test_a_table_has_a_cell_for_every_mark(name):
    figure = MAKERS[name]()
    for trace in figure.data:
        count = len(there(trace.z)) if trace.type == "heatmap" else len(there(trace.y))
        tables = as_tables(go.Figure([trace], figure.layout))
        marks = max(
            (len(one.rows) if trace.type != "heatmap" else sum(cell is not None for row in one.cells for cell in row))
            for one in tables
        )
        assert marks == count, trace


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_every_word_in_a_figure_stands_in_a_table(name):
    figure = MAKERS[name]()
    tables = as_tables(figure)
    heads = [head for one in tables for head in (one.title, one.corner, *one.rows, *one.columns)]
    everything = " | ".join([*told(tables), *heads])
    words = [one.text for one in figure.layout.annotations]
    words += [trace.name for trace in figure.data if trace.showlegend is not False and name not in LISTED]
    words += [text for trace in figure.data if "%{text" in (trace.texttemplate or "") for text in there(trace.text)]
    words += [
        text
        for trace in figure.data
        if trace.type == "scatter" and "text" in (trace.mode or "")
        for text in there(trace.text)
    ]
    for word in words:
        assert all(part in everything for part in plain(word).split(", ")), word


def test_what_color_stands_for_is_said_in_words():
    full, band = as_tables(MAKERS["tiles"]())
    assert (full.title, band.title) == ("full", "band")
    assert full.cells == (("yes", "yes", "yes"),) * 2
    assert band.cells[1] == ("wrong", "yes", "wrong", "wrong")
    (rows,) = as_tables(MAKERS["token_rows"]())
    assert rows.cells == (("a, given", "end, given", None), ("✗x, the wrong word", "b, wrong", "c, right"))
    costs, frames = as_tables(MAKERS["cost_map"]())
    assert costs.cells[2] == ("4.5", "-5.5") and costs.rows == ("q1", "q2", "q3")
    assert frames.cells == (("frame", "q2 · red", None),)
    errors, *_ = as_tables(MAKERS["error_grid"]())
    assert errors.cells == (("0.250", "0.500", "0.375"), ("0.125 ★", None, "0.125"))
    maps, *_ = as_tables(MAKERS["source_maps"]())
    assert maps.cells[0] == (4.0, 2.0, -8.0) and maps.columns == ("a", "a", "<e>")


def test_a_graph_is_told_by_its_nodes_and_not_by_where_they_stand():
    (one,) = as_tables(MAKERS["graph_attention"]())
    assert one.rows == ("a", "b", "c", "d") and one.columns[0] == "weight"
    assert one.cells[1] == (0.75, "y", "is y, weight", "no", "a, c")
    (one,) = as_tables(MAKERS["graph_drawing"]())
    assert one.cells == (("never hears it", "1, 2"), ("hears it after 1 layer", "2, 3"), ("the node that speaks", "3"))


def test_lines_with_equal_places_stand_beside_each_other():
    first, second = as_tables(MAKERS["gradient_sizes"]())
    assert (first.corner, first.columns, first.rows) == ("layer", ("pre", "post"), ("1", "2"))
    assert second.cells == ((1.5, 4.5), (2.5, 5.5), (3.5, 6.5))


def test_what_lies_over_a_figure_is_told():
    *_, notes = as_tables(MAKERS["diagonalities"]())
    assert ("level line", "at 0.8 upwards", "aligned") in notes.cells
    assert ("upright line", "at 4 across", "guided from here") in notes.cells


def test_a_figure_without_anything_has_no_table():
    assert as_tables(go.Figure()) == ()
