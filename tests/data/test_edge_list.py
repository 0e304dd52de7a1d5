"""Edges as typed: both ways, one way, spaced as one likes; what is no edge is named."""

import pytest

from core.data.edge_list import EXAMPLES, MOST_NODES, read_edges
from core.errors import DataError


def test_a_dash_is_both_ways_and_an_arrow_from_who_speaks_to_who_hears():
    edges = read_edges("1-2;2 > 4\n3 - 1", 4)
    assert sorted(map(tuple, edges.nonzero().tolist())) == [(0, 1), (0, 2), (1, 0), (2, 0), (3, 1)]


def test_nothing_typed_is_a_graph_without_edges():
    assert not read_edges("  ,, ", 3).any()


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_can_be_read_and_leaves_nobody_alone(name):
    nodes, text = EXAMPLES[name]
    edges = read_edges(text, nodes)
    assert (edges | edges.T).any(dim=1).all()


@pytest.mark.parametrize(
    ("text", "nodes", "words"),
    [
        ("1-2 x", 3, "“x” is no edge; write two nodes as 1-2"),
        ("1-", 3, "“1-” is no edge"),
        ("0-1", 3, "node 0 in “0-1” is not there; nodes are 1 to 3"),
        ("1-4", 3, "node 4"),
        ("1-99999999999999999999", 3, "node 9999"),
        ("-" * 10_000, 3, "is no edge"),
        ("1-2", 0, "a graph of 0 nodes"),
        ("1-2", MOST_NODES + 1, "choose 1 to 16"),
    ],
)
def test_what_is_no_edge_is_named(text, nodes, words):
    with pytest.raises(DataError) as caught:
        read_edges(text, nodes)
    assert words in str(caught.value) and len(str(caught.value)) < 200
