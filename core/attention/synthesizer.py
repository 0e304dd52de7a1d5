"""Synthesizer: weights that are not made from pairs of tokens.

Source: Tay et al. 2021, arXiv:2005.00743. Random: a table of scores, one for each head and pair of places, trained like any
weight; who looks at whom does not change with the tokens. Dense: each query's own small network says its scores for all
places, w_2 relu(w_1 q + b_1) + b_2. A place is a token's number among the real ones, so the text has a longest length.
"""

from abc import abstractmethod
from collections.abc import Callable

import torch
from jaxtyping import Int
from torch import Tensor, nn

from core.attention.attention import AbstractAttention, Attended, Context
from core.attention.dropout import Dropout
from core.attention.implicit import Queries, Values, refuse_pairs
from core.attention.multiplicative import product
from core.attention.normalizers import block, softmax
from core.errors import InputError
from core.language import tr
from core.shapes import Bias, Keys, Mask, Prepared, Scores, Weights

KeyPlaces = Int[Tensor, "#batch #head key"]


class AbstractSynthesizer(AbstractAttention):
    """Attention whose scores are made without keys.

    Args:
        longest: tokens in the longest text; dropout: share of weights dropped while training.
    """

    def __init__(self, longest: int, dropout: float) -> None:
        super().__init__()
        self.longest = longest
        self.dropout = Dropout(dropout)

    @abstractmethod
    def synthesize(self, query: Queries, places: KeyPlaces) -> Scores:
        """Scores of every query for the keys at these places; queries are the last of them."""

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
        """Say scores, block, normalize, mix.

        Raises:
            SettingError: something to add at every pair.
            InputError: a text longer than `longest`.
        """
        refuse_pairs(self, bias, also)
        query, key, value = self.tap_query(query), self.tap_key(key), self.tap_value(value)
        made = self.synthesize(query, self._places(key.shape[2], mask))
        scores = self.tap_scores(block(made, mask))
        weights = self.tap_weights(softmax(scores, mask))
        return Attended(self.tap_context(product(self.dropout(weights), value)), weights, scores)

    def _places(self, keys: int, mask: Mask | None) -> KeyPlaces:
        """A key's number among those that anybody may look at."""
        if mask is None:
            places = torch.arange(keys)[None, None]
        else:
            places = (mask.any(dim=2).expand(-1, -1, keys).cumsum(dim=-1) - 1).clamp(min=0)
        if int(places.max()) >= self.longest:
            raise InputError(
                tr(
                    "a text of {max} tokens is too long for a synthesizer with longest={longest}: "
                    "shorten it, or train with a larger longest",
                    max=int(places.max()) + 1,
                    longest=self.longest,
                )
            )
        return places


class RandomSynthesizer(AbstractSynthesizer):
    """Scores from a table.

    Args:
        heads: each has its own table; longest: its rows and columns; dropout: share of weights dropped while training.
    """

    def __init__(self, heads: int, longest: int, *, dropout: float = 0.0) -> None:
        super().__init__(longest, dropout)
        self.table = nn.Parameter(torch.randn(heads, longest, longest))

    def synthesize(self, query: Queries, places: KeyPlaces) -> Scores:
        """The rows of the queries' places, the columns of the keys'."""
        heads = torch.arange(len(self.table))[None, :, None, None]
        asking = places[..., places.shape[-1] - query.shape[2] :]
        rows = self.table[heads, asking[..., :, None], places[..., None, :]]
        return rows.expand(len(query), -1, -1, -1)


class DenseSynthesizer(AbstractSynthesizer):
    """Scores from a network of the query alone, shared by the heads.

    Args:
        dim: features of a query; longest: places it can say scores for; dropout: share of weights dropped while training.
    """

    def __init__(self, dim: int, longest: int, *, dropout: float = 0.0) -> None:
        super().__init__(longest, dropout)
        self.inner = nn.Linear(dim, dim)
        self.outer = nn.Linear(dim, longest)

    def synthesize(self, query: Queries, places: KeyPlaces) -> Scores:
        """What each query says of the places of the keys."""
        said: Tensor = self.outer(self.inner(query).relu())  # batch head query longest
        return said.gather(-1, places[:, :, None].expand(*said.shape[:3], -1))
