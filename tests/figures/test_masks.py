"""Pictures of masks: filled, blocked and differing cells, cost over the length, nodes and arrows."""

import numpy as np

from core.figures.masks import Tile, costs_over_length, graph_drawing, tiles, tiles_height


def test_a_tile_shows_yes_no_and_what_differs():
    cells = np.array([[True, False, True], [False, True, False]])
    wrong = np.array([[False, False, True], [False, False, False]])
    figure = tiles([Tile("one", cells), Tile("two", cells, wrong)], "light")
    assert [trace.z.tolist() for trace in figure.data] == [[[1, 0, 1], [0, 1, 0]], [[1, 0, 2], [0, 1, 0]]]
    assert [note.text for note in figure.layout.annotations] == ["one", "two"]


def test_more_than_four_tiles_take_another_row():
    cells = np.ones((2, 2), dtype=bool)
    assert tiles_height(4) < tiles_height(5) == tiles_height(8)
    assert len(tiles([Tile(str(at), cells) for at in range(5)], "dark").data) == 5


def test_cost_is_drawn_over_the_length_by_name():
    figure = costs_over_length([8, 16], {"full": [64, 256], "local": [34, 74]}, 12, "dark")
    assert [(line.name, list(line.y)) for line in figure.data] == [("full", [64, 256]), ("local", [34, 74])]
    assert figure.layout.shapes[0].x0 == 12


def test_arrows_go_from_who_is_heard_to_who_hears_once_for_both_ways():
    edges = np.zeros((3, 3), dtype=bool)
    edges[1, 0] = edges[0, 1] = edges[2, 1] = edges[2, 2] = True  # 0–1 both ways, 2 hears 1, a self-loop
    figure = graph_drawing(edges, np.array([0, 1, -1]), 0, "light")
    nodes = list(zip(figure.data[0].x, figure.data[0].y))
    drawn = [((arrow.ax, arrow.ay), (arrow.x, arrow.y), arrow.arrowside) for arrow in figure.layout.annotations]
    assert drawn == [(nodes[1], nodes[0], "end+start"), (nodes[1], nodes[2], "end")]
    assert list(figure.data[0].hovertext) == ["the node that speaks", "hears it after 1 layer", "never hears it"]
