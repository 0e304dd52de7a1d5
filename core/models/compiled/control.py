"""What a call of a loop is told beside its buffers: a handful of numbers in one tensor."""

from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor


class Control(NamedTuple):
    """Attributes:
    source: tokens of the source.
    start, limit: positions from which and up to which to write.
    end: the token that ends an output.
    base: the position of the buffers' first row.
    bounded: 1 where the loop may stop by itself once no live hypothesis can beat a finished one.
    """

    source: int
    start: int
    limit: int
    end: int
    base: int = 0
    bounded: int = 1

    def tensor(self) -> Int[Tensor, " six"]:
        """As the loops take it."""
        return torch.tensor(self)
