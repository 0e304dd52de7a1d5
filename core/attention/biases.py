"""Relative positions as numbers added to scores: a learned one per bucket of distances (T5), or a straight line (ALiBi)."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.distances import Distances, ahead
from core.attention.relation import AbstractRelation
from core.shapes import Bias, Heads, Places, Prepared, Weights

_BUCKETS, _FARTHEST = 32, 128  # the paper's
_STEEPER = 16  # two steps in the slopes of four heads


class AbstractScoreRelation(AbstractRelation):
    """What turns nothing and adds nothing to the context."""

    def turn(self, vectors: Heads, places: Places) -> Heads:
        """As they are."""
        return vectors

    def mix(
        self, weights: Weights, query_places: Places, key_places: Places
    ) -> Float[Tensor, "batch head query dim"] | None:
        """Nothing."""
        return None


class T5Bias(AbstractScoreRelation):
    """b[head, bucket(j − i)], learned: exact for near keys, coarser with distance, one bucket past 128.

    Raffel et al. 2020, section 2.1, arXiv:1910.10683. The paper leaves out 1/√dim: with score=dot it is the paper's own,
    with scaled_dot the same up to the size of W_q. Buckets are those of its encoder, half for either side.

    Attributes:
        table: b, [bucket, head].
    """

    summary = "a learned number per head and bucket of distances (T5, Raffel et al. 2020, there without 1/√dim)"

    bucket_of: Tensor

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        self.table = nn.Parameter(torch.empty(_BUCKETS, heads))
        nn.init.normal_(self.table, std=1 / math.sqrt(heads * dim))
        self.register_buffer("bucket_of", buckets(torch.arange(-_FARTHEST, _FARTHEST + 1)), persistent=False)

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias:
        """The number of each pair's bucket."""
        rows = ahead(query_places, key_places).clamp(-_FARTHEST, _FARTHEST) + _FARTHEST
        by_distance = self.table[self.bucket_of].T  # head distance
        return by_distance[:, rows].transpose(0, 1)  # #batch head query key


class Alibi(AbstractScoreRelation):
    """−m_h·|i − j|, nothing learned. In a causal decoder, where no key is ahead, this is the paper's form.

    Press, Smith & Lewis 2022, section 3, arXiv:2108.12409. In an encoder the symmetric line cannot tell left from right.
    """

    summary = "scores fall with distance, by head (ALiBi, Press et al. 2022); in an encoder left and right look alike"

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        self.slopes = slopes(heads)

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias:
        """The same slope to both sides."""
        return -_lines(self.slopes, ahead(query_places, key_places).abs(), query)


class AsymmetricAlibi(AbstractScoreRelation):
    """ALiBi with another slope to the left than to the right, so that an encoder can tell them apart; nothing learned.

    Of neighboring heads one looks back, and falls 16 times as steeply ahead; the other looks ahead. The paper is about
    decoders; different slopes on either side are what its authors suggest for encoders where their code is discussed.
    """

    summary = "ALiBi for encoders: every other head is short-sighted ahead, the others back"

    def __init__(self, heads: int, dim: int) -> None:
        super().__init__(heads, dim)
        near = slopes(heads)
        self.left = tuple(slope * (_STEEPER if head % 2 else 1) for head, slope in enumerate(near))
        self.right = tuple(slope * (1 if head % 2 else _STEEPER) for head, slope in enumerate(near))

    def bias(self, query: Heads, key: Prepared, query_places: Places, key_places: Places) -> Bias:
        """A slope to the left, another to the right."""
        far = ahead(query_places, key_places)
        return -_lines(self.left, (-far).clamp(min=0), query) - _lines(self.right, far.clamp(min=0), query)


def buckets(distances: Int[Tensor, "*any"]) -> Int[Tensor, "*any"]:
    """T5's bucket of each distance (key − query), in 0 … 31; 16 and more are keys ahead.

    >>> import torch
    >>> buckets(torch.tensor([0, -1, -7, -8, -16, -500, 1, 500])).tolist()
    [0, 1, 7, 8, 10, 15, 17, 31]
    """
    side = _BUCKETS // 2
    exact = side // 2
    far = distances.abs()
    steps = torch.log(far.clamp(min=exact).double() / exact) / math.log(_FARTHEST / exact) * (side - exact)
    coarse = (exact + (steps + 1e-9).long()).clamp(max=side - 1)  # a power of two stays one when logarithms round down
    return torch.where(far < exact, far, coarse) + side * (distances > 0)


def slopes(heads: int) -> tuple[float, ...]:
    """m_h: 2^(−8h/H); where H is no power of two, those of the next lower power, and every other one of the next higher.

    >>> slopes(2), slopes(3)
    ((0.0625, 0.00390625), (0.0625, 0.00390625, 0.25))
    """
    power = 1 << (heads.bit_length() - 1)
    whole = tuple(2 ** (-8 * head / power) for head in range(1, power + 1))
    return whole if power == heads else whole + slopes(2 * power)[0::2][: heads - power]


def _lines(slopes: tuple[float, ...], far: Distances, like: Tensor) -> Float[Tensor, "#batch head query key"]:
    return like.new_tensor(slopes)[:, None, None] * far[:, None].to(like.dtype)
