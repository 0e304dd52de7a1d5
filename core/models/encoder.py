"""What an encoder promises: source tokens in, one state per token out."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import nn

from core.shapes import Source, States, Tokens, Valid


class Memory(NamedTuple):
    """The encoded source.

    Attributes:
        states: one per token; valid: which tokens are real.
        layers: the states after each layer, from the first, as `states` are; the last of them is `states`. A Transformer
            whose decoder sees the last layer only (wiring.py) gives that one alone.
        copied: the number under which each token is written, for decoders that copy (copyable_encoder.py); else None.
    """

    states: States
    valid: Valid
    layers: tuple[States, ...]
    copied: Tokens | None = None


class AbstractEncoder(nn.Module, ABC):
    """Reads a whole source at once."""

    @abstractmethod
    def forward(self, source: Source, valid: Valid) -> Memory:
        """Encode; what stands in padding changes nothing."""
