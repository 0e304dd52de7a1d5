"""Attention along the edges of a graph, computed edge by edge: the cost grows with the edges, not with the square of the nodes.

A node's weights are a softmax over those it looks at; one that looks at nobody has none, and its context is zeros. All pairs
are laid out only where somebody watches or edits. Sources: masked dot products, Vaswani et al. 2017; GAT, Veličković et al. 2018,
section 2.1, arXiv:1710.10903.
"""

import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.recording.tap import Tap, edited, watched

Nodes = Float[Tensor, "node head dim"]  # of all graphs of a batch, one below the other
EdgeScores = Float[Tensor, "edge head"]
EdgeWeights = Float[Tensor, "edge head"]


class Edges(NamedTuple):
    """Who looks at whom, in all graphs of a batch.

    Attributes:
        who, whom: numbers of nodes, counted over the whole batch; graphs: how many; nodes: of each, pads counted.
    """

    who: Int[Tensor, " edge"]
    whom: Int[Tensor, " edge"]
    graphs: int
    nodes: int

    @classmethod
    def of(cls, table: Int[Tensor, "3 edge"], graphs: int, nodes: int, *, self_loops: bool) -> "Edges":
        """From (graph, who, whom) in columns.

        Args:
            self_loops: whether every node looks at itself too.
        """
        who, whom = table[0] * nodes + table[1], table[0] * nodes + table[2]
        if self_loops:
            itself = torch.arange(graphs * nodes)
            who, whom = torch.cat([who, itself]), torch.cat([whom, itself])
        return cls(who, whom, graphs, nodes)


def softmax_along(scores: EdgeScores, who: Int[Tensor, " edge"], nodes: int) -> EdgeWeights:
    """A softmax over the edges of each node; the highest score of a node is taken off first, so that nothing overflows.

    >>> softmax_along(torch.tensor([[0.0], [0.0], [5.0]]), torch.tensor([0, 0, 1]), 3).flatten().tolist()
    [0.5, 0.5, 1.0]
    """
    highest = scores.new_full((nodes, scores.shape[1]), -torch.inf)
    highest = highest.scatter_reduce(0, who[:, None].expand_as(scores), scores.detach(), "amax")
    powers = (scores - highest[who]).exp()
    sums = scores.new_zeros(nodes, scores.shape[1]).index_add(0, who, powers)
    return powers / sums[who]


class AbstractEdgeAttention(nn.Module, ABC):
    """Heads beside each other, each of which weighs the edges of every node.

    Args:
        incoming: features of a node; heads, dim: of what comes out, side by side; dropout: share of weights dropped while training.
    """

    def __init__(self, incoming: int, heads: int, dim: int, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.incoming, self.heads, self.dim = incoming, heads, dim
        self.dropout = Dropout(dropout)
        self.tap_weights = Tap()

    @abstractmethod
    def weighed(self, states: Float[Tensor, "node feature"], edges: Edges) -> tuple[EdgeScores, Nodes]:
        """The score of every edge, and what each node says to whoever looks at it."""

    def forward(self, states: Float[Tensor, "graph node feature"], edges: Edges) -> Float[Tensor, "graph node width"]:
        """What each node hears, heads side by side."""
        flat = states.flatten(0, 1)
        scores, values = self.weighed(flat, edges)
        weights = softmax_along(scores, edges.who, len(flat))
        if watched() or edited():
            weights = self._seen(weights, edges)
        parts = self.dropout(weights)[..., None] * values[edges.whom]
        heard = values.new_zeros(len(flat), self.heads, self.dim).index_add(0, edges.who, parts)
        return heard.flatten(1).unflatten(0, states.shape[:2])

    def _seen(self, weights: EdgeWeights, edges: Edges) -> EdgeWeights:
        """Lay out all pairs for whoever looks, and go on with what came back where it was changed."""
        graph, who, whom = edges.who // edges.nodes, edges.who % edges.nodes, edges.whom % edges.nodes
        laid_out = weights.new_zeros(edges.graphs, self.heads, edges.nodes, edges.nodes)
        laid_out[graph, :, who, whom] = weights
        passed = self.tap_weights(laid_out)
        return weights if passed is laid_out else passed[graph, :, who, whom]


class EdgeDotProduct(AbstractEdgeAttention):
    """Scaled dot products of queries and keys, at the edges alone."""

    def __init__(self, incoming: int, heads: int, dim: int, *, dropout: float = 0.0) -> None:
        super().__init__(incoming, heads, dim, dropout=dropout)
        self.w_query_key_value = nn.Linear(incoming, 3 * heads * dim, bias=False)
        for matrix in self.w_query_key_value.weight.split(heads * dim):
            nn.init.xavier_uniform_(matrix)

    def weighed(self, states: Float[Tensor, "node feature"], edges: Edges) -> tuple[EdgeScores, Nodes]:
        """See above."""
        split = self.w_query_key_value(states).unflatten(-1, (3, self.heads, self.dim))
        query, key, value = split.unbind(1)
        return (query[edges.who] * key[edges.whom]).sum(-1) / math.sqrt(self.dim), value


class GraphAttention(AbstractEdgeAttention):
    """GAT: e_ij = LeakyReLU(aᵀ[Wh_i ‖ Wh_j]), and W h_j is what node j says."""

    def __init__(self, incoming: int, heads: int, dim: int, *, dropout: float = 0.0) -> None:
        super().__init__(incoming, heads, dim, dropout=dropout)
        self.w = nn.Linear(incoming, heads * dim, bias=False)
        self.looks, self.is_seen = nn.Parameter(torch.empty(heads, dim)), nn.Parameter(torch.empty(heads, dim))
        for matrix in (self.w.weight, self.looks, self.is_seen):
            nn.init.xavier_uniform_(matrix)

    def weighed(self, states: Float[Tensor, "node feature"], edges: Edges) -> tuple[EdgeScores, Nodes]:
        """See above; the product with a is the sum of two halves, one for each node."""
        values = self.w(states).unflatten(-1, (self.heads, self.dim))
        who, whom = (values * self.looks).sum(-1), (values * self.is_seen).sum(-1)
        return nn.functional.leaky_relu(who[edges.who] + whom[edges.whom], 0.2), values


EDGE_ATTENTIONS: dict[str, type[AbstractEdgeAttention]] = {"edges": EdgeDotProduct, "gat": GraphAttention}
