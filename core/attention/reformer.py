"""Reformer: a token looks only at tokens whose vectors fall into the same bucket as its own.

Queries are keys (shared QK): the key of a token is its query, scaled to length 1. A hash puts near directions into the
same bucket: the largest of the projections x R and −x R names it. Several rounds with their own R make it unlikely that
near ones are missed in all; their results are put together by how much each round has seen (logsumexp), and a pair that
meets in several rounds counts once. A token looks at itself only where it meets nobody else.

Source: Kitaev et al. 2020, arXiv:2001.04451, sections 2 and 3. What the paper saves, by sorting tokens by bucket and looking in pieces of
that order, is not realised here: buckets are masks over all pairs, so that time and memory are those of full attention.
What is looked at is the paper's sets P_i, without what its pieces cut off.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.attention import AbstractAttention, Attended, Context
from core.attention.dropout import Dropout
from core.attention.implicit import Queries, Values, refuse_pairs
from core.attention.multiplicative import product
from core.attention.normalizers import block, softmax
from core.errors import SettingError, ShapeError
from core.language import tr
from core.shapes import Bias, Heads, Keys, Mask, Prepared, Weights


class Reformer(AbstractAttention):
    """Attention inside buckets; keys that are given are not used.

    Args:
        dim: features of a query; buckets: of a round, 1 or an even number; rounds: hashes.
        generator: where the hashes come from; they are drawn once and kept with the weights.
        dropout: share of weights dropped while training.

    Raises:
        SettingError: a number of buckets that no hash gives.
    """

    def __init__(
        self, dim: int, buckets: int, rounds: int, generator: torch.Generator, *, dropout: float = 0.0
    ) -> None:
        super().__init__()
        if buckets < 1 or (buckets > 1 and buckets % 2):
            raise SettingError(
                tr("buckets={buckets} cannot be named by ± projections: choose 1 or an even number", buckets=buckets)
            )
        self.dropout = Dropout(dropout)
        self.projections: Float[Tensor, "round 1 1 dim half"]
        drawn = torch.randn(rounds, 1, 1, dim, buckets // 2, generator=generator)
        self.register_buffer("projections", drawn)

    def prepare(self, key: Keys) -> Prepared:
        """The keys themselves; nobody asks for them."""
        return key

    def forward(
        self,
        query: Queries,
        key: Prepared,
        value: Values,
        mask: Mask | None = None,
        bias: Bias | None = None,
        also: Callable[[Weights], Context | None] | None = None,
    ) -> Attended:
        """Look inside buckets.

        Raises:
            SettingError: something to add at every pair.
            ShapeError: other keys than queries.
        """
        refuse_pairs(self, bias, also)
        if query.shape[2] != key.shape[2]:
            raise ShapeError(
                tr(
                    "{shape} queries cannot be the keys of {shape2} places: shared QK is for a "
                    "self-attention over whole texts",
                    shape=query.shape[2],
                    shape2=key.shape[2],
                )
            )
        query, value = self.tap_query(query), self.tap_value(value)
        shared = self.tap_key(nn.functional.normalize(query, dim=-1))
        meet = self._meet(query, mask)
        scores = product(query * (1 / math.sqrt(query.shape[-1])), shared.transpose(-1, -2))
        scores = self.tap_scores(block(scores, meet))
        weights = self.tap_weights(softmax(scores, meet))
        return Attended(self.tap_context(product(self.dropout(weights), value)), weights, scores)

    def buckets(self, vectors: Heads) -> Int[Tensor, "round batch head time"]:
        """The bucket of each vector in each round."""
        if not self.projections.shape[-1]:
            return torch.zeros(len(self.projections), *vectors.shape[:3], dtype=torch.long)
        turned = vectors @ self.projections
        return torch.cat([turned, -turned], dim=-1).argmax(dim=-1)

    def _meet(self, query: Queries, mask: Mask | None) -> Mask:
        """Who looks at whom in any round.

        A round gives each pair q·k − log N, N the rounds in which it meets, and the softmax of that over its bucket;
        rounds count as the exponentials of their logsumexp. Summed over its N rounds a pair has exp(q·k − log N) N times,
        that is exp(q·k): the rounds together are one softmax over the pairs that meet in any of them.
        """
        bucket = self.buckets(query.detach())
        meet = (bucket[..., :, None] == bucket[..., None, :]).any(dim=0)
        if mask is not None:
            meet = meet & mask
        itself = torch.eye(query.shape[2], dtype=torch.bool)
        alone = ~(meet & ~itself).any(dim=-1, keepdim=True)
        return meet & (~itself | alone)
