"""Attention without a matrix: values are mixed by a shorter way, and who looks at whom is written out only for somebody.

A kind says how it mixes (`mix`), and what it amounts to pair by pair (`allowed`, `scores`, `weigh`). The second is asked
only where somebody watches or edits. Watching changes no bit of what is mixed; where somebody has changed the scores or
the weights, the context comes from the changed weights.
"""

from abc import abstractmethod
from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor

from core.attention.attention import AbstractAttention, Attended, Context
from core.attention.multiplicative import product
from core.errors import SettingError
from core.language import tr
from core.recording.tap import edited, watched
from core.shapes import Bias, Keys, Mask, Prepared, Scores, Weights

Queries = Float[Tensor, "batch head query dim"]
Values = Float[Tensor, "batch head key value"]
Real = Bool[Tensor, "#batch #head #key"]


class AbstractImplicitAttention(AbstractAttention):
    """An attention whose weights are never laid out, unless somebody looks.

    Of a mask it takes the padding, and from the last query's row: a query further ahead than all keys sees every real one.
    """

    @abstractmethod
    def mix(self, query: Queries, key: Prepared, value: Values, real: Real | None) -> Context:
        """The context by the shorter way; `real` is False at padded keys."""

    @abstractmethod
    def allowed(self, queries: int, keys: int, real: Real | None) -> Mask | None:
        """Who may look at whom; None for everybody at everything."""

    @abstractmethod
    def scores(self, query: Queries, key: Prepared, allowed: Mask | None) -> Scores:
        """Scores pair by pair, −∞ where it is not allowed."""

    @abstractmethod
    def weigh(self, scores: Scores, allowed: Mask | None) -> Weights:
        """The weights that really multiply the values; they need not sum to one."""

    def prepare(self, key: Keys) -> Prepared:
        """The keys themselves."""
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
        """Mix; weights and scores are None where nobody looks.

        Raises:
            SettingError: something to add at every pair.
        """
        refuse_pairs(self, bias, also)
        query, key, value = self.tap_query(query), self.tap_key(key), self.tap_value(value)
        real = None if mask is None else mask[:, :, -1]
        context = self.mix(query, key, value, real)
        if not (watched() or edited()):
            return Attended(self.tap_context(context), None, None)
        allowed = self.allowed(query.shape[2], key.shape[2], real)
        given = self.scores(query, key, allowed)
        scores = self.tap_scores(given)
        made = self.weigh(scores, allowed)
        weights = self.tap_weights(made)
        if scores is not given or weights is not made:
            context = product(weights, value)
        return Attended(self.tap_context(context), weights, scores)


def refuse_pairs(
    attention: AbstractAttention, bias: Bias | None, also: Callable[[Weights], Context | None] | None
) -> None:
    """Let pass what adds nothing at single pairs.

    Raises:
        SettingError: a bias on scores, or something to add to the context by weights.
    """
    if bias is not None or also is not None:
        raise SettingError(
            tr(
                "{name} does not weigh pairs one by one, so positions cannot enter at every pair: "
                "choose attention=pairs, or positions that are added to the input, as sinusoidal",
                name=type(attention).__name__,
            )
        )
