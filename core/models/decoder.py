"""What a decoder promises: all positions at once under the gold prefix, or one step at a time; the numbers are equal."""

import sys
from abc import ABC, abstractmethod
from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor, nn

from core.models.encoder import Memory
from core.recording.tap import Tap
from core.shapes import Logits, Tokens


@runtime_checkable
class RowState(Protocol):
    """What a decoder carries from step to step, a row per hypothesis."""

    def select(self, rows: Int[Tensor, " row"]) -> "RowState":
        """A new state whose rows are these rows of this one; this one stays as it is."""


class AbstractDecoder(nn.Module, ABC):
    """Writes a target, looking at a memory.

    Attributes:
        longest: how many tokens it can write at most.
        tap_states: where the states pass from which every position's output is made, [batch time width], when a whole target
            is read; a decoder that reads it token after token lets them pass one at a time.
    """

    longest: int = sys.maxsize

    def __init__(self) -> None:
        super().__init__()
        self.tap_states = Tap()

    @abstractmethod
    def forward(self, target_in: Tokens, memory: Memory) -> Logits:
        """Scores of the next token at every position of a given target (teacher forcing)."""

    @abstractmethod
    def start(self, memory: Memory) -> RowState:
        """The state before the first token; one row per item of the memory."""

    @abstractmethod
    def step(self, tokens: Int[Tensor, " row"], state: RowState) -> tuple[Float[Tensor, "row vocab"], RowState]:
        """Feed one token per row; scores of the next one, and the state after it."""
