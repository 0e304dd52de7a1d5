"""The additive score: vᵀ tanh(W_q q + W_k k + b).

Source: Bahdanau et al. 2015, appendix A.1.2, arXiv:1409.0473. It needs memory for every (query, key, attention
dimension), so it suits decoders that ask one query at a time; many queries are compared a few at a time.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.score import AbstractScore
from core.shapes import Keys, Prepared, Scores

TOGETHER = 1 << 22  # numbers that are laid out at once, 16 MiB of them


class Additive(AbstractScore):
    """A one-layer network that compares a query with a key.

    Args:
        query_dim, key_dim: features of one query and of one key.
        dim: features of the layer between.
    """

    def __init__(self, query_dim: int, key_dim: int, dim: int) -> None:
        super().__init__()
        self.w_query = nn.Linear(query_dim, dim, bias=True)
        self.w_key = nn.Linear(key_dim, dim, bias=False)
        self.v = nn.Parameter(torch.empty(dim).uniform_(-1, 1) / math.sqrt(dim))

    def prepare(self, key: Keys) -> Prepared:
        """W_k k, once per source instead of once per step."""
        projected: Tensor = self.w_key(key)
        return projected

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """Compare every query with every prepared key."""
        asked = self.w_query(query)
        pairs_of_one = math.prod(torch.broadcast_shapes((*query.shape[:2], 1, 1), prepared.shape))
        few = max(TOGETHER // max(pairs_of_one, 1), 1)
        if few >= asked.shape[2]:
            return self._compare(asked, prepared)
        return torch.cat([self._compare(part, prepared) for part in asked.split(few, dim=2)], dim=2)

    def _compare(self, asked: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        # tanh x = 2 σ(2x) − 1: PyTorch's σ takes a sixth of the time of its tanh, and this is nearly all the time there is
        twice = torch.add(2.0 * asked.unsqueeze(-2), prepared.unsqueeze(-3), alpha=2)
        return twice.sigmoid_() @ (2.0 * self.v) - self.v.sum()  # between: batch head query key dim
