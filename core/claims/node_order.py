"""A graph is a set of vectors with edges: how its nodes are numbered says nothing.

A fresh network of attention along edges reads a graph, and the same graph with its nodes in another order, edges going
along. Every node comes out as it was. Where the nodes are moved and the edges stay, another graph is read.
"""

from collections.abc import Sequence

import torch

from core.claims.claim import AbstractClaim, Measured, Measuring, Progress, Row, Verdict, judged
from core.data.vector_sets import SetBatch, stack_sets
from core.language import mark
from core.models.set_models import build_set_model
from core.runs.set_config import SetConfig
from core.seeds import Seeds
from core.tasks.communities import Communities

_EQUAL, _OTHER = 1e-4, 0.01  # of scores about 1
_KINDS = {"dot products": "edges", "GAT": "gat"}


class NodeOrder(AbstractClaim):
    """One graph in two orders, by two kinds of attention along edges."""

    name = "node_order"
    lecture = (4, 18)
    statement = "A graph is a set of vectors and edges: however its nodes are numbered, each comes out the same"
    source = "Lee 2021, Self-attention (a graph as a set of vectors); Veličković et al. 2018, arXiv:1710.10903"
    effect_is = "largest difference of a node's scores when nodes and edges are numbered otherwise"
    baseline_is = "the same when the nodes alone are, and the edges stay"
    unit = "of scores about 1"
    rule = mark(
        "shown when no score differs by {equal:g} where the edges go along, and some by {other:g} where they stay",
        equal=_EQUAL,
        other=_OTHER,
    )

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Read in both orders; there is no training, and the budget changes nothing."""
        rows: list[Row] = []
        for at, (name, kind) in enumerate(_KINDS.items(), start=1):
            rows.append({"attention": name} | _moved(kind, seed))
            yield Progress(at / len(_KINDS), tuple(rows))
        effect = max(float(row["edges go along"] or 0) for row in rows)
        return Measured(effect, min(float(row["edges stay"] or 0) for row in rows), tuple(rows))

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where the order matters as much as the edges do."""
        shows = [one.effect < _EQUAL and one.baseline >= _OTHER for one in found]
        return judged(shows, [one.effect >= one.baseline for one in found])


@torch.no_grad()
def _moved(kind: str, seed: int) -> dict[str, float]:
    config = SetConfig.preset(Communities.name, kind).changed({"task.drawn": seed, "seed": seed})
    network = build_set_model(config.model, config.task.entrance, config.seeds).eval()
    batch = stack_sets(config.task.some("test"))
    order = torch.randperm(batch.valid.shape[1], generator=Seeds(seed).generator("order"))
    scores, edges = network(batch)[:, order], batch.edges
    assert edges is not None  # it is a graph
    renumbered = torch.cat([edges[:1], order.argsort()[edges[1:]]])

    def read(table: torch.Tensor) -> float:
        other = SetBatch(batch.content[:, order], batch.valid[:, order], batch.labels[:, order], table)
        return float((network(other) - scores).abs().max())

    return {"edges go along": read(renumbered), "edges stay": read(edges)}
