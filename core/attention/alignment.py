"""Attention that goes on from where it looked before: query after query, each knowing the weights of the one before it.

history → score → mask → weigh → tap → dropout → mix → history. What differs are the score that a history changes
(location.py), the weights that follow from it (monotonic.py, mocha.py), and how it is steered at inference (course.py).

A whole target in one call, one query a call, and a hypothesis that was reordered between two calls go through the same
lines, so they give the same numbers. The price is that queries wait for each other.
"""

from abc import abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from core.attention.attention import AbstractAttention, Attended, Context
from core.attention.course import FREE, AbstractCourse
from core.attention.dropout import Dropout
from core.attention.history import History
from core.attention.implicit import refuse_pairs
from core.attention.multiplicative import product
from core.attention.normalizers import Normalizer, block, softmax
from core.attention.score import AbstractScore
from core.shapes import Bias, Keys, Mask, Prepared, Scores, Weights

Queries = Float[Tensor, "batch head query dim"]
Values = Float[Tensor, "batch head key value"]


class AbstractAlignment(AbstractAttention):
    """An attention with a history.

    Args:
        score: how well a query and a key fit.
        dropout: share of weights dropped while training; the history keeps them all.
        temperature: scores are divided by it; above 1 weights are flatter.
    """

    def __init__(self, score: AbstractScore, *, dropout: float = 0.0, temperature: float = 1.0) -> None:
        super().__init__()
        self.score = score
        self.dropout = Dropout(dropout)
        self.temperature = temperature

    @abstractmethod
    def weigh(
        self, query: Queries, key: Prepared, mask: Mask | None, history: History
    ) -> tuple[Scores, Weights, Weights]:
        """One query: its scores (−∞ where blocked), its weights, and where a process that scans has stopped."""

    def prepare(self, key: Keys) -> Prepared:
        """As the score wants the keys."""
        return self.score.prepare(key)

    def begin(self, prepared: Prepared) -> History:
        """Nothing has been looked at."""
        return History.first(prepared)

    def forward(
        self,
        query: Queries,
        key: Prepared,
        value: Values,
        mask: Mask | None = None,
        bias: Bias | None = None,
        also: Callable[[Weights], Context | None] | None = None,
    ) -> Attended:
        """Attend with queries that are the first of their hypotheses.

        Raises:
            SettingError: something to add at every pair.
        """
        refuse_pairs(self, bias, also)
        return self.follow(query, key, value, mask, self.begin(key))[0]

    def follow(
        self, query: Queries, key: Prepared, value: Values, mask: Mask | None, history: History | None
    ) -> tuple[Attended, History]:
        """Attend, query after query, and say what the one after the last has to know."""
        assert history is not None, "an alignment begins with begin(key)"
        query, key, value = self.tap_query(query), self.tap_key(key), self.tap_value(value)
        steps = []
        for at, asked in enumerate(query.split(1, dim=2)):
            own = mask if mask is None or mask.shape[2] == 1 else mask[:, :, at : at + 1]
            scores, weights, stops = self.weigh(asked, key, own, history)
            context = self.tap_context(product(self.dropout(weights), value))
            history = history.after(weights, stops)
            steps.append(Attended(context, weights, scores))
        together = steps[0] if len(steps) == 1 else Attended(*(torch.cat(part, dim=2) for part in zip(*steps)))
        return together, history

    def scores(self, query: Queries, key: Prepared, mask: Mask | None) -> Scores:
        """Scores, −∞ where blocked."""
        scores = self.score(query, key)
        return block(scores if self.temperature == 1.0 else scores / self.temperature, mask)


class Content(AbstractAlignment):
    """Scores of contents alone, as everywhere; its history is for whoever steers it at inference.

    Args:
        score, dropout, temperature: as above; normalize: from scores to weights.
        course: what it is held to at inference.
    """

    def __init__(
        self,
        score: AbstractScore,
        *,
        normalize: Normalizer = softmax,
        course: AbstractCourse = FREE,
        dropout: float = 0.0,
        temperature: float = 1.0,
    ) -> None:
        super().__init__(score, dropout=dropout, temperature=temperature)
        self.normalize = normalize
        self.course = course

    def weigh(
        self, query: Queries, key: Prepared, mask: Mask | None, history: History
    ) -> tuple[Scores, Weights, Weights]:
        """Score, steer, normalize, steer."""
        course = FREE if self.training else self.course
        scores, mask = course.narrow(self.scores(query, self.placed(key, history), mask), mask, history)
        scores = self.tap_scores(scores)
        weights = self.tap_weights(course.force(self.normalize(scores, mask), mask, history))
        return scores, weights, history.stops

    def placed(self, key: Prepared, history: History) -> Prepared:
        """Keys with what the history says of them: here nothing."""
        return key
