"""Positions that are added to the input: none, sinusoidal, learned. FLOATER, which solves for them, is in floater.py.

Sources: Vaswani et al. 2017, section 3.5 (sines and cosines side by side, as the paper has them); the code of
Tensor2Tensor and of fairseq (all sines, then all cosines); Gehring et al. 2017 (learned).
"""

from abc import abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from core.attention.position import AbstractPositions, Encodings, Positions
from core.errors import InputError, SettingError
from core.language import tr

_BASE = 10000.0
_TABLED = 256  # sinusoidal positions whose sines and cosines are kept; later ones are computed when they come


class NoPositions(AbstractPositions):
    """Zeros: the model cannot tell one order from another."""

    summary = "no positions: one order is like another"

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, positions: Positions) -> Encodings:
        """Zeros."""
        return torch.zeros(*positions.shape, self.width)


class AbstractSinusoids(AbstractPositions):
    """Rows by formula: the first ones kept, later ones computed when they come."""

    table: Tensor

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        if width % 2:
            raise SettingError(
                tr("width={width} is odd; sinusoidal positions come in pairs: choose an even width", width=width)
            )
        self.width = width
        self.register_buffer("table", self.rows(torch.arange(_TABLED), torch.get_default_dtype()), persistent=False)

    def forward(self, positions: Positions) -> Encodings:
        """Sine and cosine of every frequency."""
        if positions.numel() and int(positions.max()) < _TABLED:
            return nn.functional.embedding(positions, self.table)
        return self.rows(positions, self.table.dtype)

    @abstractmethod
    def rows(self, positions: Int[Tensor, "*places"], dtype: torch.dtype) -> Float[Tensor, "*places width"]:
        """The formula."""


class SinusoidalPositions(AbstractSinusoids):
    """PE[p, 2i] = sin(p·ω_i), PE[p, 2i+1] = cos(p·ω_i), ω_i = 10000^(−2i/width); any position.

    Raises:
        SettingError: an odd width, which has no pairs.
    """

    summary = "sines and cosines side by side (Vaswani et al. 2017)"

    def rows(self, positions: Int[Tensor, "*places"], dtype: torch.dtype) -> Float[Tensor, "*places width"]:
        """The paper's."""
        return sinusoids(positions, self.width, dtype)


class SinusoidalT2TPositions(AbstractSinusoids):
    """PE[p, i] = sin(p·ω_i), PE[p, width/2 + i] = cos(p·ω_i), ω_i = 10000^(−i/(width/2 − 1)): the layout of programs.

    The features stand in another order, and the frequencies differ as well: the slowest is 1/10000 exactly. Weights
    trained with one cannot be used with the other.

    Raises:
        SettingError: an odd width, which has no pairs.
    """

    summary = "all sines, then all cosines, other frequencies (Tensor2Tensor, fairseq)"

    def rows(self, positions: Int[Tensor, "*places"], dtype: torch.dtype) -> Float[Tensor, "*places width"]:
        """The programs'."""
        half = self.width // 2
        angles = _angles(positions, torch.arange(half, dtype=dtype) / max(half - 1, 1))
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


class LearnedPositions(AbstractPositions):
    """A table with one trained row per position, up to `longest`.

    Raises:
        InputError: a position past the table's end.
    """

    summary = "a trained row for each position, up to the longest (Gehring et al. 2017)"

    def __init__(self, width: int, longest: int) -> None:
        super().__init__()
        self.longest = longest
        self.table = nn.Embedding(longest, width)
        nn.init.normal_(self.table.weight, std=2.0)  # beside tokens of std 1; with 0.5 reversal takes twice the steps

    def forward(self, positions: Positions) -> Encodings:
        """Rows of the table."""
        if positions.numel() and int(positions.max()) >= self.longest:
            raise InputError(
                tr(
                    "position {max} is past the {longest} learned positions of this model; "
                    "shorten the text or train with a larger `longest`",
                    max=int(positions.max()) + 1,
                    longest=self.longest,
                )
            )
        rows: Tensor = self.table(positions)
        return rows


def sinusoids(
    positions: Int[Tensor, "*places"], width: int, dtype: torch.dtype = torch.float32
) -> Float[Tensor, "*places width"]:
    """Sines and cosines of an even number of features, side by side, as the paper has them.

    >>> sinusoids(torch.tensor([0]), 4).tolist()
    [[0.0, 1.0, 0.0, 1.0]]
    """
    angles = _angles(positions, torch.arange(0, width, 2, dtype=dtype) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2)


def _angles(positions: Int[Tensor, "*places"], exponents: Float[Tensor, " pair"]) -> Float[Tensor, "*places pair"]:
    return positions[..., None].to(exponents.dtype) * _BASE**-exponents
