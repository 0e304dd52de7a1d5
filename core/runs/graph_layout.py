"""A graph as it is drawn: which part of a large one, and where each node stands."""

from typing import NamedTuple

import networkx
import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

MOST_DRAWN = 160  # nodes of a picture in which edges can still be told apart


class Drawn(NamedTuple):
    """Part of a graph.

    Attributes:
        nodes: numbers in the whole graph; places: x and y of each, in −1…1.
        edges: pairs of positions in `nodes`, each once.
        left_out: how many nodes of the whole are not drawn.
    """

    nodes: Int[np.ndarray, " node"]
    places: Float[np.ndarray, "node 2"]
    edges: Int[np.ndarray, "2 pair"]
    left_out: int


def drawn(edges: Int[Tensor, "2 edge"], count: int, chosen: int, most: int = MOST_DRAWN) -> Drawn:
    """The whole graph, or of a larger one the nodes nearest to the chosen one; the same places every time.

    Args:
        edges: who looks at whom; count: nodes of the graph.
    """
    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(edges.T.tolist())
    if count <= most:
        kept = list(range(count))
    else:
        kept = [chosen, *(other for _, other in networkx.bfs_edges(graph, chosen))][:most]
    part = graph.subgraph(kept)
    # the layout's own way from a fixed beginning: drawn again it is the same picture
    places = networkx.spring_layout(part, seed=7, iterations=80, k=1.8 / max(1, len(kept)) ** 0.5)
    at = {node: number for number, node in enumerate(kept)}
    pairs = np.array([(at[one], at[other]) for one, other in part.edges if one != other], dtype=np.int64)
    return Drawn(np.array(kept), np.array([places[node] for node in kept]), pairs.reshape(-1, 2).T, count - len(kept))
