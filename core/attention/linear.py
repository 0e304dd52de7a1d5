"""Linear attention: weights that are products φ(q)·φ(k), so that keys and values are summed once for all queries.

    b_i = φ(q_i)ᵀ Σ_j φ(k_j) v_jᵀ  /  φ(q_i)ᵀ Σ_j φ(k_j)

The sum over j has the size dim × value whatever the length; looking back only, it is a running sum, and the same
attention is a recurrent network. Source: Katharopoulos et al. 2020, arXiv:2006.16236, with φ(x) = elu(x) + 1.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.attention import Context
from core.attention.implicit import AbstractImplicitAttention, Queries, Real, Values
from core.attention.masks import causal as looking_back
from core.attention.multiplicative import product
from core.attention.normalizers import block, softmax
from core.shapes import Heads, Keys, Mask, Prepared, Scores, Weights

QueryFeatures = Float[Tensor, "batch head query feature"]
KeyFeatures = Float[Tensor, "batch head key feature"]
CHUNK = 64  # places summed by a small matrix of pairs; between chunks only sums are kept


class AbstractKernelAttention(AbstractImplicitAttention):
    """Attention whose weights are products of features, over their sum.

    A weight is that of a softmax over log φ(q)·φ(k), and so it is recorded. No dropout: there are no weights to drop.

    Args:
        causal: whether a query looks at its own place and back only.
    """

    def __init__(self, *, causal: bool = False) -> None:
        super().__init__()
        self.causal = causal

    @abstractmethod
    def query_features(self, query: Queries) -> QueryFeatures:
        """φ(q) ≥ 0; a factor of its own for each query is free, it is in the sum too."""

    @abstractmethod
    def key_features(self, key: Keys, real: Real | None) -> KeyFeatures:
        """φ(k) ≥ 0; a factor that all keys of a head share is free."""

    def mix(self, query: Queries, key: Prepared, value: Values, real: Real | None) -> Context:
        """Sum keys and values, then ask."""
        asks, has = self.query_features(query), _without_pads(self.key_features(key, real), real)
        above, below = sums_back(asks, has, value) if self.causal else sums(asks, has, value)
        return above / _divisor(below)

    def allowed(self, queries: int, keys: int, real: Real | None) -> Mask | None:
        """Real keys; looking back, those up to one's own place."""
        back = looking_back(queries, keys) if self.causal else None
        if real is None:
            return back
        return real[:, :, None] if back is None else back & real[:, :, None]

    def scores(self, query: Queries, key: Prepared, allowed: Mask | None) -> Scores:
        """log φ(q)·φ(k)."""
        real = None if allowed is None else allowed[:, :, -1]
        products = product(self.query_features(query), self.key_features(key, real).transpose(-1, -2))
        return block(products.log(), allowed)

    def weigh(self, scores: Scores, allowed: Mask | None) -> Weights:
        """Each product over their sum."""
        return softmax(scores, allowed)


@dataclass(frozen=True)
class LinearState:
    """All that a step of linear attention needs of the past; its size does not depend on how much that was.

    Attributes:
        pairs: S = Σ φ(k) vᵀ; keys: Z = Σ φ(k).
    """

    pairs: Float[Tensor, "batch head dim value"]
    keys: Float[Tensor, "batch head dim"]

    def select(self, rows: Int[Tensor, " row"]) -> "LinearState":
        """The state whose rows are these rows of this one."""
        return LinearState(self.pairs.index_select(0, rows), self.keys.index_select(0, rows))


class LinearAttention(AbstractKernelAttention):
    """φ(x) = elu(x) + 1: positive, and as the lecture's linear attention has it."""

    def query_features(self, query: Queries) -> QueryFeatures:
        """elu(q) + 1."""
        return elu_and_one(query)

    def key_features(self, key: Keys, real: Real | None) -> KeyFeatures:
        """elu(k) + 1."""
        return elu_and_one(key)

    def start(self, value: Values, dim: int) -> LinearState:
        """The state before the first key.

        Args:
            value: any values of the size and the kind that will come; dim: features of a key.
        """
        batch, heads, _, size = value.shape
        return LinearState(value.new_zeros(batch, heads, dim, size), value.new_zeros(batch, heads, dim))

    def step(
        self,
        query: Float[Tensor, "batch head 1 dim"],
        key: Float[Tensor, "batch head 1 dim"],
        value: Float[Tensor, "batch head 1 value"],
        state: LinearState,
    ) -> tuple[Float[Tensor, "batch head 1 value"], LinearState]:
        """Take one more key and value in, then let the query look back: the recurrent form.

        The state that came stays as it is; rows of a search that share it do not disturb each other.
        """
        asks, has = self.query_features(query), self.key_features(key, None)
        after = LinearState(state.pairs + has.transpose(-1, -2) * value, state.keys + has[:, :, 0])
        return (asks @ after.pairs) / _divisor(asks @ after.keys[..., None]), after


class Sums(NamedTuple):
    """What is above the line and what is below it, per query."""

    above: Float[Tensor, "batch head query value"]
    below: Float[Tensor, "batch head query 1"]


def elu_and_one(vectors: Heads) -> Heads:
    """x + 1 above zero, exp x below, where elu(x) + 1 would lose the digits of what is small; it also takes twice as long.

    >>> elu_and_one(torch.tensor([[[[2.0, 0.0, -40.0]]]])).log().tolist()
    [[[[1.0986123085021973, 0.0, -40.0]]]]
    """
    return vectors.relu() + vectors.clamp(max=0.0).exp()


def sums(asks: QueryFeatures, has: KeyFeatures, value: Values) -> Sums:
    """Over all keys: one sum for all queries."""
    pairs = product(has.transpose(-1, -2), value)  # batch head feature value
    with_keys = torch.cat([pairs, has.sum(dim=2)[..., None]], dim=-1)  # asked in one product with the pairs
    both = product(asks, with_keys)
    return Sums(both[..., :-1], both[..., -1:])


def sums_back(asks: QueryFeatures, has: KeyFeatures, value: Values) -> Sums:
    """Over the keys up to a query's place: running sums from chunk to chunk, pairs inside a chunk.

    Besides its inputs it needs feature × value numbers per chunk and CHUNK per query, not feature × value per query.
    """
    queries, keys = asks.shape[2], has.shape[2]
    before = keys - queries  # keys that every query sees: written in earlier steps
    pairs, seen = product(has[:, :, :before].transpose(-1, -2), value[:, :, :before]), has[:, :, :before].sum(dim=2)
    asks, has, value = (_chunks(part) for part in (asks, has[:, :, before:], value[:, :, before:]))
    inside = (asks @ has.transpose(-1, -2)).tril()  # batch head chunk place place
    earlier = _before(has.transpose(-1, -2) @ value, pairs)  # batch head chunk feature value
    counted = _before(has.sum(dim=3), seen)[..., None]  # batch head chunk feature 1
    above, below = asks @ earlier + inside @ value, asks @ counted + inside.sum(dim=-1, keepdim=True)
    return Sums(above.flatten(2, 3)[:, :, :queries], below.flatten(2, 3)[:, :, :queries])


def _chunks(part: Float[Tensor, "batch head time size"]) -> Float[Tensor, "batch head chunk place size"]:
    """Cut along time, with zeros up to a whole number of chunks."""
    size = min(CHUNK, part.shape[2])
    missing = -part.shape[2] % size
    padded = nn.functional.pad(part, (0, 0, 0, missing)) if missing else part
    return padded.unflatten(2, (-1, size))


def _before(
    parts: Float[Tensor, "batch head chunk *size"], first: Float[Tensor, "batch head *size"]
) -> Float[Tensor, "batch head chunk *size"]:
    """What the chunks before each chunk sum to, beginning with `first`."""
    return torch.cat([first[:, :, None], parts[:, :, :-1]], dim=2).cumsum(dim=2)


def _without_pads(has: KeyFeatures, real: Real | None) -> KeyFeatures:
    """Padded keys count nothing: their features are zeros."""
    return has if real is None else has * real[..., None].to(has.dtype)


def _divisor(below: Float[Tensor, "batch head query 1"]) -> Float[Tensor, "batch head query 1"]:
    """1 for a query without keys, whose sum is 0."""
    return torch.where(below == 0, torch.ones_like(below), below)
