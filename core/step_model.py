"""What a search knows of a model: how to start, how to step, how to follow its hypotheses. Nothing else.

It stands below models and searches, so that neither imports the other: a matrix of transition probabilities is a step
model as good as a Transformer (tests/doubles.py). Hypotheses stand in rows and columns: a row per source (item), a
column per live hypothesis of it (slot). Every item has as many slots; what stands in one that nobody lives in is not
looked at.
"""

from collections.abc import Callable, Sequence
from math import nan
from typing import NamedTuple, Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor

SMALL_VOCABULARY = 1024  # up to here whole distributions are kept: they are no larger than the attention beside them
Rows = dict[str, Float[Tensor, "item head slot key"]]


@runtime_checkable
class DecoderState(Protocol):
    """What a model carries from step to step."""

    def select(self, parents: Int[Tensor, "item slot"], items: Int[Tensor, " item"] | None = None) -> "DecoderState":
        """A new state whose slots continue these slots of this one; this one stays as it is.

        Args:
            parents: a slot of this state for every slot of the new one.
            items: which items of this state go on, in their new order; None for all.
        """


def no_rows() -> Rows:
    """What a model has to say of its attention when nobody records."""
    return {}


class Step(NamedTuple):
    """What one step gives.

    Attributes:
        log_probs: natural logarithms of the probabilities of every next token; sum to one.
        state: the state after the step.
        rows: called, the attention of this step by site; so that what nobody looks at is never brought into shape.
        milliseconds: wall time it took, where it was made before it was asked for; else nan.
    """

    log_probs: Float[Tensor, "item slot vocab"]
    state: DecoderState
    rows: Callable[[], Rows] = no_rows
    milliseconds: float = nan


@runtime_checkable
class StepModel(Protocol):
    """A model that can be decoded."""

    begin: int
    end: int
    never_generated: tuple[int, ...]

    def start(self, sources: Sequence[Sequence[int]]) -> DecoderState:
        """The state before the first token, one slot per source."""

    def step(self, tokens: Int[Tensor, "item slot"], state: DecoderState) -> Step:
        """Feed one token per slot."""


@runtime_checkable
class RunsAhead(Protocol):
    """What a step model may also be able to do: write a source's continuations ahead of whoever searches among them."""

    def run(
        self, source: Sequence[int], width: int, longest: int, end: int, never: tuple[int, ...]
    ) -> StepModel | None:
        """Let the most probable continuations that neither end nor are never generated live on, step after step.

        That is the way greedy search and beam search go, whatever finishes beside those that live. What comes back
        steps as this model does, and gives again what was recorded as long as a search goes that way.

        Args:
            source: numbers, <end> included; width: how many live on; longest: steps.
            end: the token that ends a sequence; of one continuation it may also be chosen, and is the last then.
            never: tokens that are never generated.

        Returns:
            None where it cannot, and is to be stepped.
        """
