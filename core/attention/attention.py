"""Attention: the one path from scores to context.

score → temperature → bias → mask → normalize → tap → dropout → mix. A Transformer's heads and a recurrent decoder's single query go
through the same lines; they differ in what is put into the slots.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.attention.history import History
from core.attention.multiplicative import product
from core.attention.normalizers import Normalizer, block, softmax
from core.attention.score import AbstractScore
from core.recording.tap import Tap
from core.shapes import Bias, Keys, Mask, Prepared, Scores, Weights

Context = Float[Tensor, "batch head query value"]


class Attended(NamedTuple):
    """What attention gives: the mixed values, the weights before dropout, the scores with −∞ where blocked."""

    context: Context
    weights: Weights
    scores: Scores


class AbstractAttention(nn.Module, ABC):
    """From queries, keys and values to a context: what stands inside a multi-head attention.

    Every kind has the same taps, so that every kind is recorded under the same names. Queries are the last of the keys
    where there are more keys than queries (a decoder that has cached earlier ones).
    """

    def __init__(self) -> None:
        super().__init__()
        self.tap_query, self.tap_key, self.tap_value = Tap(), Tap(), Tap()
        self.tap_bias, self.tap_scores, self.tap_weights = Tap(), Tap(), Tap()
        self.tap_added, self.tap_context = Tap(), Tap()

    @abstractmethod
    def prepare(self, key: Keys) -> Prepared:
        """What depends on the keys alone, once per source."""

    @abstractmethod
    def forward(
        self,
        query: Float[Tensor, "batch head query dim"],
        key: Prepared,
        value: Float[Tensor, "batch head key value"],
        mask: Mask | None = None,
        bias: Bias | None = None,
        also: Callable[[Weights], Context | None] | None = None,
    ) -> Attended:
        """Attend.

        Args:
            query: what looks.
            key: what is looked at, as `prepare` gave it.
            value: what is mixed, one per key.
            mask: True where a query may look.
            bias: added to the scores, for positions.
            also: what positions add to the context, given the weights after dropout; None for nothing.

        Returns:
            Context, weights and scores; a query without keys gets a context of zeros.
        """

    def begin(self, prepared: Prepared) -> History | None:
        """What a hypothesis is to remember before its first query; None where nothing is."""
        return None

    def follow(
        self,
        query: Float[Tensor, "batch head query dim"],
        key: Prepared,
        value: Float[Tensor, "batch head key value"],
        mask: Mask | None,
        history: History | None,
    ) -> tuple[Attended, History | None]:
        """Attend, going on from what a hypothesis remembers, and say what it is to remember from now on.

        What remembers nothing attends as ever (core/attention/alignment.py has those that do).
        """
        return self(query, key, value, mask), history


class Attention(AbstractAttention):
    """Mix values by how well their keys fit a query.

    Args:
        score: how well a query and a key fit.
        normalize: from scores to weights.
        dropout: share of weights dropped while training.
        temperature: scores are divided by it before anything is added to them; above 1 weights are flatter.
    """

    def __init__(
        self,
        score: AbstractScore,
        *,
        normalize: Normalizer = softmax,
        dropout: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        self.score = score
        self.normalize = normalize
        self.dropout = Dropout(dropout)
        self.temperature = temperature

    def prepare(self, key: Keys) -> Prepared:
        """As the score wants the keys."""
        return self.score.prepare(key)

    def forward(
        self,
        query: Float[Tensor, "batch head query dim"],
        key: Prepared,
        value: Float[Tensor, "batch head key value"],
        mask: Mask | None = None,
        bias: Bias | None = None,
        also: Callable[[Weights], Context | None] | None = None,
    ) -> Attended:
        """Score, add, block, normalize, mix."""
        scores = self.score(self.tap_query(query), self.tap_key(key))
        if self.temperature != 1.0:
            scores = scores / self.temperature
        if bias is not None:
            scores = scores + self.tap_bias(bias)
        scores = self.tap_scores(block(scores, mask))
        weights = self.tap_weights(self.normalize(scores, mask))
        dropped = self.dropout(weights)
        context = product(dropped, self.tap_value(value))
        added = also(dropped) if also is not None else None
        if added is not None:
            context = context + self.tap_added(added)
        return Attended(self.tap_context(context), weights, scores)
