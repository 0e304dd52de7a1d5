"""Scores that are products of query and key: dot, scaled dot, general.

Sources: Vaswani et al. 2017 (scaled dot), arXiv:1706.03762; Luong et al. 2015 (dot, general), arXiv:1508.04025.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attention.score import AbstractScore
from core.shapes import Keys, Prepared, Scores


def product(
    left: Float[Tensor, "batch head rows inner"], right: Float[Tensor, "batch head inner columns"]
) -> Float[Tensor, "batch head rows columns"]:
    """Matrix products, one per head. `@` would do, but what it does to fit shapes costs as much as a small product."""
    return torch.bmm(left.flatten(0, 1), right.flatten(0, 1)).unflatten(0, left.shape[:2])


class DotProduct(AbstractScore):
    """q·k. Its variance grows with the dimension of a head.

    >>> import torch
    >>> DotProduct()(torch.tensor([[[[1.0, 2.0]]]]), torch.tensor([[[[3.0, 4.0]]]])).item()
    11.0
    """

    def prepare(self, key: Keys) -> Prepared:
        """The keys themselves."""
        return key

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """One product per pair."""
        return product(query, prepared.transpose(-1, -2))


class ScaledDotProduct(AbstractScore):
    """q·k / √dim: a variance that does not grow with the dimension.

    >>> import torch
    >>> ScaledDotProduct()(torch.ones(1, 1, 1, 4), torch.ones(1, 1, 1, 4)).item()
    2.0
    """

    def prepare(self, key: Keys) -> Prepared:
        """The keys themselves."""
        return key

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """The query is scaled before the product: it is the smaller of the two."""
        return product(query * (1 / math.sqrt(query.shape[-1])), prepared.transpose(-1, -2))


class General(AbstractScore):
    """qᵀ W k, which also serves queries and keys of different sizes.

    Args:
        query_dim, key_dim: features of one query and of one key.
    """

    def __init__(self, query_dim: int, key_dim: int) -> None:
        super().__init__()
        self.w_key = nn.Linear(key_dim, query_dim, bias=False)

    def prepare(self, key: Keys) -> Prepared:
        """W k."""
        projected: Tensor = self.w_key(key)
        return projected

    def forward(self, query: Float[Tensor, "batch head query dim"], prepared: Prepared) -> Scores:
        """One product per pair."""
        return product(query, prepared.transpose(-1, -2))
