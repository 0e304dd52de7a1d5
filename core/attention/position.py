"""What positions that are added to the input promise: one vector for every position number.

A position is a number handed over with the token, never the index in a padded row.
"""

import sys
from abc import ABC, abstractmethod

from jaxtyping import Float, Int
from torch import Tensor, nn

Positions = Int[Tensor, "batch time"]
Encodings = Float[Tensor, "batch time width"]


class AbstractPositions(nn.Module, ABC):
    """One vector per position number; every kind is made with (width, longest position).

    Attributes:
        longest: how many positions there are.
        summary: one line for menus.
    """

    longest: int = sys.maxsize
    summary: str

    @abstractmethod
    def forward(self, positions: Positions) -> Encodings:
        """The vectors of these positions."""
