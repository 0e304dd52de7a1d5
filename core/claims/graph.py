"""On a graph, attention belongs on the edges.

Nodes of three communities, each with noisy features; most edges stay within a community. Only some labels are known. The
same network, with the same parameters, is trained three times: every node alone (a multilayer perceptron), every node
looking at every node (which ignores the edges), and every node looking along its edges.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.attention.masks import graph
from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.claims.labeling import made, steps
from core.models.transformer_encoder import EncoderLayer
from core.models.transformer_settings import TransformerSettings
from core.seeds import Seeds
from core.shapes import Mask

_GROUPS, _NODES, _FEATURES, _KNOWN = 3, 150, 8, 30
_WITHIN, _BETWEEN, _NOISE = 0.15, 0.01, 0.55
_STEPS, _RATE, _DECAY = 150, 5e-3, 5e-4


class Communities(NamedTuple):
    """A graph whose nodes are to be told apart.

    Attributes:
        features, group: of each node; edges: both ways; known: whose group may be learned from.
    """

    features: Float[Tensor, "node feature"]
    group: Int[Tensor, " node"]
    edges: Bool[Tensor, "node node"]
    known: Bool[Tensor, " node"]


def communities(generator: torch.Generator) -> Communities:
    """A stochastic block model, a centre for each group and noise around it."""
    group = torch.arange(_NODES) % _GROUPS
    likely = torch.where(group[:, None] == group, _WITHIN, _BETWEEN)
    upper = (torch.rand(_NODES, _NODES, generator=generator) < likely).triu(1)
    features = torch.eye(_GROUPS, _FEATURES)[group] + _NOISE * torch.randn(_NODES, _FEATURES, generator=generator)
    known = torch.zeros(_NODES, dtype=torch.bool)
    known[torch.randperm(_NODES, generator=generator)[:_KNOWN]] = True
    return Communities(features, group, upper | upper.T, known)


class _Nodes(nn.Module):
    """One Transformer block over nodes; who looks at whom is the mask's."""

    def __init__(self) -> None:
        super().__init__()
        settings = TransformerSettings(layers=1, heads=2, width=32, feed_forward=2)
        self.input, self.layer = nn.Linear(_FEATURES, settings.width), EncoderLayer(settings)
        self.output = nn.Linear(settings.width, _GROUPS)

    def forward(self, nodes: Communities, mask: Mask) -> Float[Tensor, "node group"]:
        states = self.layer(self.input(nodes.features[None]), mask)
        return self.output(states)[0]


class Graph(AbstractClaim):
    """One network under three masks."""

    name = "graph"
    statement = "On a graph it helps to let attention look along edges only"
    source = "Veličković et al. 2018, arXiv:1710.10903"
    effect_is = "unknown nodes right, attention along edges"
    baseline_is = "unknown nodes right, attention to everyone"
    unit = "share of nodes"
    rule = "shown when attention along edges is at least 0.1 better than attention to everyone and than each node alone"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train under one mask after the other."""
        seeds, rows, last = Seeds(seed), list[Row](), steps(_STEPS, budget)
        nodes = communities(seeds.generator("data"))
        itself = torch.zeros_like(nodes.edges)
        masks = {"each node alone": graph(itself), "everyone": graph(~itself), "along edges": graph(nodes.edges)}
        for at, (name, mask) in enumerate(masks.items()):
            network = made(_Nodes, seeds)
            for step in _train(network, nodes, mask, last):
                if step % 50 == 0:
                    yield Progress((at + step / last) / len(masks), tuple(rows))
            rows.append({"attention": name, "pairs scored": int(mask.sum()), "accuracy": _right(network, nodes, mask)})
        _, everyone, along = (float(row["accuracy"] or 0) for row in rows)
        return Measured(along, everyone, tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where edges do harm."""
        alone = [float(one.rows[0]["accuracy"] or 0) for one in found]
        shows = [one.effect >= max(one.baseline, least) + 0.1 for one, least in zip(found, alone)]
        return judged(shows, [one.effect < one.baseline for one in found])


def _train(network: _Nodes, nodes: Communities, mask: Mask, steps: int) -> Iterator[int]:
    """All known nodes at every step: there is one graph."""
    optimizer = torch.optim.Adam(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    for step in range(1, steps + 1):
        loss = nn.functional.cross_entropy(network(nodes, mask)[nodes.known], nodes.group[nodes.known])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield step


@torch.no_grad()
def _right(network: _Nodes, nodes: Communities, mask: Mask) -> float:
    """Share of the nodes whose group was not known and is found."""
    right = network(nodes, mask).argmax(-1) == nodes.group
    return float(right[~nodes.known].double().mean())
