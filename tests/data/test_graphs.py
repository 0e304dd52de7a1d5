"""Graphs from files: what is read, what is left out and counted, what ends the reading."""

import pytest
import torch

from core.data.graphs import read_collection, read_graph
from core.errors import DataError
from core.tasks.molecules import Molecules
from core.tasks.own_graph import OwnGraph
from tests.real_data import real

NODES = "node\tlabel\tsplit\tword_ids\na\tx\ttrain\t0,2\nb\ty\tval\t1\nc\t\t-\t\nd\tx\ttest\t2\n"
EDGES = "src\tdst\na\tb\nb\ta\na\ta\nb\td\nb\tzzz\n"


@pytest.fixture
def tables(tmp_path):
    """Writes the two tables, and gives their paths."""

    def write(nodes=NODES, edges=EDGES):
        for name, text in (("nodes.tsv", nodes), ("edges.tsv", edges)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / "nodes.tsv", tmp_path / "edges.tsv"

    return write


def test_a_graph_is_read_and_what_is_left_out_is_told(tables):
    graph = read_graph(*tables())
    assert graph.names == ("a", "b", "c", "d") and graph.labels == ("x", "y", "", "x")
    assert graph.splits == ("train", "validation", "", "test")
    assert graph.features.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert graph.edges.tolist() == [[0, 1, 1, 3], [1, 0, 3, 1]]
    assert graph.remarks == (
        "edges.tsv: 1 edges to nodes that are not there left out, the first in line 6",
        "edges.tsv: 1 edges from a node to itself left out: every node looks at itself anyway",
        "edges.tsv: 1 edges that stand there twice counted once",
        "edges.tsv: 1 nodes have no edge and look at themselves alone",
    )


@pytest.mark.parametrize(
    ("nodes", "edges", "said"),
    [
        ("a\tx\na\ty\n", EDGES, "nodes.tsv, line 2: the node 'a' stands in line 1 already"),
        ("a\tx\tsometimes\n", EDGES, "nodes.tsv, line 1: there is no split 'sometimes'"),
        (
            "a\tx\ttrain\t1,two\n",
            EDGES,
            "nodes.tsv, line 1: the features 1,two are no numbers".replace("1,two", "'1,two'"),
        ),
        ("a\tx\ttrain\t0.5,1\nb\tx\ttrain\t0.5\n", EDGES, "nodes.tsv, line 2: 1 features where other nodes have 2"),
        ("a\tx\ttrain\t9999999\n", EDGES, "numbered from 0 to at most 999,999"),
        (
            "".join(f"{n}\tx\ttrain\t999999\n" for n in range(51)),
            EDGES,
            "51 nodes of 1,000,000 features are more than 50,000,000 numbers",
        ),
        (
            "".join(f"{n}\tx\ttrain\n" for n in range(7100)),
            EDGES,
            "7,100 nodes of 7,100 features are more than 50,000,000 numbers",
        ),
        ("a\n", EDGES, "nodes.tsv, line 1: expected node, label"),
        (NODES, "a\tb\nb\n", "edges.tsv, line 2: expected two nodes"),
        ("node\tlabel\n", EDGES, "nodes.tsv has no node"),
    ],
)
def test_what_cannot_be_used_ends_with_file_and_line(tables, nodes, edges, said):
    with pytest.raises(DataError) as error:
        read_graph(*tables(nodes, edges))
    assert said in str(error.value)


def test_a_million_edges_are_read(tables):
    nodes = "".join(f"n{at}\tx\ttrain\t0.5\n" for at in range(2000))
    edges = "".join(f"n{at % 2000}\tn{at * 7919 % 1999}\n" for at in range(1_000_000))
    graph = read_graph(*tables(nodes, edges))
    pairs = graph.edges[0] * 2000 + graph.edges[1]
    assert len(torch.unique(pairs)) == graph.edges.shape[1] > 100_000


def test_many_small_graphs_are_read(tmp_path):
    path = tmp_path / "two.txt"
    path.write_text("2\n3 yes\n0 1 1\n1 2 0 2\n0 1 1\n1 no\n5 0\n", encoding="utf-8")
    first, second = read_collection(path)
    assert (first.label, first.kinds, second.label, second.kinds) == ("yes", ("0", "1", "0"), "no", ("5",))
    assert first.edges.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]] and second.edges.shape == (2, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2\n1 yes\n0 0\n", "ends within graph 2 of 2"),
        ("1\n2 yes\n0 1 7\n0 0\n", "line 3: a neighbor is not among the 2 nodes"),
        ("1\n2 yes\n0 2 1\n0 0\n", "line 3: expected a kind, a number"),
        ("one\n", "line 1: 'one' are no whole numbers"),
        ("1\n3\n", "line 2: expected the number of nodes and the label"),
    ],
)
def test_a_broken_collection_is_told_with_its_line(tmp_path, text, said):
    path = tmp_path / "broken.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=said):
        read_collection(path)


def test_tasks_without_files_say_which_they_need():
    for task, said in ((OwnGraph(), "task.nodes"), (Molecules(), "task.path")):
        with pytest.raises(DataError, match=said):
            task.examples("train")


def test_cora_is_read_with_its_own_splits():
    folder = real("graph-cora")
    task = OwnGraph(nodes=str(folder / "cora.nodes.tsv"), edges=str(folder / "cora.edges.tsv"))
    assert task.graph.edges.shape[1] == 2 * 5278 and task.entrance.features == 1433 and len(task.entrance.labels) == 7
    asked = [int((task.examples(split)[0].labels >= 0).sum()) for split in ("train", "validation", "test")]
    assert asked == [140, 500, 1000]


def test_mutag_is_read_with_its_labels():
    task = Molecules(path=str(real("graph-mutag") / "MUTAG.txt"))
    counts = [len(task.examples(split)) for split in ("train", "validation", "test")]
    assert sum(counts) == 188 and task.entrance.labels == ("0", "2")
    assert sum(one.edges.shape[1] for split in ("train", "validation", "test") for one in task.examples(split)) == 7442
