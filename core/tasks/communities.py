"""A graph of three communities: nodes with noisy features, and most edges within a community. Holland et al. 1983."""

from dataclasses import dataclass
from typing import ClassVar

import torch

from core.data.graphs import Graph, both_ways
from core.settings import setting
from core.tasks.graph_task import AbstractGraphTask

GROUPS = 3
_KNOWN, _VALIDATION, _FEATURES, _NOISE = 30, 20, 8, 0.55


@dataclass(frozen=True)
class Communities(AbstractGraphTask):
    """Nodes in, a community for each out; the labels of thirty are known.

    >>> Communities(nodes=60).entrance.labels
    ('A', 'B', 'C')
    """

    name: ClassVar[str] = "communities"
    summary: ClassVar[str] = "which of three communities each node belongs to: noisy features, edges mostly within"

    nodes: int = setting(150, low=60, high=3000, step=30, help="nodes in all")
    within: float = setting(0.15, low=0.0, high=1.0, step=0.05, help="share of pairs within a community that are edges")
    between: float = setting(
        0.01, low=0.0, high=1.0, step=0.01, help="share of pairs across communities that are edges"
    )
    drawn: int = setting(0, low=0, high=1000, help="seed of the graph")

    def read_graph(self) -> Graph:
        """Drawn by chance: a stochastic block model, a center for each group and noise around it."""
        generator = torch.Generator().manual_seed(self.drawn)
        group = torch.arange(self.nodes) % GROUPS
        likely = torch.where(group[:, None] == group, self.within, self.between)
        upper = (torch.rand(self.nodes, self.nodes, generator=generator) < likely).triu(1)
        features = torch.eye(GROUPS, _FEATURES)[group]
        features = features + _NOISE * torch.randn(self.nodes, _FEATURES, generator=generator)
        order = torch.randperm(self.nodes, generator=generator).tolist()
        splits = ["test"] * self.nodes
        for place, node in enumerate(order[: _KNOWN + _VALIDATION]):
            splits[node] = "train" if place < _KNOWN else "validation"
        return Graph(
            tuple(f"node {node + 1}" for node in range(self.nodes)), features, tuple("ABC"[one] for one in group.tolist()),
            tuple(splits), both_ways(upper.nonzero().T, self.nodes),
        )  # fmt: skip
