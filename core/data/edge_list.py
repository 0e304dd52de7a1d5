"""Edges of a small graph as a person types them: 1-2, 2-3 both ways, 4>5 from the one who speaks to the one who hears."""

import re

import torch
from jaxtyping import Bool
from torch import Tensor

from core.errors import DataError
from core.language import mark, tr

MOST_NODES = 16
EXAMPLES = {
    mark("path"): (8, "1-2, 2-3, 3-4, 4-5, 5-6, 6-7, 7-8"),
    mark("ring"): (8, "1-2, 2-3, 3-4, 4-5, 5-6, 6-7, 7-8, 8-1"),
    mark("star"): (8, "1-2, 1-3, 1-4, 1-5, 1-6, 1-7, 1-8"),
    mark("two groups"): (8, "1-2, 1-3, 2-3, 3-4, 2-4, 5-6, 5-7, 6-7, 7-8, 6-8, 4-5"),
    mark("one way"): (8, "1>2, 2>3, 3>4, 4>5, 5>6, 6>7, 7>8"),
}
_EDGE = re.compile(r"(\d+)\s*(-|>)\s*(\d+)")


def read_edges(text: str, nodes: int) -> Bool[Tensor, "node node"]:
    """Who looks at whom: row i is True at the nodes that node i hears.

    Args:
        text: edges between nodes counted from 1, apart by commas, semicolons, spaces or lines.
        nodes: how many there are, 1 to 16.

    Raises:
        DataError: something that is no edge, or a node that is not there; the message says which.

    >>> read_edges("1-2, 2>3", 3).int().tolist()
    [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    """
    if not 1 <= nodes <= MOST_NODES:
        raise DataError(
            tr(
                "a graph of {nodes} nodes cannot be drawn here; choose 1 to {most_nodes} nodes",
                nodes=nodes,
                most_nodes=MOST_NODES,
            )
        )
    edges = torch.zeros(nodes, nodes, dtype=torch.bool)
    spaced = re.sub(r"\s*([->])\s*", r"\1", text)
    for word in re.split(r"[\s,;]+", spaced.strip()):
        if not word:
            continue
        found = _EDGE.fullmatch(word)
        if found is None:
            raise DataError(
                tr("“{word}” is no edge; write two nodes as 1-2, or 1>2 where only node 2 hears node 1", word=word[:40])
            )
        one, other = int(found[1][:4]), int(found[3][:4])
        for node in (one, other):
            if not 1 <= node <= nodes:
                raise DataError(
                    tr(
                        "node {node} in “{word}” is not there; nodes are 1 to {nodes}",
                        node=node,
                        word=word[:40],
                        nodes=nodes,
                    )
                )
        edges[other - 1, one - 1] = True
        if found[2] == "-":
            edges[one - 1, other - 1] = True
    return edges
