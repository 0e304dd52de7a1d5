"""What a search knows of a model: how to start, how to step, how to follow its rows. Nothing else.

It stands below models and searches, so that neither imports the other: a matrix of transition probabilities is a step
model as good as a Transformer (tests/doubles.py).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor

from core.shapes import LogProbs


@runtime_checkable
class DecoderState(Protocol):
    """What a model carries from step to step, one row per live hypothesis."""

    def select(self, rows: Int[Tensor, " row"]) -> "DecoderState":
        """A new state whose rows are these rows of this one; this one stays as it is."""


class Step(NamedTuple):
    """What one step gives.

    Attributes:
        log_probs: natural logarithms of the probabilities of every next token, a row per hypothesis; sum to one.
        state: the state after the step.
        rows: attention of this step by site, [row, head, key]; empty unless somebody records.
    """

    log_probs: LogProbs
    state: DecoderState
    rows: dict[str, Float[Tensor, "row head key"]]


@runtime_checkable
class StepModel(Protocol):
    """A model that can be decoded."""

    begin: int
    end: int
    never_generated: tuple[int, ...]

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """The state before the first token, one row per source."""

    def step(self, tokens: Int[Tensor, " row"], state: DecoderState) -> Step:
        """Feed one token per row."""
