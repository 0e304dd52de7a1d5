"""Banded attention: a query looks at its neighbours only, and only they are computed.

Queries are cut into blocks; each block is multiplied with the keys from `left` before its first to `right` after its
last. That is time · (block + left + right) pairs instead of time². A mask of a band over all pairs says the same and saves
nothing. Source of truncated self-attention: Yeh et al. 2019, section 2.3, arXiv:1910.12977; of blocks: Beltagy et al. 2020 (Longformer),
section 3.2, arXiv:2004.05150.
"""

from functools import lru_cache
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from core.attention.attention import Context
from core.attention.dropout import Dropout
from core.attention.implicit import AbstractImplicitAttention, Queries, Real, Values
from core.attention.masks import band
from core.attention.multiplicative import product
from core.attention.normalizers import Normalizer, block, softmax
from core.attention.score import AbstractScore
from core.errors import SettingError
from core.language import tr
from core.shapes import Keys, Mask, Prepared, Scores, Weights

BlockMask = Bool[Tensor, "block #heads place neighbour"]
SMALLEST = 16  # queries in a block; products of less cost more than they save
APART = 1 << 15  # pairs of one head from which on a copy of its keys and values costs more than a product of its own


class BandedAttention(AbstractImplicitAttention):
    """Attention to neighbours, computed in blocks.

    Args:
        score: how well a query and a key fit.
        left, right: how many places it looks back and ahead; right=0 looks back only.
        normalize: from scores to weights.
        dropout: share of weights dropped while training.
        temperature: scores are divided by it.

    Raises:
        SettingError: a negative reach.
    """

    def __init__(
        self,
        score: AbstractScore,
        left: int,
        right: int,
        *,
        normalize: Normalizer = softmax,
        dropout: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        for name, reach in (("left", left), ("right", right)):
            if reach < 0:
                raise SettingError(
                    tr("{name}={reach} is too small for banded attention: choose at least 0", name=name, reach=reach)
                )
        self.score, self.left, self.right = score, left, right
        self.normalize, self.dropout, self.temperature = normalize, Dropout(dropout), temperature

    def prepare(self, key: Keys) -> Prepared:
        """As the score wants the keys."""
        return self.score.prepare(key)

    def mix(self, query: Queries, key: Prepared, value: Values, real: Real | None) -> Context:
        """All heads together, or one by one where they are long: keys near the blocks of a single head need no copy."""
        cut = Cut.of(query.shape[2], key.shape[2], self.left, self.right)
        batch, heads = query.shape[:2]
        if cut.pairs < APART:
            return self._blocks(cut, query, key, value, cut.laid(real, batch, query.device))
        reals = [None] * batch if real is None else real.expand(batch, -1, -1).split(1)
        laid = [cut.laid(one, 1, query.device) for one in reals]
        alone = zip(*(part.flatten(0, 1)[:, None].split(1) for part in (query, key, value)))  # 1 1 time size
        contexts = [self._blocks(cut, *parts, laid[at // heads]) for at, parts in enumerate(alone)]
        return torch.cat(contexts).unflatten(0, (batch, heads))[:, :, 0]

    def allowed(self, queries: int, keys: int, real: Real | None) -> Mask | None:
        """Real neighbours."""
        near = band(queries, keys, self.left, self.right)
        return near if real is None else near & real[:, :, None]

    def scores(self, query: Queries, key: Prepared, allowed: Mask | None) -> Scores:
        """As of an attention of all pairs, −∞ outside the band."""
        return block(self.score(query, key) / self.temperature, allowed)

    def weigh(self, scores: Scores, allowed: Mask | None) -> Weights:
        """Normalized over the band."""
        return self.normalize(scores, allowed)

    def _blocks(self, cut: "Cut", query: Queries, key: Prepared, value: Values, laid: "Near") -> Context:
        """Block by block; the blocks of an item stand beside each other as items do."""
        scores = self.score(cut.queries(query), cut.keys(key))
        if self.temperature != 1.0:
            scores = scores / self.temperature
        weights = self.dropout(self.normalize(scores + laid.barred, laid.near))
        return cut.joined(product(weights, cut.keys(value)), len(query))


class Near(NamedTuple):
    """Who is near whom, and what that adds to scores: 0, or −∞."""

    near: BlockMask
    barred: Float[Tensor, "block #heads place neighbour"]


class Cut(NamedTuple):
    """How queries are cut into blocks, and which keys lie near each block.

    Attributes:
        queries_, keys_: how many there are, the queries the last of the keys; left, right: how far a query looks.
        size: queries in a block; count: blocks.
    """

    queries_: int
    keys_: int
    left: int
    right: int
    size: int
    count: int

    @classmethod
    def of(cls, queries: int, keys: int, left: int, right: int) -> "Cut":
        """Blocks of half the band, so that a third of the pairs are computed in vain."""
        size = min(max(SMALLEST, (left + right) // 2), queries)
        return cls(queries, keys, left, right, size, -(-queries // size))

    def queries(self, query: Queries) -> Float[Tensor, "block head place dim"]:
        """Of every item, block by block, with zeros up to a whole number of blocks."""
        missing = self.count * self.size - self.queries_
        padded = nn.functional.pad(query, (0, 0, 0, missing)) if missing else query
        return padded.unflatten(2, (self.count, self.size)).transpose(1, 2).flatten(0, 1)

    def keys(self, key: Float[Tensor, "batch head key size"]) -> Float[Tensor, "block head neighbour size"]:
        """Those near each block, of every item."""
        near = self._reached(key, 0, 0).unfold(2, self._span, self.size)  # batch head block size neighbour
        return near.permute(0, 2, 1, 4, 3).flatten(0, 1)

    def near(self, real: Real, batch: int) -> BlockMask:
        """True where a neighbour is in the band and real; as many as the blocks of all items."""
        place, neighbour = torch.arange(self.size)[:, None], torch.arange(self._span)
        local = (neighbour >= place) & (neighbour <= place + self.left + self.right)
        there = self._reached(real).unfold(2, self._span, self.size).transpose(1, 2)  # #batch block #head neighbour
        there = there.expand(batch, -1, -1, -1).flatten(0, 1)
        return local & there[:, :, None]

    def laid(self, real: Real | None, batch: int, device: torch.device) -> Near:
        """Who is near whom in the blocks of all items."""
        return _always(self, batch, device) if real is None else _barred(self.near(real, batch))

    def joined(
        self, context: Float[Tensor, "block head place value"], batch: int
    ) -> Float[Tensor, "batch head query value"]:
        """Block after block again, without what was added to fill the last."""
        apart = context.unflatten(0, (batch, self.count)).transpose(1, 2)  # batch head block place value
        return apart.flatten(2, 3)[:, :, : self.queries_]

    @property
    def pairs(self) -> int:
        """How many are computed for one head."""
        return self.count * self.size * self._span

    @property
    def _span(self) -> int:
        return self.left + self.size + self.right

    def _reached(self, along: Tensor, *more: int) -> Tensor:
        """Of the third axis, the keys that any block reaches; zeros stand where there is no key."""
        first = self.keys_ - self.queries_ - self.left
        after = self.count * self.size - self.queries_ + self.right
        return nn.functional.pad(along[:, :, max(first, 0) :], (*more, max(-first, 0), after))


def _barred(near: BlockMask) -> Near:
    return Near(near, torch.where(near, 0.0, -torch.inf))


@lru_cache(maxsize=2)
def _always(cut: Cut, batch: int, device: torch.device) -> Near:
    """Without pads it is the same for every text of a length, and the layers of a model ask for it one after the other."""
    with torch.inference_mode(False):  # whoever trains may be next to ask
        return _barred(cut.near(torch.ones(1, 1, cut.keys_, dtype=torch.bool, device=device), batch))
