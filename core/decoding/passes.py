"""What passes over all places leave behind: every place's token, how sure the model was of it, and what was masked again.

A pass is a value of a whole batch of items; `Writing` is one item's passes, ready to be read by people and programs.
"""

from dataclasses import dataclass, field
from math import log
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from torch import Tensor


class Pass(NamedTuple):
    """One pass over a batch.

    Attributes:
        number: counted from 1.
        tokens: after it, one a place; confidences: the probability that each had when it was written.
        written: which places were empty and have been written in it; again: which are emptied after it.
        log_probs: the distribution of this pass at every place, also where the token was kept.
        valid: which places an item has.
    """

    number: int
    tokens: Int[Tensor, "item place"]
    confidences: Float[Tensor, "item place"]
    written: Bool[Tensor, "item place"]
    again: Bool[Tensor, "item place"]
    log_probs: Float[Tensor, "item place vocab"]
    valid: Bool[Tensor, "item place"]


@dataclass(frozen=True, eq=False)
class PassRecord:
    """One pass over one item.

    Attributes:
        tokens: after it; confidences: of each, when it was written, in 0…1.
        written: which were written in this pass; again: which are emptied after it.
        laws: probabilities of this pass, a row a place.
    """

    tokens: tuple[int, ...]
    confidences: tuple[float, ...]
    written: tuple[bool, ...]
    again: tuple[bool, ...]
    laws: Float[np.ndarray, "place vocab"] = field(repr=False)

    @classmethod
    def of(cls, one: Pass, item: int) -> "PassRecord":
        """An item's part of a pass, without places it does not have."""
        places = int(one.valid[item].sum())

        def row(values: Tensor) -> tuple[Any, ...]:
            return tuple(values[item, :places].tolist())

        laws = one.log_probs[item, :places].exp().numpy()
        return cls(row(one.tokens), row(one.confidences), row(one.written), row(one.again), laws)


@dataclass(frozen=True, eq=False)
class Writing:
    """Everything that led to one output.

    Attributes:
        output: tokens, <end> included where it was written; ended: whether it was.
        passes: in order; an item whose places are all kept is not looked at again.
        calls: of the decoder, over all numbers of places that were tried.
        tried: numbers of places, each with the mean log-probability of its tokens; the first is that of the output.
    """

    output: tuple[int, ...]
    ended: bool
    passes: tuple[PassRecord, ...]
    calls: int
    tried: tuple[tuple[int, float], ...]

    @property
    def places(self) -> int:
        """How many there were."""
        return len(self.passes[-1].tokens)

    @property
    def logp(self) -> float:
        """Σ log of the confidences of all places: no probability of a sequence, since no place knew the others' choice."""
        return sum(log(max(one, 1e-45)) for one in self.passes[-1].confidences)

    def to_dict(self, tokens: tuple[str, ...]) -> dict[str, Any]:
        """Ready for JSON.

        Args:
            tokens: the vocabulary's texts.
        """
        return {
            "ended": self.ended, "calls": self.calls, "places": self.places, "logp": self.logp,
            "tried": [{"places": places, "mean_logp": mean} for places, mean in self.tried],
            "passes": [
                {
                    "tokens": [tokens[number] for number in one.tokens], "confidences": list(one.confidences),
                    "written": list(one.written), "masked_again": [at for at, again in enumerate(one.again) if again],
                }
                for one in self.passes
            ],
        }  # fmt: skip
