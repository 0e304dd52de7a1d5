"""Relative positions as sinusoids that queries project, with what every query asks whatever it is.

Source: Dai et al. 2019, section 3.3, arXiv:1901.02860. The score is [(q_i + u)·k_j + (q_i + v)·W_r R_{i−j}]/√d: content
with content, content with place, and the two offsets u and v, which are learned, for what every query wants alike.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.absolute import sinusoids
from core.attention.distances import ahead
from core.attention.relation import AbstractRelation
from core.shapes import Bias, Heads, Places, Prepared, Weights


class TransformerXL(AbstractRelation):
    """u·k_j and (q_i + v)·W_r R_{i−j}, both over √dim.

    Attributes:
        u, v: [head, dim]; w_distance: W_r, from a sinusoid to all heads.
    """

    scores = ("scaled_dot",)
    summary = "sinusoids of distances, projected, and two learned offsets (Transformer-XL, Dai et al. 2019)"

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        self.features = heads * dim + heads * dim % 2  # sines and cosines come in pairs
        self.u, self.v = nn.Parameter(torch.zeros(heads, dim)), nn.Parameter(torch.zeros(heads, dim))
        self.w_distance = nn.Linear(self.features, heads * dim, bias=False)
        nn.init.xavier_uniform_(self.w_distance.weight)

    def turn(self, vectors: Heads, places: Places) -> Heads:
        """As they are."""
        return vectors

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias:
        """What is added to q·k/√dim: a row per distance that occurs is projected once, and picked by distance."""
        behind = -ahead(query_places, key_places)  # i − j
        nearest, farthest = int(behind.min()), int(behind.max())
        rows = self.rows(torch.arange(nearest, farthest + 1))
        scale = 1 / math.sqrt(self.dim)
        products = ((query + self.v[:, None]) * scale) @ rows.transpose(-1, -2)  # batch head query distance
        where = (behind - nearest)[:, None].expand(*query.shape[:2], -1, -1)
        alike = (self.u[:, None] * scale) @ key.transpose(-1, -2)  # batch head 1 key
        return products.gather(-1, where) + alike

    def rows(self, distances: Tensor) -> Tensor:
        """W_r R of these distances, [head, distance, dim]."""
        projected: Tensor = self.w_distance(sinusoids(distances, self.features, self.w_distance.weight.dtype))
        return projected.unflatten(-1, (self.heads, self.dim)).transpose(0, 1)

    def mix(
        self, weights: Weights, query_places: Places, key_places: Places
    ) -> Float[Tensor, "batch head query dim"] | None:
        """Nothing."""
        return None
