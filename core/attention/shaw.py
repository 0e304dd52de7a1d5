"""Relative positions as vectors: a learned vector for every distance, beside the keys and beside the values.

Source: Shaw, Uszkoreit & Vaswani 2018, section 3, arXiv:1803.02155. e_ij = q_i·(k_j + a^K_r)/√d and
z_i = Σ_j α_ij (v_j + a^V_r), with r = clip(j − i, −c, c); the vectors are shared by the heads.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.distances import ahead
from core.attention.relation import AbstractRelation
from core.shapes import Bias, Heads, Places, Prepared, Weights

_CLIP = 16  # the paper's choice for its larger model; further away all distances are one


class Shaw(AbstractRelation):
    """A vector per clipped distance, added to keys and to values.

    A query meets 2c+1 vectors and not one per pair: its products with them are computed once and picked by distance
    (the paper's efficient implementation, section 3.3, to the same end).

    Attributes:
        keys, values: a^K and a^V, from −clip to clip; [2·clip + 1, dim].
    """

    scores = ("scaled_dot",)
    summary = "a learned vector per distance, beside keys and values (Shaw et al. 2018)"

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        self.clip = _CLIP
        self.keys = nn.Parameter(torch.empty(2 * _CLIP + 1, dim))
        self.values = nn.Parameter(torch.empty(2 * _CLIP + 1, dim))
        for table in (self.keys, self.values):
            nn.init.xavier_uniform_(table)

    def turn(self, vectors: Heads, places: Places) -> Heads:
        """As they are."""
        return vectors

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias:
        """q·a^K_r / √dim."""
        products = (query * (1 / math.sqrt(query.shape[-1]))) @ self.keys.T  # batch head query distance
        return products.gather(-1, self._rows(query, query_places, key_places))

    def mix(self, weights: Weights, query_places: Places, key_places: Places) -> Float[Tensor, "batch head query dim"]:
        """Σ_j α_ij a^V_r: weights of the same distance are summed first."""
        summed = weights.new_zeros(*weights.shape[:-1], len(self.values))  # batch head query distance
        rows = self._rows(weights, query_places, key_places)
        return summed.scatter_add(-1, rows, weights) @ self.values

    def _rows(self, like: Tensor, query_places: Places, key_places: Places) -> Tensor:
        rows = ahead(query_places, key_places).clamp(-self.clip, self.clip) + self.clip
        return rows[:, None].expand(*like.shape[:2], -1, -1)  # batch head query key
