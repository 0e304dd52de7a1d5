"""Attention: the one path from scores to context.

score → bias → mask → normalize → tap → dropout → mix. A Transformer's heads and a recurrent decoder's single query go
through the same lines; they differ in what is put into the slots.
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor, nn

from core.attention.dropout import Dropout
from core.attention.normalizers import Normalizer, block, softmax
from core.attention.score import AbstractScore
from core.recording.tap import Tap
from core.shapes import Mask, Prepared, Scores, Weights


class Attended(NamedTuple):
    """What attention gives: the mixed values, the weights before dropout, the scores with −∞ where blocked."""

    context: Float[Tensor, "batch head query value"]
    weights: Weights
    scores: Scores


class Attention(nn.Module):
    """Mix values by how well their keys fit a query.

    Args:
        score: how well a query and a key fit.
        normalize: from scores to weights.
        dropout: share of weights dropped while training.
    """

    def __init__(self, score: AbstractScore, *, normalize: Normalizer = softmax, dropout: float = 0.0) -> None:
        super().__init__()
        self.score = score
        self.normalize = normalize
        self.dropout = Dropout(dropout)
        self.tap_query, self.tap_key, self.tap_value = Tap(), Tap(), Tap()
        self.tap_scores, self.tap_weights, self.tap_context = Tap(), Tap(), Tap()

    def forward(
        self,
        query: Float[Tensor, "batch head query dim"],
        key: Prepared,
        value: Float[Tensor, "batch head key value"],
        mask: Mask | None = None,
        bias: Float[Tensor, "#batch #head #query #key"] | None = None,
    ) -> Attended:
        """Attend.

        Args:
            query: what looks.
            key: what is looked at, as `score.prepare` gave it.
            value: what is mixed, one per key.
            mask: True where a query may look.
            bias: added to the scores, for positions or graphs.

        Returns:
            Context, weights and scores; a query without keys gets a context of zeros.
        """
        scores = self.score(self.tap_query(query), self.tap_key(key))
        if bias is not None:
            scores = scores + bias
        scores = self.tap_scores(block(scores, mask))
        weights = self.tap_weights(self.normalize(scores, mask))
        context = self.tap_context(self.dropout(weights) @ self.tap_value(value))
        return Attended(context, weights, scores)
