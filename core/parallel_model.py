"""What a decoding that writes all places at once knows of a model: how to read a source, and how to fill places. Nothing else.

It stands beside `step_model.py`, below models and decodings. Such a model is no step model: it knows no prefix, so it has
nothing to step from, and no search. It is told how many places there are and gives a distribution for every one of them,
in one pass; places that are written already may be shown to it in the next.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from jaxtyping import Bool, Float, Int
from torch import Tensor

PREDICTED = ("lengths", "differences")  # ways of counting places that give every number of them a probability
UPSAMPLED = "upsampled"  # so many places for each source token, some of which stay blank


@runtime_checkable
class Reading(Protocol):
    """A batch of sources as a model has read them, once for all passes."""

    def select(self, items: Int[Tensor, " item"]) -> "Reading":
        """These items, in this order; an item may come several times."""


@runtime_checkable
class ParallelModel(Protocol):
    """A model that writes all places at once.

    Attributes:
        mask: the token that stands where nothing is written yet; blank: what CTC leaves out.
        end: the token behind which an output is not looked at; never_generated: tokens no place may hold.
        counting: how the model has learned to know the number of places: "lengths" or "differences" (it says how probable
            every number is), "end" (as many as may be needed, cut at <end>), "upsampled" (so many for each source token).
    """

    mask: int
    blank: int
    end: int
    never_generated: tuple[int, ...]
    counting: str

    def read(self, sources: Sequence[Sequence[int]]) -> Reading:
        """Encode sources (numbers, <end> included)."""

    def lengths(self, reading: Reading) -> Float[Tensor, "item length"]:
        """Log-probabilities of the numbers of places, from 0 on; <end> has a place.

        Raises:
            SettingError: the model has not learned any.
        """

    def canvas(self, source: int) -> int:
        """How many places a source of so many tokens, <end> included, gets where their number is not predicted."""

    def write(
        self, tokens: Int[Tensor, "item place"], valid: Bool[Tensor, "item place"], reading: Reading
    ) -> Float[Tensor, "item place vocab"]:
        """One pass: natural log-probabilities of the token at every place.

        Args:
            tokens: what is written so far, `mask` elsewhere; valid: which places an item has, from the first.
        """
