"""What an attention remembers of one hypothesis: where it looked at the query before, and at all queries so far.

It is kept in a decoder's state and follows the rows of a search (`select`), never on a module: two hypotheses that part
have two histories, and the same module serves both.
"""

from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from core.shapes import Prepared, Weights


class History(NamedTuple):
    """The past of an alignment, as rows over the keys; a key that a query may not look at has 0 in all of them.

    Attributes:
        last: the weights that multiplied the values at the query before; zeros before the first.
        total: the sum of those of all queries so far.
        stops: with which probability a monotonic process stopped at each key at the query before: all of it at the first
            key before the first query, at one key or at none while it is hard. Others leave it as it was.
    """

    last: Weights
    total: Weights
    stops: Weights

    @classmethod
    def first(cls, prepared: Prepared) -> "History":
        """Nothing has been looked at; whoever scans begins at the first key.

        >>> History.first(torch.zeros(1, 1, 3, 5)).stops.tolist()
        [[[[1.0, 0.0, 0.0]]]]
        """
        batch, heads, keys, _ = prepared.shape
        nothing = prepared.new_zeros(batch, heads, 1, keys)
        beginning = (torch.arange(keys) == 0).to(prepared.dtype).expand_as(nothing)
        return cls(nothing, nothing, beginning)

    def after(self, weights: Weights, stops: Weights) -> "History":
        """The past of the next query."""
        return History(weights, self.total + weights, stops)

    def select(self, rows: Int[Tensor, " row"]) -> "History":
        """The past of these rows, in this order."""
        return History(*(part.index_select(0, rows) for part in self))
