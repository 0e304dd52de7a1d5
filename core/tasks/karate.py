"""Zachary's karate club: 34 members, who spends time with whom, and which side each took when the club split (1977)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import networkx
import torch

from core.data.graphs import Graph, both_ways
from core.tasks.graph_task import TRAINING, AbstractGraphTask

_LEADERS = (0, 33)  # Mr. Hi and the officer, whose sides are known
_VALIDATION = 8  # every fourth of the others


@dataclass(frozen=True)
class Karate(AbstractGraphTask):
    """Members in, a side for each out: learned from the two leaders alone.

    A member has no feature but its own number, so nothing is learned of one member from another except along edges.

    >>> Karate().entrance.labels, Karate().graph.edges.shape[1] // 2
    (('Mr. Hi', 'Officer'), 78)
    """

    name: ClassVar[str] = "karate"
    summary: ClassVar[str] = (
        "which side each of 34 club members took, from the two leaders and who spends time with whom"
    )
    presets: ClassVar[dict[str, Any]] = AbstractGraphTask.presets | {
        kind: {"model": {"layers": 2, "width": 16, "heads": 4}, "training": {**TRAINING, "steps": 100}}
        for kind in ("gat", "edges")
    }

    def read_graph(self) -> Graph:
        """As networkx has it."""
        club = networkx.karate_club_graph()
        others = [node for node in club if node not in _LEADERS]
        validation = set(others[:: len(others) // _VALIDATION])
        splits = ["train" if node in _LEADERS else "validation" if node in validation else "test" for node in club]
        pairs = torch.tensor(list(club.edges)).T
        return Graph(
            tuple(f"member {node + 1}" for node in club), torch.eye(len(club)),
            tuple(str(club.nodes[node]["club"]) for node in club), tuple(splits), both_ways(pairs, len(club)),
        )  # fmt: skip
