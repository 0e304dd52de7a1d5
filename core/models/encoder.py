"""What an encoder promises: source tokens in, one state per token out."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import nn

from core.shapes import States, Tokens, Valid


class Memory(NamedTuple):
    """The encoded source: a state per token, and which tokens are real."""

    states: States
    valid: Valid


class AbstractEncoder(nn.Module, ABC):
    """Reads a whole source at once."""

    @abstractmethod
    def forward(self, source: Tokens, valid: Valid) -> Memory:
        """Encode; what stands in padding changes nothing."""
