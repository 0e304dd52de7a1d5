"""Graph: the communities by hand, and that it shows."""

import torch

from core.claims.experiment import run
from core.claims.graph import Graph
from core.tasks.communities import Communities


def test_edges_go_both_ways_and_mostly_stay_within_a_community():
    graph = Communities(drawn=1).graph
    group = torch.tensor(["ABC".index(label) for label in graph.labels])
    edges = torch.zeros(150, 150, dtype=torch.bool)
    edges[graph.edges[0], graph.edges[1]] = True
    assert torch.equal(edges, edges.T) and not edges.diagonal().any()
    same = group[:, None] == group
    assert 0.12 < edges[same].double().mean() < 0.18 and edges[~same].double().mean() < 0.02
    assert graph.splits.count("train") == 30


def test_attention_along_edges_beats_attention_to_everyone_and_each_node_alone():
    finding = run(Graph(), [0, 1, 2])
    assert finding.verdict == "shown" and finding.effect >= 0.9
    alone = [row["accuracy"] for row in finding.rows if row["model"] == "each node alone"]
    gat = [row["accuracy"] for row in finding.rows if row["model"] == "along edges, GAT"]
    assert max(alone) < finding.effect and min(gat) > max(alone)
