"""Positions that are added to the input: none, sinusoidal, learned.

A position is a number handed over with the token, never the index in a padded row. Sources: Vaswani et al. 2017,
section 3.5 (sines and cosines interleaved, as the paper has them); Gehring et al. 2017 (learned).
"""

import sys
from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.errors import InputError, SettingError

Positions = Int[Tensor, "batch time"]
Encodings = Float[Tensor, "batch time width"]


class AbstractPositions(nn.Module, ABC):
    """One vector per position number; every kind is made with (width, longest position).

    Attributes:
        longest: how many positions there are.
    """

    longest: int = sys.maxsize

    @abstractmethod
    def forward(self, positions: Positions) -> Encodings:
        """The vectors of these positions."""


class NoPositions(AbstractPositions):
    """Zeros: the model cannot tell one order from another."""

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, positions: Positions) -> Encodings:
        """Zeros."""
        return torch.zeros(*positions.shape, self.width)


class SinusoidalPositions(AbstractPositions):
    """PE[p, 2i] = sin(p·ω_i), PE[p, 2i+1] = cos(p·ω_i), ω_i = 10000^(−2i/width); any position.

    This is the paper's layout; the one of Tensor2Tensor and fairseq (all sines, then all cosines, other frequencies) is
    another encoding and not offered.

    Raises:
        SettingError: an odd width, which has no pairs.
    """

    frequencies: Tensor

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        if width % 2:
            raise SettingError(f"width={width} is odd; sinusoidal positions come in pairs: choose an even width")
        self.register_buffer("frequencies", 10000.0 ** (-torch.arange(0, width, 2) / width), persistent=False)

    def forward(self, positions: Positions) -> Encodings:
        """Sine and cosine of every frequency, side by side."""
        angles = positions[..., None].to(self.frequencies.dtype) * self.frequencies  # batch time pair
        return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


class LearnedPositions(AbstractPositions):
    """A table with one trained row per position, up to `longest`.

    Raises:
        InputError: a position past the table's end.
    """

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.longest = longest
        self.table = nn.Embedding(longest, width)
        nn.init.normal_(self.table.weight, std=2.0)  # beside tokens of std 1; with 0.5 reversal takes twice the steps

    def forward(self, positions: Positions) -> Encodings:
        """Rows of the table."""
        if positions.numel() and int(positions.max()) >= self.longest:
            raise InputError(
                f"position {int(positions.max()) + 1} is past the {self.longest} learned positions of this model; "
                "shorten the text or train with a larger `longest`"
            )
        rows: Tensor = self.table(positions)
        return rows


POSITIONS: dict[str, type[AbstractPositions]] = {
    "none": NoPositions,
    "sinusoidal": SinusoidalPositions,
    "learned": LearnedPositions,
}
