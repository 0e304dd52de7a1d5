"""Graph: the communities by hand, and that it shows."""

import torch

from core.claims.experiment import run
from core.claims.graph import Graph, communities


def test_edges_go_both_ways_and_mostly_stay_within_a_community():
    nodes = communities(torch.Generator().manual_seed(1))
    assert torch.equal(nodes.edges, nodes.edges.T) and not nodes.edges.diagonal().any()
    same = nodes.group[:, None] == nodes.group
    assert 0.12 < nodes.edges[same].double().mean() < 0.18 and nodes.edges[~same].double().mean() < 0.02
    assert nodes.known.sum() == 30


def test_attention_along_edges_beats_attention_to_everyone_and_each_node_alone():
    finding = run(Graph(), [0, 1, 2])
    assert finding.verdict == "shown" and finding.effect >= 0.85
    alone = [row["accuracy"] for row in finding.rows if row["attention"] == "each node alone"]
    assert max(alone) < finding.effect
