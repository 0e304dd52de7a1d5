"""On a graph, attention belongs on the edges.

Nodes of three communities, each with noisy features; most edges stay within a community. Only some labels are known. Four
networks are trained on the same graph: every node alone (a multilayer perceptron), every node looking at every node (which
ignores the edges), and two whose nodes look along their edges, by dot products and by the scores of GAT.
"""

from collections.abc import Sequence

from core.claims.claim import AbstractClaim, Measured, Measuring, Verdict, judged
from core.claims.set_training import compared
from core.runs.set_config import SetConfig
from core.tasks.communities import Communities

_NETWORKS = {"each node alone": "window", "everyone": "attention", "along edges": "edges", "along edges, GAT": "gat"}


class Graph(AbstractClaim):
    """Four networks on one graph."""

    name = "graph"
    lecture = (18,)
    statement = "On a graph it helps to let attention look along edges only"
    source = "Veličković et al. 2018, arXiv:1710.10903"
    effect_is = "unknown nodes right, attention along edges"
    baseline_is = "unknown nodes right, attention to everyone"
    unit = "share of nodes"
    rule = "shown when attention along edges is at least 0.1 better than attention to everyone and than each node alone"

    def measure(self, seed: int, budget: float = 1.0) -> Measuring:
        """Train one network after the other, on a graph of the seed's own."""
        configs = {
            name: SetConfig.preset(Communities.name, model).changed({"task.drawn": seed, "seed": seed})
            for name, model in _NETWORKS.items()
        }
        rows = yield from compared(configs, budget)
        _, everyone, along, _ = (float(row["accuracy"] or 0) for row in rows)
        return Measured(along, everyone, rows)

    def verdict(self, found: Sequence[Measured]) -> Verdict:
        """By the rule; contradicted where edges do harm."""
        alone = [float(one.rows[0]["accuracy"] or 0) for one in found]
        shows = [one.effect >= max(one.baseline, least) + 0.1 for one, least in zip(found, alone)]
        return judged(shows, [one.effect < one.baseline for one in found])
